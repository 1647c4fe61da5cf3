"""What the operator chose, in state.db: documents by kind and key, every change journaled so that it can be undone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Literal, NamedTuple, get_args

import aiosqlite
import orjson

from tunerr.errors import ActionRefused, Forbidden
from tunerr.storage.audit import write_act
from tunerr.storage.connection import select, transaction
from tunerr.support.clock import Clock

Kind = Literal["source", "channel", "identity", "lineup", "setting"]
KINDS: frozenset[Kind] = frozenset(get_args(Kind))

_LIST = "`iptv-tunerr undo --list` shows what was done."
_TOOK_BACK = "Took back: "
_LARGEST_ID = 2**63 - 1  # of SQLite's integers
_STANDING = "SELECT * FROM audit WHERE changes <> '[]' AND undone_by IS NULL"
# Of an act on thousands of choices one change is of interest.
_ABOUT = """
    SELECT audit.id, at, who, act, subject, detail, undone_by, json_array(json(change.value)) AS changes
    FROM audit, json_each(audit.changes) AS change
    WHERE instr(audit.changes, :key) AND change.value ->> 0 = :kind AND change.value ->> 1 = :key
    ORDER BY audit.id DESC LIMIT :limit"""
_LATEST_BY = """
    SELECT id FROM audit WHERE changes <> '[]' AND undone_by IS NULL AND who = ? ORDER BY id DESC LIMIT 1"""
_VALUES = """
    SELECT asked.value ->> 0 AS kind, asked.value ->> 1 AS key, choice.value AS value
    FROM json_each(?) AS asked
    LEFT JOIN choice ON choice.kind = asked.value ->> 0 AND choice.key = asked.value ->> 1"""
# The latest standing act after one that changed any of what that one changed.
_LATER = """
    SELECT later.id FROM audit AS later, json_each(later.changes) AS change
    WHERE later.id > ? AND later.act <> 'undo' AND later.undone_by IS NULL AND later.changes <> '[]'
        AND (change.value ->> 0, change.value ->> 1) IN (
            SELECT one.value ->> 0, one.value ->> 1 FROM audit AS asked, json_each(asked.changes) AS one
            WHERE asked.id = ?
        )
    ORDER BY later.id DESC LIMIT 1"""


class Change(NamedTuple):
    """One choice before and after an act, as JSON text; None where there is none."""

    kind: Kind
    key: str
    before: str | None
    after: str | None


class Act(NamedTuple):
    """A row of the journal. `at` in Unix seconds; `undone_by` is the act that took it back.

    What took an act back is an act `undo`; what took that back is an act `redo`, which can be undone like any other.
    """

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
        self.turn = asyncio.Lock()
        """Held by an act from what it reads until what it changed is in force."""
        self._state = state
        self._clock = clock

    async def all(self, kind: Kind) -> dict[str, str]:
        """Return the documents of one kind by key, as JSON text."""
        rows = await select(self._state, "SELECT key, value FROM choice WHERE kind = ? ORDER BY key", (kind,))
        return {row["key"]: row["value"] for row in rows}

    async def get(self, kind: Kind, key: str) -> str | None:
        """Return one document as JSON text, None when there is none."""
        return (await self._values([(kind, key)]))[kind, key]

    async def put(
        self,
        changed: Sequence[tuple[Kind, str, str | None]],
        *,
        who: str,
        act: str,
        subject: str,
        detail: str = "",
        beside: Callable[[], Awaitable[None]] | None = None,
    ) -> int:
        """Set choices to JSON texts (None removes one) in one transaction; the number of the act in the journal.

        `detail` is a sentence and never holds a secret. Of equal kind and key the last one counts. `beside` is called
        within the transaction: what it writes on this connection is written with the choices or not at all.
        """
        wanted = {(kind, key): value for kind, key, value in changed}
        async with transaction(self._state):
            known = await self._values(list(wanted))
            changes = [
                Change(kind, key, known[kind, key], value)
                for (kind, key), value in wanted.items()
                if known[kind, key] != value
            ]
            await self._store(changes)
            if beside is not None:
                await beside()
            return await self._journal(who, act, subject, detail, changes)

    async def undo(self, act: int | None = None, *, who: str, kinds: Collection[Kind] = KINDS) -> Act:
        """Take back an act (the latest one that stands and is no undo, when None) and return it.

        Raises ActionRefused when there is no such act, it was undone already, or what it changed was changed since;
        Forbidden when it changed another kind than `kinds`.
        """
        async with transaction(self._state):
            return await self._take_back(await self._undoable(act), who, kinds)

    async def redo(self, *, who: str, kinds: Collection[Kind] = KINDS) -> Act:
        """Take back the latest undo that stands; the act of the journal that did it. Refusals as those of `undo`."""
        async with transaction(self._state):
            rows = await select(self._state, f"{_STANDING} AND act = 'undo' ORDER BY id DESC LIMIT 1")
            if not rows:
                raise ActionRefused("There is nothing to do again.", hint=_LIST)
            await self._take_back(_act(rows[0]), who, kinds)
            latest = await select(self._state, "SELECT * FROM audit ORDER BY id DESC LIMIT 1")
            return _act(latest[0])

    async def journal(self, limit: int = 50) -> tuple[Act, ...]:
        """Return the latest acts that changed choices, the last one first."""
        rows = await select(self._state, "SELECT * FROM audit WHERE changes <> '[]' ORDER BY id DESC LIMIT ?", (limit,))
        return tuple(_act(row) for row in rows)

    async def about(self, kind: Kind, key: str, limit: int = 20) -> tuple[Act, ...]:
        """Return the latest acts that changed one choice, each with that change alone, the last one first."""
        rows = await select(self._state, _ABOUT, {"kind": kind, "key": key, "limit": limit})
        return tuple(_act(row) for row in rows)

    async def latest_by(self, who: str) -> int | None:
        """Return the number of the latest act of `who` that stands and changed choices; None when there is none."""
        rows = await select(self._state, _LATEST_BY, (who,))
        return int(rows[0]["id"]) if rows else None

    async def _undoable(self, act: int | None) -> Act:
        if act is None:
            rows = await select(self._state, f"{_STANDING} AND act <> 'undo' ORDER BY id DESC LIMIT 1")
        elif -_LARGEST_ID <= act <= _LARGEST_ID:
            rows = await select(self._state, "SELECT * FROM audit WHERE id = ? AND changes <> '[]'", (act,))
        else:
            rows = []
        if not rows:
            raise ActionRefused("There is nothing to undo.", hint=_LIST)
        found = _act(rows[0])
        if found.undone_by is not None:
            raise ActionRefused(f"Act {found.id} was taken back already.", hint=f"Undo act {found.undone_by} instead.")
        return found

    async def _take_back(self, undone: Act, who: str, kinds: Collection[Kind]) -> Act:
        if not {change.kind for change in undone.changes} <= set(kinds):
            raise Forbidden(
                f"You may not take back act {undone.id}.", hint="Whoever may do such an act may take it back too."
            )
        again = undone.act == "undo"
        later = [] if again else await select(self._state, _LATER, (undone.id, undone.id))
        if later:
            raise ActionRefused(
                f"What act {undone.id} changed was changed again by act {later[0]['id']}.",
                hint=f"Undo act {later[0]['id']} first.",
            )
        known = await self._values([(change.kind, change.key) for change in undone.changes])
        # It is done again, and an act before it that changed the same was taken back in the meantime.
        if any(known[change.kind, change.key] != change.after for change in undone.changes):
            raise ActionRefused(f"What act {undone.id} changed is no longer as it left it.", hint=_LIST)
        back = [Change(one.kind, one.key, one.after, one.before) for one in undone.changes]
        await self._store(back)
        name, word = ("redo", "Did again") if again else ("undo", "Took back")
        detail = f"{word}: {undone.detail.removeprefix(_TOOK_BACK) or undone.act}"
        by = await self._journal(who, name, undone.subject, detail, back)
        await self._state.execute("UPDATE audit SET undone_by = ? WHERE id = ?", (by, undone.id))
        return undone

    async def _values(self, keys: Sequence[tuple[Kind, str]]) -> dict[tuple[Kind, str], str | None]:
        """Return what all of them are, in one question: an act may be about thousands."""
        asked = await asyncio.to_thread(orjson.dumps, keys)
        rows = await select(self._state, _VALUES, (asked.decode(),))
        return {(row["kind"], row["key"]): row["value"] for row in rows}

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
        changed = (await asyncio.to_thread(orjson.dumps, list(map(tuple, changes)))).decode()
        now = self._clock.now()
        return await write_act(self._state, at=now, who=who, act=act, subject=subject, detail=detail, changes=changed)


def _act(row: aiosqlite.Row) -> Act:
    changes = tuple(Change(*change) for change in orjson.loads(row["changes"]))
    return Act(row["id"], row["at"], row["who"], row["act"], row["subject"], row["detail"], changes, row["undone_by"])
