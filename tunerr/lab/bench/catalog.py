"""`bench catalog`: large lists through the worker, the swap in a server, the lineup served."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import orjson

from tunerr.lab.bench.costs import Cost, child, job
from tunerr.lab.bench.costs import figures as cost_figures
from tunerr.lab.bench.lineups import figures as lineup_figures
from tunerr.lab.bench.report import Figure, Report, ratios
from tunerr.lab.bench.swap import figures as swap_figures

PRODUCT, PROTOTYPE = "tunerr", "prototype"
# performance.md, "Targets".
_TIMES_PROTOTYPE, _MEGABYTES = 1.5, 150.0
_SERIES_SHARE = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured. `lineups` are numbers of channels; `seconds` lasts one measurement of a rate."""

    entries: int = 200_000
    titles: int = 125_000
    lineups: tuple[int, ...] = (5_000, 50_000)
    pairs: int = 3
    seconds: float = 3.0


def playlist(path: Path, entries: int, *, changed: bool = False) -> Path:
    """Write a playlist as providers send it; `changed` renames every tenth entry and gives it another address."""
    countries = ("uk", "us", "de", "fr")
    with path.open("w", encoding="utf-8") as out:
        out.write("#EXTM3U\n")
        for number in range(entries):
            other = changed and number % 10 == 0
            name = f"UK: Channel {number} {'Extra' if other else 'HD'}"
            group, logo = f"Group {number % 120}", f"http://logos.example.com/pics/{number}/logo.png"
            out.write(
                f'#EXTINF:-1 tvg-id="chan{number}.{countries[number % 4]}" tvg-name="{name}"'
                f' tvg-logo="{logo}" group-title="{group}",{name}\n'
                f"http://provider.example.com:8080/live/someuser/somepass/{number + other * entries}.ts\n"
            )
    return path


def panel_titles(folder: Path, titles: int) -> dict[str, str]:
    """Write a panel's lists of films and series with their categories; the paths by the names of the job."""
    series = titles // _SERIES_SHARE
    categories = [{"category_id": str(one), "category_name": f"Genre {one}", "parent_id": 0} for one in range(60)]
    lists = {
        "movies": [
            {"num": n, "name": f"Film {n} (2019)", "stream_type": "movie", "stream_id": n, "category_id": str(n % 60)}
            | {"stream_icon": f"http://logos.example.com/{n}.jpg", "rating": "7.1", "container_extension": "mkv"}
            for n in range(titles - series)
        ],
        "series": [
            {"num": n, "name": f"Series {n}", "series_id": n, "cover": f"http://logos.example.com/{n}.jpg"}
            | {"plot": "Someone does something. " * 8, "category_id": str(n % 60), "last_modified": "1700000000"}
            for n in range(series)
        ],
        "movies-categories": categories,
        "series-categories": categories,
    }
    for name, rows in lists.items():
        (folder / name).write_bytes(orjson.dumps(rows))
    return {name: str(folder / name) for name in lists}


def ingest_request(folder: Path, document: Path, database: str = "catalog.db") -> dict[str, object]:
    """What the server asks of the worker for a playlist."""
    return {
        "form": "m3u",
        "documents": {"playlist": str(document)},
        "source": "m3u",
        "sources": ["m3u"],
        "zone": 2,
        "catalog_db": str(folder / database),
        "state_db": str(folder / "state.db"),
        "now": time.time(),
    }


def _compared(case: str, ours: list[Cost], theirs: list[Cost]) -> list[Figure]:
    cpu = ratios([cost.cpu for cost in ours], [cost.cpu for cost in theirs])
    return [
        *cost_figures(case, PROTOTYPE, theirs),
        *cost_figures(case, PRODUCT, ours, _MEGABYTES),
        Figure(case, PRODUCT, "CPU of the prototype's", cpu, "x", _TIMES_PROTOTYPE),
    ]


def _ingest(folder: Path, plan: Plan) -> list[Figure]:
    """First, unchanged and changed in pairs with the prototype, each pair in databases of its own."""
    first = playlist(folder / "first.m3u", plan.entries)
    changed = playlist(folder / "changed.m3u", plan.entries, changed=True)
    cases = {"first": first, "unchanged": first, "a tenth changed": changed}
    ours: dict[str, list[Cost]] = {case: [] for case in cases}
    theirs: dict[str, list[Cost]] = {case: [] for case in cases}
    for pair in range(plan.pairs):
        for case, document in cases.items():
            prototype = ["-m", "tunerr.lab.bench.prototype", str(document), str(folder / f"prototype-{pair}.db")]
            theirs[case].append(child([sys.executable, *prototype]))
            ours[case].append(job("ingest", ingest_request(folder, document, f"catalog-{pair}.db")))
    words = f"M3U, {plan.entries:,} entries"
    return [figure for case in cases for figure in _compared(f"{words}, {case}", ours[case], theirs[case])]


def _titles(folder: Path, plan: Plan) -> list[Figure]:
    documents = panel_titles(folder, plan.titles)
    found: dict[str, list[Cost]] = {"first": [], "unchanged": []}
    for pair in range(plan.pairs):
        request = {"documents": documents, "source": "panel", "sources": ["panel"], "now": time.time()}
        request["catalog_db"] = str(folder / f"titles-{pair}.db")
        for costs in found.values():
            costs.append(job("ingest-titles", request))
    words = f"panel, {plan.titles:,} titles"
    return [
        figure
        for case, costs in found.items()
        for figure in cost_figures(f"{words}, {case}", PRODUCT, costs, _MEGABYTES)
    ]


async def run(plan: Plan) -> Report:
    """The report."""
    report = Report("catalog")
    with tempfile.TemporaryDirectory(prefix="iptv-tunerr-bench-") as name:
        folder = Path(name)
        report.add(await asyncio.to_thread(_ingest, folder, plan))
        report.add(await asyncio.to_thread(_titles, folder, plan))
        requests = [
            ingest_request(folder, folder / f"{document}.m3u", "swap.db") for document in ("first", "changed") * 2
        ]
        report.add(await swap_figures(folder / "swap.db", requests, plan.entries))
        for channels in plan.lineups:
            report.add(await lineup_figures(channels, pairs=plan.pairs, seconds=plan.seconds))
    return report
