"""Named facts in state.db: device id, session key and the like."""

from __future__ import annotations

import aiosqlite

from tunerr.storage.connection import select, transaction


class Facts:
    """Reads and writes the table `fact`. Raises StorageError."""

    def __init__(self, state: aiosqlite.Connection) -> None:
        self._state = state

    async def get(self, name: str) -> str | None:
        """Return the value stored under `name`, None when there is none."""
        rows = await select(self._state, "SELECT value FROM fact WHERE name = ?", (name,))
        return str(rows[0]["value"]) if rows else None

    async def starting(self, prefix: str) -> dict[str, str]:
        """Return all values whose names start with `prefix`, by name."""
        rows = await select(
            self._state, "SELECT name, value FROM fact WHERE substr(name, 1, ?) = ?", (len(prefix), prefix)
        )
        return {str(row["name"]): str(row["value"]) for row in rows}

    async def remove(self, name: str) -> None:
        """Forget what is stored under `name`, if anything."""
        async with transaction(self._state):
            await self._state.execute("DELETE FROM fact WHERE name = ?", (name,))

    async def set(self, name: str, value: str) -> None:
        """Store `value` under `name`; it is on the disk when this returns."""
        async with transaction(self._state):
            await self._state.execute(
                "INSERT INTO fact (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, value),
            )
