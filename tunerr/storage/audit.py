"""The table `audit`: one row for each operator act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import aiosqlite
import structlog

from tunerr.storage.connection import select

log = structlog.get_logger(__name__)

_NARROWED = "FROM audit WHERE (:who = '' OR who = :who) AND (:act = '' OR act = :act)"


async def write_act(
    state: aiosqlite.Connection, *, at: datetime, who: str, act: str, subject: str, detail: str, changes: str = "[]"
) -> int:
    """Write one act inside the caller's transaction; its number. `detail` is a sentence without secrets.

    `changes`: what it changed among the choices, as JSON, so that it can be undone.
    """
    cursor = await state.execute(
        "INSERT INTO audit (at, who, act, subject, detail, changes) VALUES (?, ?, ?, ?, ?, ?)",
        (at.timestamp(), who, act, subject, detail, changes),
    )
    log.info("operator act", who=who, act=act, subject=subject, detail=detail)
    return int(cursor.lastrowid or 0)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One act. `open`: it changed choices and stands, so it can be undone."""

    id: int
    at: datetime
    who: str
    act: str
    subject: str
    detail: str
    open: bool
    undone_by: int | None


class AuditReader:
    """Reads the table in pages. Raises StorageError."""

    def __init__(self, state: aiosqlite.Connection) -> None:
        self._state = state

    async def count(self, *, who: str = "", act: str = "") -> int:
        """Return how many acts there are; empty means any."""
        rows = await select(self._state, f"SELECT count(*) {_NARROWED}", {"who": who, "act": act})
        return int(rows[0][0])

    async def page(self, *, who: str = "", act: str = "", after: int, limit: int) -> tuple[AuditRow, ...]:
        """Return acts, newest first, without the first `after` of them."""
        sql = f"SELECT * {_NARROWED} ORDER BY id DESC LIMIT :limit OFFSET :after"
        rows = await select(self._state, sql, {"who": who, "act": act, "limit": limit, "after": after})
        return tuple(
            AuditRow(
                row["id"],
                datetime.fromtimestamp(row["at"], UTC),
                row["who"],
                row["act"],
                row["subject"],
                row["detail"],
                row["changes"] != "[]" and row["undone_by"] is None,
                row["undone_by"],
            )
            for row in rows
        )

    async def people(self) -> tuple[str, ...]:
        """Return who acted, at most 100 names."""
        return await self._words("SELECT DISTINCT who FROM audit ORDER BY who LIMIT 100")

    async def acts(self) -> tuple[str, ...]:
        """Return the names of acts that there are, at most 100."""
        return await self._words("SELECT DISTINCT act FROM audit ORDER BY act LIMIT 100")

    async def _words(self, sql: str) -> tuple[str, ...]:
        return tuple(str(row[0]) for row in await select(self._state, sql))
