"""`bench guide`: a large guide through the worker, a stream that plays meanwhile, the rendered guide served."""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tunerr.lab.bench import contenders, guide_playing, guide_served, guide_work
from tunerr.lab.bench.process import Cores, on_core
from tunerr.lab.bench.report import Report
from tunerr.lab.guides import Shape, document

_DAY = 86400


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured. `media`: the folder of encoded clips; `pairs`: how often each is measured."""

    media: Path
    channels: int = 5_000
    programmes: int = 535_000
    pairs: int = 3


def _shape(plan: Plan) -> Shape:
    """A week from yesterday on. The first tenth of its channels is what a lineup of the bench is named after."""
    ids = tuple(f"Channel {number}.bench" for number in range(max(1, plan.channels // 10)))
    yesterday = int(time.time()) // _DAY * _DAY - _DAY
    return Shape(yesterday, plan.channels, plan.programmes, ids=ids)


def _written(path: Path, shape: Shape) -> Path:
    with path.open("wb") as file:
        file.writelines(document(shape))
    return path


async def run(plan: Plan) -> Report:
    """The report."""
    cores, shape = Cores.found(), _shape(plan)
    lacking = [*guide_work.missing(), *contenders.missing()]
    report = Report("guide", remarks=[remark for remark in (cores.remark, *lacking) if remark])
    with tempfile.TemporaryDirectory(prefix="iptv-tunerr-bench-") as name:
        folder = Path(name)
        work = guide_work.Work(await asyncio.to_thread(_written, folder / "guide.xml", shape), shape, folder)
        report.add(await asyncio.to_thread(guide_work.costs, work, plan.pairs))
        report.add(await guide_work.lag(work, plan.pairs))
        with on_core(cores.load):
            report.add(await guide_served.figures(work.editions, folder, plan.pairs, cores))
            report.add(await guide_playing.figures(work, plan.media, plan.pairs, cores))
    return report
