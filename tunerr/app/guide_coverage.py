"""What the rules are told of the guide: asked of the worker before a plan that looks at it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple, Protocol

import structlog

from tunerr.catalog.reader import CatalogReader
from tunerr.config.guide import GuideSettings
from tunerr.errors import TunerrError
from tunerr.guide.fetching.refresh import edition_hours
from tunerr.guide.messages import CoverageAnswer, CoverageRequest, Matching, Wish
from tunerr.guide.wanted import guide_sources
from tunerr.lineup.overrides import ChannelOverrides, overridden
from tunerr.lineup.plan_reader import PlanReader
from tunerr.lineup.rules.coverage import GuideCoverage
from tunerr.lineup.rules.pipeline import GUIDE_POLICY
from tunerr.model.channel import Channel, ChannelId
from tunerr.model.override import ChannelOverride
from tunerr.model.source import Source
from tunerr.model.status import SourceStatus
from tunerr.storage.folder import DataFolder
from tunerr.support.clock import Clock
from tunerr.support.snapshot import Published
from tunerr.support.worker_client import Worker

log = structlog.get_logger(__name__)

_JOB_SECONDS = 300.0
_HOLDS_S = 15 * 60.0
_NO_OVERRIDE = ChannelOverride()


class Statuses(Protocol):
    """What is asked of the store of sources."""

    async def statuses(self) -> tuple[SourceStatus, ...]:
        """How the last refresh of each source ended."""
        ...


class _Known(NamedTuple):
    """What the worker said, and what it was asked then."""

    request: CoverageRequest
    statuses: tuple[SourceStatus, ...]
    coverage: GuideCoverage | None

    def holds(self, request: CoverageRequest, statuses: tuple[SourceStatus, ...]) -> bool:
        """Whether the answer to `request` would be the same now."""
        same = request.model_copy(update={"now": self.request.now}) == self.request and statuses == self.statuses
        return same and abs(request.now - self.request.now) < _HOLDS_S


class CoverageAsker:
    """Asks for the coverage of all channels of the catalog, so that one that is left out for its guide stays known."""

    def __init__(
        self,
        *,
        folder: DataFolder,
        worker: Worker,
        sources: Published[tuple[Source, ...]],
        statuses: Statuses,
        overrides: ChannelOverrides,
        matching: Callable[[], Awaitable[Matching]],
        settings: Callable[[], GuideSettings],
        clock: Clock,
    ) -> None:
        """`matching`: how channels are found in guides, the aliases as they were read last."""
        self._folder = folder
        self._worker = worker
        self._sources = sources
        self._statuses = statuses
        self._overrides = overrides
        self._matching = matching
        self._settings = settings
        self._clock = clock
        self._known: _Known | None = None

    async def coverage(self) -> GuideCoverage | None:
        """Return what is known now; None while the guide isn't ready, for which nothing is left out.

        It is ready when each of its sources was tried and one gave a guide. The worker is asked again after a refresh,
        when the operator wants something else of guides, and every quarter of an hour; when it fails, what it said last
        counts. Raises StorageError.
        """
        statuses = await self._statuses.statuses()
        if not self._all_tried(statuses):
            return None
        request, known = await self._request(), self._known
        if known is not None and known.holds(request, statuses):
            return known.coverage
        try:
            answer = await self._worker.run("cover-guide", request.model_dump(mode="json"), _JOB_SECONDS)
        except TunerrError as error:
            log.warning("the guide was not judged", error=error.message, hint=error.hint)
            return known.coverage if known is not None else None
        # 50,000 channels take a moment; the event loop carries video meanwhile.
        found = (await asyncio.to_thread(CoverageAnswer.model_validate, answer)).coverage
        self._known = _Known(request, statuses, found)
        return found

    def _all_tried(self, statuses: tuple[SourceStatus, ...]) -> bool:
        tried = {status.id for status in statuses if status.attempted_at is not None}
        # What panels say of single channels is asked for when the edition is there, and fills its gaps only.
        guides = (one for one in self._sources.current if one.kind == "guide" and not one.programmes.short)
        return all(source.id in tried for source in guides)

    async def _request(self) -> CoverageRequest:
        current = self._sources.current
        past, future = edition_hours(self._settings())
        return CoverageRequest(
            catalog_db=self._folder.catalog_db,
            guide_db=self._folder.guide_db,
            playlists=tuple(source.id for source in current if source.kind == "playlist"),
            sources=guide_sources(current),
            matching=await self._matching(),
            wishes=_wishes(await self._overrides.all()),
            countries={source.id: source.country for source in current if source.country},
            now=self._clock.now().timestamp(),
            past_hours=past,
            future_hours=future,
            sparse_below=self._settings().short_epg_min,
        )


async def left_out_for_guide(plans: PlanReader, reader: CatalogReader, overrides: ChannelOverrides) -> list[Channel]:
    """Return the channels that the guide policy leaves out, as they would be offered.

    Their programmes are read with those of the lineup. Only counted, they would pass for better ones, come back, be
    read, and be left out again. Raises StorageError.
    """
    ids: list[ChannelId] = []
    while page := await plans.decisions(stage=GUIDE_POLICY, kept=False, after=ids[-1] if ids else ""):
        ids += [decision.channel for decision in page]
    if not ids:
        return []
    wishes = await overrides.all()
    return [overridden(one, wishes.get(one.id, _NO_OVERRIDE)) for one in await reader.channels(ids)]


def _wishes(overrides: Mapping[ChannelId, ChannelOverride]) -> dict[str, Wish]:
    wishes = {
        str(channel): Wish(
            name=one.name or "",
            chosen=one.guide_id or "",
            refused=one.guide_refused,
            shift=one.guide_shift or "",
        )
        for channel, one in overrides.items()
    }
    return {channel: wish for channel, wish in wishes.items() if wish != Wish()}
