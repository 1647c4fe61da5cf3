"""The refresh cycle: sources to catalog, catalog to lineup, lineup and guide sources to a guide edition."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from functools import partial
from typing import Protocol

import structlog

from tunerr.app.schedule import Schedule
from tunerr.catalog.refresh import CatalogRefresher
from tunerr.errors import ActionRefused, TunerrError
from tunerr.guide.fetching.refresh import GuideRefresher
from tunerr.guide.wanted import guide_sources
from tunerr.lineup.builder import LineupBuilder
from tunerr.model.channel import Lineup, SourceId
from tunerr.model.source import Source
from tunerr.model.status import GuideEdition, SourceState, SourceStatus
from tunerr.support.snapshot import Published
from tunerr.support.turns import OneWaits

log = structlog.get_logger(__name__)

_Asking = asyncio.Task[SourceStatus | TunerrError]

# Providers that hang are waited for this long before the others' channels are published without them.
_GRACE_S = 30.0


class Planner(Protocol):
    """Decides which channels are offered."""

    async def plan(self) -> None:
        """Run the rules over what is published now; the builder finds the outcome."""
        ...


class RefreshCycle:
    """Refreshes on a schedule and on demand, each source once at a time, and publishes what came of it.

    A source that is ill or slow delays no other: its channels follow when it has answered.
    """

    def __init__(
        self,
        *,
        sources: Published[tuple[Source, ...]],
        catalog: CatalogRefresher,
        planner: Planner,
        builder: LineupBuilder,
        guide: GuideRefresher,
        lineup: Published[Lineup | None],
        edition: Published[GuideEdition | None],
        statuses: Published[tuple[SourceStatus, ...]],
        interval: Callable[[], float],
        grace: float = _GRACE_S,
        after_playlists: Callable[[], Awaitable[bool]] | None = None,
        after_guides: Callable[[], Awaitable[object]] | None = None,
        after_edition: Callable[[GuideEdition], Awaitable[object]] | None = None,
    ) -> None:
        """`interval`, of sources without one of their own, and `grace` in seconds; an interval of 0 is none.

        The former is asked again after `sources_changed`.

        `after_playlists` is called when channels were read; True means that there are other sources now.
        `after_guides` is called when guides were read and before they are rendered: it may decide anew which channels
        are offered. `after_edition` is called with each edition that was published.
        """
        self.refreshed = asyncio.Event()
        """Set whenever channels were refreshed; whoever follows them clears it."""
        self._sources = sources
        self._catalog = catalog
        self._planner = planner
        self._builder = builder
        self._guide = guide
        self._lineup = lineup
        self._edition = edition
        self._statuses = statuses
        self._interval = interval
        self._grace = grace
        self._after_playlists = after_playlists
        self._after_guides = after_guides
        self._after_edition = after_edition
        self._turns: defaultdict[SourceId, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._rendering = asyncio.Lock()
        self._rendered_of = guide_sources(sources.current)  # what is on disk counts as made of these
        self._following = OneWaits(self._rendering)
        self._building = asyncio.Lock()
        self._rereading = OneWaits(asyncio.Lock())
        self._rereading_guides = OneWaits(asyncio.Lock())
        self._wake = asyncio.Event()

    async def load(self) -> None:
        """Publish the last good lineup and guide from disk; nothing happens when there are none."""
        await self.rebuild_lineup()
        lineup = self._lineup.current
        if lineup is not None:
            await self._take(await self._guide.load())

    async def replan(self) -> None:
        """Decide anew which channels are offered, and build the lineup of them.

        Raises TunerrError; what was decided before then counts, with the streams that the catalog has now.
        """
        async with self._building:
            try:
                await self._planner.plan()
            except TunerrError:
                await self._build()
                raise
            await self._build()

    async def follow_tests(self) -> None:
        """Take over what tests say of channels: another plan, and the edition of it. Raises TunerrError."""
        await self.replan()
        await self.render_guide()

    async def rebuild_lineup(self) -> None:
        """Make the lineup anew from what is decided and published; an empty catalog publishes nothing."""
        # It doesn't wait for a refresh that is on its way; two builds at once would give out the same numbers.
        async with self._building:
            await self._build()

    async def rebuild_after(self, change: Callable[[], Awaitable[None]]) -> None:
        """Change what lineups are made of while none is being made, and make the lineup of it."""
        async with self._building:
            await change()
            await self._build()

    async def render_guide(self, *, anew: bool = False) -> None:
        """Make the edition of the current lineup and the current guides, unless there is one, or `anew`.

        Of many who wait for their turn the first one does it for all. Raises TunerrError.
        """
        async with self._rendering:
            await self._render(anew=anew)

    async def follow_lineup(self) -> None:
        """As `render_guide`, but returns at once when another one waits to begin, which then knows all."""
        await self._following.run(self._render)

    async def refresh(self, only: SourceId | None = None, *, accept_shrink: bool = False) -> tuple[SourceStatus, ...]:
        """Refresh all sources or one; the statuses of those that were asked.

        A guide waits for the first lineup. Raises ActionRefused for an unknown source, and TunerrError when what came
        can't be kept (full disk, dead worker); what was published before then stays.
        """
        chosen = tuple(source for source in self._sources.current if only is None or source.id == only)
        if not chosen:
            known = ", ".join(source.id for source in self._sources.current) or "none"
            raise ActionRefused(f"There is no source {only!r}.", hint=f"The sources are: {known}.")
        return await self._refresh(chosen, accept_shrink=accept_shrink)

    async def refresh_guides(self) -> tuple[SourceStatus, ...]:
        """Refresh all guides; otherwise as `refresh`."""
        return await self._refresh(tuple(source for source in self._sources.current if source.kind == "guide"))

    async def reread(self) -> None:
        """Read all sources of channels anew, changed or not: what recognises channels has changed.

        Returns at once when another one waits to begin, which then knows all. Raises TunerrError.
        """

        async def read() -> None:
            await self._refresh(tuple(one for one in self._sources.current if one.kind == "playlist"), whole=True)

        await self._rereading.run(read)

    async def reread_guides(self) -> None:
        """Read what guides sent last once more, as the settings are now, and make the edition of it.

        Nobody is asked. Returns at once when another one waits to begin. Raises TunerrError.
        """

        async def read() -> None:
            lineup = self._lineup.current
            if lineup is not None:
                await self._guide.read_again(lineup)
                await self.render_guide(anew=True)

        await self._rereading_guides.run(read)

    def turn(self, source: SourceId) -> asyncio.Lock:
        """What whoever changes what is served of a source holds meanwhile."""
        return self._turns[source]

    def sources_changed(self) -> None:
        """Look at the sources again: new ones are asked at once, and those that are defined otherwise now."""
        self._statuses.publish(statuses_of(self._sources.current, self._statuses.current))
        self._wake.set()

    async def forever(self) -> None:
        """Refresh now and then on schedule, until cancelled."""
        clock = asyncio.get_running_loop()
        schedule = Schedule()
        before: dict[SourceId, Source] = {}
        asking: set[SourceId] = set()

        async def ask(due: frozenset[SourceId]) -> None:
            ill = await self._attempt(due)
            asking.difference_update(due)
            schedule.answered(due, ill, clock.time())
            self._wake.set()

        async with asyncio.TaskGroup() as rounds:  # a source that takes minutes delays no other's turn
            while True:
                self._wake.clear()
                current = {source.id: source for source in self._sources.current}
                intervals = {source.id: self._interval_of(source) for source in current.values()}
                others = {source.id for source in current.values() if before.get(source.id, source) != source}
                schedule.keep(intervals, clock.time(), anew=others)
                before = current
                due = schedule.due(clock.time()) - asking
                if due:
                    schedule.asked(due, clock.time())
                    asking |= due
                    rounds.create_task(ask(due))
                delay = schedule.wait(clock.time(), without=asking)
                if delay and not asking:
                    log.info("next refresh", seconds=round(delay))
                await _set_within(self._wake, delay)

    def _interval_of(self, source: Source) -> float:
        return self._interval() if source.interval is None else source.interval

    async def _attempt(self, due: frozenset[SourceId]) -> frozenset[SourceId]:
        """Refresh those that are due; those that are to be asked again soon."""
        try:
            statuses = await self._refresh(tuple(source for source in self._sources.current if source.id in due))
        except TunerrError as error:
            # A full disk or a worker that dies must not end the schedule: what is published stays.
            log.warning("refresh failed", error=error.message, hint=error.hint)
            return due
        except Exception:  # the edge of a loop: a fault of ours must not leave the lineup as it is for ever
            log.exception("refresh failed")
            return due
        waiting = due - {status.id for status in statuses}  # guides that wait for the first lineup
        return waiting | {status.id for status in statuses if status.state is SourceState.FAILED}

    async def _refresh(
        self, chosen: tuple[Source, ...], *, accept_shrink: bool = False, whole: bool = False
    ) -> tuple[SourceStatus, ...]:
        playlists = [source for source in chosen if source.kind == "playlist"]
        guides = [source for source in chosen if source.kind == "guide" and not source.programmes.short]
        reading: list[_Asking] = []
        async with asyncio.TaskGroup() as group:
            ask = partial(self._playlist, accept_shrink=accept_shrink, whole=whole)
            asking = [group.create_task(ask(source)) for source in playlists]
            slow, fault = await self._published(asking, timeout=self._grace)
            lineup = self._lineup.current
            if lineup is not None:
                reading = [group.create_task(self._guide_of(source, lineup)) for source in guides]
            if slow:
                _, fault = await self._published(slow, timeout=None)
        came = [task.result() for task in reading]
        if playlists or guides:
            fault = await self._render_what(came) or fault
        came += await self._short_guides(chosen)
        if fault is not None:
            raise fault
        if playlists:
            self.refreshed.set()
        return tuple(map(_status, (*(task.result() for task in asking), *came)))

    async def _render_what(self, came: Sequence[SourceStatus | TunerrError]) -> TunerrError | None:
        """Render what guides brought; the fault of who decides on the lineup after them, which must not blank it.

        Guides that all failed bring nothing: the edition stays, unless the lineup changed or time passed it by.
        """
        fault = None
        if came and self._after_guides is not None:
            try:
                await self._after_guides()
            except TunerrError as error:
                fault = error
        edition = self._edition.current
        all_failed = bool(came) and all(map(_failed, came))
        await self.render_guide(anew=not all_failed or edition is None or self._guide.has_aged(edition))
        return fault

    async def _short_guides(self, chosen: Iterable[Source]) -> list[SourceStatus | TunerrError]:
        """Ask panels about channels that little is known of, which only the edition of all other guides tells."""
        lineup = self._lineup.current
        shorts = [source for source in chosen if source.programmes.short]
        if lineup is None or not shorts:
            return []
        async with asyncio.TaskGroup() as group:
            asking = [group.create_task(self._guide_of(source, lineup)) for source in shorts]
        came = [task.result() for task in asking]
        if not all(map(_failed, came)):
            await self.render_guide(anew=True)
        return came

    async def _published(
        self,
        asking: Collection[_Asking],
        timeout: float | None,  # noqa: ASYNC109 - others are waited for no longer, and go on
    ) -> tuple[set[_Asking], TunerrError | None]:
        """Wait for playlists, at most `timeout` seconds, and publish what came.

        Returns those that are not here yet, and why there is no new plan: that must not cancel the others.
        """
        if not asking:
            return set(), None
        _, slow = await asyncio.wait(asking, timeout=timeout)
        fault = None
        try:
            await self.replan()
        except TunerrError as error:
            fault = error
        try:
            # Only now, because what is new is asked at once, and guides are not asked without a lineup.
            if self._after_playlists is not None and await self._after_playlists():
                self.sources_changed()
        except TunerrError as error:
            fault = error
        return slow, fault

    async def _playlist(self, source: Source, *, accept_shrink: bool, whole: bool) -> SourceStatus | TunerrError:
        ask = partial(self._catalog.refresh, source, accept_shrink=accept_shrink, whole=whole)
        return await self._once(source, ask, anew=accept_shrink or whole)

    async def _guide_of(self, source: Source, lineup: Lineup) -> SourceStatus | TunerrError:
        return await self._once(source, partial(self._guide.refresh, source, lineup))

    async def _once(
        self, source: Source, ask: Callable[[], Awaitable[SourceStatus]], *, anew: bool = False
    ) -> SourceStatus | TunerrError:
        """Ask a source, unless it is being asked: then its answer is ours too, except when it is to be asked `anew`."""
        turn = self._turns[source.id]
        shared = turn.locked() and not anew
        async with turn:
            known = next((status for status in self._statuses.current if status.id == source.id), None)
            if shared and known is not None:
                return known
            try:
                return self._note(await ask())
            except TunerrError as error:
                return error  # one source's trouble with our disk or worker must not cancel the others

    async def _render(self, *, anew: bool = False) -> None:
        lineup, edition = self._lineup.current, self._edition.current
        guides = guide_sources(self._sources.current)
        known = edition is not None and lineup is not None and edition.lineup_version == lineup.version
        if lineup is None or (known and guides == self._rendered_of and not anew):
            return
        edition = await self._guide.render(lineup)
        self._rendered_of = guides
        await self._take(edition)

    async def _take(self, edition: GuideEdition | None) -> None:
        self._edition.publish(edition)
        if edition is not None and self._after_edition is not None:
            await self._after_edition(edition)

    async def _build(self) -> None:
        lineup = await self._builder.build()
        before = self._lineup.current
        if not lineup.channels:
            return
        self._lineup.publish(lineup)
        if before is not None and before.version == lineup.version:
            return
        log.info("lineup published", version=lineup.version, channels=len(lineup.channels))
        for left_out in lineup.left_out:
            log.warning("channels left out", count=left_out.count, reason=left_out.reason)
        for note in lineup.notes:
            log.warning("lineup", note=note)

    def _note(self, status: SourceStatus) -> SourceStatus:
        self._statuses.publish(statuses_of(self._sources.current, (*self._statuses.current, status)))
        report = log.info if status.state is SourceState.OK else log.warning
        report(
            "source refreshed",
            source=status.id,
            state=status.state.value,
            entries=status.entries,
            channels=status.channels,
            **{key: value for key, value in (("message", status.message), ("hint", status.hint)) if value},
        )
        return status


def statuses_of(sources: Sequence[Source], known: Iterable[SourceStatus]) -> tuple[SourceStatus, ...]:
    """The statuses of these sources in their order, the last one known of each; those never asked wait."""
    by_id = {status.id: status for status in known}
    return tuple(
        by_id.get(source.id) or SourceStatus(source.id, source.kind, str(source.location)) for source in sources
    )


def _failed(outcome: SourceStatus | TunerrError) -> bool:
    return isinstance(outcome, TunerrError) or outcome.state is SourceState.FAILED


def _status(outcome: SourceStatus | TunerrError) -> SourceStatus:
    if isinstance(outcome, TunerrError):
        raise outcome
    return outcome


async def _set_within(event: asyncio.Event, seconds: float | None) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
