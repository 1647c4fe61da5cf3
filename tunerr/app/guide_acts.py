"""Acts on the guide: reports, diagnosis, and what the operator accepts and refuses."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from tunerr.actions.finding import ChannelFinder
from tunerr.actions.guide import OperatorGuide
from tunerr.app.acts import WHO
from tunerr.app.arguments import Act, Arguments
from tunerr.app.core import Core
from tunerr.app.guide_document import GivenDocuments
from tunerr.errors import ActionRefused, NotReady, TunerrError
from tunerr.guide.diagnosis.doctor import Findings
from tunerr.guide.diagnosis.health import health_report
from tunerr.guide.fetching.refresh import edition_hours
from tunerr.guide.messages import DoctorAnswer, DoctorRequest
from tunerr.guide.wanted import guide_sources, render_channels
from tunerr.model.channel import ChannelId, Lineup
from tunerr.model.guide import GuideHealth
from tunerr.support.tasks import Supervisor
from tunerr.views.channel_report import channel_dna, channel_leaderboard, channel_report
from tunerr.views.guide import found_programmes
from tunerr.views.guide_doctor import doctor_view, link_report
from tunerr.views.guide_reports import Diagnoses

_JOB_SECONDS = 900.0
_LISTED = 50
_MOST_PROGRAMMES = 200
_BEST = 10


class GuideActs:
    """Joined to the running parts; `table` is for the control socket, the rest for pages too."""

    def __init__(
        self, core: Core, finder: ChannelFinder, reload: Callable[[], Awaitable[None]], background: Supervisor
    ) -> None:
        ground = core.ground
        self._core = core
        self._background = background
        self._documents = GivenDocuments(
            folder=ground.folder,
            clients=ground.clients,
            settings=ground.settings.guide,
            sources=lambda: ground.sources.current,
        )
        self.diagnoses = Diagnoses(self.findings, ground.clock)
        self.operator = OperatorGuide(
            choices=ground.choices, find=finder.find, linked=self._linked, lists=core.guide.lists, reload=reload
        )

    def table(self) -> dict[str, Act]:
        """All of them."""
        return {
            "guide-accept": lambda given: self.operator.accept(given.text("channel"), given.text("guide_id"), who=WHO),
            "guide-refuse": lambda given: self.operator.refuse(given.text("channel"), given.text("guide_id"), who=WHO),
            "guide-unlink": lambda given: self.operator.unlink(given.text("channel"), who=WHO),
            "guide-search": self._search,
            "guide-programmes": self._programmes,
            "guide-health": self._health_report,
            "guide-links": self._links,
            "guide-doctor": self._doctor,
            "channel-report": self._channel_report,
            "channel-leaderboard": self._leaderboard,
            "channel-dna": self._dna,
        }

    def examine(self) -> None:
        """Have the guides in force examined, unless that is being done; `diagnoses` tells what was found."""
        if not self.diagnoses.running:
            self._background.spawn(self._examine(), "examine guides")

    async def findings(self, *, xmltv: str = "", aliases: dict[str, str] | None = None) -> Findings:
        """Examine the guides in force, or the document `xmltv`; `aliases` come on top of those of the settings.

        Raises NotReady without a lineup, ActionRefused for a document that is not allowed, and TunerrError.
        """
        core = self._core
        if not xmltv:
            current = core.ground.sources.current
            shifts: dict[str, str] = {one.id: one.programmes.shift for one in current if one.kind == "guide"}
            statuses = tuple(status for status in core.statuses.current if status.id in shifts)
            answer = await self._examined(await self._request(aliases))
            return Findings(answer, statuses, core.ground.clock.now(), shifts)
        request = await self._request(aliases)
        async with self._documents.fetched(xmltv) as document:
            answer = await self._examined(request.model_copy(update={"document": document}))
        return Findings(answer, None, core.ground.clock.now())

    async def _examine(self) -> None:
        with contextlib.suppress(TunerrError):  # which is told to whoever looks
            await self.diagnoses.current(self._core.edition.current)

    async def listed(self, text: str, limit: int) -> list[dict[str, Any]]:
        """Return what guides list with `text` in an id or a name: `source`, `guide_id`, `names`, `programmes`."""
        ground = self._core.ground
        request = {
            "guide_db": str(ground.folder.guide_db),
            "sources": [one.model_dump() for one in guide_sources(ground.sources.current)],
            "text": text,
            "limit": limit,
        }
        rows: list[dict[str, Any]] = (await ground.worker.run("search-listed", request, _JOB_SECONDS))["rows"]
        return rows

    async def _request(self, aliases: dict[str, str] | None) -> DoctorRequest:
        core, lineup = self._core, self._lineup()
        current, matching = core.ground.sources.current, await core.ground.matching()
        past, future = edition_hours(core.settings.guide)
        return DoctorRequest(
            guide_db=core.ground.folder.guide_db,
            # Of 479 channels it takes some 6 ms, and there may be 32 devices of them.
            channels=await asyncio.to_thread(render_channels, lineup, current),
            sources=guide_sources(current),
            matching=matching.model_copy(update={"aliases": matching.aliases | (aliases or {})}),
            now=core.ground.clock.now().timestamp(),
            past_hours=past,
            future_hours=future,
            sparse_below=core.settings.guide.short_epg_min,
            scratch=core.ground.folder.spool_dir,
        )

    async def _examined(self, request: DoctorRequest) -> DoctorAnswer:
        message = await asyncio.to_thread(request.model_dump, mode="json")
        answer = await self._core.ground.worker.run("guide-doctor", message, _JOB_SECONDS)
        return await asyncio.to_thread(DoctorAnswer.model_validate, answer)

    async def _judged(self, given: Arguments) -> GuideHealth:
        """The health that a report is about: of the guides in force, or of what is given."""
        xmltv, aliases = given.text("xmltv", ""), _aliases(given)
        if xmltv or aliases:
            found = await self.findings(xmltv=xmltv, aliases=aliases)
            return GuideHealth("", self._lineup().version, found.now, found.answer.channels)
        health = self._core.guide.health.current
        if health is None:
            raise NotReady(
                "The guide is not ready yet.", hint="It comes with the first refresh; `source list` shows it."
            )
        return health

    def _lineup(self) -> Lineup:
        lineup = self._core.lineup.current
        if lineup is None:
            raise NotReady("There are no channels yet.", hint="They come with the first refresh.")
        return lineup

    async def _linked(self, channel: ChannelId) -> Sequence[str]:
        health = self._core.guide.health.current
        row = health.by_id.get(channel) if health is not None else None
        return [link.guide_id for link in row.links] if row is not None else []

    async def _health_report(self, given: Arguments) -> dict[str, Any]:
        return health_report(await self._judged(given))

    async def _links(self, given: Arguments) -> dict[str, Any]:
        return link_report((await self._judged(given)).channels)

    async def _doctor(self, given: Arguments) -> dict[str, Any]:
        return doctor_view(await self.findings(xmltv=given.text("xmltv", ""), aliases=_aliases(given)))

    async def _channel_report(self, given: Arguments) -> dict[str, Any]:
        return channel_report(self._lineup(), await self._judged(given))

    async def _leaderboard(self, given: Arguments) -> dict[str, Any]:
        limit = given.number("limit")
        if limit is not None and limit < 0:
            raise ActionRefused("The limit is below 0.", hint="Example: channel-leaderboard -limit 10")
        health = await self._judged(given)
        return channel_leaderboard(self._lineup(), health, limit=_BEST if limit is None else limit)

    async def _dna(self, _: Arguments) -> dict[str, Any]:
        return channel_dna(self._lineup())

    async def _search(self, given: Arguments) -> list[dict[str, Any]]:
        limit = given.number("limit")
        return await self.listed(given.text("text"), _LISTED if limit is None else max(limit, 0))

    async def _programmes(self, given: Arguments) -> list[dict[str, str]]:
        limit, now = given.number("limit"), self._core.ground.clock.now()
        most = _LISTED if limit is None else min(max(limit, 0), _MOST_PROGRAMMES)
        hits = await self._core.guide.search.find(given.text("text"), now=now.timestamp(), limit=most)
        return found_programmes(hits)


def _aliases(given: Arguments) -> dict[str, str]:
    table = given.table("aliases", {})
    if not all(isinstance(one, str) for one in table.values()):
        raise ActionRefused("The aliases are no texts by name.", hint='Example: {"bbc one": "bbc1.uk"}')
    return table
