"""Home, the timeline and the last 24 hours of the deck, joined to the running parts."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

from tunerr import __version__
from tunerr.actions.history import clear_activity, clear_figures
from tunerr.app.chronicle import KEPT
from tunerr.app.core import Core
from tunerr.app.sampling import Memory
from tunerr.deck.operations import Operation
from tunerr.deck.page import Asked, Page
from tunerr.model.happening import Happening
from tunerr.model.samples import Samples
from tunerr.storage.facts import Facts
from tunerr.storage.happenings import latest_acts
from tunerr.views.activity import ActivityView, activity_view, entries, newest_first
from tunerr.views.history import Trends, history, telemetry, trends
from tunerr.views.home import HAPPENINGS, HomeView, figures, guide_real, left_out, locked, watching
from tunerr.views.metrics import MetricsView, metrics_view
from tunerr.views.reports import Query, Reports
from tunerr.views.status import status_view
from tunerr.views.verdict import Standing, Verdict, verdict

_AREA = "diagnostics"
_CLEARED = "activity_cleared_at"


class HomeDesk:
    """Asks the running parts what Home, the timeline and the charts show."""

    def __init__(self, core: Core, memory: Memory) -> None:
        self._core = core
        self._memory = memory
        self._facts = Facts(core.desk.state)
        self._trends: tuple[Samples, Trends] | None = None

    def pages(self) -> tuple[Page, ...]:
        """Home, which follows by itself, the timeline, and the charts."""
        return (
            Page("/", "home.html", self._home, live=True),
            Page("/activity", "activity.html", self._activity),
            Page("/diagnostics/metrics", "metrics.html", self._metrics),
        )

    def operations(self) -> dict[str, Operation]:
        """What DELETE does at the described system's paths, by name."""
        audit, sampler = self._core.desk.audit, self._memory.sampler
        return {
            "activity-clear": Operation(
                "Empty the timeline of what happened; the audit log stays.",
                lambda who, _: clear_activity(self._clear_activity, audit, who=who),
                _AREA,
            ),
            "telemetry-clear": Operation(
                "Forget the figures of the last 24 hours.",
                lambda who, _: clear_figures(sampler.clear, audit, who=who),
                _AREA,
            ),
        }

    def reports(self) -> Reports:
        """The described system's documents of status, timeline and figures, and the series that charts draw."""
        samples, clock = self._memory.sampler.samples, self._core.ground.clock

        async def status(_: Query) -> dict[str, Any]:
            return await self._status()

        async def activity(_: Query) -> dict[str, Any]:
            return entries(await self._happened(KEPT))

        async def quarters(_: Query) -> dict[str, Any]:
            return telemetry(samples.current, clock.now())

        async def series(query: Query) -> dict[str, Any]:
            return await asyncio.to_thread(history, samples.current, query)

        return {
            "/deck/status.json": status,
            "/deck/activity.json": activity,
            "/deck/telemetry.json": quarters,
            "/api/v1/history": series,
        }

    async def _home(self, asked: Asked) -> HomeView:
        core, gateway = self._core, self._core.gateway
        lineup, tuners = core.lineup.current, gateway.status()
        unoffered = lineup.left_out if lineup else ()
        guide = guide_real(core.guide.health.current)
        return HomeView(
            verdict=self._verdict(guide),
            demo=core.demo,
            urls=asked.urls,
            figures=figures(
                tuners=tuners,
                accounts=gateway.accounts.facts,
                channels=len(lineup.channels) if lineup else 0,
                left_out=sum(row.count for row in unoffered),
                guide=guide,
                slot_limit=core.accounts.streams_at_once(),
                trends=await self._trends_now(),
            ),
            watching=watching(gateway.streams()),
            tuners_free=sum(tuner.number is None and not tuner.reserved_by for tuner in tuners),
            tuners_locked=locked(tuners),
            left_out=left_out(unoffered),
            happened=await self._happened(HAPPENINGS),
            asked=self._memory.callers.latest,
        )

    async def _activity(self, asked: Asked) -> ActivityView:
        """`/activity`: kind, page."""
        happened = await self._happened(KEPT)
        return activity_view(happened, kind=asked.query.get("kind", ""), page=asked.query.get("page", ""))

    async def _metrics(self, _: Asked) -> MetricsView:
        return await asyncio.to_thread(metrics_view, self._memory.sampler.samples.current)

    async def _status(self) -> dict[str, Any]:
        core = self._core
        view = status_view(
            lineup=core.lineup.current,
            edition=core.edition.current,
            statuses=core.statuses.current,
            tuners=core.gateway.status(),
            happened=await self._happened(KEPT),
            verdict=self._verdict(guide_real(core.guide.health.current)),
            version=__version__,
            demo=core.demo,
        )
        return asdict(view)

    def _verdict(self, guide: float | None) -> Verdict:
        core, lineup = self._core, self._core.lineup.current
        accounts = core.accounts.statuses.current
        return verdict(
            Standing(
                channels=len(lineup.channels) if lineup else 0,
                edition=core.edition.current,
                guide_real=guide,
                statuses=core.statuses.current,
                accounts=[accounts[source.id] for source in core.ground.sources.current if source.id in accounts],
                asked_for=self._memory.asked_before or self._memory.callers.latest is not None,
                demo=core.demo,
                now=core.ground.clock.now(),
            )
        )

    async def _trends_now(self) -> Trends:
        """They change once a minute, and Home is looked at each second."""
        samples = self._memory.sampler.samples.current
        if self._trends is None or self._trends[0] is not samples:
            self._trends = samples, await asyncio.to_thread(trends, samples)
        return self._trends[1]

    async def _happened(self, most: int) -> tuple[Happening, ...]:
        """The newest things that happened and that operators did, newest first."""
        happenings = self._memory.chronicle.happenings()
        cleared = float(await self._facts.get(_CLEARED) or 0)
        acts = await latest_acts(self._core.desk.state, most, after=cleared)
        return newest_first(happenings[-most:], acts)[:most]

    async def _clear_activity(self) -> None:
        await self._memory.chronicle.clear()
        await self._facts.set(_CLEARED, str(self._core.ground.clock.now().timestamp()))
