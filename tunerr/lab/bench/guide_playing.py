"""What a viewer notices while the product as shipped refreshes a large guide."""

from __future__ import annotations

import asyncio
import os
import time
from itertools import pairwise
from pathlib import Path

from tunerr.errors import TunerrError
from tunerr.lab.bench.contenders import PRODUCT, QUIET_SECONDS, Product, command, product
from tunerr.lab.bench.guide_work import Work
from tunerr.lab.bench.process import Cores, resident, running, source
from tunerr.lab.bench.report import Figure
from tunerr.lab.bench.viewer import Viewer
from tunerr.support.tasks import Supervisor

_PATIENCE = 20.0
_JOB_SECONDS = 900.0
_PICTURE_MS = 40.0


async def figures(work: Work, media: Path, rounds: int, cores: Cores) -> list[Figure]:
    """Play the first channel of a lineup that wants a tenth of the document, and have it read again meanwhile."""
    shape, document = work.shape, work.document
    settings = {"XMLTV_URL": str(document), "XMLTV_TIMEOUT": "10m"}
    async with source(media) as provider:
        names = [shape.name(number) for number in range(len(shape.ids))]
        channels = {name: [provider.url("a", f"login{number}")] for number, name in enumerate(names)}
        async with product(work.folder / "playing", channels, cores, settings) as ours:
            await ours.settled()
            viewer = await Viewer.come(ours.port, ours.paths[names[0]])
            try:
                if not await viewer.take_until("a", _PATIENCE):
                    raise TunerrError("The channel does not play.")
                rest, busy, lasted = await _rounds(viewer, ours, document, rounds)
            finally:
                await viewer.leave()
            memory = resident(ours.pid)
    case = "a stream plays"
    return [
        Figure(case, PRODUCT, "longest gap at rest", rest, "ms"),
        # A gap that is longer by one picture is chance.
        Figure(case, PRODUCT, "longest gap in a refresh", busy, "ms", max(rest) + _PICTURE_MS),
        Figure(case, PRODUCT, "refresh, render included", lasted, "s"),
        Figure(case, PRODUCT, "memory afterwards", (memory,), "MB"),
    ]


async def _rounds(
    viewer: Viewer, ours: Product, document: Path, rounds: int
) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """Longest gaps at rest and in a refresh, and how long that lasted; a time at rest is as long as a refresh."""
    rest, busy, lasted, tasks = [], [], [], Supervisor()
    tasks.spawn(viewer.take_for(rounds * _JOB_SECONDS), "the viewer reads")
    try:
        for _ in range(rounds):
            began = time.monotonic_ns()
            os.utime(document)
            await _refresh(ours)
            await ours.settled()
            ended = time.monotonic_ns()
            await asyncio.sleep((ended - began) / 1e9)
            busy.append(_longest_gap(viewer, began, ended))
            rest.append(_longest_gap(viewer, ended, time.monotonic_ns()))
            lasted.append((ended - began) / 1e9 - QUIET_SECONDS)
    finally:
        await tasks.aclose()
    return tuple(rest), tuple(busy), tuple(lasted)


def _longest_gap(viewer: Viewer, began: int, ended: int) -> float:
    """Milliseconds; TunerrError when the stream ended."""
    inside = [at for at, _ in viewer.arrivals if began <= at <= ended]
    if not inside:
        raise TunerrError("The stream ended while the guide was refreshed.")
    return max(later - earlier for earlier, later in pairwise((began, *inside, ended))) / 1e6


async def _refresh(ours: Product) -> None:
    """What the operator does; ends when the guide was read."""
    argv = command({"DATA_DIR": str(ours.data)}, "source", "refresh", "xmltv")
    async with running(argv, name="source refresh") as child:
        async with asyncio.timeout(_JOB_SECONDS):
            status = await child.wait()
        if status:
            raise TunerrError(f"The guide was not refreshed: {child.last_words()}")
