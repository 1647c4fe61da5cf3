"""IP addresses as sockets and settings give them, and as values."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

EVERY: Final[tuple[Address, Address]] = (IPv4Address("0.0.0.0"), IPv6Address("::"))  # noqa: S104 - compared with
"""What a host is that stands for every address."""


def plain_address(text: str) -> Address:
    """Read an address without its scope, and an IPv4-mapped one as IPv4. Raises ValueError for anything else."""
    address = ip_address(text.partition("%")[0])
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def in_url(address: Address) -> str:
    """Write an address as the host of a URL: IPv6 in brackets."""
    return f"[{address}]" if isinstance(address, IPv6Address) else str(address)


async def addresses_of(host: str) -> frozenset[Address]:
    """Look up where a face listens whose setting is `host`; EVERY for an empty one. Raises OSError for no host."""
    if not host:
        return frozenset(EVERY)
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    return frozenset(plain_address(str(place[0])) for *_, place in found)
