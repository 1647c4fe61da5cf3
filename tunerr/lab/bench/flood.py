"""`bench flood`: five streams play while every port of the program is flooded, in waves with rests between them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tunerr.lab.bench.contenders import PRODUCT, Product, free_port, product
from tunerr.lab.bench.flood_device import ask
from tunerr.lab.bench.flood_load import Flood, Flooded
from tunerr.lab.bench.flood_streams import Gaps, Streams
from tunerr.lab.bench.flood_watch import Seen, Watch
from tunerr.lab.bench.process import Cores, child_of, gaps, on_core, running, say, source, told
from tunerr.lab.bench.report import Figure, Report
from tunerr.providers.hdhr.control import Control, controlling
from tunerr.support.process import Child

_STREAMS = 5
_PATIENCE = 5.0  # seconds to an answer in the flood
_SETTLED = 3.0  # seconds until the first bursts of a stream are over
_GROWTH_MS = 20.0  # issue 6: what the streams may notice
_SOURCE = "the source itself"
_REST, _FLOOD = "at rest", "in the flood"


@dataclass(frozen=True, slots=True)
class Plan:
    """What comes: `packets` to discovery, `connections` to control and to HTTP each, in `pairs` of a rest and a wave.

    Each rest and each wave lasts `seconds`; connections are kept to the end. `media`: the folder of encoded clips.
    """

    media: Path
    packets: int = 100_000
    connections: int = 1_000
    pairs: int = 8
    seconds: float = 2.0


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the program speaks the native protocol."""

    discover: int
    control: int

    @property
    def settings(self) -> dict[str, str]:
        """By names without prefix."""
        ports = {"HDHR_DISCOVER_PORT": str(self.discover), "HDHR_CONTROL_PORT": str(self.control)}
        return {"HDHR_NETWORK_MODE": "true", **ports}


@dataclass(frozen=True, slots=True)
class Window:
    """What was seen in a rest or in a wave: the gaps of our streams and of the source itself, and the program."""

    ours: tuple[Gaps, ...]
    source: Gaps
    program: Seen

    @property
    def longest(self) -> float:
        """Milliseconds: the longest gap of all our streams."""
        return max(gaps.longest for gaps in self.ours)


@contextlib.asynccontextmanager
async def _playing(ours: Product, provider: int, control: Control) -> AsyncIterator[Child]:
    """The source itself and five streams of the program, the last of which is sent to a UDP target."""
    *watched, sent = ours.paths.values()
    http = ((provider, "/a.ts"), *((ours.port, path) for path in watched))
    async with running(child_of("flood_streams", Streams(http)), name="streams", talks=True) as child:
        target = (await told(child, "listening"))["port"]
        tuner = f"/tuner{_STREAMS - 1}"
        await ask(control, f"{tuner}/vchannel", sent.rpartition("/v")[2])
        await ask(control, f"{tuner}/target", f"udp://127.0.0.1:{target}")
        await told(child, "playing")
        await asyncio.sleep(_SETTLED)
        await gaps(child, "the start")
        yield child


@dataclass(slots=True)
class _Measuring:
    """Rests and waves in turn."""

    streams: Child
    load: Child
    watch: Watch
    seconds: float
    rests: list[Window] = field(default_factory=list)
    waves: list[Window] = field(default_factory=list)
    flooded: Flooded | None = None

    async def pair(self) -> None:
        """One of each."""
        self.rests.append(await self._window(_REST, asyncio.sleep(self.seconds)))
        self.waves.append(await self._window(_FLOOD, self._wave()))

    async def _wave(self) -> None:
        await say(self.load, "wave")
        self.flooded = Flooded(**(await told(self.load, "done"))["flooded"])

    async def _window(self, name: str, work: Coroutine[Any, Any, None]) -> Window:
        async def watched() -> list[Gaps]:
            await work
            return await gaps(self.streams, name)

        (source_gaps, *ours), seen = await self.watch.during(watched())
        return Window(tuple(ours), source_gaps, seen)


async def _measure(plan: Plan, ours: Product, provider: int, ports: Ports) -> _Measuring:
    flood = Flood(
        ports.discover, ports.control, ours.port, plan.packets, plan.connections, waves=plan.pairs, seconds=plan.seconds
    )
    async with (
        controlling("127.0.0.1", ports.control, wait=_PATIENCE) as control,
        _playing(ours, provider, control) as streams,
        running(child_of("flood_load", flood), name="flood", talks=True) as load,
    ):
        measuring = _Measuring(streams, load, Watch(ours, control, ports.discover), plan.seconds)
        for _ in range(plan.pairs):
            await measuring.pair()
    return measuring


def _window_figures(case: str, windows: Sequence[Window]) -> Iterable[Figure]:
    """The gaps' p99.9 is one for each stream, of all windows; what else has several values has one for each window."""
    last = windows[-1]
    yield Figure(case, PRODUCT, "gap p99.9 of each stream", tuple(gaps.p999 for gaps in last.ours), "ms")
    yield Figure(case, PRODUCT, "longest gap of all streams", tuple(window.longest for window in windows), "ms")
    yield Figure(case, _SOURCE, "gap p99.9", (last.source.p999,), "ms")
    yield Figure(case, _SOURCE, "longest gap", tuple(window.source.longest for window in windows), "ms")
    seen = [window.program for window in windows]
    yield Figure(case, PRODUCT, "core", tuple(each.core for each in seen), "%")
    yield Figure(case, PRODUCT, "memory", tuple(each.memory for each in seen), "MB")
    yield Figure(case, PRODUCT, "the loop was late by up to", tuple(each.lag for each in seen), "ms")
    yield Figure(case, PRODUCT, "answer to a get", tuple(value for each in seen for value in each.gets), "ms")
    yield Figure(case, PRODUCT, "searches of others answered", tuple(each.found for each in seen), "%")


def _growth_figures(rests: Sequence[Window], waves: Sequence[Window]) -> Iterable[Figure]:
    """How much longer the gaps are than at rest: p99.9 of the worst stream, and the longest of all in each pair."""
    pairs = list(zip(rests, waves, strict=True))
    p999 = max(gaps.p999 for gaps in waves[-1].ours) - max(gaps.p999 for gaps in rests[-1].ours)
    longest = tuple(wave.longest - rest.longest for rest, wave in pairs)
    yield Figure(_FLOOD, PRODUCT, "growth of the gap p99.9", (p999,), "ms", _GROWTH_MS)
    yield Figure(_FLOOD, PRODUCT, "growth of the longest gap", longest, "ms", _GROWTH_MS)
    alone = tuple(wave.source.longest - rest.source.longest for rest, wave in pairs)
    yield Figure(_FLOOD, _SOURCE, "growth of the gap p99.9", (waves[-1].source.p999 - rests[-1].source.p999,), "ms")
    yield Figure(_FLOOD, _SOURCE, "growth of the longest gap", alone, "ms")
    yield Figure(_FLOOD, PRODUCT, "streams that ended", (sum(gaps.ended for gaps in waves[-1].ours),), "", 0)


def _flood_figures(flooded: Flooded, dropped: int) -> Iterable[Figure]:
    yield Figure(_FLOOD, "flood", "lasted", (flooded.seconds,), "s")
    yield Figure(_FLOOD, "flood", "datagrams", (flooded.packets,), "")
    yield Figure(_FLOOD, "flood", "… answered", (flooded.answers,), "")
    yield Figure(_FLOOD, "flood", "… dropped by the kernel", (dropped,), "")
    yield Figure(_FLOOD, "flood", "bytes answered / sent", (flooded.answer_bytes / max(flooded.packet_bytes, 1),), "x")
    for name, ends in (("control", flooded.control), ("HTTP", flooded.http)):
        for end, count in ends.items():
            yield Figure(_FLOOD, "flood", f"{name} connections, {end} at the end", (count,), "")


async def run(plan: Plan) -> Report:
    """The report."""
    cores, ports = Cores.found(), Ports(free_port(), free_port())
    report = Report("flood", remarks=[cores.remark] if cores.remark else [])
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="iptv-tunerr-bench-") as name, on_core(cores.load):
        async with source(plan.media) as provider:
            channels = {f"Flood {n}": [provider.url("a", f"login{n}")] for n in range(_STREAMS)}
            async with product(Path(name), channels, cores, ports.settings, tuners=_STREAMS) as ours:
                seen = await _measure(plan, ours, provider.port, ports)
    report.add(_window_figures(_REST, seen.rests))
    report.add(_window_figures(_FLOOD, seen.waves))
    report.add(_growth_figures(seen.rests, seen.waves))
    if seen.flooded is not None:
        report.add(_flood_figures(seen.flooded, sum(wave.program.dropped for wave in seen.waves)))
    report.remarks.append(
        "The last of the five streams is sent to a UDP target, the others are HTTP. The flood gives way to source and"
        f" viewers on their core. Load average {before:.1f} before and {os.getloadavg()[0]:.1f} after."
    )
    return report
