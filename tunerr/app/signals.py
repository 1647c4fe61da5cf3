"""SIGTERM and SIGINT ask the program to end; another one, a second later or more, ends it at once."""

from __future__ import annotations

import asyncio
import os
import signal

import structlog

log = structlog.get_logger(__name__)

# Some programs signal a process and then its group, which reaches us twice within milliseconds.
_IMPATIENT_S = 1.0


def stop_on_signals() -> asyncio.Event:
    """An event that is set by the first SIGTERM or SIGINT."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    asked_at = 0.0

    def stop(received: signal.Signals) -> None:
        nonlocal asked_at
        if not stopping.is_set():
            asked_at = loop.time()
            log.info("stopping", signal=received.name)
            stopping.set()
        elif loop.time() - asked_at >= _IMPATIENT_S:
            log.warning("second signal, ending at once", signal=received.name)
            os._exit(128 + received)

    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop, each)
    return stopping
