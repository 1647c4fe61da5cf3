"""The number ledger in state.db: which channel holds which number, and since when clients know it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Collection, Iterable, Mapping

import aiosqlite
import orjson

from tunerr.catalog.keys import name_key, path_key, tvg_key
from tunerr.lineup.allotment import Place, Promises
from tunerr.lineup.numbering import Former, Holding
from tunerr.model.channel import Channel, ChannelId
from tunerr.model.numbers import GuideNumber
from tunerr.storage.connection import select, transaction
from tunerr.support.clock import Clock

_HOLDINGS = "SELECT number, channel_id, source, assigned_at, first_served_at, device, absent_since FROM number"
_FORMERS = "SELECT number, channel_id, first_served_at, home FROM former_number"
# A channel that leaves a number for another one: clients may remember it, or the operator may take the other one back.
_LEAVE = """
    INSERT OR REPLACE INTO former_number
    SELECT number, channel_id, first_served_at, :home FROM number
    WHERE channel_id = :channel AND number <> :number AND (first_served_at IS NOT NULL OR :home)"""
_FREE = "DELETE FROM number WHERE number = :number AND channel_id <> :channel"
_DROP = "DELETE FROM number WHERE channel_id = :channel AND number <> :number"
# Numbers are unique at every moment, so those that channels exchange pass through a state that is none.
_LIFT = """
    UPDATE number SET number = '~' || :number, assigned_at = :now, first_served_at = NULL
    WHERE channel_id = :channel AND number <> :number"""
_LAND = "UPDATE number SET number = substr(number, 2) WHERE number LIKE '~%'"
_UPSERT = """
    INSERT INTO number (number, channel_id, source, tvg_id, name_key, path_id, assigned_at, device)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (number) DO UPDATE SET source = excluded.source, tvg_id = excluded.tvg_id,
        name_key = excluded.name_key, path_id = excluded.path_id, device = excluded.device, absent_since = NULL
    WHERE (source, tvg_id, name_key, path_id, device)
        <> (excluded.source, excluded.tvg_id, excluded.name_key, excluded.path_id, excluded.device)
        OR absent_since IS NOT NULL"""
_RETURN = """
    UPDATE number SET first_served_at = former.first_served_at FROM former_number AS former
    WHERE former.number = number.number AND former.channel_id = number.channel_id"""
_SETTLE = "DELETE FROM former_number WHERE number IN (SELECT number FROM number)"
_ABSENT = """
    UPDATE number SET absent_since = ?
    WHERE absent_since IS NULL AND channel_id IN (SELECT value FROM json_each(?))"""
_SERVED = """
    UPDATE number SET first_served_at = ?
    WHERE first_served_at IS NULL AND number IN (SELECT value FROM json_each(?))"""


class NumberLedger:
    """Reads and writes the tables `number` and `former_number`; it is on the disk when a method returns.

    Raises StorageError.
    """

    def __init__(self, *, state: aiosqlite.Connection, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self._known_served: set[str] = set()

    async def promises(self) -> Promises:
        """Return all that is in it, the numbers of absent channels included."""
        # On a connection that all share a bare SELECT sees half of what another task is writing.
        async with transaction(self._state):
            rows = await select(self._state, _HOLDINGS)
            former = await select(self._state, _FORMERS)
        return await asyncio.to_thread(
            lambda: Promises(holdings=tuple(map(_holding, rows)), former=tuple(map(_former, former)))
        )

    async def holder(self, number: GuideNumber) -> ChannelId | None:
        """Return the channel to which a number belongs for ever, offered or not; None while it can be given."""
        now = self._clock.now().timestamp()
        rows = await select(
            self._state,
            "SELECT number, channel_id, first_served_at, 0 AS home FROM number WHERE number = :number"
            " UNION ALL SELECT number, channel_id, first_served_at, home FROM former_number WHERE number = :number",
            {"number": str(number)},
        )
        return next((row.channel for row in map(_former, rows) if row.reserved(now)), None)

    async def held_by(self, channel: ChannelId) -> tuple[Holding | None, tuple[Former, ...]]:
        """Return the number that a channel holds, None for none, and those that it had before."""
        rows = await select(self._state, f"{_HOLDINGS} WHERE channel_id = ?", (channel,))
        former = await select(self._state, f"{_FORMERS} WHERE channel_id = ? ORDER BY number", (channel,))
        return _holding(rows[0]) if rows else None, tuple(map(_former, former))

    async def record(
        self, channels: Iterable[Channel], places: Mapping[ChannelId, Place], *, absent: Collection[ChannelId]
    ) -> None:
        """Store the places of channels with the keys that recognise them, and note which holders left the lineup.

        `channels` are as the catalog has them. A number that is given to another channel leaves the one that had it.
        """
        now = self._clock.now().timestamp()
        moves, rows = await asyncio.to_thread(
            lambda: (
                _moves(places, now),
                [_row(channel, places[channel.id], now) for channel in channels if channel.id in places],
            )
        )
        async with transaction(self._state):
            for statement in (_LEAVE, _FREE, _DROP):
                await self._state.executemany(statement, moves)
            await self._state.executemany(_UPSERT, rows)
            await self._state.execute(_RETURN)
            await self._state.execute(_SETTLE)
            await self._state.execute(_ABSENT, (now, orjson.dumps(list(absent)).decode()))
        self._known_served.clear()

    async def renumber(self, places: Mapping[ChannelId, Place]) -> None:
        """Give holders other numbers, all at once or none: the operator's explicit act, which ends older promises.

        Channels that hold no number are passed over. A number that clients have seen and that nobody gets now is kept
        for the channel that leaves it. Not while a lineup is built: that would put the old numbers
        back.
        """
        moves = _moves(places, self._clock.now().timestamp())
        async with transaction(self._state):
            for statement in (_LEAVE, _LIFT, _FREE):
                await self._state.executemany(statement, moves)
            await self._state.execute(_LAND)
            await self._state.executemany("UPDATE number SET device = :device WHERE channel_id = :channel", moves)
            await self._state.execute(_RETURN)
            await self._state.execute(_SETTLE)
            await self._state.executemany("UPDATE former_number SET home = 0 WHERE channel_id = :channel", moves)
            await self._state.execute("DELETE FROM former_number WHERE NOT home AND first_served_at IS NULL")
        self._known_served.clear()

    async def mark_served(self, numbers: Iterable[GuideNumber]) -> None:
        """Note that a client other than ourselves has fetched these numbers; only the first time counts."""
        fresh = {str(number) for number in numbers} - self._known_served
        if not fresh:
            return
        async with transaction(self._state):
            await self._state.execute(_SERVED, (self._clock.now().timestamp(), orjson.dumps(list(fresh)).decode()))
        self._known_served |= fresh


def _moves(places: Mapping[ChannelId, Place], now: float) -> list[dict[str, object]]:
    return [
        {"channel": one, "number": str(place.number), "device": place.device, "home": place.home, "now": now}
        for one, place in places.items()
    ]


def _row(channel: Channel, place: Place, now: float) -> tuple[object, ...]:
    best = channel.streams[0]
    keys = (tvg_key(channel.tvg_id), name_key(channel.name), path_key(best.url.reveal()))
    return (str(place.number), channel.id, best.source, *keys, now, place.device)


def _holding(row: sqlite3.Row) -> Holding:
    return Holding(
        number=GuideNumber.parse(row["number"]),
        channel=ChannelId(row["channel_id"]),
        source=row["source"],
        assigned_at=row["assigned_at"],
        first_served_at=row["first_served_at"],
        device=row["device"],
        absent_since=row["absent_since"],
    )


def _former(row: sqlite3.Row) -> Former:
    return Former(
        number=GuideNumber.parse(row["number"]),
        channel=ChannelId(row["channel_id"]),
        first_served_at=row["first_served_at"],
        home=bool(row["home"]),
    )
