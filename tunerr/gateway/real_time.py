"""Recorded transport stream, sent again and again at the pace of its own clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing

from tunerr.gateway.headers import Headers
from tunerr.gateway.timestamps import PCR_SECOND, apart, read_pcr
from tunerr.gateway.ts import PACKET, PAYLOAD, PCR_PER_BASE, discontinuity_packet

_AT_ONCE_SECONDS = 0.3
_LEAST_PIECE_SECONDS = 0.04
_LONGEST_STEP_SECONDS = 1.0  # between two PCRs; more is a jump


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
    """Sans-I/O: when which packets are due. `seconds` of stream have been taken, by the PCRs of the first PID with any.

    Where the PCR goes back or jumps, as at the start of the next round, time goes on by one step of the usual size.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._pid: int | None = None
        self._last = 0
        self._step = 0.0

    def feed(self, chunk: bytes) -> Iterator[tuple[float, bytes]]:
        """Pieces of whole packets, each with the second of stream in which it is due."""
        headers = Headers(chunk)
        done, due = 0, self.seconds
        for index, pid in headers.adapted():
            pcr = read_pcr(headers.packet(index))
            if pcr is None or pid != (self._pid if self._pid is not None else pid):
                continue
            if self._pid is not None:
                self._move(pcr)
            self._pid, self._last = pid, pcr
            if index > done and self.seconds - due >= _LEAST_PIECE_SECONDS:
                yield due, chunk[done * PACKET : index * PACKET]
                done, due = index, self.seconds
        if done < headers.count:
            yield due, chunk[done * PACKET :]

    def _move(self, pcr: int) -> None:
        step = apart(pcr // PCR_PER_BASE, self._last // PCR_PER_BASE) * PCR_PER_BASE / PCR_SECOND
        if 0.0 <= step <= _LONGEST_STEP_SECONDS:
            self._step = step
        self.seconds += self._step


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
