"""The table `api_token`: what programs log in with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import aiosqlite

from tunerr.model.operator import ApiToken
from tunerr.storage.connection import select, transaction


class TokenStore:
    """Reads and writes the table. Raises StorageError."""

    def __init__(self, state: aiosqlite.Connection) -> None:
        self._state = state

    async def all(self) -> dict[str, ApiToken]:
        """Return all tokens by their hashes."""
        rows = await select(self._state, "SELECT * FROM api_token ORDER BY id")
        return {
            row["hash"]: ApiToken(
                id=row["id"],
                name=row["name"],
                owner=row["owner"],
                scopes=frozenset(row["scopes"].split()),
                created_at=datetime.fromtimestamp(row["created_at"], UTC),
                expires_at=_moment(row["expires_at"]),
                last_used_at=_moment(row["last_used_at"]),
            )
            for row in rows
        }

    async def add(self, token: ApiToken, hashed: str) -> int:
        """Store a new token; returns its id (that of `token` says nothing)."""
        created, expires = token.created_at.timestamp(), token.expires_at.timestamp() if token.expires_at else None
        async with transaction(self._state):
            cursor = await self._state.execute(
                "INSERT INTO api_token (name, hash, scopes, owner, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
                (token.name, hashed, " ".join(sorted(token.scopes)), token.owner, created, expires),
            )
            return int(cursor.lastrowid or 0)

    async def remove(self, token: int) -> None:
        """Forget one."""
        async with transaction(self._state):
            await self._state.execute("DELETE FROM api_token WHERE id = ?", (token,))

    async def remove_of(self, owner: str) -> None:
        """Forget all of one owner."""
        async with transaction(self._state):
            await self._state.execute("DELETE FROM api_token WHERE owner = ?", (owner,))

    async def used(self, times: Mapping[int, datetime]) -> None:
        """Note when tokens were used last."""
        async with transaction(self._state):
            await self._state.executemany(
                "UPDATE api_token SET last_used_at = ? WHERE id = ?",
                [(at.timestamp(), token) for token, at in times.items()],
            )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
