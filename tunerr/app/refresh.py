"""The refresh cycle: sources to catalog, catalog to lineup, lineup and guide sources to a guide edition."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import structlog

from tunerr.app.schedule import Schedule
from tunerr.catalog.refresh import CatalogRefresher
from tunerr.errors import ActionRefused, TunerrError
from tunerr.guide.refresh import GuideRefresher
from tunerr.lineup.builder import LineupBuilder
from tunerr.model.channel import Lineup, SourceId
from tunerr.model.source import Source
from tunerr.model.status import GuideEdition, SourceState, SourceStatus
from tunerr.support.snapshot import Published

log = structlog.get_logger(__name__)


class RefreshCycle:
    """Refreshes on a schedule and on demand, one refresh at a time, and publishes what came of it."""

    def __init__(
        self,
        *,
        sources: Iterable[Source],
        catalog: CatalogRefresher,
        builder: LineupBuilder,
        guide: GuideRefresher,
        lineup: Published[Lineup | None],
        edition: Published[GuideEdition | None],
        statuses: Published[tuple[SourceStatus, ...]],
        interval: float,
    ) -> None:
        """`statuses` has a row for each of `sources`; `interval` in seconds, 0 for none."""
        self._sources = tuple(sources)
        self._catalog = catalog
        self._builder = builder
        self._guide = guide
        self._lineup = lineup
        self._edition = edition
        self._statuses = statuses
        self._interval = interval
        self._refreshing = asyncio.Lock()
        self._building = asyncio.Lock()

    async def load(self) -> None:
        """Publish the last good lineup and guide from disk; nothing happens when there are none."""
        await self.rebuild_lineup()
        lineup = self._lineup.current
        if lineup is not None:
            self._edition.publish(await self._guide.load(lineup))

    async def rebuild_lineup(self) -> None:
        """Make the lineup anew from the published catalog; an empty catalog publishes nothing."""
        # It doesn't wait for a refresh that is on its way; two builds at once would give out the same numbers.
        async with self._building:
            lineup = await self._builder.build()
            before = self._lineup.current
            if not lineup.channels or (before is not None and before.version == lineup.version):
                return
            self._lineup.publish(lineup)
        log.info("lineup published", version=lineup.version, channels=len(lineup.channels))
        for left_out in lineup.left_out:
            log.warning("channels left out", count=left_out.count, reason=left_out.reason)

    async def render_guide(self) -> None:
        """Make the edition of the current lineup, after a refresh that is on its way. Raises TunerrError."""
        async with self._refreshing:
            await self._render()

    async def refresh(self, only: SourceId | None = None, *, accept_shrink: bool = False) -> tuple[SourceStatus, ...]:
        """Refresh all sources or one; the statuses of those that were asked.

        A guide waits for the first lineup. Raises ActionRefused for an unknown source, and TunerrError when what came
        can't be kept (full disk, dead worker); what was published before then stays.
        """
        chosen = tuple(source for source in self._sources if only is None or source.id == only)
        if not chosen:
            known = ", ".join(source.id for source in self._sources) or "none"
            raise ActionRefused(f"There is no source {only!r}.", hint=f"The sources are: {known}.")
        return await self._refresh(chosen, accept_shrink=accept_shrink)

    async def forever(self) -> None:
        """Refresh now and then on schedule. An interval of 0 ends it once all sources are well."""
        clock = asyncio.get_running_loop()
        schedule = Schedule(sources=[source.id for source in self._sources], interval=self._interval)
        while True:
            ill = await self._attempt(schedule.begin(clock.time()))
            delay = schedule.end(ill, clock.time())
            if delay is None:
                return
            log.info("next refresh", seconds=round(delay), sources=sorted(schedule.due))
            await asyncio.sleep(delay)

    async def _attempt(self, due: frozenset[SourceId]) -> frozenset[SourceId]:
        """Refresh those that are due; the ill ones."""
        try:
            statuses = await self._refresh(tuple(source for source in self._sources if source.id in due))
        except TunerrError as error:
            # A full disk or a worker that dies must not end the schedule: what is published stays.
            log.warning("refresh failed", error=error.message, hint=error.hint)
            return due
        except Exception:  # the edge of a loop: a fault of ours must not leave the lineup as it is for ever
            log.exception("refresh failed")
            return due
        return frozenset(status.id for status in statuses if status.state is SourceState.FAILED)

    async def _refresh(self, chosen: tuple[Source, ...], *, accept_shrink: bool = False) -> tuple[SourceStatus, ...]:
        async with self._refreshing:
            results = [
                self._note(await self._catalog.refresh(source, accept_shrink=accept_shrink))
                for source in chosen
                if source.kind == "playlist"
            ]
            await self.rebuild_lineup()
            lineup = self._lineup.current
            if lineup is not None:
                guides = (source for source in chosen if source.kind == "guide")
                results += [self._note(await self._guide.refresh(source, lineup)) for source in guides]
                await self._render()
            return tuple(results)

    async def _render(self) -> None:
        lineup = self._lineup.current
        if lineup is not None:
            self._edition.publish(await self._guide.render(lineup))

    def _note(self, status: SourceStatus) -> SourceStatus:
        self._statuses.publish(tuple(status if known.id == status.id else known for known in self._statuses.current))
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
