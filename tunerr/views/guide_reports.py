"""Reports on the guide and on channels, by their paths in the described system."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, cast, get_args

from tunerr.errors import NotReady, QueryRefused, TunerrError
from tunerr.guide.diagnosis.doctor import Findings
from tunerr.guide.lookup.highlights import Highlights, Showing, gather, ordered
from tunerr.guide.lookup.reader import Shown
from tunerr.guide.lookup.stored import Stored
from tunerr.guide.making.airing import Airing
from tunerr.lineup.rules.coverage import GuidePolicy
from tunerr.model.channel import Lineup, LineupChannel
from tunerr.model.guide import GuideHealth
from tunerr.model.source import Source
from tunerr.model.status import GuideEdition
from tunerr.support.clock import Clock
from tunerr.support.snapshot import Published
from tunerr.views import guide
from tunerr.views.channel_report import channel_dna, channel_leaderboard, channel_report
from tunerr.views.guide_doctor import doctor_view
from tunerr.views.reports import Query, Reports, choice, count, flag, length

_HOUR = 3600
_DAY = 24 * _HOUR
_POLICIES: Final[tuple[GuidePolicy, ...]] = get_args(GuidePolicy)
# A diagnosis takes the worker seconds, and one of the reports is open to the house.
_DIAGNOSIS_S = 60.0
_MOST_ROWS = 5000
_PREVIEW_HOURS = 6
_PREVIEW_ROWS = 500


class Reader(Protocol):
    """What is on."""

    def shown(self, rows: Sequence[LineupChannel], start: int, stop: int) -> AsyncIterator[Shown]:
        """What channels show in some time, in the order given."""
        ...


class Search(Protocol):
    """Programmes by words."""

    async def find(self, text: str, *, now: float, limit: int) -> list[Showing]:
        """Those that are found, upcoming ones first; raises QueryRefused."""
        ...


class Diagnoses:
    """Has the worker look at the guides, at most once a minute for one edition, whoever asks."""

    def __init__(self, ask: Callable[[], Awaitable[Findings]], clock: Clock) -> None:
        self.latest: Findings | None = None
        """What was found last, of whatever edition; None before the first time."""
        self._ask = ask
        self._clock = clock
        self._turn = asyncio.Lock()
        self._known: tuple[str, datetime, Findings | TunerrError] | None = None

    @property
    def running(self) -> bool:
        """Whether somebody waits for the worker."""
        return self._turn.locked()

    @property
    def failure(self) -> TunerrError | None:
        """Why nothing was found the last time; None when something was."""
        found = self._known[2] if self._known is not None else None
        return found if isinstance(found, TunerrError) else None

    async def current(self, edition: GuideEdition | None) -> Findings:
        """Return what was found for `edition`. Raises TunerrError, which counts as long."""
        version = edition.version if edition is not None else ""
        async with self._turn:
            known = self._known
            if known is None or known[0] != version or (self._clock.now() - known[1]).total_seconds() >= _DIAGNOSIS_S:
                self._known = known = (version, self._clock.now(), await self._asked())
        if isinstance(known[2], TunerrError):
            raise known[2].with_traceback(None)
        return known[2]

    async def _asked(self) -> Findings | TunerrError:
        try:
            self.latest = await self._ask()
        except TunerrError as error:
            return error
        return self.latest


@dataclass(frozen=True, slots=True)
class GuideReports:
    """Reads what is published and asks the parts that know more.

    `policy` answers as `views.guide_policy.policy_view`, for the policy that is asked about.
    """

    reader: Reader
    search: Search
    lineup: Published[Lineup | None]
    health: Published[GuideHealth | None]
    edition: Published[GuideEdition | None]
    sources: Published[tuple[Source, ...]]
    clock: Clock
    store: Callable[[], Awaitable[Stored]]
    policy: Callable[[GuidePolicy | None], Awaitable[dict[str, Any]]]
    diagnoses: Diagnoses

    def table(self) -> Reports:
        """All of them by path."""
        return {
            "/guide/health.json": self._health,
            "/guide/policy.json": self._policy,
            "/guide/doctor.json": self._doctor,
            "/guide/aliases.json": self._aliases,
            "/guide/lineup-match.json": self._match,
            "/guide/highlights.json": self._highlights,
            "/guide/epg-store.json": self._store,
            "/guide/search.json": self._search,
            "/ui/guide-preview.json": self._preview,
            "/channels/report.json": self._channels,
            "/channels/leaderboard.json": self._leaderboard,
            "/channels/dna.json": self._dna,
        }

    async def _health(self, _: Query) -> dict[str, Any]:
        return guide.health_view(self.health.current, self.clock.now())

    async def _policy(self, query: Query) -> dict[str, Any]:
        asked = choice(query, "policy", "", allowed=("", *_POLICIES))
        return await self.policy(cast("GuidePolicy", asked) if asked else None)

    async def _doctor(self, _: Query) -> dict[str, Any]:
        return doctor_view(await self.diagnoses.current(self.edition.current))

    async def _aliases(self, query: Query) -> dict[str, Any]:
        if "aliases" in query:
            raise QueryRefused(
                "This report reads no file that a request names.", hint="Name the file in IPTV_TUNERR_XMLTV_ALIASES."
            )
        if not any(source.kind == "guide" for source in self.sources.current):
            raise NotReady("There is no guide.", hint="Add one with `iptv-tunerr source add` or IPTV_TUNERR_XMLTV_URL.")
        found = await self.diagnoses.current(self.edition.current)
        head = guide.head(found.now, self.health.current)
        return {**head, "count": len(found.answer.aliases), "name_to_xmltv_id": found.answer.aliases}

    async def _match(self, query: Query) -> dict[str, Any]:
        limit = count(query, "limit", 25, most=_MOST_ROWS)
        return guide.match_view(
            self.lineup.current, self.health.current, self.edition.current, limit=limit, now=self.clock.now()
        )

    async def _highlights(self, query: Query) -> dict[str, Any]:
        soon = length(query, "soon", 1800, most=_DAY)
        limit = count(query, "limit", 12, most=200)
        now = self.clock.now()
        start = int(now.timestamp())
        found = Highlights()
        async for shown in self.reader.shown(self._rows(), start, start + soon + 1):
            gather(shown.row, shown.airings, found, now=start, soon=start + soon)
        return guide.highlights_view(ordered(found, limit), self.health.current, soon=soon, now=now)

    async def _store(self, query: Query) -> dict[str, Any]:
        detail = flag(query, "detail")
        return guide.store_view(await self.store(), self.health.current, detail=detail, now=self.clock.now())

    async def _search(self, query: Query) -> dict[str, Any]:
        limit = count(query, "limit", 50, most=200)
        now, text = self.clock.now(), query.get("q", "")
        hits = await self.search.find(text, now=now.timestamp(), limit=limit)
        return guide.search_view(text, hits, self.health.current, now=now)

    async def _preview(self, query: Query) -> dict[str, Any]:
        limit = count(query, "limit", 200, most=_PREVIEW_ROWS)
        now = self.clock.now()
        start = int(now.timestamp())
        window = (start, start + _PREVIEW_HOURS * _HOUR)
        found: list[tuple[LineupChannel, Airing]] = []
        async for shown in self.reader.shown(self._rows(), *window):
            found += ((shown.row, airing) for airing in shown.airings)
            if len(found) > limit:
                break
        return guide.preview_view(
            found[:limit], self.health.current, window=window, truncated=len(found) > limit, now=now
        )

    async def _channels(self, query: Query) -> dict[str, Any]:
        limit = count(query, "limit", _MOST_ROWS, most=_MOST_ROWS)
        report = await asyncio.to_thread(channel_report, self._offered(), self.health.current)
        return {**self._head(), **report, "channels": report["channels"][:limit]}

    async def _leaderboard(self, query: Query) -> dict[str, Any]:
        limit = count(query, "limit", 10, most=_MOST_ROWS)
        report = await asyncio.to_thread(channel_leaderboard, self._offered(), self.health.current, limit=limit)
        return {**self._head(), **report}

    async def _dna(self, query: Query) -> dict[str, Any]:
        limit = count(query, "limit", _MOST_ROWS, most=_MOST_ROWS)
        report = await asyncio.to_thread(channel_dna, self._offered())
        return {**self._head(), **report, "channels": report["channels"][:limit]}

    def _head(self) -> dict[str, Any]:
        return guide.head(self.clock.now(), self.health.current)

    def _rows(self) -> Sequence[LineupChannel]:
        lineup = self.lineup.current
        return lineup.channels if lineup is not None else ()

    def _offered(self) -> Lineup:
        lineup = self.lineup.current
        if lineup is None:
            raise NotReady("There are no channels yet.", hint="They come with the first refresh.")
        return lineup
