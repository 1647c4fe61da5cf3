"""SIGTERM and SIGINT ask the program to end; a second one ends it at once."""

from __future__ import annotations

import asyncio
import os
import signal

import structlog

log = structlog.get_logger(__name__)


def stop_on_signals() -> asyncio.Event:
    """An event that is set by the first SIGTERM or SIGINT."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop(received: signal.Signals) -> None:
        if stopping.is_set():
            log.warning("second signal, ending at once", signal=received.name)
            os._exit(128 + received)
        log.info("stopping", signal=received.name)
        stopping.set()

    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop, each)
    return stopping
