"""The program: its parts are built, started in order, and ended in reverse."""

from __future__ import annotations

import gc
from contextlib import AsyncExitStack

import structlog

from tunerr import __version__
from tunerr.app.core import build_core
from tunerr.app.descriptors import raise_descriptor_limit
from tunerr.app.loop_lag import watch_loop_lag
from tunerr.app.operator_site import start_operator_site, tuner_url
from tunerr.app.signals import stop_on_signals
from tunerr.app.sites import start_tcp
from tunerr.app.tuner_site import metrics_of, tuner_application
from tunerr.config.loader import Loaded
from tunerr.config.sections import Settings
from tunerr.storage.folder import DataFolder, FolderLock, empty_spool, open_folder
from tunerr.support.logging import configure
from tunerr.support.tasks import Supervisor

log = structlog.get_logger(__name__)

# Objects, then collections of the younger generation. A session that is over is a cycle with up to some MB.
_COLLECT_AFTER = (700, 5, 2)


async def serve(loaded: Loaded) -> int:
    """Run until a signal; the exit status. Raises TunerrError when the program can't start."""
    settings = loaded.settings
    configure(settings.server.log_level, json=settings.server.log_json)
    for note in loaded.notes:
        log.warning("setting", note=note)
    raise_descriptor_limit()
    stopping = stop_on_signals()
    async with AsyncExitStack() as stack:
        folder = open_folder(settings.data_folder())
        stack.enter_context(FolderLock(folder))
        empty_spool(folder)
        await _start(settings, folder, stack)
        await stopping.wait()
    log.info("stopped")
    return 0


async def _start(settings: Settings, folder: DataFolder, stack: AsyncExitStack) -> None:
    """Listen first, refresh afterwards: clients get the last good lineup while the providers are asked."""
    core = await build_core(settings, folder, stack)
    background = Supervisor()
    # Pushed before the sites, ended after them: what a request has begun may finish.
    stack.push_async_callback(background.aclose)
    metrics = metrics_of(core)
    address = settings.server.addr
    runner = await start_tcp(
        tuner_application(core, metrics, background),
        host=address.host,
        port=address.port,
        name="tuner",
        setting="--addr or IPTV_TUNERR_ADDR",
        cancel_handlers=True,
    )
    stack.push_async_callback(runner.cleanup)
    await start_operator_site(core, stack)
    # Pushed last, ended first: viewers get a clean end before their sockets are closed.
    stack.push_async_callback(core.gateway.aclose)
    background.spawn(watch_loop_lag(metrics.loop_lag.observe), "loop lag")
    background.spawn(core.cycle.forever(), "refresh")
    # What was loaded to start with stays for good: later collections need not walk it. A full one is put off until a
    # quarter more than the last one found is there; what is frozen must not count, or sessions that are over pile up.
    gc.collect()
    gc.freeze()
    gc.collect()
    gc.set_threshold(*_COLLECT_AFTER)
    log.info(
        "tuner is up",
        version=__version__,
        device=str(core.device.device_id),
        tuners=core.device.tuner_count,
        url=tuner_url(core),
        data=str(folder.root),
        demo=settings.is_demo,
    )
