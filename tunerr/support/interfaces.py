"""The addresses of this machine's own network interfaces."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Interface

import ifaddr

from tunerr.support.addresses import Address, Network

# A network of two addresses or one has no broadcast address (RFC 3021).
_LONGEST_WITH_BROADCAST = 30


@dataclass(frozen=True, slots=True)
class Interface:
    """One address of an interface; an interface with several is listed once for each.

    `index` is the system's number of the interface, which scopes link-local addresses and multicast groups.
    `address` has no scope.
    """

    name: str
    index: int
    address: Address
    network: Network

    @property
    def broadcast(self) -> IPv4Address | None:
        """Where a datagram for every machine in the network goes; None for IPv6, loopback and point-to-point links."""
        if not isinstance(self.network, IPv4Network) or self.address.is_loopback:
            return None
        return self.network.broadcast_address if self.network.prefixlen <= _LONGEST_WITH_BROADCAST else None


def interfaces() -> tuple[Interface, ...]:
    """List the addresses that this machine has now; empty where the system doesn't tell. Takes about a millisecond."""
    try:
        adapters = tuple(ifaddr.get_adapters())
    except OSError:  # a sandbox without netlink sockets
        return ()
    return tuple(
        _interface(adapter.name, adapter.index, address)
        for adapter in adapters
        if adapter.index is not None  # it vanished while it was listed
        for address in adapter.ips
    )


def _interface(name: str, index: int, found: ifaddr.IP) -> Interface:
    own: IPv4Interface | IPv6Interface
    if isinstance(found.ip, tuple):
        # The library names the scope beside the address, and some systems in it too.
        own = IPv6Interface((found.ip[0].partition("%")[0], found.network_prefix))
    else:
        own = IPv4Interface((found.ip, found.network_prefix))
    return Interface(name, index, own.ip, own.network)
