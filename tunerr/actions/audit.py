"""Who did what, when: one row per act."""

from __future__ import annotations

import aiosqlite
import structlog

from tunerr.storage.connection import transaction
from tunerr.support.clock import Clock

log = structlog.get_logger(__name__)


class Audit:
    """Writes the audit table of state.db."""

    def __init__(self, *, state: aiosqlite.Connection, clock: Clock) -> None:
        self._state = state
        self._clock = clock

    async def note(self, *, who: str, act: str, subject: str, detail: str = "") -> None:
        """Record one act; `detail` is a sentence and never holds a secret."""
        async with transaction(self._state):
            await self._state.execute(
                "INSERT INTO audit (at, who, act, subject, detail) VALUES (?, ?, ?, ?, ?)",
                (self._clock.now().timestamp(), who, act, subject, detail),
            )
        log.info("operator act", who=who, act=act, subject=subject, detail=detail)
