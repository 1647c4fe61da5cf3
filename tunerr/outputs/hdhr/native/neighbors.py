"""Who is near enough to be answered natively: the protocol knows no login."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from typing import Final

from tunerr.support.addresses import plain_address
from tunerr.support.clock import Clock
from tunerr.support.interfaces import Interface, interfaces

REFRESH_S: Final = 30.0
"""How old the list of our own interfaces may be."""

# What the internet does not route: loopback, RFC 1918, RFC 6598 (carrier-grade NAT, and overlay networks), link-local.
_NEAR_V4 = tuple(
    IPv4Network(net)
    for net in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16")
)
# Loopback, RFC 4193, link-local.
_NEAR_V6 = tuple(IPv6Network(net) for net in ("::1/128", "fc00::/7", "fe80::/10"))
# Verdicts that are kept; a flood from invented addresses would fill the memory.
_MOST_KEPT = 1024


class Neighbors:
    """Tells neighbors from strangers, and knows our own interfaces. Cheap enough to ask for each datagram."""

    def __init__(self, clock: Clock, listed: Callable[[], tuple[Interface, ...]] = interfaces) -> None:
        """Ask `listed` for the interfaces, now and when what it said is older than REFRESH_S."""
        self._clock = clock
        self._listed = listed
        self._interfaces: tuple[Interface, ...] = ()
        self._verdicts: dict[str, bool] = {}
        self._until = 0.0
        self._refresh()

    @property
    def interfaces(self) -> tuple[Interface, ...]:
        """Our own interfaces, at most REFRESH_S old."""
        if self._clock.monotonic() >= self._until:
            self._refresh()
        return self._interfaces

    def include(self, address: str) -> bool:
        """Whether `address` (as sockets give it, with or without a scope) is a neighbor's.

        Neighbors have an address that the internet doesn't route, or one in a network of our own interfaces. Text that
        is no address is a stranger's.
        """
        own = self.interfaces
        verdict = self._verdicts.get(address)
        if verdict is None:
            if len(self._verdicts) >= _MOST_KEPT:
                self._verdicts.clear()
            verdict = self._verdicts[address] = _is_near(address, own)
        return verdict

    def _refresh(self) -> None:
        self._until = self._clock.monotonic() + REFRESH_S
        self._interfaces = self._listed()
        self._verdicts.clear()


def _is_near(text: str, own: tuple[Interface, ...]) -> bool:
    try:
        address = plain_address(text)
    except ValueError:
        return False
    near = _NEAR_V4 if isinstance(address, IPv4Address) else _NEAR_V6
    return any(address in net for net in near) or any(address in interface.network for interface in own)
