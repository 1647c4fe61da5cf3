"""What channels were seen to carry, in state.db: one row for each channel that was played."""

from __future__ import annotations

from collections.abc import Mapping

import aiosqlite

from tunerr.model.carried import Carried
from tunerr.model.channel import ChannelId
from tunerr.storage.connection import select, transaction

_ALL = "SELECT channel_id, video, audio, width, height FROM carried"


class CarriedStore:
    """Reads and writes the table `carried`. Raises StorageError."""

    def __init__(self, state: aiosqlite.Connection) -> None:
        self._state = state

    async def all(self) -> dict[ChannelId, Carried]:
        """Return what is known of every channel, offered or not."""
        return {
            ChannelId(row["channel_id"]): Carried(row["video"], row["audio"], row["width"], row["height"])
            for row in await select(self._state, _ALL)
        }

    async def save(self, seen: Mapping[ChannelId, Carried]) -> None:
        """Store what was seen over what was known of the same channels, in one transaction."""
        async with transaction(self._state):
            await self._state.executemany(
                "INSERT OR REPLACE INTO carried (channel_id, video, audio, width, height) VALUES (?, ?, ?, ?, ?)",
                [(channel, one.video, one.audio, one.width, one.height) for channel, one in seen.items()],
            )
