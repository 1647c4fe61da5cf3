"""What tests of streams found, in state.db: one row for each stream that was tested."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

import aiosqlite

from tunerr.model.stream_test import Finding, StreamTest
from tunerr.storage.connection import select, transaction

_ALL = "SELECT stream, at, finding, words, failing_since FROM stream_test"
_KNOWN = frozenset(finding.value for finding in Finding)
# A stream whose row nobody wrote for so long has left the playlist, or is no longer tested.
_KEPT_S = 30 * 86400.0


class StreamTests:
    """Reads and writes the table `stream_test`. Keys are `catalog.keys.stream_key`s. Raises StorageError."""

    def __init__(self, state: aiosqlite.Connection) -> None:
        self._state = state

    async def all(self) -> dict[str, StreamTest]:
        """Return the last test of every stream by its key."""
        return _tests(await select(self._state, _ALL))

    async def save(self, tests: Mapping[str, StreamTest], *, now: float) -> None:
        """Store tests over earlier ones of the same streams, and forget those of 30 days ago, in one transaction."""
        async with transaction(self._state):
            await self._state.executemany(
                "INSERT OR REPLACE INTO stream_test (stream, at, finding, words, failing_since) VALUES (?, ?, ?, ?, ?)",
                [(key, test.at, test.finding.value, test.words, test.failing_since) for key, test in tests.items()],
            )
            await self._state.execute("DELETE FROM stream_test WHERE at < ?", (now - _KEPT_S,))


def _tests(rows: list[sqlite3.Row]) -> dict[str, StreamTest]:
    """Tests by key; a finding of a later version of the program is as good as none."""
    return {
        row["stream"]: StreamTest(row["at"], Finding(row["finding"]), row["words"], row["failing_since"])
        for row in rows
        if row["finding"] in _KNOWN
    }
