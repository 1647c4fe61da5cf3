"""What the operator chose, in state.db: documents by kind and key, every change journaled so that it can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import aiosqlite
import orjson

from tunerr.errors import ActionRefused
from tunerr.storage.connection import select, transaction
from tunerr.support.clock import Clock

Kind = Literal["source", "channel", "identity", "lineup"]


class Change(NamedTuple):
    """One choice before and after an act, as JSON text; None where there is none."""

    kind: Kind
    key: str
    before: str | None
    after: str | None


class Act(NamedTuple):
    """A row of the journal. `at` in Unix seconds; `undone_by` is the act that took it back."""

    id: int
    at: float
    who: str
    act: str
    subject: str
    detail: str
    changes: tuple[Change, ...]
    undone_by: int | None


class Choices:
    """Reads and writes the table `choice` and the journal of it. Raises StorageError."""

    def __init__(self, *, state: aiosqlite.Connection, clock: Clock) -> None:
        self._state = state
        self._clock = clock

    async def all(self, kind: Kind) -> dict[str, str]:
        """Return the documents of one kind by key, as JSON text."""
        rows = await select(self._state, "SELECT key, value FROM choice WHERE kind = ? ORDER BY key", (kind,))
        return {row["key"]: row["value"] for row in rows}

    async def put(
        self, changed: Sequence[tuple[Kind, str, str | None]], *, who: str, act: str, subject: str, detail: str = ""
    ) -> int:
        """Set choices to JSON texts (None removes one) in one transaction; the number of the act in the journal.

        `detail` is a sentence and never holds a secret. Of equal kind and key the last one counts.
        """
        wanted = {(kind, key): value for kind, key, value in changed}
        async with transaction(self._state):
            changes = [
                Change(kind, key, before, value)
                for (kind, key), value in wanted.items()
                if (before := await self._value(kind, key)) != value
            ]
            await self._store(changes)
            return await self._journal(who, act, subject, detail, changes)

    async def undo(self, act: int | None = None, *, who: str) -> Act:
        """Take back an act (the latest one that can be, when None) and return it.

        Raises ActionRefused when there is no such act, it was undone already, or what it changed was changed since.
        """
        async with transaction(self._state):
            undone = await self._undoable(act)
            for change in undone.changes:
                if await self._value(change.kind, change.key) != change.after:
                    raise ActionRefused(
                        f"{undone.subject} was changed again since.", hint="Undo the later change first."
                    )
            back = [Change(one.kind, one.key, one.after, one.before) for one in undone.changes]
            await self._store(back)
            by = await self._journal(who, "undo", undone.subject, f"Took back: {undone.detail or undone.act}", back)
            await self._state.execute("UPDATE audit SET undone_by = ? WHERE id = ?", (by, undone.id))
        return undone

    async def journal(self, limit: int = 50) -> tuple[Act, ...]:
        """Return the latest acts that changed choices, the last one first."""
        rows = await select(self._state, "SELECT * FROM audit WHERE changes <> '[]' ORDER BY id DESC LIMIT ?", (limit,))
        return tuple(_act(row) for row in rows)

    async def _undoable(self, act: int | None) -> Act:
        if act is None:
            query = "SELECT * FROM audit WHERE changes <> '[]' AND act <> 'undo' AND undone_by IS NULL"
            rows = await select(self._state, f"{query} ORDER BY id DESC LIMIT 1")
        else:
            rows = await select(self._state, "SELECT * FROM audit WHERE id = ? AND changes <> '[]'", (act,))
        if not rows:
            raise ActionRefused("There is nothing to undo.", hint="`iptv-tunerr undo --list` shows what was done.")
        found = _act(rows[0])
        if found.undone_by is not None:
            raise ActionRefused(f"Act {found.id} was undone already.", hint=f"Undo act {found.undone_by} to redo it.")
        return found

    async def _value(self, kind: str, key: str) -> str | None:
        rows = await select(self._state, "SELECT value FROM choice WHERE kind = ? AND key = ?", (kind, key))
        return str(rows[0]["value"]) if rows else None

    async def _store(self, changes: Sequence[Change]) -> None:
        await self._state.executemany(
            "INSERT INTO choice VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            [(one.kind, one.key, one.after) for one in changes if one.after is not None],
        )
        await self._state.executemany(
            "DELETE FROM choice WHERE kind = ? AND key = ?",
            [(one.kind, one.key) for one in changes if one.after is None],
        )

    async def _journal(self, who: str, act: str, subject: str, detail: str, changes: Sequence[Change]) -> int:
        cursor = await self._state.execute(
            "INSERT INTO audit (at, who, act, subject, detail, changes) VALUES (?, ?, ?, ?, ?, ?)",
            (self._clock.now().timestamp(), who, act, subject, detail, orjson.dumps(changes).decode()),
        )
        return int(cursor.lastrowid or 0)


def _act(row: aiosqlite.Row) -> Act:
    changes = tuple(Change(*change) for change in orjson.loads(row["changes"]))
    return Act(row["id"], row["at"], row["who"], row["act"], row["subject"], row["detail"], changes, row["undone_by"])
