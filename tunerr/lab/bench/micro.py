"""The inspector and the splicer alone, without sockets."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from tunerr.gateway.inspector import TsInspector
from tunerr.gateway.splicer import Splicer
from tunerr.gateway.ts import PACKET
from tunerr.lab.bench.report import Figure
from tunerr.lab.bench.stream import BURST_SECONDS, StampedStream
from tunerr.lab.media import MediaLibrary
from tunerr.support.clock import SystemClock
from tunerr.support.ffmpeg import locate_ffmpeg

_SECONDS = 24.0
_REPEATS = 5
_KIB = 1024
_SIZES = (1, 8, 32, 64)
_LARGE = 64
# performance.md, "Targets".
_GIGABITS, _MICROSECONDS = 5.0, 60.0


async def sample(media: Path) -> bytes:
    """Twenty-four seconds of the stream that the relay bench sends."""
    stream = StampedStream(await MediaLibrary(media, locate_ffmpeg()).clip("h264"), "a")
    return b"".join(stream.burst(number, number) for number in range(int(_SECONDS / BURST_SECONDS)))


def figures(data: bytes) -> list[Figure]:
    """The inspector at several sizes of chunk, and the splicer at the size that the coalescer makes."""
    found = []
    for size in _SIZES:
        chunks = _chunks(data, size * _KIB)
        calls = [_inspect(chunks) / len(chunks) * 1e6 for _ in range(_REPEATS)]
        rates = tuple(len(chunks[0]) * 8 / call / 1e3 for call in calls)
        case = f"{size} KiB"
        found += [
            Figure(case, "TsInspector", "call", tuple(calls), "µs", _MICROSECONDS),
            Figure(case, "TsInspector", "rate", rates, "Gbit/s", _GIGABITS if size == _LARGE else None, least=True),
        ]
    chunks = _chunks(data, 32 * _KIB)
    calls = [_splice(chunks) / len(chunks) * 1e6 for _ in range(_REPEATS)]
    return [*found, Figure("32 KiB", "Splicer", "call", tuple(calls), "µs")]


def _chunks(data: bytes, size: int) -> list[bytes]:
    size -= size % PACKET
    return [data[at : at + size] for at in range(0, len(data) - size + 1, size)]


def _timed(act: Callable[[], None]) -> float:
    began = time.thread_time()
    act()
    return time.thread_time() - began


def _inspect(chunks: list[bytes]) -> float:
    inspector = TsInspector(clock=SystemClock())

    def act() -> None:
        for chunk in chunks:
            inspector.feed(chunk)

    return _timed(act)


def _splice(chunks: list[bytes]) -> float:
    inspector = TsInspector(clock=SystemClock())
    inspections = [inspection for chunk in chunks for inspection in inspector.feed(chunk)]
    splicer = Splicer()

    def act() -> None:
        for inspection in inspections:
            splicer.feed(inspection)

    return _timed(act)
