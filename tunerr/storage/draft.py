"""What the operator staged and has not published, in state.db: it survives a closed tab and a power cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import aiosqlite

from tunerr.storage.connection import select, transaction
from tunerr.support.clock import Clock

Staged = Literal["channel", "rule"]


class DraftRow(NamedTuple):
    """One channel or rule that would change; `value` is JSON text, `at` in Unix seconds."""

    kind: Staged
    key: str
    value: str
    who: str
    at: float


class DraftStore:
    """Reads and writes the table `draft`. Raises StorageError."""

    def __init__(self, *, state: aiosqlite.Connection, clock: Clock) -> None:
        """`state` is the connection of the choices, so that both are written in one transaction."""
        self._state = state
        self._clock = clock

    async def rows(self) -> list[DraftRow]:
        """Return all rows by kind and key."""
        # On a connection that all share a bare SELECT sees half of what another task is writing.
        async with transaction(self._state):
            rows = await select(self._state, "SELECT kind, key, value, who, at FROM draft ORDER BY kind, key")
        return [DraftRow(*row) for row in rows]

    async def put(self, changed: Sequence[tuple[Staged, str, str | None]], *, who: str) -> None:
        """Set rows to JSON texts (None removes one), all at once."""
        now = self._clock.now().timestamp()
        async with transaction(self._state):
            await self._state.executemany(
                "INSERT OR REPLACE INTO draft VALUES (?, ?, ?, ?, ?)",
                [(kind, key, value, who, now) for kind, key, value in changed if value is not None],
            )
            await self._state.executemany(
                "DELETE FROM draft WHERE kind = ? AND key = ?",
                [(kind, key) for kind, key, value in changed if value is None],
            )

    async def empty(self) -> None:
        """Remove all rows within the transaction of whoever calls (`beside` of `Choices.put`)."""
        await self._state.execute("DELETE FROM draft")
