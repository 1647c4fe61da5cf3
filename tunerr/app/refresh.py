"""The refresh cycle: sources to catalog, catalog to lineup, lineup and guide sources to a guide edition."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable

import structlog

from tunerr.catalog.refresh import CatalogRefresher
from tunerr.config.values import SourceSetting
from tunerr.errors import ActionRefused, TunerrError
from tunerr.guide.refresh import GuideRefresher
from tunerr.lineup.builder import LineupBuilder
from tunerr.model.channel import Lineup, SourceId
from tunerr.model.status import GuideEdition, SourceState, SourceStatus
from tunerr.support.clock import Clock
from tunerr.support.snapshot import Published

log = structlog.get_logger(__name__)

# A provider that is ill is asked again soon, then ever more rarely, never more often than this.
_FIRST_RETRY_S = 30.0
# Spread of the regular interval, so that many installations do not ask one provider in the same second.
_JITTER = 0.1


class RefreshCycle:
    """Refreshes on a schedule and on demand, one refresh at a time, and publishes what came of it."""

    def __init__(
        self,
        *,
        sources: Iterable[SourceSetting],
        catalog: CatalogRefresher,
        builder: LineupBuilder,
        guide: GuideRefresher,
        lineup: Published[Lineup | None],
        edition: Published[GuideEdition | None],
        statuses: Published[tuple[SourceStatus, ...]],
        clock: Clock,
        interval: float,
    ) -> None:
        self._sources = tuple(sources)
        self._catalog = catalog
        self._builder = builder
        self._guide = guide
        self._lineup = lineup
        self._edition = edition
        self._statuses = statuses
        self._clock = clock
        self._interval = interval
        self._lock = asyncio.Lock()
        self._failures = 0

    async def load(self) -> None:
        """Publish the last good lineup and guide from disk; nothing happens when there are none."""
        await self.rebuild_lineup()
        lineup = self._lineup.current
        if lineup is not None:
            self._edition.publish(await self._guide.load(lineup))

    async def rebuild_lineup(self) -> None:
        """Make the lineup anew from the published catalog; an empty catalog publishes nothing."""
        lineup = await self._builder.build()
        if not lineup.channels:
            return
        before = self._lineup.current
        if before is None or before.version != lineup.version:
            self._lineup.publish(lineup)
            log.info("lineup published", version=lineup.version, channels=len(lineup.channels))
            for left_out in lineup.left_out:
                log.warning("channels left out", count=left_out.count, reason=left_out.reason)

    async def refresh(self, only: SourceId | None = None, *, accept_shrink: bool = False) -> tuple[SourceStatus, ...]:
        """Refresh all sources or one; the statuses of those asked. Raises ActionRefused for an unknown one."""
        chosen = tuple(source for source in self._sources if only is None or source.id == only)
        if not chosen:
            known = ", ".join(source.id for source in self._sources) or "none"
            raise ActionRefused(f"There is no source {only!r}.", hint=f"The sources are: {known}.")
        async with self._lock:
            results = [
                await self._note(await self._catalog.refresh(source, accept_shrink=accept_shrink))
                for source in chosen
                if source.kind == "playlist"
            ]
            await self.rebuild_lineup()
            results += await self._refresh_guide(chosen)
        failed = any(status.state is SourceState.FAILED for status in results)
        self._failures = self._failures + 1 if failed else 0
        return tuple(results)

    async def forever(self) -> None:
        """Refresh now and then on schedule. An interval of 0 refreshes once, plus the retries until that succeeds."""
        while True:
            try:
                await self.refresh()
            except TunerrError as error:
                # A full disk or a worker that dies must not end the schedule: what is published stays.
                self._failures += 1
                log.warning("refresh failed", error=error.message, hint=error.hint)
            delay = self._next_delay()
            if delay is None:
                return
            log.info("next refresh", seconds=round(delay))
            await asyncio.sleep(delay)

    def _next_delay(self) -> float | None:
        regular: float = self._interval * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - spreads load, guards nothing
        if not self._failures:
            return regular or None
        retry = _FIRST_RETRY_S * (1 << min(self._failures - 1, 12))
        return min(retry, regular) if regular else retry

    async def _refresh_guide(self, chosen: tuple[SourceSetting, ...]) -> list[SourceStatus]:
        lineup = self._lineup.current
        if lineup is None:
            return []
        results = [
            await self._note(await self._guide.refresh(source, lineup)) for source in chosen if source.kind == "guide"
        ]
        self._edition.publish(await self._guide.render(lineup))
        return results

    async def _note(self, status: SourceStatus) -> SourceStatus:
        others = tuple(known for known in self._statuses.current if known.id != status.id)
        order = [source.id for source in self._sources]
        merged = sorted((*others, status), key=lambda row: order.index(row.id) if row.id in order else len(order))
        self._statuses.publish(tuple(merged))
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
