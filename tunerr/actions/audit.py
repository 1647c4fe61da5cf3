"""Who did what, when: one row per act."""

from __future__ import annotations

import aiosqlite

from tunerr.storage.audit import write_act
from tunerr.storage.connection import transaction
from tunerr.support.clock import Clock


class Audit:
    """Writes the audit table of state.db."""

    def __init__(self, *, state: aiosqlite.Connection, clock: Clock) -> None:
        self._state = state
        self._clock = clock

    async def note(self, *, who: str, act: str, subject: str, detail: str = "") -> None:
        """Record one act; `detail` is a sentence and never holds a secret."""
        async with transaction(self._state):
            await write_act(self._state, at=self._clock.now(), who=who, act=act, subject=subject, detail=detail)
