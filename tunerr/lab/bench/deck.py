"""`bench deck`: a stream plays while decks are open and every page is loaded again and again, in turns with rests."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from tunerr.deck.preferences import LEVEL_COOKIE, ZONE_COOKIE
from tunerr.lab.bench.catalog import playlist
from tunerr.lab.bench.contenders import PRODUCT, Product, free_port, product
from tunerr.lab.bench.deck_followers import Decks, Followed
from tunerr.lab.bench.deck_loader import Loaded, Pages, Times
from tunerr.lab.bench.deck_paths import LIVE, Browser, browsing
from tunerr.lab.bench.flood_streams import Gaps, Streams
from tunerr.lab.bench.flood_watch import lateness, timers
from tunerr.lab.bench.process import (
    Cores,
    child_of,
    cpu_seconds,
    gaps,
    on_core,
    resident,
    running,
    say,
    source,
    told,
)
from tunerr.lab.bench.report import Figure, Report
from tunerr.lab.guides import Shape, document
from tunerr.support.process import Child

# Issue 7: what a stream may notice, what a page may take, and what the first one may weigh without players.
_GROWTH_MS, _PAGE_MS, _FIRST_PAGE_KB = 10.0, 50.0, 60.0
_SETTLED = 3.0  # seconds until the first bursts of a stream are over
_GUIDED = 479  # channels of the catalog with a guide: as many as are offered
_PROGRAMMES = 100  # of each
_DAY = 86400
_USER, _PASSWORD = "admin", "a long pass phrase"
# Browsers that show the same page in the same zone share one look at it: here no two do.
_ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu")
_NAME = "Deck 0"
_SOURCE = "the source itself"
_REST, _BUSY, _ALONE = "no deck open", "decks open, pages loaded", "one client, no stream"


@dataclass(frozen=True, slots=True)
class Plan:
    """What comes: `decks` open on a catalog of `channels`, in `pairs` of a rest and a busy time.

    Each lasts `seconds`, and so does the loading of pages by one client with nothing else going on. `media`: the
    folder of encoded clips.
    """

    media: Path
    channels: int = 50_000
    decks: int = 20
    pairs: int = 6
    seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Window:
    """What was seen in a rest or a busy time: gaps of our stream and of the source, percent of a core, MB, ms."""

    ours: Gaps
    source: Gaps
    core: float
    memory: float
    late: float


@dataclass(slots=True)
class _Measuring:
    """Rests and busy times in turn."""

    ours: Product
    streams: Child
    loader: Child
    decks: Decks
    seconds: float
    rests: list[Window] = field(default_factory=list)
    busy: list[Window] = field(default_factory=list)
    loaded: Loaded = field(default_factory=Loaded)
    followed: list[Followed] = field(default_factory=list)

    async def pair(self) -> None:
        """One of each."""
        self.rests.append(await self._window(_REST, asyncio.sleep(self.seconds)))
        async with running(child_of("deck_followers", self.decks), name="decks", talks=True) as decks:
            await told(decks, "open")
            await self._followed(decks)
            await gaps(self.streams, "decks are opened")
            self.busy.append(await self._window(_BUSY, self._load()))
            self.followed.append(await self._followed(decks))
        await gaps(self.streams, "decks are closed")

    async def _load(self) -> None:
        self.loaded.more(await _loaded(self.loader, self.seconds))

    @staticmethod
    async def _followed(decks: Child) -> Followed:
        await say(decks, "")
        return Followed(**(await told(decks, "followed"))["followed"])

    async def _window(self, name: str, work: Coroutine[Any, Any, None]) -> Window:
        pid, began = self.ours.pid, time.monotonic()
        before, cpu = await timers(self.ours.base), cpu_seconds(pid)
        await work
        source_gaps, our_gaps = await gaps(self.streams, name)
        core = 100 * (cpu_seconds(pid) - cpu) / (time.monotonic() - began)
        return Window(our_gaps, source_gaps, core, resident(pid), lateness(before, await timers(self.ours.base)))


@dataclass(frozen=True, slots=True)
class _Seen:
    alone: Loaded
    weights: dict[str, int]
    measuring: _Measuring


async def _loaded(loader: Child, seconds: float) -> Loaded:
    await say(loader, str(seconds))
    return Loaded(**(await told(loader, "loaded", seconds + 60.0))["loaded"])


@contextlib.asynccontextmanager
async def _playing(ours: Product, provider: int) -> AsyncIterator[Child]:
    """The source itself and the same by the program."""
    streams = Streams(((provider, "/a.ts"), (ours.port, ours.paths[_NAME])), udp=False)
    async with running(child_of("flood_streams", streams), name="streams", talks=True) as child:
        await told(child, "playing")
        await asyncio.sleep(_SETTLED)
        yield child


def _loading(port: int, cookie: str, paths: dict[str, str]) -> contextlib.AbstractAsyncContextManager[Child]:
    return running(child_of("deck_loader", Pages(port, cookie, paths)), name="loader", talks=True)


def open_decks(port: int, cookie: str, paths: dict[str, str], count: int) -> Decks:
    """So many decks, in turn at each page with a live part and then in the next zone."""
    pages = [paths[name] for name in LIVE if name in paths]
    places = [(page, f"{cookie}; {ZONE_COOKIE}={zone}") for zone in _ZONES for page in pages]
    return Decks(port, tuple(islice(cycle(places), count)))


async def _measure(plan: Plan, ours: Product, provider: int, port: int, browser: Browser) -> _Seen:
    await ours.settled()
    weights = await browser.weights("/")
    alone = await browser.found()
    async with _loading(port, browser.cookie, alone) as loader:
        await told(loader, "ready")
        quiet = await _loaded(loader, plan.seconds)
    async with _playing(ours, provider) as streams:
        paths = await browser.found()
        async with _loading(port, browser.cookie, paths) as loader:
            await told(loader, "ready")
            await gaps(streams, "the start")
            decks = open_decks(port, browser.cookie, paths, plan.decks)
            measuring = _Measuring(ours, streams, loader, decks, plan.seconds)
            for _ in range(plan.pairs):
                await measuring.pair()
    return _Seen(quiet, weights, measuring)


def _page_figures(case: str, loaded: Loaded) -> Iterable[Figure]:
    """All times of each page, whose spread ends with the longest, and the p95 beside its target; the slowest first."""
    times = {name: Times.of(took) for name, took in loaded.took.items()}
    for name, page in sorted(times.items(), key=lambda each: -each[1].p95):
        yield Figure(case, PRODUCT, f"{name} ({loaded.size[name] / 1000:.1f} kB)", tuple(loaded.took[name]), "ms")
        yield Figure(case, PRODUCT, f"{name} p95", (page.p95,), "ms", _PAGE_MS)
    yield Figure(case, PRODUCT, "p95 of the slowest page", (max(page.p95 for page in times.values()),), "ms", _PAGE_MS)
    yield Figure(case, PRODUCT, "pages that failed", (loaded.failed,), "", 0)


def _window_figures(case: str, windows: Sequence[Window]) -> Iterable[Figure]:
    """The gaps' p99.9 is of all windows; what else has several values has one for each window."""
    last = windows[-1]
    for who, p999, longest in (
        (PRODUCT, last.ours.p999, [window.ours.longest for window in windows]),
        (_SOURCE, last.source.p999, [window.source.longest for window in windows]),
    ):
        yield Figure(case, who, "gap p99.9", (p999,), "ms")
        yield Figure(case, who, "longest gap", tuple(longest), "ms")
    yield Figure(case, PRODUCT, "core", tuple(window.core for window in windows), "%")
    yield Figure(case, PRODUCT, "memory", tuple(window.memory for window in windows), "MB")
    yield Figure(case, PRODUCT, "the loop was late by up to", tuple(window.late for window in windows), "ms")


def _growth_figures(rests: Sequence[Window], busy: Sequence[Window]) -> Iterable[Figure]:
    """How much longer the gaps are than without decks: p99.9 of all windows, and the longest in each pair."""
    rest, last, pairs = rests[-1], busy[-1], list(zip(rests, busy, strict=True))
    longest = tuple(after.ours.longest - before.ours.longest for before, after in pairs)
    alone = tuple(after.source.longest - before.source.longest for before, after in pairs)
    yield Figure(_BUSY, PRODUCT, "growth of the gap p99.9", (last.ours.p999 - rest.ours.p999,), "ms", _GROWTH_MS)
    yield Figure(_BUSY, PRODUCT, "growth of the longest gap", longest, "ms", _GROWTH_MS)
    yield Figure(_BUSY, _SOURCE, "growth of the gap p99.9", (last.source.p999 - rest.source.p999,), "ms")
    yield Figure(_BUSY, _SOURCE, "growth of the longest gap", alone, "ms")
    yield Figure(_BUSY, PRODUCT, "streams that ended", (last.ours.ended,), "", 0)


def _deck_figures(decks: Decks, followed: Sequence[Followed], seconds: float) -> Iterable[Figure]:
    yield Figure(_BUSY, "decks", "open", (len(decks.decks),), "")
    yield Figure(_BUSY, "decks", "live parts sent", tuple(each.events / seconds for each in followed), "1/s")
    yield Figure(_BUSY, "decks", "… in", tuple(each.bytes / seconds / 1000 for each in followed), "kB/s")
    yield Figure(_BUSY, "decks", "that lost their stream", (sum(each.ended for each in followed),), "", 0)


def _guide(path: Path, channels: int) -> Path:
    """A guide from yesterday on for the first channels of the catalog."""
    countries = ("uk", "us", "de", "fr")
    ids = tuple(f"chan{number}.{countries[number % 4]}" for number in range(min(channels, _GUIDED)))
    yesterday = int(time.time()) // _DAY * _DAY - _DAY
    shape = Shape(yesterday, len(ids), len(ids) * _PROGRAMMES, ids=ids)
    with path.open("wb") as file:
        file.writelines(document(shape))
    return path


async def _seen(plan: Plan, folder: Path, cores: Cores) -> _Seen:
    catalog = await asyncio.to_thread(playlist, folder / "catalog.m3u", plan.channels)
    guide = await asyncio.to_thread(_guide, folder / "guide.xml", plan.channels)
    port = free_port()
    settings = {
        "M3U_URL_2": str(catalog),
        "XMLTV_URL": str(guide),
        "WEBUI_DISABLED": "false",
        "WEBUI_PORT": str(port),
        "WEBUI_ALLOW_LAN": "false",
        "WEBUI_PASS": _PASSWORD,
    }
    with on_core(cores.load):
        async with (
            source(plan.media) as provider,
            product(folder, {_NAME: [provider.url("a")]}, cores, settings) as ours,
            browsing(
                f"http://127.0.0.1:{port}", user=_USER, password=_PASSWORD, cookies={LEVEL_COOKIE: "lab"}
            ) as browser,
        ):
            return await _measure(plan, ours, provider.port, port, browser)


async def run(plan: Plan) -> Report:
    """The report."""
    cores = Cores.found()
    report = Report("deck", remarks=[cores.remark] if cores.remark else [])
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="iptv-tunerr-bench-") as name:
        seen = await _seen(plan, Path(name), cores)
    measured = seen.measuring
    kilobytes = sum(seen.weights.values()) / 1000
    report.add([Figure("first page", PRODUCT, "with css and js", (kilobytes,), "kB", _FIRST_PAGE_KB)])
    report.add(_page_figures(_ALONE, seen.alone))
    report.add(_page_figures(_BUSY, measured.loaded))
    report.add(_window_figures(_REST, measured.rests))
    report.add(_window_figures(_BUSY, measured.busy))
    report.add(_growth_figures(measured.rests, measured.busy))
    report.add(_deck_figures(measured.decks, measured.followed, plan.seconds))
    report.remarks.append(
        f"{plan.channels:,} channels in the catalog, {len(measured.ours.paths)} offered. Sizes are by gzip."
        f" Load average {before:.1f} before and {os.getloadavg()[0]:.1f} after."
    )
    return report
