"""Tests of channels joined to catalog, plan and accounts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import structlog

from tunerr.catalog.identity import EntryKeys
from tunerr.catalog.keys import stream_key
from tunerr.catalog.reader import CatalogReader
from tunerr.config.validation import ValidationSettings
from tunerr.errors import ActionRefused
from tunerr.gateway.accounts import Accounts, account_of
from tunerr.lineup.plan_reader import PlanReader
from tunerr.model.channel import Channel, ChannelId, Stream
from tunerr.providers.validation.batch import Limits, Verdict
from tunerr.providers.validation.prober import Prober
from tunerr.providers.validation.report import RunReport
from tunerr.providers.validation.run import Bounds, Validation
from tunerr.providers.validation.targets import Candidate, Target, candidate
from tunerr.storage.stream_tests import StreamTests
from tunerr.support.clock import Clock

log = structlog.get_logger(__name__)

_PROBE_STAGE = "probe"


class ChannelTests:
    """What may be offered is tested: the plan's channels, and those that it left out because they failed."""

    def __init__(
        self,
        *,
        settings: Callable[[], ValidationSettings],
        reader: CatalogReader,
        plans: PlanReader,
        results: StreamTests,
        prober: Prober,
        accounts: Accounts,
        clock: Clock,
    ) -> None:
        """`settings` are asked before each run."""
        self._settings = settings
        self._reader = reader
        self._plans = plans
        self.engine = Validation(prober=prober, slots=accounts, results=results, clock=clock, bounds=self._bounds)
        self._replan: Callable[[], Awaitable[None]] | None = None

    def on_change(self, replan: Callable[[], Awaitable[None]]) -> None:
        """`replan` is called when a run takes channels out or brings some back."""
        self._replan = replan

    async def failed(self) -> frozenset[ChannelId]:
        """Return the channels none of whose streams plays, as far as tests say so. Raises StorageError."""
        return await self.engine.failed(await self._candidates())

    async def test_all(self) -> RunReport:
        """Test all channels that may be offered, and apply what came of it."""
        report = await self.engine.run(await self._candidates())
        if self._replan is not None and (report.dropped or report.back):
            await self._replan()
        return report

    async def test_channel(self, channel: ChannelId) -> tuple[tuple[Target, Verdict], ...]:
        """Test the streams of one channel. Raises ActionRefused for an unknown one."""
        found = await self._reader.channels([channel])
        if not found:
            raise ActionRefused(f"There is no channel {channel}.")
        return await self.engine.test_channel(_candidate(found[0]))

    def _bounds(self) -> Bounds:
        settings = self._settings()
        limits = Limits(
            max_channels=settings.max_channels,
            max_duration=settings.max_duration,
            ttl=settings.cache_ttl,
            skip_groups=settings.skip_groups,
            skip_regions=settings.skip_regions,
        )
        return Bounds(limits, settings.workers, settings.run_guard)

    async def _candidates(self) -> Sequence[Candidate]:
        ids = list(await self._plans.chosen() or ())
        page = await self._plans.decisions(stage=_PROBE_STAGE, kept=False)
        while page:
            ids += [decision.channel for decision in page]
            page = await self._plans.decisions(stage=_PROBE_STAGE, kept=False, after=page[-1].channel)
        return [_candidate(channel) for channel in await self._reader.channels(ids)]


def _candidate(channel: Channel) -> Candidate:
    keys = EntryKeys.of(tvg_id=channel.tvg_id, name=channel.name, url="", group=channel.group)
    return candidate(channel, key_of=_key, account_of=account_of, region=keys.country)


def _key(stream: Stream) -> str:
    return stream_key(stream.source, stream.url.reveal())
