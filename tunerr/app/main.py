"""The program: its parts are built, started in order, and ended in reverse."""

from __future__ import annotations

import asyncio
import gc
from contextlib import AsyncExitStack

import structlog
from aiohttp import web

from tunerr import __version__
from tunerr.app.addresses import tuner_url
from tunerr.app.after_refresh import follow_refreshes
from tunerr.app.core import Core, build_core
from tunerr.app.descriptors import raise_descriptor_limit
from tunerr.app.desk import Desk, open_desk
from tunerr.app.live_settings import configure_as
from tunerr.app.loop_lag import watch_loop_lag
from tunerr.app.native import NativeFaces
from tunerr.app.operator_acts import OperatorActs
from tunerr.app.operator_site import start_operator_site
from tunerr.app.ports import Ports
from tunerr.app.reports import all_reports
from tunerr.app.sampling import start_sampling
from tunerr.app.settings_book import SettingsBook
from tunerr.app.signals import stop_on_signals
from tunerr.app.sites import also_listen, start_tcp
from tunerr.app.sources import SourceBook
from tunerr.app.tuner_site import metrics_of, tuner_application
from tunerr.config.loader import Loaded
from tunerr.storage.folder import FolderLock, open_folder
from tunerr.support.clock import SystemClock
from tunerr.support.log_ring import LogRing
from tunerr.support.tasks import Supervisor

log = structlog.get_logger(__name__)

# Objects, then collections of the younger generation. A session that is over is a cycle with up to some MB.
_COLLECT_AFTER = (700, 5, 2)


async def serve(loaded: Loaded) -> int:
    """Run until a signal; the exit status. Raises TunerrError when the program can't start."""
    settings = loaded.settings
    logs = LogRing()
    configure_as(settings.server, logs)
    for note in loaded.notes:
        log.warning("setting", note=note)
    raise_descriptor_limit()
    stopping = stop_on_signals()
    async with AsyncExitStack() as stack:
        folder = open_folder(settings.data_folder())
        stack.enter_context(FolderLock(folder))
        desk = await open_desk(folder, settings.deck, SystemClock(), logs, stack)
        chosen = SettingsBook(loaded=loaded, choices=desk.choices)
        await chosen.load()
        configure_as(chosen.in_force.current.server, logs)
        book = SourceBook(configured=settings.provider.sources, choices=desk.choices)
        await book.load()
        ports = Ports()
        stack.callback(ports.close)
        await _serve(chosen, desk, book, ports, stopping)
    log.info("stopped")
    return 0


async def _serve(settings: SettingsBook, desk: Desk, book: SourceBook, ports: Ports, stopping: asyncio.Event) -> None:
    """Serve until the end; the first source takes the demo's place meanwhile, and the demo that of the last one.

    The parts of the other side are ready before those of this one end, and the ports stay open: who comes between
    waits for a moment.
    """
    following = AsyncExitStack()
    core = await _built(settings, desk, book, following)
    while not stopping.is_set():
        async with following as stack:
            await _start(core, ports, stack)
            await _until_over(core, stopping)
            following = AsyncExitStack()
            if stopping.is_set():
                ports.close()
            else:
                core = await _built(settings, desk, book, following)
        # What was loaded to start with was frozen; what comes next freezes its own.
        gc.unfreeze()
    await following.aclose()


async def _built(settings: SettingsBook, desk: Desk, book: SourceBook, stack: AsyncExitStack) -> Core:
    try:
        return await build_core(settings, desk, book, stack)
    except BaseException:
        await stack.aclose()
        raise


async def _until_over(core: Core, stopping: asyncio.Event) -> None:
    waiting = Supervisor()
    try:
        ends = (
            waiting.spawn(stopping.wait(), "wait for a signal"),
            waiting.spawn(core.book.until_demo_is(not core.demo), "wait for sources"),
        )
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await waiting.aclose()


async def _start(core: Core, ports: Ports, stack: AsyncExitStack) -> None:
    """Listen first, refresh afterwards: clients get the last good lineup while the providers are asked."""
    settings = core.settings
    background = Supervisor()
    # Pushed before the sites, ended after them: what a request has begun may finish.
    stack.push_async_callback(background.aclose)
    # Before the tuner: whoever waits for that one to be ready finds the deck and the control socket too.
    acts = OperatorActs(core, background)
    reports = all_reports(core, acts.guide.diagnoses)
    await acts.draft.current()
    memory = await start_sampling(core, background, stack)
    await start_operator_site(core, acts, memory, reports, ports=ports, background=background, stack=stack)
    native = NativeFaces(core)
    metrics = metrics_of(core, native)
    address = settings.server.addr
    runner = await start_tcp(
        tuner_application(core, metrics, background, reports, on_asked=memory.callers.note),
        host=address.host,
        port=address.port,
        name="tuner",
        setting="--addr or IPTV_TUNERR_ADDR",
        ports=ports,
        trusted=settings.server.trusted_proxies,
        cancel_handlers=True,
    )
    stack.push_async_callback(runner.cleanup)
    await _listen_too(core, runner, ports)
    # Pushed after the site, ended before it: viewers get a clean end before their sockets are closed.
    stack.push_async_callback(core.gateway.aclose)
    await native.start(background, stack)
    background.spawn(watch_loop_lag(metrics.loop_lag.observe, core.lag.observe), "loop lag")
    background.spawn(core.cycle.forever(), "refresh")
    background.spawn(follow_refreshes(core), "titles and tests")
    background.spawn(core.guide.index_editions(), "search index")
    # What was loaded to start with stays for good: later collections need not walk it. A full one is put off until a
    # quarter more than the last one found is there; what is frozen must not count, or sessions that are over pile up.
    gc.collect()
    gc.freeze()
    gc.collect()
    gc.set_threshold(*_COLLECT_AFTER)
    log.info(
        "tuner is up",
        version=__version__,
        device=str(core.devices[0].device_id),
        tuners=core.devices[0].tuner_count,
        url=tuner_url(core),
        data=str(core.ground.folder.root),
        demo=core.demo,
    )


async def _listen_too(core: Core, runner: web.AppRunner, ports: Ports) -> None:
    extra = core.settings.hdhr.extra_addr
    if extra is not None:
        setting = "IPTV_TUNERR_HDHR_EXTRA_ADDR"
        await also_listen(runner, host=extra.host, port=extra.port, name="tuner", setting=setting, ports=ports)
