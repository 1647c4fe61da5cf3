"""One viewer that notes when it got what."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Self

from tunerr.errors import TunerrError
from tunerr.lab.bench.stream import stamps

_READ = 1 << 16
_STATUS = b" 200 "


@dataclass(slots=True)
class Viewer:
    """An open stream. `asked` and the times of `arrivals` are monotonic ns; `data` is the body so far."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    asked: int
    data: bytearray = field(default_factory=bytearray)
    arrivals: list[tuple[int, int]] = field(default_factory=list)  # when, and how much there was then
    first: dict[str, int] = field(default_factory=dict)  # when the first stamp of each source came

    @classmethod
    async def come(cls, port: int, path: str) -> Self:
        """Connect, ask, and wait for the answer. Raises TunerrError when it is no stream."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        asked = time.monotonic_ns()
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        status = head.splitlines()[0]
        if _STATUS not in status:
            writer.close()
            raise TunerrError(f"{path} answered {status.decode()}.")
        return cls(reader, writer, asked)

    async def take(self) -> bytes:
        """The next bytes; empty when the stream has ended."""
        piece = await self.reader.read(_READ)
        now = time.monotonic_ns()
        if piece:
            self.data += piece
            self.arrivals.append((now, len(self.data)))
            for name, _ in stamps(piece):
                self.first.setdefault(name, now)
        return piece

    async def take_until(self, source: str, seconds: float) -> bool:
        """Read until something of a source has come; False when it did not in time."""
        try:
            async with asyncio.timeout(seconds):
                while source not in self.first:
                    if not await self.take():
                        return False
        except TimeoutError:
            return False
        return True

    async def take_for(self, seconds: float) -> None:
        """Read for so long, or until the stream ends."""
        try:
            async with asyncio.timeout(seconds):
                while await self.take():
                    pass
        except TimeoutError:
            return

    async def leave(self) -> None:
        """Close the connection."""
        self.writer.close()
        await self.writer.wait_closed()
