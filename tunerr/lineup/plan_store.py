"""Plans in catalog.db as the worker writes them: in small transactions, published by one update."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from tunerr.lineup.plan import Summary
from tunerr.lineup.rules.groups import GroupCount
from tunerr.lineup.rules.pipeline import Decision
from tunerr.lineup.rules.words import fold
from tunerr.storage.connection import worker_transaction
from tunerr.support.batches import batches

# One transaction each: well below 250 ms on a slow disk.
_BATCH_ROWS = 5000

_CHOSEN = "SELECT channel_id, name FROM decided WHERE kept = 1 ORDER BY place"

_SUPERSEDED = "SELECT id FROM plan WHERE id NOT IN (SELECT plan FROM planned)"

_REMOVE_ROWS = """
    DELETE FROM plan_decision WHERE plan = :plan AND channel_id IN
        (SELECT channel_id FROM plan_decision WHERE plan = :plan ORDER BY channel_id LIMIT :batch)"""


class PlanStore:
    """The tables `plan`, `plan_decision` and `plan_group`. Raises sqlite3.Error."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def chosen(self) -> dict[str, str]:
        """Return the channels of the plan in force in their order, with their names."""
        return {row[0]: row[1] for row in self._db.execute(_CHOSEN)}

    def write(self, decisions: Sequence[Decision], groups: Sequence[GroupCount], summary: Summary) -> None:
        """Store a plan and put it in force; others are removed."""
        self._remove_superseded()
        plan = self._begin(summary)
        ordered = sorted(decisions, key=lambda decision: decision.channel.id)
        rows = (_row(plan, decision) for decision in ordered)
        self._insert("INSERT INTO plan_decision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        counted = ((plan, place, *group) for place, group in enumerate(groups, 1))
        self._insert("INSERT INTO plan_group VALUES (?, ?, ?, ?, ?, ?, ?)", counted)
        self._db.execute("UPDATE plan SET complete = 1 WHERE id = ?", (plan,))
        self._remove_superseded()

    def _begin(self, summary: Summary) -> int:
        cursor = self._db.execute(
            "INSERT INTO plan (made_at, summary) VALUES (?, ?)", (summary.made_at, summary.model_dump_json())
        )
        return int(cursor.lastrowid or 0)

    def _insert(self, sql: str, rows: Iterable[tuple[object, ...]]) -> None:
        for batch in batches(rows, _BATCH_ROWS):
            with worker_transaction(self._db):
                self._db.executemany(sql, batch)

    def _remove_superseded(self) -> None:
        """Remove plans, their rows first and a batch at a time."""
        for (plan,) in self._db.execute(_SUPERSEDED).fetchall():
            self._db.execute("UPDATE plan SET complete = 0 WHERE id = ?", (plan,))
            while self._db.execute(_REMOVE_ROWS, {"plan": plan, "batch": _BATCH_ROWS}).rowcount:
                pass
            self._db.execute("DELETE FROM plan_group WHERE plan = ?", (plan,))
            self._db.execute("DELETE FROM plan WHERE id = ?", (plan,))


def _row(plan: int, decision: Decision) -> tuple[object, ...]:
    channel = decision.channel
    return (
        plan,
        channel.id,
        int(decision.kept),
        decision.place,
        decision.stage,
        decision.reason,
        channel.name,
        channel.group,
        channel.row.source,
        decision.into,
        "" if channel.number is None else str(channel.number),
        " ".join(channel.row.sources),
        channel.row.streams,
        fold(f"{channel.name} {channel.id} {channel.row.tvg_id}"),
    )
