"""The number ledger in state.db: which channel holds which number, and since when clients know it."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping

import aiosqlite
import orjson

from tunerr.catalog.identity import EntryKeys
from tunerr.lineup.numbering import Holding
from tunerr.model.channel import Channel, ChannelId
from tunerr.model.numbers import GuideNumber
from tunerr.storage.connection import select, transaction
from tunerr.support.clock import Clock

_UPSERT = """
    INSERT INTO number (number, channel_id, source, tvg_id, name_key, path_id, assigned_at) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (number) DO UPDATE SET source = excluded.source, tvg_id = excluded.tvg_id,
        name_key = excluded.name_key, path_id = excluded.path_id, absent_since = NULL
    WHERE (source, tvg_id, name_key, path_id) <> (excluded.source, excluded.tvg_id, excluded.name_key, excluded.path_id)
        OR absent_since IS NOT NULL"""


class NumberLedger:
    """Reads and writes the table `number`; it is on the disk when a method returns. Raises StorageError."""

    def __init__(self, *, state: aiosqlite.Connection, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self._known_served: set[str] = set()

    async def holdings(self) -> tuple[Holding, ...]:
        """Return every row, those of absent channels included."""
        rows = await select(self._state, "SELECT number, channel_id, source, assigned_at, first_served_at FROM number")
        return tuple(_holding(row) for row in rows)

    async def record(self, numbered: Mapping[GuideNumber, Channel], *, absent: Collection[ChannelId]) -> None:
        """Store a lineup's numbers with the keys that recognise its channels, and note which holders are absent.

        A number that is given to another channel leaves the one that had it.
        """
        now = self._clock.now().timestamp()
        owners = [(str(number), channel.id) for number, channel in numbered.items()]
        async with transaction(self._state):
            await self._state.executemany("DELETE FROM number WHERE number = ? AND channel_id <> ?", owners)
            await self._state.executemany(_UPSERT, [_row(number, channel, now) for number, channel in numbered.items()])
            await self._state.execute(
                "UPDATE number SET absent_since = ?"
                " WHERE absent_since IS NULL AND channel_id IN (SELECT value FROM json_each(?))",
                (now, orjson.dumps(list(absent)).decode()),
            )
        self._known_served.clear()

    async def mark_served(self, numbers: Iterable[GuideNumber]) -> None:
        """Note that a client other than ourselves has fetched these numbers; only the first time counts."""
        fresh = {str(number) for number in numbers} - self._known_served
        if not fresh:
            return
        async with transaction(self._state):
            await self._state.execute(
                "UPDATE number SET first_served_at = ?"
                " WHERE first_served_at IS NULL AND number IN (SELECT value FROM json_each(?))",
                (self._clock.now().timestamp(), orjson.dumps(list(fresh)).decode()),
            )
        self._known_served |= fresh


def _row(number: GuideNumber, channel: Channel, now: float) -> tuple[object, ...]:
    best = channel.streams[0]
    keys = EntryKeys.of(tvg_id=channel.tvg_id, name=channel.name, url=best.url.reveal())
    return (str(number), channel.id, best.source, *keys, now)


def _holding(row: sqlite3.Row) -> Holding:
    return Holding(
        number=GuideNumber.parse(row["number"]),
        channel=ChannelId(row["channel_id"]),
        source=row["source"],
        assigned_at=row["assigned_at"],
        first_served_at=row["first_served_at"],
    )
