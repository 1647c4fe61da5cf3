"""Recorded transport stream, sent again and again at the pace of its own clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing

from tunerr.gateway.headers import Headers
from tunerr.gateway.stream_time import StreamTime
from tunerr.gateway.ts import PACKET, PAYLOAD, discontinuity_packet

_AT_ONCE_SECONDS = 0.3
_LEAST_PIECE_SECONDS = 0.04


def announced(chunk: bytes, known: set[int]) -> bytes:
    """`chunk` with a discontinuity announced before the first packet of each PID that is not `known`, and now is."""
    headers = Headers(chunk)
    pieces: list[bytes] = []
    done = 0
    for pid in dict.fromkeys(headers.pid.tolist()):
        if pid in known:
            continue
        known.add(pid)
        first = int((headers.pid == pid).argmax())
        pieces.append(chunk[done * PACKET : first * PACKET])
        control = headers.control.item(first)
        pieces.append(discontinuity_packet(pid, control - bool(control & PAYLOAD)))
        done = first
    return b"".join((*pieces, chunk[done * PACKET :]))


class Pace:
    """Sans-I/O: when which packets are due."""

    def __init__(self) -> None:
        self._time = StreamTime()

    @property
    def seconds(self) -> float:
        """Of stream that have been taken."""
        return self._time.seconds

    def feed(self, chunk: bytes) -> Iterator[tuple[float, bytes]]:
        """Pieces of whole packets, each with the second of stream in which it is due."""
        headers = Headers(chunk)
        done, due = 0, self.seconds
        for index, seconds in self._time.feed(headers):
            if index > done and seconds - due >= _LEAST_PIECE_SECONDS:
                yield due, chunk[done * PACKET : index * PACKET]
                done, due = index, seconds
        if done < headers.count:
            yield due, chunk[done * PACKET :]


async def in_real_time(chunks: AsyncGenerator[bytes, None], pace: Pace) -> AsyncGenerator[bytes, None]:
    """`chunks` of whole packets in small pieces, the first 0.3 s at once."""
    loop = asyncio.get_running_loop()
    began = loop.time() - _AT_ONCE_SECONDS
    async with aclosing(chunks):
        async for chunk in chunks:
            for due, piece in pace.feed(chunk):
                # A wait of nothing too: what is late must not hold the loop.
                await asyncio.sleep(max(began + due - loop.time(), 0.0))
                yield piece
