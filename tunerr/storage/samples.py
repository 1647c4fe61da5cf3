"""The program's figures by the minute, in state.db."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, fields

import aiosqlite

from tunerr.model.samples import KEPT_S, Sample, Samples
from tunerr.storage.connection import select, transaction

_COLUMNS = tuple(field.name for field in fields(Sample))
_ALL = f"SELECT {', '.join(_COLUMNS)} FROM sample WHERE at > ? AND at <= ? ORDER BY at"  # noqa: S608 - our own names
_INSERT = f"INSERT OR REPLACE INTO sample ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608 - our own names


class SampleStore:
    """Reads and writes the table `sample`. Raises StorageError."""

    def __init__(self, state: aiosqlite.Connection) -> None:
        self._state = state

    async def latest(self, now: float) -> Samples:
        """Return the samples of the 24 hours before `now` (Unix seconds), oldest first."""
        rows = await select(self._state, _ALL, (now - KEPT_S, now))
        return tuple(Sample(**{**dict(row), "ready": bool(row["ready"])}) for row in rows)

    async def add(self, samples: Sequence[Sample]) -> None:
        """Store some, oldest first, and forget those that are 24 hours older than the last, or later than it."""
        if not samples:
            return
        last = samples[-1].at
        async with transaction(self._state):
            await self._state.executemany(_INSERT, [astuple(one) for one in samples])
            await self._state.execute("DELETE FROM sample WHERE at <= ? OR at > ?", (last - KEPT_S, last))

    async def clear(self) -> None:
        """Forget all."""
        async with transaction(self._state):
            await self._state.execute("DELETE FROM sample")
