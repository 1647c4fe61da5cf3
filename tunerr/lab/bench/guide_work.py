"""What the worker's guide jobs cost beside the least that C programs need; how late a server's loop is meanwhile."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from tunerr.guide.matching.values import Wanted
from tunerr.guide.messages import IngestRequest, RenderChannel, RenderLineup, RenderRequest, RenderSource
from tunerr.lab.bench.contenders import PRODUCT
from tunerr.lab.bench.costs import Cost, child, job
from tunerr.lab.bench.costs import figures as cost_figures
from tunerr.lab.bench.lag import Lag
from tunerr.lab.bench.report import Figure, ratios
from tunerr.lab.guides import Shape
from tunerr.model.channel import SourceId
from tunerr.support.tasks import Supervisor
from tunerr.support.worker_client import Worker

YARDSTICK = "xmllint + sqlite3"
# Programs of the yardstick, with their Debian packages.
_TOOLS = {"xmllint": "libxml2-utils", "sqlite3": "sqlite3"}

# performance.md, "Targets".
_TIMES_SOME, _TIMES_ALL, _MEGABYTES, _LAG_MS = 3.0, 5.0, 150.0, 5.0
_SOURCE = SourceId("bench")
_REST_SECONDS = 3.0
_JOB_SECONDS = 900.0
_BATCH = 5_000
_COLUMNS = ("title", "sub-title", "desc", "category", "episode-num", "date")
_TABLE = (
    "CREATE TABLE programme (channel TEXT, start TEXT, stop TEXT, icon TEXT,"
    " title TEXT, sub_title TEXT, description TEXT, category TEXT, episode TEXT, date TEXT)"
)
_INSERT = """\
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
ATTACH '{rows}' AS given;
BEGIN;
{table};
INSERT INTO programme SELECT * FROM given.programme;
CREATE INDEX programme_by_channel ON programme (channel, start);
COMMIT;
"""


@dataclass(frozen=True, slots=True)
class Work:
    """The document of a shape, whose ids are those of a tenth of its channels, and the folder of all databases."""

    document: Path
    shape: Shape
    folder: Path

    def ingest(self, channels: int, database: str) -> dict[str, object]:
        """Ask for the document as a lineup of its first channels does."""
        wanted = tuple(_wanted(self.shape, number) for number in range(channels))
        request = IngestRequest(
            path=self.document,
            source=_SOURCE,
            guide_db=self.folder / database,
            now=time.time(),
            wanted=wanted,
            retain_past_hours=48,
            horizon_days=21,
        )
        return request.model_dump(mode="json")

    def render(self, channels: int, database: str) -> dict[str, object]:
        """Ask for the edition of that lineup."""
        rows = tuple(
            RenderChannel(
                number=str(number + 1),
                name=self.shape.name(number),
                logo=f"https://images.example.com/channels/{number}.png",
                wanted=_wanted(self.shape, number),
            )
            for number in range(channels)
        )
        request = RenderRequest(
            guide_db=self.folder / database,
            guide_dir=self.editions,
            lineup=RenderLineup(version="bench", channels=rows),
            sources=(RenderSource(id=_SOURCE),),
            now=time.time(),
            past_hours=24,
            future_hours=14 * 24,
            generator="bench",
        )
        return request.model_dump(mode="json")

    @property
    def editions(self) -> Path:
        """Folder of the editions that were rendered."""
        return self.folder / "editions"


def _wanted(shape: Shape, number: int) -> Wanted:
    return Wanted(f"dna-{number:016x}", (shape.name(number),), tvg_id=shape.id(number))


def costs(work: Work, pairs: int) -> list[Figure]:
    """Ingest for a tenth and for all of the channels and render, in pairs with the yardstick where it is installed."""
    every = work.shape.channels
    lineups = {"a tenth": len(work.shape.ids), "all": every}
    ours: dict[str, list[Cost]] = {case: [] for case in lineups}
    renders: list[Cost] = []
    theirs: list[Cost] = []
    rows = _rows(work) if not missing() else None
    for pair in range(pairs):
        if rows is not None:
            theirs.append(_yardstick(work, rows, work.folder / f"yardstick-{pair}.db"))
        for case, channels in lineups.items():
            ours[case].append(job("ingest-guide", work.ingest(channels, f"guide-{pair}-{channels}.db")))
        renders.append(job("render-guide", work.render(every, f"guide-{pair}-{every}.db")))
    words = f"guide of {work.document.stat().st_size / 1e6:.0f} MB"
    return [
        *cost_figures(words, YARDSTICK, theirs),
        *_compared(f"{words}, a tenth wanted", ours["a tenth"], theirs, _TIMES_SOME),
        *_compared(f"{words}, all wanted", ours["all"], theirs, _TIMES_ALL),
        *cost_figures(f"{words}, rendered", PRODUCT, renders, _MEGABYTES),
    ]


def missing() -> list[str]:
    """What the yardstick lacks on this machine, in words."""
    return [
        f"{tool} is not installed (Debian: {package}): no rows of the yardstick."
        for tool, package in _TOOLS.items()
        if shutil.which(tool) is None
    ]


def _compared(case: str, ours: list[Cost], theirs: list[Cost], limit: float) -> list[Figure]:
    wall = ratios([cost.wall for cost in ours], [cost.wall for cost in theirs])
    cpu = ratios([cost.cpu for cost in ours], [cost.cpu for cost in theirs])
    return [
        *cost_figures(case, PRODUCT, ours, _MEGABYTES),
        Figure(case, PRODUCT, "wall of the yardstick's", wall, "x", limit),
        Figure(case, PRODUCT, "CPU of the yardstick's", cpu, "x", limit),
    ]


def _rows(work: Work) -> Path:
    """A database with the programmes as rows, for the shell to copy."""
    path = work.folder / "rows.db"
    db = sqlite3.connect(path)
    db.execute(_TABLE)
    db.executemany(f"INSERT INTO programme VALUES ({', '.join('?' * 10)})", _read(work.document))  # noqa: S608 - marks
    db.commit()
    db.close()
    return path


def _read(document: Path) -> Iterator[tuple[str | None, ...]]:
    for _, element in etree.iterparse(document, tag="programme", no_network=True):
        icon = element.find("icon")
        place = (element.get("channel"), element.get("start"), element.get("stop"))
        texts = (element.findtext(name) for name in _COLUMNS)
        yield (*place, None if icon is None else icon.get("src"), *texts)
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


def _yardstick(work: Work, rows: Path, database: Path) -> Cost:
    """Parse the document to nothing, then copy its rows into a table with an index."""
    parsed = child(["xmllint", "--noout", "--stream", str(work.document)])
    copied = child(["sqlite3", str(database), _INSERT.format(rows=rows, table=_TABLE)])
    return parsed + copied


async def lag(work: Work, rounds: int) -> list[Figure]:
    """How late the timers of a server are while the worker reads and renders, beside a server at rest."""
    every = work.shape.channels
    jobs = {
        "ingest-guide": work.ingest(every, "lag.db"),
        "render-guide": work.render(every, "lag.db"),
    }
    watch, tasks, worker = Lag(), Supervisor(), Worker()
    tasks.spawn(watch.watch(), "loop lag")
    rest: list[tuple[float, float]] = []
    busy: list[tuple[float, float]] = []
    try:
        for _ in range(rounds):
            watch.since()
            await asyncio.sleep(_REST_SECONDS)
            rest.append(watch.since())
            for name, request in jobs.items():
                await worker.run(name, request, _JOB_SECONDS)
            busy.append(watch.since())
    finally:
        await tasks.aclose()
    case = "a server's loop"
    return [
        Figure(case, "nothing", "lag p99 at rest", tuple(p99 for p99, _ in rest), "ms"),
        Figure(case, PRODUCT, "lag p99 while the jobs run", tuple(p99 for p99, _ in busy), "ms", _LAG_MS),
        Figure(case, PRODUCT, "largest lag", tuple(most for _, most in busy), "ms"),
    ]
