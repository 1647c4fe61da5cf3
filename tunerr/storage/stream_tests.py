"""What tests of streams found, in state.db: one row for each stream that was tested."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import aiosqlite
import orjson

from tunerr.model.channel import ChannelId
from tunerr.model.stream_test import Finding, StreamTest
from tunerr.storage.connection import select, transaction

_ALL = "SELECT stream, at, finding, words, failing_since FROM stream_test"
_OF_STREAMS = f"{_ALL} WHERE stream IN (SELECT value FROM json_each(?))"  # noqa: S608 - SQL of this file
_BY_CHANNEL = """
    SELECT one.value ->> 0 AS channel, count(*) AS tested, sum(finding = 'plays') AS passed
    FROM json_each(?) AS one CROSS JOIN stream_test ON stream = one.value ->> 1 GROUP BY 1"""
_KNOWN = frozenset(finding.value for finding in Finding)
# A stream whose row nobody wrote for so long has left the playlist, or is no longer tested.
_KEPT_S = 30 * 86400.0


class PassRate(NamedTuple):
    """Of how many streams of a channel the last test is known, and how many of those play."""

    tested: int
    passed: int

    @property
    def share(self) -> float:
        """How many of them play, 0 to 1."""
        return self.passed / self.tested


class StreamTests:
    """Reads and writes the table `stream_test`. Keys are `catalog.keys.stream_key`s. Raises StorageError."""

    def __init__(self, state: aiosqlite.Connection) -> None:
        self._state = state

    async def all(self) -> dict[str, StreamTest]:
        """Return the last test of every stream by its key."""
        return _tests(await select(self._state, _ALL))

    async def of(self, streams: Iterable[str]) -> dict[str, StreamTest]:
        """Return the last test of those streams that were tested."""
        return _tests(await select(self._state, _OF_STREAMS, (orjson.dumps(list(streams)).decode(),)))

    async def by_channel(self, streams: str) -> dict[ChannelId, PassRate]:
        """Count the tests by channel; `streams` is JSON, one [channel, key of a stream] for each."""
        rows = await select(self._state, _BY_CHANNEL, (streams,))
        return {ChannelId(row["channel"]): PassRate(row["tested"], row["passed"]) for row in rows}

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
