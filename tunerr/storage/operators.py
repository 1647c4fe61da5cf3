"""The table `operator`: who may log in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

import aiosqlite

from tunerr.model.operator import Role
from tunerr.storage.connection import select, transaction


class StoredOperator(NamedTuple):
    """A row: `password_hash` is argon2id in PHC form."""

    name: str
    password_hash: str
    role: Role
    created_at: datetime
    changed_at: datetime


class OperatorStore:
    """Reads and writes the table. Raises StorageError."""

    def __init__(self, state: aiosqlite.Connection) -> None:
        self._state = state

    async def all(self) -> tuple[StoredOperator, ...]:
        """Return everybody."""
        rows = await select(
            self._state, "SELECT name, password_hash, role, created_at, changed_at FROM operator ORDER BY name"
        )
        return tuple(
            StoredOperator(
                row["name"],
                row["password_hash"],
                Role[row["role"].upper()],
                datetime.fromtimestamp(row["created_at"], UTC),
                datetime.fromtimestamp(row["changed_at"], UTC),
            )
            for row in rows
        )

    async def put(self, row: StoredOperator) -> None:
        """Store one, in the place of the one of that name."""
        async with transaction(self._state):
            await self._state.execute(
                "INSERT OR REPLACE INTO operator (name, password_hash, role, created_at, changed_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (
                    row.name,
                    row.password_hash,
                    row.role.name.lower(),
                    row.created_at.timestamp(),
                    row.changed_at.timestamp(),
                ),
            )

    async def remove(self, name: str) -> None:
        """Forget one."""
        async with transaction(self._state):
            await self._state.execute("DELETE FROM operator WHERE name = ?", (name,))
