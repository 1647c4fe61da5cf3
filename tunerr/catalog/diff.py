"""What a new generation changes, in counts and a few names."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

_EXAMPLES = 5
_JOIN = "FROM channel new JOIN channel old ON old.generation = :old AND old.channel_id = new.channel_id"
_QUERIES = {
    "added": "SELECT name, count(*) OVER () FROM channel new WHERE generation = :new AND NOT EXISTS"
    " (SELECT 1 FROM channel old WHERE old.generation = :old AND old.channel_id = new.channel_id)",
    "removed": "SELECT name, count(*) OVER () FROM channel old WHERE generation = :old AND NOT EXISTS"
    " (SELECT 1 FROM channel new WHERE new.generation = :new AND new.channel_id = old.channel_id)",
    "renamed": f"SELECT old.name || ' → ' || new.name, count(*) OVER () {_JOIN}"
    " WHERE new.generation = :new AND old.name <> new.name",
    "moved": f"SELECT new.name || ': ' || old.group_title || ' → ' || new.group_title, count(*) OVER () {_JOIN}"
    " WHERE new.generation = :new AND old.group_title <> new.group_title",
    "readdressed": f"SELECT new.name, count(*) OVER () {_JOIN}"
    " WHERE new.generation = :new AND old.addresses <> new.addresses",
}


@dataclass(frozen=True, slots=True)
class Change:
    """How many channels changed in one way, with up to five of them in words."""

    count: int
    examples: tuple[str, ...]


def changes(db: sqlite3.Connection, *, old: int, new: int) -> dict[str, Change]:
    """Compare two generations (0 = none): added, removed, renamed, moved (to another group), readdressed (URLs)."""
    found = {}
    for kind, query in _QUERIES.items():
        column = "old.ordinal" if kind == "removed" else "new.ordinal"
        rows = db.execute(f"{query} ORDER BY {column} LIMIT {_EXAMPLES}", {"old": old, "new": new}).fetchall()
        found[kind] = Change(rows[0][1] if rows else 0, tuple(row[0] for row in rows))
    return found
