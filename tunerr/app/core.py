"""The parts that everything else is joined to: storage, catalog, lineup, guide, gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiosqlite

from tunerr.app.accounts import AccountBook, ask_account
from tunerr.app.carried import CarriedLog
from tunerr.app.desk import Desk
from tunerr.app.guide_coverage import left_out_for_guide
from tunerr.app.guide_desk import GuideDesk
from tunerr.app.identity import DEMO_TUNERS, device_identities, tuner_count
from tunerr.app.loop_lag import LoopLag
from tunerr.app.offering import Ground, Offering, build_offering
from tunerr.app.refresh import RefreshCycle, statuses_of
from tunerr.app.settings_book import SettingsBook
from tunerr.app.sources import SourceBook
from tunerr.app.streams import build_gateway, build_opener, ffmpeg_of
from tunerr.catalog.named_guides import named_guides
from tunerr.catalog.refresh import CatalogRefresher
from tunerr.catalog.titles_refresh import TitlesRefresher
from tunerr.config.sections import Settings
from tunerr.errors import TunerrError
from tunerr.gateway.accounts import source_account
from tunerr.gateway.gateway import Gateway
from tunerr.gateway.readers.opener import StreamOpener
from tunerr.guide.fetching.alias_book import matching_of
from tunerr.guide.fetching.refresh import GuideRefresher
from tunerr.lab.demo.provider import DemoProvider
from tunerr.lineup.listing import ChannelListing
from tunerr.model.account import AccountStatus
from tunerr.model.carried import CarriedBook
from tunerr.model.channel import Lineup, SourceId
from tunerr.model.source import Source
from tunerr.model.status import GuideEdition, SourceStatus
from tunerr.model.url import SecretUrl
from tunerr.storage.accounts import AccountStore
from tunerr.storage.carried import CarriedStore
from tunerr.storage.connection import open_server
from tunerr.storage.facts import Facts
from tunerr.storage.folder import DataFolder, empty_spool, open_folder
from tunerr.storage.host_agents import HostAgents
from tunerr.storage.migrate import Kind
from tunerr.storage.sources import SourceStore
from tunerr.support.clock import Clock
from tunerr.support.http import HttpClients
from tunerr.support.snapshot import Published
from tunerr.support.worker_client import Worker
from tunerr.views.device import DeviceIdentity

_DEMO_TIMEOUT_S = 30.0
_DEMO_PORT = "demo_port"


@dataclass(frozen=True, slots=True)
class Core:
    """The running parts; only app passes them on, one by one, to whoever declares a need for them."""

    settings_book: SettingsBook
    desk: Desk
    book: SourceBook
    demo: bool
    ground: Ground
    devices: tuple[DeviceIdentity, ...]
    accounts: AccountBook
    lineup: Published[Lineup | None]
    carried: Published[CarriedBook]
    edition: Published[GuideEdition | None]
    statuses: Published[tuple[SourceStatus, ...]]
    offering: Offering
    listing: ChannelListing
    guide: GuideDesk
    cycle: RefreshCycle
    titles: TitlesRefresher
    gateway: Gateway
    lag: LoopLag

    @property
    def settings(self) -> Settings:
        """The settings as they are now."""
        return self.settings_book.in_force.current


async def build_core(settings_book: SettingsBook, desk: Desk, book: SourceBook, stack: AsyncExitStack) -> Core:
    """Open the databases, publish what they hold, and build the gateway; `stack` closes what needs closing."""
    ground = await _ground(settings_book.in_force, desk, book, stack)
    settings = ground.settings
    accounts = AccountBook(sources=ground.sources, known=await AccountStore(ground.state).all())
    facts = Facts(ground.state)
    count = partial(_count_tuners, ground, accounts, is_demo=book.is_demo)
    tuners = await tuner_count(settings.gateway.tuner_count, facts, count)
    devices = await device_identities(settings.hdhr, facts, tuners=tuners, devices=settings.lineup.devices)
    carried = await _carried_log(ground, stack)
    opener, gateway = _gateway(ground, accounts, tuners, carried, stack)
    offering = await build_offering(ground, gateway.accounts, opener)
    name_guides = partial(book.name, partial(named_guides, ground.catalog))
    if not book.is_demo:
        await name_guides()
    lineup: Published[Lineup | None] = Published(None)
    edition: Published[GuideEdition | None] = Published(None)
    statuses = Published(statuses_of(ground.sources.current, await SourceStore(ground.state).statuses()))
    guide_db = await _open(ground.folder.guide_db, "guide", stack, readonly=True)
    guide = GuideDesk(guide_db, folder=ground.folder, worker=ground.worker, lineup=lineup, sources=ground.sources)

    async def follow_guides() -> None:
        if offering.planner.in_force.looks_at_guide:
            await cycle.replan()

    cycle = RefreshCycle(
        sources=ground.sources,
        catalog=_catalog_refresher(ground, offering, accounts, gateway, devices),
        planner=offering.planner,
        builder=offering.builder,
        guide=_guide_refresher(ground, offering),
        lineup=lineup,
        edition=edition,
        statuses=statuses,
        interval=lambda: ground.settings.server.refresh,
        after_playlists=None if book.is_demo else name_guides,
        after_guides=follow_guides,
        after_edition=guide.edition_came,
    )
    offering.tests.on_change(cycle.follow_tests)
    await cycle.load()
    return Core(
        settings_book=settings_book,
        desk=desk,
        book=book,
        demo=book.is_demo,
        ground=ground,
        devices=devices,
        accounts=accounts,
        lineup=lineup,
        carried=carried.book,
        edition=edition,
        statuses=statuses,
        offering=offering,
        listing=ChannelListing(catalog=await _open(ground.folder.catalog_db, "catalog", stack, readonly=True)),
        guide=guide,
        cycle=cycle,
        titles=_titles_refresher(ground),
        gateway=gateway,
        lag=LoopLag(),
    )


async def _ground(in_force: Published[Settings], desk: Desk, book: SourceBook, stack: AsyncExitStack) -> Ground:
    settings = in_force.current
    folder, state, sources = desk.folder, desk.state, book.sources
    if book.is_demo:
        folder = open_folder(settings.demo_folder())
        state = await _open(folder.state_db, "state", stack)
        sources = Published(await _start_demo(settings, desk.clock, folder, Facts(state), stack))
    empty_spool(folder)
    agents = HostAgents(Facts(state), fixed=dict(settings.gateway.host_agents))
    await agents.load()
    clients = HttpClients(user_agent=settings.gateway.user_agent, agents=agents.by_host)
    stack.push_async_callback(clients.aclose)
    catalog = await _open(folder.catalog_db, "catalog", stack, readonly=True)
    return Ground(
        in_force=in_force,
        choices=desk.choices,
        clock=desk.clock,
        folder=folder,
        state=state,
        catalog=catalog,
        clients=clients,
        worker=Worker(),
        sources=sources,
        agents=agents,
        matching=matching_of(lambda: in_force.current.guide, folder=folder, clients=clients, clock=desk.clock),
    )


async def _count_tuners(ground: Ground, accounts: AccountBook, *, is_demo: bool) -> int | None:
    """Streams at once that the accounts bear; panels that never said it are asked, which takes some seconds at most."""
    if is_demo:
        return DEMO_TUNERS
    panels = [source for source in ground.sources.current if source.panel is not None]
    ask = partial(ask_account, clients=ground.clients, spool=ground.folder.spool_dir, clock=ground.clock)
    unknown = [source for source in panels if source.id not in accounts.statuses.current]
    for status in filter(None, await asyncio.gather(*map(ask, unknown))):
        accounts.note(status)
    return accounts.streams_at_once()


async def _carried_log(ground: Ground, stack: AsyncExitStack) -> CarriedLog:
    store = CarriedStore(ground.state)
    carried = CarriedLog(store=store, known=await store.all())
    stack.push_async_callback(carried.aclose)
    return carried


def _gateway(
    ground: Ground, accounts: AccountBook, tuners: int, carried: CarriedLog, stack: AsyncExitStack
) -> tuple[StreamOpener, Gateway]:
    settings = ground.settings.gateway
    opener = build_opener(settings, clients=ground.clients, clock=ground.clock, host_agents=ground.agents.by_host)
    gateway = build_gateway(
        settings,
        opener=opener,
        clock=ground.clock,
        tuner_count=tuners,
        account_limit=accounts.limit,
        on_carried=carried.note,
        stack=stack,
    )
    return opener, gateway


def _catalog_refresher(
    ground: Ground,
    offering: Offering,
    accounts: AccountBook,
    gateway: Gateway,
    devices: Iterable[DeviceIdentity],
) -> CatalogRefresher:
    def hear(status: AccountStatus) -> None:
        accounts.note(status)
        active, maximum = status.active_connections, status.max_connections
        if active is not None and maximum:
            gateway.accounts.confirm(source_account(SourceId(status.source)), active=active, maximum=maximum)

    return CatalogRefresher(
        folder=ground.folder,
        sources=SourceStore(ground.state),
        accounts=AccountStore(ground.state),
        reader=offering.reader,
        clients=ground.clients,
        worker=ground.worker,
        clock=ground.clock,
        on_account=hear,
        own_devices=[device.device_id for device in devices],
    )


def _guide_refresher(ground: Ground, offering: Offering) -> GuideRefresher:
    return GuideRefresher(
        folder=ground.folder,
        sources=SourceStore(ground.state),
        clients=ground.clients,
        worker=ground.worker,
        clock=ground.clock,
        configured=ground.sources,
        settings=lambda: ground.settings.guide,
        matching=ground.matching,
        beside=partial(left_out_for_guide, offering.plans, offering.reader, offering.overrides),
    )


def _titles_refresher(ground: Ground) -> TitlesRefresher:
    return TitlesRefresher(
        folder=ground.folder,
        catalog=ground.catalog,
        clients=ground.clients,
        worker=ground.worker,
        clock=ground.clock,
    )


async def _open(path: Path, kind: Kind, stack: AsyncExitStack, *, readonly: bool = False) -> aiosqlite.Connection:
    connection = await open_server(path, kind=kind, readonly=readonly)
    stack.push_async_callback(connection.close)
    return connection


async def _start_demo(
    settings: Settings, clock: Clock, folder: DataFolder, facts: Facts, stack: AsyncExitStack
) -> tuple[Source, ...]:
    """Start the demo provider; from here on it is a provider like any other."""
    demo = DemoProvider(ffmpeg=ffmpeg_of(settings.gateway), work_dir=folder.root / "provider", clock=clock)
    stack.push_async_callback(demo.aclose)
    # On the port of its last run, if that is free: the streams that were stored then can be watched at once.
    try:
        base = await demo.start(int(await facts.get(_DEMO_PORT) or 0))
    except TunerrError:
        base = await demo.start()
    await facts.set(_DEMO_PORT, base.rpartition(":")[2])
    return (
        Source(SourceId("demo"), "playlist", SecretUrl(demo.playlist_url), _DEMO_TIMEOUT_S),
        Source(SourceId("demo-guide"), "guide", SecretUrl(demo.guide_url), _DEMO_TIMEOUT_S),
    )
