"""Work that is done in turns."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


class OneWaits:
    """Work whose turn one at most waits for: that one knows all that was changed before it begins."""

    def __init__(self, turns: asyncio.Lock) -> None:
        """`turns`: held while the work is done, and by others meanwhile."""
        self._turns = turns
        self._waits = False

    async def run(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do the work when it is its turn; return at once when another one waits to begin."""
        if self._waits:
            return
        self._waits = True
        try:
            await self._turns.acquire()
        finally:
            self._waits = False
        try:
            await work()
        finally:
            self._turns.release()
