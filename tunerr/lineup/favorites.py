"""Channels that the operator or a client marked as favorites."""

from __future__ import annotations

import aiosqlite

from tunerr.model.channel import ChannelId
from tunerr.storage.connection import select, transaction
from tunerr.support.clock import Clock


class Favorites:
    """Reads and writes the table `favorite`. Raises StorageError."""

    def __init__(self, *, state: aiosqlite.Connection, clock: Clock) -> None:
        self._state = state
        self._clock = clock

    async def set(self, channel: ChannelId, on: bool) -> None:
        """Mark or unmark a channel; marking twice keeps the first time."""
        async with transaction(self._state):
            if on:
                await self._state.execute(
                    "INSERT INTO favorite (channel_id, since) VALUES (?, ?) ON CONFLICT DO NOTHING",
                    (channel, self._clock.now().timestamp()),
                )
            else:
                await self._state.execute("DELETE FROM favorite WHERE channel_id = ?", (channel,))

    async def all(self) -> frozenset[ChannelId]:
        """Return every marked channel, offered or not."""
        return frozenset(
            ChannelId(row["channel_id"]) for row in await select(self._state, "SELECT channel_id FROM favorite")
        )
