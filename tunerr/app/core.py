"""The parts that everything else is joined to: storage, catalog, lineup, guide, gateway."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiosqlite

from tunerr.app.attempt_log import AttemptLog
from tunerr.app.identity import device_identity
from tunerr.app.refresh import RefreshCycle
from tunerr.catalog.reader import CatalogReader
from tunerr.catalog.refresh import CatalogRefresher
from tunerr.config.gateway import GatewaySettings
from tunerr.config.sections import Settings
from tunerr.errors import TunerrError
from tunerr.gateway.gateway import Gateway
from tunerr.gateway.limits import Limits
from tunerr.gateway.readers.opener import StreamOpener
from tunerr.gateway.timeline import StreamAttempt
from tunerr.guide.refresh import GuideRefresher
from tunerr.lab.demo.provider import DemoProvider
from tunerr.lineup.builder import LineupBuilder
from tunerr.lineup.favorites import Favorites
from tunerr.lineup.ledger import NumberLedger
from tunerr.model.channel import Lineup, SourceId
from tunerr.model.source import Source
from tunerr.model.status import GuideEdition, SourceKind, SourceStatus
from tunerr.model.url import SecretUrl
from tunerr.storage.connection import open_server
from tunerr.storage.facts import Facts
from tunerr.storage.folder import DataFolder
from tunerr.storage.migrate import Kind
from tunerr.storage.sources import SourceStore
from tunerr.support.clock import Clock, SystemClock
from tunerr.support.cookies import CookieStore
from tunerr.support.ffmpeg import locate_ffmpeg
from tunerr.support.http import HttpClients
from tunerr.support.snapshot import Published
from tunerr.support.tasks import Supervisor
from tunerr.support.worker_client import Worker
from tunerr.views.device import DeviceIdentity

_DEMO_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Core:
    """The running parts; only app passes them on, one by one, to whoever declares a need for them."""

    settings: Settings
    folder: DataFolder
    clock: Clock
    state: aiosqlite.Connection
    device: DeviceIdentity
    lineup: Published[Lineup | None]
    edition: Published[GuideEdition | None]
    statuses: Published[tuple[SourceStatus, ...]]
    ledger: NumberLedger
    favorites: Favorites
    cycle: RefreshCycle
    gateway: Gateway


async def build_core(settings: Settings, folder: DataFolder, stack: AsyncExitStack) -> Core:
    """Open the databases, publish what they hold, and build the gateway; `stack` closes what needs closing."""
    clock = SystemClock()
    state = await _open(folder.state_db, "state", stack)
    device = await device_identity(settings.hdhr, settings.gateway, Facts(state), is_demo=settings.is_demo)
    clients = HttpClients(user_agent=settings.gateway.user_agent)
    stack.push_async_callback(clients.aclose)
    ffmpeg = _ffmpeg(settings.gateway)
    sources = settings.provider.sources
    if settings.is_demo:
        sources = await _start_demo(DemoProvider(ffmpeg=ffmpeg, work_dir=folder.root / "provider", clock=clock), stack)
    catalog = await _open(folder.catalog_db, "catalog", stack, readonly=True)
    ledger, favorites = NumberLedger(state=state, clock=clock), Favorites(state=state, clock=clock)
    store, worker = SourceStore(state), Worker()
    reader = CatalogReader(
        catalog=catalog,
        sources=_ids(sources, "playlist"),
        allow_lan={source.id for source in sources if source.allow_lan},
    )
    lineup: Published[Lineup | None] = Published(None)
    edition: Published[GuideEdition | None] = Published(None)
    statuses = Published(await _known_statuses(store, sources))
    cycle = RefreshCycle(
        sources=sources,
        catalog=CatalogRefresher(
            folder=folder, sources=store, reader=reader, clients=clients, worker=worker, clock=clock
        ),
        builder=LineupBuilder(
            reader=reader, ledger=ledger, favorites=favorites, clock=clock, max_channels=settings.lineup.max_channels
        ),
        guide=GuideRefresher(
            folder=folder, sources=store, clients=clients, worker=worker, clock=clock, priority=_ids(sources, "guide")
        ),
        lineup=lineup,
        edition=edition,
        statuses=statuses,
        interval=settings.server.refresh,
    )
    await cycle.load()
    return Core(
        settings=settings,
        folder=folder,
        clock=clock,
        state=state,
        device=device,
        lineup=lineup,
        edition=edition,
        statuses=statuses,
        ledger=ledger,
        favorites=favorites,
        cycle=cycle,
        gateway=_gateway(
            settings.gateway,
            clients=clients,
            ffmpeg=ffmpeg,
            clock=clock,
            tuner_count=device.tuner_count,
            stack=stack,
        ),
    )


async def _open(path: Path, kind: Kind, stack: AsyncExitStack, *, readonly: bool = False) -> aiosqlite.Connection:
    connection = await open_server(path, kind=kind, readonly=readonly)
    stack.push_async_callback(connection.close)
    return connection


def _gateway(
    settings: GatewaySettings,
    *,
    clients: HttpClients,
    ffmpeg: Callable[[], str],
    clock: Clock,
    tuner_count: int,
    stack: AsyncExitStack,
) -> Gateway:
    opener = StreamOpener(
        clients=clients,
        ffmpeg=ffmpeg,
        user_agent=settings.user_agent,
        headers=settings.headers,
        host_agents=dict(settings.host_agents),
        sec_fetch=settings.sec_fetch,
        cookies=CookieStore(settings.cookie_jar_file),
        clock=clock,
    )
    return Gateway(
        opener=opener,
        ffmpeg=ffmpeg,
        tuner_count=tuner_count,
        clock=clock,
        on_attempt=_attempt_log(settings.attempt_log, stack),
        limits=Limits(retries=settings.retry_limit, retry_pause=settings.retry_backoff_ms / 1000),
    )


def _attempt_log(path: Path | None, stack: AsyncExitStack) -> Callable[[StreamAttempt], None] | None:
    if path is None:
        return None
    background = Supervisor()
    stack.push_async_callback(background.aclose)
    attempts = AttemptLog(path=path, background=background)
    stack.push_async_callback(attempts.aclose)
    return attempts.add


def _ids(sources: Iterable[Source], kind: SourceKind) -> tuple[SourceId, ...]:
    return tuple(source.id for source in sources if source.kind == kind)


def _ffmpeg(settings: GatewaySettings) -> Callable[[], str]:
    return _no_ffmpeg if settings.ffmpeg_disabled else partial(locate_ffmpeg, settings.ffmpeg_path)


def _no_ffmpeg() -> str:
    raise TunerrError("This stream needs ffmpeg.", hint="IPTV_TUNERR_FFMPEG_DISABLED forbids to start it.")


async def _known_statuses(store: SourceStore, sources: tuple[Source, ...]) -> tuple[SourceStatus, ...]:
    """What is known of the configured sources; those that were never asked wait."""
    known = {status.id: status for status in await store.statuses()}
    return tuple(
        known.get(source.id) or SourceStatus(source.id, source.kind, str(source.location)) for source in sources
    )


async def _start_demo(demo: DemoProvider, stack: AsyncExitStack) -> tuple[Source, ...]:
    """Start the demo provider; from here on it is a provider like any other."""
    await demo.start()
    stack.push_async_callback(demo.aclose)
    return (
        Source(SourceId("demo"), "playlist", SecretUrl(demo.playlist_url), _DEMO_TIMEOUT_S),
        Source(SourceId("demo-guide"), "guide", SecretUrl(demo.guide_url), _DEMO_TIMEOUT_S),
    )
