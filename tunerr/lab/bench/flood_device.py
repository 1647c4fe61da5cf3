"""What a well-behaved client asks of a device, and what the kernel says of the device's port."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

from tunerr.errors import TunerrError
from tunerr.hdhomerun.discovery import Request
from tunerr.hdhomerun.getset import Answer, Refusal
from tunerr.hdhomerun.packet import MOST_FRAME
from tunerr.providers.hdhr.control import Control

_CLIENT = "127.0.0.200"
# hdhomerun_discover.c: how long the vendor's library waits for a reply.
_SEARCH_PATIENCE = 0.2


async def ask(control: Control, name: str, value: str | None = None) -> str:
    """Read a variable, or set it; what it is then. Raises TunerrError when the device refuses or is gone."""
    match await (control.get(name) if value is None else control.set(name, value)):
        case Answer(value=now):
            return now
        case Refusal(message=words):
            raise TunerrError(f"{name}: {words}")


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
