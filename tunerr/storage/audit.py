"""The table `audit`: one row for each operator act."""

from __future__ import annotations

from datetime import datetime

import aiosqlite
import structlog

log = structlog.get_logger(__name__)


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
