"""How late the event loop is: everything a viewer feels as a stutter shows here first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)

_TICK_S = 0.1
# Half of a viewer's smallest cushion in practice; the design asks for a log line from here on.
_WARN_S = 0.05


async def watch_loop_lag(observe: Callable[[float], None]) -> None:
    """Call `observe` with the loop's lateness in seconds, ten times a second, for ever."""
    loop = asyncio.get_running_loop()
    while True:
        planned = loop.time() + _TICK_S
        await asyncio.sleep(_TICK_S)
        lag = max(0.0, loop.time() - planned)
        observe(lag)
        if lag > _WARN_S:
            log.warning("event loop was held", milliseconds=round(lag * 1000))
