"""`bench join`: viewers who come to a channel that plays."""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
from pathlib import Path

from tunerr.lab.bench.contenders import PRODUCT, Relay, missing, nginx, product
from tunerr.lab.bench.process import Cores, Source, on_core, sink, source
from tunerr.lab.bench.report import Figure, Report
from tunerr.lab.bench.sink import Load
from tunerr.lab.bench.viewer import Viewer
from tunerr.lab.bench.walk import first_kinds

_CHANNEL = "Bench"
_BASELINE_JOINS = 10
_MOST_MS = 20.0  # performance.md, "Targets"
_PATIENCE = 5.0
_LONGEST_PAUSE = 0.1
_WANTED = ["PAT", "PMT", "access point"]


async def _joined(relay: Relay) -> tuple[float, float, bool]:
    """Milliseconds to the first byte and to the first access point, and whether the first read begins as wanted."""
    viewer = await Viewer.come(relay.port, relay.path)
    try:
        async with asyncio.timeout(_PATIENCE):
            first = await viewer.take()
            while "access point" not in first_kinds(bytes(viewer.data), len(viewer.data)):
                await viewer.take()
    finally:
        await viewer.leave()
    times = [(at - viewer.asked) / 1e6 for at, _ in (viewer.arrivals[0], viewer.arrivals[-1])]
    return times[0], times[1], first_kinds(first, len(_WANTED)) == _WANTED


async def _figures(relay: Relay, joins: int) -> list[Figure]:
    ours = relay.name == PRODUCT
    bytes_after, points_after, whole = [], [], []
    for _ in range(joins):
        await asyncio.sleep(random.random() * _LONGEST_PAUSE)  # noqa: S311 - where in a group of pictures they come
        first, point, good = await _joined(relay)
        bytes_after.append(first)
        points_after.append(point)
        whole.append(100.0 * good)
    slow = sorted(points_after)[len(points_after) * 99 // 100]
    bound = _MOST_MS if ours else None
    share = (sum(whole) / len(whole),)
    return [
        Figure(f"{joins} joins", relay.name, "first byte", tuple(bytes_after), "ms", bound),
        Figure(f"{joins} joins", relay.name, "first access point", tuple(points_after), "ms", bound),
        Figure(f"{joins} joins", relay.name, "first access point p99", (slow,), "ms", bound),
        Figure(
            f"{joins} joins",
            relay.name,
            "first read is PAT, PMT, access point",
            share,
            "%",
            100 if ours else None,
            True,
        ),
    ]


async def _measure(report: Report, provider: Source, joins: int, folder: Path, cores: Cores) -> None:
    channels = {_CHANNEL: [provider.url("a", "one")]}
    async with product(folder / "product", channels, cores) as running:
        ours = running.relay(_CHANNEL)
        load = Load(port=ours.port, path=ours.path, viewers=1, warm=600.0, seconds=0.0)
        async with sink(load) as permanent:
            await permanent.started()
            await asyncio.sleep(2)
            report.add(await _figures(ours, joins))
    report.add(await _figures(Relay("the source itself", provider.port, "/a.ts", 0), _BASELINE_JOINS))
    if shutil.which("nginx"):
        async with nginx(folder / "nginx", provider.port, cores) as other:
            report.add(await _figures(other, _BASELINE_JOINS))


async def run(media: Path, joins: int) -> Report:
    """The report; `media` is the folder of encoded clips."""
    cores = Cores.found()
    report = Report("join", remarks=[remark for remark in (cores.remark, *missing()) if remark])
    with tempfile.TemporaryDirectory(prefix="iptv-tunerr-bench-") as folder, on_core(cores.load):
        async with source(media) as provider:
            await _measure(report, provider, joins, Path(folder), cores)
    return report
