"""The sockets of UPnP's discovery on one network."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Self

from tunerr.outputs.hdhr.ssdp_messages import GROUP, PORT

Client = tuple[str, int]
"""Address and port of who sent a datagram, or of whom one is for."""

Heard = Callable[["Line", bytes, Client], None]
"""Takes a datagram that came to the group on a line."""

_IP_MULTICAST_ALL = 49  # linux/in.h; the socket module has no name for it
_DATAGRAMS = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK
_HOPS = 2  # UPnP Device Architecture 1.1, 1.1.2


class Line:
    """One address of one interface. `base`: where the HTTP face is for those who hear it."""

    def __init__(self, base: str, says: socket.socket) -> None:
        self.base = base
        self._says = says
        self._ears: asyncio.DatagramTransport | None = None

    @classmethod
    async def open(cls, index: int, address: IPv4Address, base: str, heard: Heard) -> Self:
        """Listen on the interface with that `index`, and speak from `address`. Raises OSError."""
        membership = struct.pack("=4s4si", socket.inet_aton(GROUP), address.packed, index)
        with contextlib.ExitStack() as undo:
            says, ears = (undo.enter_context(socket.socket(socket.AF_INET, _DATAGRAMS)) for _ in range(2))
            _speak(says, address, membership)
            _listen(ears, membership)
            line = cls(base, says)
            line._ears, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: _Ears(lambda datagram, client: heard(line, datagram, client)), sock=ears
            )
            undo.pop_all()
        return line

    def say(self, message: bytes, to: Client) -> None:
        """Send a datagram, or nothing when the network doesn't take it now: who needs it asks again."""
        with contextlib.suppress(OSError):
            self._says.sendto(message, to)

    def close(self) -> None:
        """Hear and say nothing any more."""
        self._says.close()
        if self._ears is not None:
            self._ears.close()


class _Ears(asyncio.DatagramProtocol):
    def __init__(self, heard: Callable[[bytes, Client], None]) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, addr: Client) -> None:
        self._heard(data, addr)


def _listen(ears: socket.socket, membership: bytes) -> None:
    """Hear what is sent to the group on that interface, beside other programs that hear it too."""
    ears.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    ears.setsockopt(socket.IPPROTO_IP, _IP_MULTICAST_ALL, 0)
    ears.bind((GROUP, PORT))
    ears.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)


def _speak(says: socket.socket, address: IPv4Address, membership: bytes) -> None:
    """Speak from `address`: a socket that is bound to a group has the one that the routing table prefers."""
    says.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, membership)
    says.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, _HOPS)
    says.bind((str(address), 0))
