"""UDP sockets that know which of our addresses was asked, and answer from it.

uvloop and asyncio hide a datagram's ancillary data, where the kernel tells that; so these are plain sockets, to be read
when the loop says that they are readable.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Protocol

from tunerr.hdhomerun.discovery import LINK_GROUP, SITE_GROUP
from tunerr.hdhomerun.packet import MOST_FRAME
from tunerr.outputs.hdhr.native.own_address import Asked
from tunerr.support.addresses import Address
from tunerr.support.interfaces import Interface

# One byte more than the longest frame, so that one that was cut is too long as well.
_ROOM = MOST_FRAME + 1
# Of Linux; Python has no name for it yet.
_IP_PKTINFO = 8
# Interface, our address, address in the header; and for IPv6 address, interface.
_INFO_V4 = struct.Struct("=i4s4s")
_INFO_V6 = struct.Struct("=16sI")
_GROUP = struct.Struct("=16sI")
_SPACE_V4, _SPACE_V6 = socket.CMSG_SPACE(_INFO_V4.size), socket.CMSG_SPACE(_INFO_V6.size)
_NO_IPV6 = frozenset({errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT, errno.EADDRNOTAVAIL})


@dataclass(frozen=True, slots=True)
class Arrival:
    """A datagram as it came. `peer`: the sender as the socket needs it, its address first."""

    data: bytes
    peer: tuple[Any, ...]
    ancillary: list[tuple[int, int, bytes]]


class UdpSocket(Protocol):
    """What both families have in common."""

    def fileno(self) -> int:
        """To be watched."""
        ...

    def receive(self) -> Arrival:
        """Take the next datagram. Raises BlockingIOError without one, OSError when the network is down."""
        ...

    def asked(self, arrival: Arrival) -> Asked | None:
        """Tell where it came in; None when the kernel didn't say. Apart from `receive`: floods never get so far."""
        ...

    def reply(self, arrival: Arrival, data: bytes, *, source: Address) -> None:
        """Send to the one who sent `arrival`, from our address `source`. Raises OSError."""
        ...

    def join(self, own: Iterable[Interface]) -> None:
        """Hear on each of these interfaces what is sent to all; to be called again when they change."""
        ...

    def close(self) -> None:
        """Close the socket."""
        ...


class UdpV4:
    """Bound to `host`, which is 0.0.0.0 where broadcasts are to be heard. Raises OSError when the port is taken."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = bound(socket.AF_INET, host, port, (socket.IPPROTO_IP, _IP_PKTINFO, 1))
        self.fileno = self._socket.fileno
        self.close = self._socket.close

    def receive(self) -> Arrival:
        """Take the next datagram. Raises BlockingIOError without one, OSError when the network is down."""
        return _received(self._socket, _SPACE_V4)

    def asked(self, arrival: Arrival) -> Asked | None:
        """Tell where it came in; None when the kernel didn't say."""
        for level, kind, value in arrival.ancillary:
            if (level, kind) == (socket.IPPROTO_IP, _IP_PKTINFO):
                index, ours, header = _INFO_V4.unpack(value)
                return Asked(IPv4Address(ours), ours == header, index)
        return None

    def reply(self, arrival: Arrival, data: bytes, *, source: Address) -> None:
        """Send to the one who sent `arrival`, from our address `source`. Raises OSError."""
        info = _INFO_V4.pack(0, source.packed, bytes(4))
        self._socket.sendmsg((data,), ((socket.IPPROTO_IP, _IP_PKTINFO, info),), 0, arrival.peer)

    def join(self, own: Iterable[Interface]) -> None:
        """Broadcasts are heard without being asked for."""


class UdpV6:
    """Bound to `host`, which is :: where groups are to be heard. Raises OSError when the port is taken."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = bound(
            socket.AF_INET6,
            host,
            port,
            (socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1),
            (socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1),
        )
        self.fileno = self._socket.fileno
        self.close = self._socket.close

    def receive(self) -> Arrival:
        """Take the next datagram. Raises BlockingIOError without one, OSError when the network is down."""
        return _received(self._socket, _SPACE_V6)

    def asked(self, arrival: Arrival) -> Asked | None:
        """Tell where it came in; None when the kernel didn't say."""
        for level, kind, value in arrival.ancillary:
            if (level, kind) == (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO):
                packed, index = _INFO_V6.unpack(value)
                address = IPv6Address(packed)
                return Asked(address, not address.is_multicast, index)
        return None

    def reply(self, arrival: Arrival, data: bytes, *, source: Address) -> None:
        """Send to the one who sent `arrival`, from our address `source`. Raises OSError."""
        # Only these two leave open by which interface.
        asked = self.asked(arrival) if source.is_link_local or source.is_unspecified else None
        info = _INFO_V6.pack(source.packed, asked.index if asked else 0)
        self._socket.sendmsg((data,), ((socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, info),), 0, arrival.peer)

    def join(self, own: Iterable[Interface]) -> None:
        """Be in both groups on each interface that has IPv6."""
        for index in {interface.index for interface in own if isinstance(interface.address, IPv6Address)}:
            for group in (LINK_GROUP, SITE_GROUP):
                # We may be in it already, a tunnel may know no multicast, an interface may have vanished by now.
                with contextlib.suppress(OSError):
                    self._socket.setsockopt(
                        socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, _GROUP.pack(group.packed, index)
                    )


def open_v6(host: str, port: int) -> UdpV6 | None:
    """Open the IPv6 socket; None on a machine without IPv6. Raises OSError when the port is taken."""
    try:
        return UdpV6(host, port)
    except OSError as error:
        if error.errno in _NO_IPV6:
            return None
        raise


def _received(source: socket.socket, space: int) -> Arrival:
    data, ancillary, _, peer = source.recvmsg(_ROOM, space)
    return Arrival(data, peer, ancillary)


def bound(family: socket.AddressFamily, host: str, port: int, *options: tuple[int, int, int]) -> socket.socket:
    """Open a socket that doesn't block, with these options. Raises OSError when the port is taken."""
    opened = socket.socket(family, socket.SOCK_DGRAM)
    try:
        opened.setblocking(False)
        for option in options:
            opened.setsockopt(*option)
        opened.bind((host, port))
    except OSError:
        opened.close()
        raise
    return opened
