"""How late the event loop is: everything a viewer feels as a stutter shows here first."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

import structlog

from tunerr.views.buffering import Machine

log = structlog.get_logger(__name__)

_TICK_S = 0.1
# Half of a viewer's smallest cushion in practice; the design asks for a log line from here on.
_WARN_S = 0.05
_TICKS_OF_A_MINUTE = 600
_USUAL = 0.99


class LoopLag:
    """The lateness of the last minute."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=_TICKS_OF_A_MINUTE)

    def observe(self, seconds: float) -> None:
        """Take one of the figures that `watch_loop_lag` finds."""
        self._seconds.append(seconds)

    def now(self) -> Machine:
        """What it was in all but 1 % of the cases, and at most; zeros before the first."""
        ordered = sorted(self._seconds) or [0.0]
        return Machine(usual=ordered[int((len(ordered) - 1) * _USUAL)], worst=ordered[-1])


async def watch_loop_lag(*observers: Callable[[float], None]) -> None:
    """Tell `observers` the loop's lateness in seconds, ten times a second, for ever."""
    loop = asyncio.get_running_loop()
    while True:
        planned = loop.time() + _TICK_S
        await asyncio.sleep(_TICK_S)
        lag = max(0.0, loop.time() - planned)
        for observe in observers:
            observe(lag)
        if lag > _WARN_S:
            log.warning("event loop was held", milliseconds=round(lag * 1000))
