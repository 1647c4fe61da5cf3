"""The SSRF guard: what a URL may point at, judged on the very address that is connected."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, ip_address

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType

from tunerr.errors import AddressRefused
from tunerr.model.url import Zone

ZoneOf = Callable[[IPv4Address | IPv6Address], Zone | None]

_PLACE = {Zone.LOOPBACK: "on this machine", Zone.PRIVATE: "in the local network", None: "in a reserved range"}
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
_HINT = {
    Zone.PRIVATE: "If that is meant, set IPTV_TUNERR_PROVIDER_ALLOW_LAN=true.",
    Zone.LOOPBACK: "Only this machine's own documents may name it; IPTV_TUNERR_PROVIDER_ALLOW_LAN opens the LAN only.",
    None: "Such addresses are used only when typed into a setting itself, IPTV_TUNERR_PROVIDER_ALLOW_LAN or not.",
}


@dataclass(frozen=True, slots=True)
class Reach:
    """What a URL may point at.

    `zone` is that of the document that named the URL; what the operator typed himself has Zone.LOOPBACK.
    `typed_host` is a host that he typed: all its addresses are allowed, reserved ones too.
    `allow_lan` widens an internet document, and its redirects, to the local network.
    """

    zone: Zone
    typed_host: str = ""
    allow_lan: bool = False

    def permits(self, target: Zone) -> bool:
        """Whether an address of zone `target` may be connected."""
        return (min(self.zone, Zone.PRIVATE) if self.allow_lan else self.zone).permits(target)

    def seen_from(self, zone: Zone) -> Reach:
        """Return the reach of a redirect that came from an address of `zone`: never wider than before.

        Out on the internet the typed host is a name like any other: its DNS could have turned to an inner address.
        """
        typed_host = "" if zone is Zone.INTERNET else self.typed_host
        return replace(self, zone=max(self.zone, zone), typed_host=typed_host)


class Guard:
    """Judges the addresses of one reach."""

    def __init__(self, *, reach: Reach, zone_of: ZoneOf) -> None:
        self._reach = reach
        self._zone_of = zone_of
        self._typed = {self._reach.typed_host.lower()} - {""}  # the typed host and the addresses that it has had

    def refusal(self, host: str, address: str) -> AddressRefused | None:
        """Why `address` of `host` may not be connected; None when it may."""
        if not self._typed.isdisjoint({host.lower(), address}):
            self._typed.add(address)
            return None
        try:
            zone = self._zone_of(ip_address(address))
        except ValueError:  # 127.1, 0x7f000001: forms that hide an address
            zone = None
        if zone is not None and self._reach.permits(zone):
            return None
        shown = host if host == address else f"{host} ({address})"
        return AddressRefused(f"{shown} is {_PLACE.get(zone, 'elsewhere')} and may not be used here.", hint=_HINT[zone])

    def zone(self, address: str) -> Zone:
        """Zone of an address that was connected; a reserved one that the operator typed counts as private."""
        zone = self._zone_of(ip_address(address))
        return Zone.PRIVATE if zone is None else zone

    def behind_proxy(self, host: str) -> Zone:
        """Zone of a host that a proxy will look up and connect. Raises AddressRefused.

        What a name means to the proxy isn't known here: it counts as internet, but for `localhost`. A last label that
        is a number makes an address of the whole (`127.1`), as it does for the resolvers of proxies.
        """
        name = host.lower().rstrip(".")
        last = name.rpartition(".")[2]
        if last == "localhost":
            refusal = self.refusal(host, "127.0.0.1")
        elif ":" in name or _NUMBER.fullmatch(last):
            refusal = self.refusal(host, host)
        else:
            return Zone.INTERNET
        if refusal is not None:
            raise refusal
        return Zone.LOOPBACK if last == "localhost" else self.zone(host)

    def of_proxy(self, host: str) -> Guard:
        """The guard of connections to a proxy, which the operator typed and which may be anywhere."""
        return Guard(reach=Reach(Zone.LOOPBACK, typed_host=host), zone_of=self._zone_of)

    def open_socket(self, target: AddrInfoType) -> socket.socket:
        """Open the socket for a connection. Raises AddressRefused: no connection is made around this door."""
        family, kind, proto, _, address = target
        refusal = self.refusal(str(address[0]), str(address[0]))
        if refusal is not None:
            raise refusal
        return socket.socket(family=family, type=kind, proto=proto)


class GuardedResolver(AbstractResolver):
    """Gives the permitted addresses of a name only; raises AddressRefused when it has no other. Owns nothing."""

    def __init__(self, *, inner: AbstractResolver, guard: Guard) -> None:
        self._inner = inner
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Look `host` up. Raises OSError when it has no address."""
        found = await self._inner.resolve(host, port, family)
        refusals = [self._guard.refusal(host, row["host"]) for row in found]
        allowed = [row for row, refusal in zip(found, refusals, strict=True) if refusal is None]
        for refusal in refusals:
            if not allowed and refusal is not None:
                raise refusal
        return allowed

    async def close(self) -> None:
        """Nothing to free: the inner resolver belongs to who made it."""
