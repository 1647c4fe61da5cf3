"""`bench hls`: cold starts of an HLS channel; what of the time to the first byte is ours."""

from __future__ import annotations

import asyncio
import tempfile
import time
from asyncio.subprocess import PIPE
from collections.abc import Iterable
from pathlib import Path

from tunerr.lab.bench.contenders import FFMPEG, PRODUCT, Product, missing, product
from tunerr.lab.bench.process import Cores, on_core
from tunerr.lab.bench.report import Figure, Report
from tunerr.lab.bench.stream import MEGABITS, padded
from tunerr.lab.bench.viewer import Viewer
from tunerr.lab.faults import FaultProvider, Request
from tunerr.lab.media import Clip, MediaLibrary
from tunerr.lab.media.formats import Picture
from tunerr.support.ffmpeg import locate_ffmpeg
from tunerr.support.process import start_child

_CHANNEL = "hls"
_OWN_MS = 10.0  # performance.md, "Targets"
_FFMPEG_STARTS = 5
_ASKED_AGAIN = 0.2


class _Padded(MediaLibrary):
    """Clips at the bit rate of the other benches."""

    async def clip(self, name: str, picture: Picture | None = None) -> Clip:
        return padded(await super().clip(name, picture), "a")[0]


def spent(requests: Iterable[Request], began: float, until: float) -> float:
    """Seconds between `began` and `until` in which the origin was busy with an answer."""
    busy, reached = 0.0, began
    for request in sorted(requests, key=lambda each: each.started):
        end = min(request.ended if request.ended is not None else until, until)
        start = max(request.started, reached)
        if end > start:
            busy += end - start
            reached = end
    return busy


async def _start(provider: FaultProvider, ours: Product) -> tuple[float, float]:
    """Milliseconds to the first byte, and what of them was not the origin's."""
    known = {request.id for request in provider.requests(_CHANNEL)}
    relay = ours.relay(_CHANNEL)
    viewer = await Viewer.come(relay.port, relay.path)
    await viewer.take()
    await viewer.leave()
    began, first = viewer.asked / 1e9, viewer.arrivals[0][0] / 1e9
    mine = [request for request in provider.requests(_CHANNEL) if request.id not in known]
    origin = spent(mine, began, first)
    await ours.idle()
    await asyncio.sleep(_ASKED_AGAIN)
    return (first - began) * 1e3, (first - began - origin) * 1e3


async def _ffmpeg(url: str, core: int) -> float:
    """Milliseconds from the start of an ffmpeg to the first byte of its transport stream."""
    argv = [locate_ffmpeg(), "-nostdin", "-loglevel", "error", "-i", url, "-c", "copy", "-f", "mpegts", "pipe:1"]
    began = time.monotonic()
    with on_core(core):
        child = await start_child(argv, name=FFMPEG, stdout=PIPE)
    try:
        await child.stdout.read(1)
        return (time.monotonic() - began) * 1e3
    finally:
        await child.end()


async def _measure(report: Report, case: str, library: MediaLibrary, starts: int, cores: Cores) -> None:
    with tempfile.TemporaryDirectory(prefix="iptv-tunerr-bench-") as folder:
        async with FaultProvider(media=library) as provider:
            channel = await provider.hls_channel(_CHANNEL)
            async with product(Path(folder), {_CHANNEL: [channel.url]}, cores) as ours:
                seen = [await _start(provider, ours) for _ in range(starts)]
            report.add(
                [
                    Figure(case, PRODUCT, "first byte", tuple(first for first, _ in seen), "ms"),
                    Figure(case, PRODUCT, "own share", tuple(own for _, own in seen), "ms", _OWN_MS),
                ]
            )
            times = tuple([await _ffmpeg(channel.url, cores.relay) for _ in range(min(starts, _FFMPEG_STARTS))])
            report.add([Figure(case, FFMPEG, "first byte", times, "ms")])


async def run(media: Path, starts: int) -> Report:
    """The report; `media` is the folder of encoded clips."""
    cores = Cores.found()
    report = Report("hls", remarks=[remark for remark in (cores.remark, *missing()) if remark])
    with on_core(cores.load):
        ffmpeg = locate_ffmpeg()
        await _measure(report, f"{MEGABITS:.1f} Mbit/s", _Padded(media, ffmpeg), starts, cores)
        await _measure(report, "0.3 Mbit/s", MediaLibrary(media, ffmpeg), starts, cores)
    return report
