"""What happened lately, in state.db: to streams, sources and guide by its own table, by operators' hands in `audit`."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

import aiosqlite

from tunerr.model.happening import Happening
from tunerr.storage.connection import select, transaction

_LATEST = "SELECT * FROM happening ORDER BY id DESC LIMIT ?"
_INSERT = """
    INSERT INTO happening (at, kind, outcome, title, message, detail, actor, link) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
_FORGET = "DELETE FROM happening WHERE id <= (SELECT max(id) FROM happening) - ?"
_ACTS = "SELECT at, who, act, subject, detail FROM audit WHERE at > ? ORDER BY id DESC LIMIT ?"


class HappeningStore:
    """Reads and writes the table `happening`. Raises StorageError."""

    def __init__(self, state: aiosqlite.Connection) -> None:
        self._state = state

    async def latest(self, limit: int) -> tuple[Happening, ...]:
        """Return the last ones, oldest first."""
        return tuple(map(_happening, reversed(await select(self._state, _LATEST, (limit,)))))

    async def add(self, happenings: Sequence[Happening], *, keep: int) -> None:
        """Store some, oldest first, and forget all but the last `keep`."""
        if not happenings:
            return
        rows = [
            (one.at.timestamp(), one.kind, one.outcome, one.title, one.message, one.detail, one.actor, one.link)
            for one in happenings
        ]
        async with transaction(self._state):
            await self._state.executemany(_INSERT, rows)
            await self._state.execute(_FORGET, (keep,))

    async def clear(self) -> None:
        """Forget all."""
        async with transaction(self._state):
            await self._state.execute("DELETE FROM happening")


async def latest_acts(state: aiosqlite.Connection, limit: int, *, after: float = 0.0) -> tuple[Happening, ...]:
    """Return the last acts of operators, newest first; those done after that moment (Unix seconds).

    Raises StorageError.
    """
    return tuple(map(_act, await select(state, _ACTS, (after, limit))))


def _happening(row: sqlite3.Row) -> Happening:
    values = {**dict(row), "at": datetime.fromtimestamp(row["at"], UTC)}
    del values["id"]
    return Happening(**values)


def _act(row: sqlite3.Row) -> Happening:
    return Happening(
        at=datetime.fromtimestamp(row["at"], UTC),
        kind="act",
        outcome="done",
        title=row["act"].replace("-", " ").capitalize(),
        message=row["detail"] or f"{row['act']}: {row['subject']}",
        detail=row["subject"] if row["detail"] else "",
        actor=row["who"],
    )
