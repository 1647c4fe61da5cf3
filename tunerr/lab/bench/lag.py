"""How late the timers of this process's loop are."""

from __future__ import annotations

import asyncio

_TICK = 0.002


class Lag:
    """Delays of a timer since they were last asked for, in ms. `watch` is a task that never ends."""

    def __init__(self) -> None:
        self._delays: list[float] = []

    async def watch(self) -> None:
        """Measure."""
        loop = asyncio.get_running_loop()
        while True:
            planned = loop.time() + _TICK
            await asyncio.sleep(_TICK)
            self._delays.append(loop.time() - planned)

    def worst(self) -> float:
        """The longest."""
        return self.since()[1]

    def since(self) -> tuple[float, float]:
        """The 99th percentile and the longest."""
        delays, self._delays = sorted(self._delays), []
        if not delays:
            return 0.0, 0.0
        return delays[len(delays) * 99 // 100] * 1000, delays[-1] * 1000
