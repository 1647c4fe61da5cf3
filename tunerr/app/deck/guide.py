"""The deck's guide: grid, repair, one channel, one programme, search, doctor; and the acts on links."""

from __future__ import annotations

import asyncio

from tunerr.app.core import Core
from tunerr.app.guide_acts import GuideActs
from tunerr.app.operator_acts import OperatorActs
from tunerr.deck.operations import Fields, Operation
from tunerr.deck.page import Asked as Question
from tunerr.deck.page import Page
from tunerr.errors import ActionRefused, NotFound, QueryRefused
from tunerr.guide.diagnosis.doctor import Findings
from tunerr.guide.lookup.reader import Asked
from tunerr.guide.lookup.stored import Stored
from tunerr.model.channel import ChannelId, Lineup, LineupChannel
from tunerr.model.guide import GuideHealth
from tunerr.model.status import GuideEdition
from tunerr.views.guide_channel import (
    MOST_FOUND,
    ChannelGuideView,
    ProgrammeView,
    SearchView,
    channel_view,
    programme_view,
    search_view,
)
from tunerr.views.guide_diagnosis import DiagnosisView, diagnosis_view
from tunerr.views.guide_examined import Examination, Examined, examined
from tunerr.views.guide_grid import GridState, GridView, choose, grid_query, grid_view
from tunerr.views.guide_repair import RepairRow, RepairView, repair_query, repair_rows, repair_view
from tunerr.views.guide_window import SPAN, day_of

_AREA = "guide"
_LONGEST_TEXT = 200
_Known = tuple[Lineup | None, GuideHealth | None, Examined | None]
_SHIFTS = {"+1": 1, "-1": -1}


def guide_pages(core: Core, acts: OperatorActs) -> tuple[Page, ...]:
    """All pages of the guide."""
    pages = _GuidePages(core, acts.guide)
    return (
        Page("/guide", "guide.html", pages.grid),
        Page("/guide/programme", "guide_programme.html", pages.programme),
        Page("/guide/search", "guide_search.html", pages.search),
        Page("/guide/repair", "guide_repair.html", pages.repair, live=True),
        Page("/guide/channel/{channel}", "guide_channel.html", pages.channel),
        Page("/guide/doctor", "guide_doctor.html", pages.doctor, live=True),
    )


def guide_operations(acts: OperatorActs) -> dict[str, Operation]:
    """All acts on the guide, by name."""
    guide = acts.guide.operator

    async def accept_many(who: str, fields: Fields) -> str:
        pairs = (pair.partition(" ") for pair in fields.getall("pair", []))
        return await guide.accept_many([(channel, guide_id) for channel, _, guide_id in pairs], who=who)

    async def shift(who: str, fields: Fields) -> str:
        hours = _SHIFTS.get(fields.get("hours", "").strip())
        if hours is None:
            raise ActionRefused("The times can be moved by an hour at a time.", hint="Send hours as +1 or -1.")
        return await guide.shift(fields.get("channel", ""), hours, who=who)

    async def examine(_who: str, _fields: Fields) -> str:
        acts.guide.examine()
        return "The guides are being examined."

    return {
        "guide-accept": Operation(
            "Link channel to guide_id, an XMLTV id, in every guide that has it.",
            lambda who, fields: guide.accept(fields.get("channel", ""), fields.get("guide_id", ""), who=who),
            _AREA,
        ),
        "guide-accept-many": Operation(
            "Link several channels at once; each pair is a channel's id, a blank and an XMLTV id.", accept_many, _AREA
        ),
        "guide-refuse": Operation(
            "Say that guide_id is not the channel's; it takes the next best that is found.",
            lambda who, fields: guide.refuse(fields.get("channel", ""), fields.get("guide_id", ""), who=who),
            _AREA,
        ),
        "guide-unlink": Operation(
            "Refuse every XMLTV id that channel is linked to now.",
            lambda who, fields: guide.unlink(fields.get("channel", ""), who=who),
            _AREA,
        ),
        "guide-shift": Operation("Move the programmes of channel by an hour: hours is +1 or -1.", shift, _AREA),
        "guide-examine": Operation("Examine the guides: what is wrong, and which ids may be accepted.", examine, _AREA),
        "guide-refresh": Operation(
            "Have all guides read again; queued when that is being done.",
            lambda who, _: acts.guide_refresh.queue(who),
            _AREA,
        ),
    }


class _GuidePages:
    """Asks the running parts and has the views made, off the event loop where they look at every channel."""

    def __init__(self, core: Core, acts: GuideActs) -> None:
        self._core = core
        self._acts = acts
        self._needy: tuple[_Known, tuple[RepairRow, ...]] | None = None
        self._laid_out: tuple[Findings, Examined] | None = None
        self._counted: tuple[GuideEdition | None, Stored] | None = None

    async def grid(self, asked: Question) -> GridView:
        """`/guide`: at, from, q, group, show."""
        core, now = self._core, self._core.ground.clock.now()
        query = grid_query(asked.query, now, asked.zone)
        lineup, health, state, current = core.lineup.current, core.guide.health.current, self._state(), self._current()
        chosen = await asyncio.to_thread(choose, lineup, health, query)
        start, stop = int(query.start.timestamp()), int((query.start + SPAN).timestamp())
        shown = await core.guide.reader.page([Asked(row, start, stop) for row in chosen.rows])
        return await asyncio.to_thread(
            grid_view, query, chosen, shown, health=health, state=state, current=current, now=now, zone=asked.zone
        )

    async def programme(self, asked: Question) -> ProgrammeView:
        """`/guide/programme`: channel, start in Unix seconds."""
        row, start = self._row(asked.query.get("channel", "")), asked.query.get("start", "")
        if not (start.isascii() and start.isdigit()):
            raise QueryRefused("The time of the programme is missing.", hint="Open it from the grid.")
        at = int(start[:12])
        shown = (await self._core.guide.reader.page([Asked(row, at, at + 1)]))[0]
        if not shown.airings:
            raise NotFound(
                f"Nothing is known of {row.channel.name} at that time.",
                hint="The guide has changed, or doesn't reach so far. Open the grid again.",
            )
        return programme_view(row, shown.airings[0], self._core.guide.health.current, asked.zone)

    async def search(self, asked: Question) -> SearchView:
        """`/guide/search`: q."""
        text, now = asked.query.get("q", "").strip(), self._core.ground.clock.now()
        if not text:
            return search_view("", (), now, asked.zone, most=MOST_FOUND)
        try:
            found = await self._core.guide.search.find(text, now=now.timestamp(), limit=MOST_FOUND)
        except QueryRefused as refused:
            problem = {"problem": refused.message, "hint": refused.hint}
            return search_view(text[:_LONGEST_TEXT], (), now, asked.zone, most=MOST_FOUND, **problem)
        return search_view(text, found, now, asked.zone, most=MOST_FOUND)

    async def repair(self, asked: Question) -> RepairView:
        """`/guide/repair`: show, q, page, least. Has the guides examined when that never was done."""
        core, query = self._core, repair_query(asked.query)
        examination = await self._examination()
        of = (core.lineup.current, core.guide.health.current, examination.known)
        if self._needy is None or any(old is not new for old, new in zip(self._needy[0], of, strict=True)):
            self._needy = (of, await asyncio.to_thread(repair_rows, *of))
        ready = core.guide.health.current is not None and core.lineup.current is not None
        return await asyncio.to_thread(
            repair_view, query, self._needy[1], examination, ready=ready, current=self._current()
        )

    async def channel(self, asked: Question) -> ChannelGuideView:
        """`/guide/channel/{channel}`: q searches ids in the guides."""
        core, row = self._core, self._row(asked.match["channel"])
        day, end = day_of(core.ground.clock.now(), asked.zone)
        shown = (await core.guide.reader.page([Asked(row, int(day.timestamp()), int(end.timestamp()))]))[0]
        text = asked.query.get("q", "").strip()[:_LONGEST_TEXT]
        return channel_view(
            shown,
            day=day,
            health=core.guide.health.current,
            examination=await self._examination(),
            current=self._current(),
            text=text,
            found=await self._acts.listed(text, MOST_FOUND) if text else None,
        )

    async def doctor(self, _: Question) -> DiagnosisView:
        """`/guide/doctor`."""
        core, lineup = self._core, self._core.lineup.current
        return diagnosis_view(
            await self._examination(),
            core.statuses.current,
            await self._stored(),
            channels=len(lineup.channels) if lineup is not None else 0,
        )

    async def _examination(self) -> Examination:
        diagnoses = self._acts.diagnoses
        latest, failure = diagnoses.latest, diagnoses.failure
        ready = self._core.guide.health.current is not None
        if latest is None and failure is None and ready:
            self._acts.examine()
            return Examination(None, running=True, failure=None)
        if latest is not None and (self._laid_out is None or self._laid_out[0] is not latest):
            self._laid_out = (latest, await asyncio.to_thread(examined, latest))
        known = self._laid_out[1] if self._laid_out is not None else None
        return Examination(known, running=diagnoses.running, failure=failure)

    async def _stored(self) -> Stored:
        """What the database held when the edition came: counting it takes the disk's time, and the page is live."""
        edition = self._core.edition.current
        if self._counted is None or self._counted[0] is not edition:
            self._counted = (edition, await self._core.guide.stored())
        return self._counted[1]

    def _row(self, channel: str) -> LineupChannel:
        lineup = self._core.lineup.current
        row = lineup.by_id.get(ChannelId(channel)) if lineup is not None else None
        if row is None:
            raise NotFound("This channel is not offered.", hint="Only channels of the lineup have a guide.")
        return row

    def _state(self) -> GridState:
        core, lineup = self._core, self._core.lineup.current
        if lineup is None:
            return "starting"
        if not lineup.channels:
            return "empty"
        if not any(source.kind == "guide" for source in core.ground.sources.current):
            return "no_guide"
        return "ready" if core.guide.health.current is not None else "unmade"

    def _current(self) -> bool:
        """Whether the guide that is served is of the lineup in force."""
        lineup, edition = self._core.lineup.current, self._core.edition.current
        return lineup is not None and edition is not None and edition.lineup_version == lineup.version
