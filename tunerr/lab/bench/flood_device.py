"""A well-behaved client of the native protocol, and what the kernel says of a device's port."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Self

from tunerr.errors import TunerrError
from tunerr.hdhomerun.discovery import Request
from tunerr.hdhomerun.getset import Answer, GetSet, Refusal, read_reply
from tunerr.hdhomerun.packet import MOST_FRAME, PacketReader

_PATIENCE = 5.0
_CLIENT = "127.0.0.200"
# hdhomerun_discover.c: how long the vendor's library waits for a reply.
_SEARCH_PATIENCE = 0.2


class Control:
    """A connection to a device's variables."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._packets = PacketReader()

    @classmethod
    async def open(cls, port: int) -> Self:
        """Connect to the device on loopback."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, name: str, value: str | None = None) -> str:
        """Read a variable, or set it; what it is then. Raises TunerrError when the device refuses or is gone."""
        self._writer.write(GetSet(name, value).packet().encode())
        async with asyncio.timeout(_PATIENCE):
            while data := await self._reader.read(MOST_FRAME):
                for packet in self._packets.feed(data):
                    match read_reply(packet):
                        case Answer(value=now):
                            return now
                        case Refusal(message=words):
                            raise TunerrError(f"{name}: {words}")
        raise TunerrError(f"{name}: the device closed the connection.")

    async def close(self) -> None:
        """Close the connection."""
        self._writer.close()
        await self._writer.wait_closed()


async def is_found(port: int) -> bool:
    """Whether the device on loopback answers one search."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as client:
        client.bind((_CLIENT, 0))
        await loop.sock_sendto(client, Request().encode(), ("127.0.0.1", port))
        try:
            async with asyncio.timeout(_SEARCH_PATIENCE):
                return bool(await loop.sock_recv(client, MOST_FRAME))
        except TimeoutError:
            return False


def dropped(port: int) -> int:
    """Datagrams to a port that the kernel has thrown away because the program did not take them in time."""
    lines = [line.split() for name in ("udp", "udp6") for line in _listed(Path("/proc/net", name))]
    return sum(int(line[-1]) for line in lines if int(line[1].rpartition(":")[2], 16) == port)


def _listed(path: Path) -> list[str]:
    return path.read_text().splitlines()[1:] if path.exists() else []
