"""What turns the catalog into a lineup: rules, overrides, tests, numbers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import aiosqlite

from tunerr.app.channel_tests import ChannelTests
from tunerr.app.guide_coverage import CoverageAsker
from tunerr.app.planning import LineupPlanner
from tunerr.catalog import ranking
from tunerr.catalog.reader import CatalogReader
from tunerr.config.sections import Settings
from tunerr.gateway.accounts import Accounts
from tunerr.gateway.readers.opener import StreamOpener
from tunerr.guide.messages import Matching
from tunerr.lineup.allotment import Devices
from tunerr.lineup.builder import LineupBuilder
from tunerr.lineup.favorites import Favorites
from tunerr.lineup.ledger import NumberLedger
from tunerr.lineup.overrides import ChannelOverrides
from tunerr.lineup.plan_reader import PlanReader
from tunerr.lineup.rules.chosen import LineupRules
from tunerr.lineup.rules.free import without_supplements
from tunerr.lineup.rules.hosts import without
from tunerr.model.channel import Channel
from tunerr.model.source import Source
from tunerr.providers.validation.prober import Prober
from tunerr.storage.choices import Choices
from tunerr.storage.folder import DataFolder
from tunerr.storage.host_agents import HostAgents
from tunerr.storage.sources import SourceStore
from tunerr.storage.stream_tests import StreamTests
from tunerr.support.clock import Clock
from tunerr.support.http import HttpClients
from tunerr.support.snapshot import Published
from tunerr.support.worker_client import Worker


@dataclass(frozen=True, slots=True)
class Ground:
    """What the parts stand on. `matching`: how channels are found in guides, asked each time."""

    in_force: Published[Settings]
    choices: Choices
    clock: Clock
    folder: DataFolder
    state: aiosqlite.Connection
    catalog: aiosqlite.Connection
    clients: HttpClients
    worker: Worker
    sources: Published[tuple[Source, ...]]
    agents: HostAgents
    matching: Callable[[], Awaitable[Matching]]

    @property
    def settings(self) -> Settings:
        """The settings as they are now."""
        return self.in_force.current


@dataclass(frozen=True, slots=True)
class Offering:
    """The parts of the lineup."""

    devices: Devices
    reader: CatalogReader
    ledger: NumberLedger
    favorites: Favorites
    plans: PlanReader
    overrides: ChannelOverrides
    planner: LineupPlanner
    tests: ChannelTests
    builder: LineupBuilder


async def build_offering(ground: Ground, accounts: Accounts, opener: StreamOpener) -> Offering:
    """Join them. Raises StorageError."""
    settings = ground.settings.lineup
    devices = Devices(limit=settings.max_channels, count=settings.devices)
    reader = CatalogReader(catalog=ground.catalog, sources=ground.sources)
    ledger = NumberLedger(state=ground.state, clock=ground.clock)
    favorites = Favorites(state=ground.state, clock=ground.clock)
    plans = PlanReader(catalog=ground.catalog)
    overrides = ChannelOverrides(ground.choices)
    tests = ChannelTests(
        settings=lambda: ground.settings.validation,
        reader=reader,
        plans=plans,
        results=StreamTests(ground.state),
        prober=Prober(
            clients=ground.clients,
            leases=accounts,
            timeout=lambda: ground.settings.validation.timeout,
            # Asked otherwise than viewers ask, a provider might refuse what it gives to them.
            headers=opener.headers,
            visitor=opener.visit,
        ),
        accounts=accounts,
        clock=ground.clock,
    )
    planner = LineupPlanner(
        folder=ground.folder,
        worker=ground.worker,
        sources=ground.sources,
        choices=ground.choices,
        overrides=overrides,
        ledger=ledger,
        failed=tests.failed,
        coverage=_coverage(ground, overrides).coverage,
        settings=settings,
        devices=devices,
        clock=ground.clock,
    )
    await planner.rules()
    builder = LineupBuilder(
        reader=reader,
        plans=plans,
        overrides=overrides,
        rank=lambda channel, order: _ranked(channel, order, planner.in_force, ground.sources.current),
        ledger=ledger,
        favorites=favorites,
        devices=devices,
        clock=ground.clock,
    )
    return Offering(devices, reader, ledger, favorites, plans, overrides, planner, tests, builder)


def _coverage(ground: Ground, overrides: ChannelOverrides) -> CoverageAsker:
    return CoverageAsker(
        folder=ground.folder,
        worker=ground.worker,
        sources=ground.sources,
        statuses=SourceStore(ground.state),
        overrides=overrides,
        matching=ground.matching,
        settings=lambda: ground.settings.guide,
        clock=ground.clock,
    )


def _ranked(channel: Channel, order: tuple[str, ...], rules: LineupRules, sources: tuple[Source, ...]) -> Channel:
    used = without(channel.streams, rules.strip_hosts)
    if rules.free_mode == "supplement":
        used = without_supplements(used, (source.id for source in sources if source.free))
    rows = ranking.rank(used, policy=rules.dna_policy, preferred_hosts=rules.preferred_hosts, order=order)
    return replace(channel, streams=tuple(row.stream for row in rows))
