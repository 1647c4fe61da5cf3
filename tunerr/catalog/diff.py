"""What a new generation changes, in counts and a few names."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

EXAMPLES = 5

_JOIN = (
    "FROM channel new JOIN channel old ON old.generation = :old AND old.channel_id = new.channel_id"
    " WHERE new.generation = :new"
)

# One walk over the new channels says how many changed in which way; the names are asked for where there are any.
COUNTS = """
    SELECT count(*) - count(old.channel_id) AS added,
        (SELECT count(*) FROM channel WHERE generation = :old) - count(old.channel_id) AS removed,
        count(*) FILTER (WHERE old.name <> new.name) AS renamed,
        count(*) FILTER (WHERE old.group_title <> new.group_title) AS moved,
        count(*) FILTER (WHERE old.addresses <> new.addresses) AS readdressed
    FROM channel new LEFT JOIN channel old ON old.generation = :old AND old.channel_id = new.channel_id
    WHERE new.generation = :new"""

NAMES: Mapping[str, str] = {
    "added": "SELECT name FROM channel new WHERE generation = :new AND NOT EXISTS"
    " (SELECT 1 FROM channel old WHERE old.generation = :old AND old.channel_id = new.channel_id)"
    " ORDER BY ordinal LIMIT :limit",
    "removed": "SELECT name FROM channel old WHERE generation = :old AND NOT EXISTS"
    " (SELECT 1 FROM channel new WHERE new.generation = :new AND new.channel_id = old.channel_id)"
    " ORDER BY ordinal LIMIT :limit",
    "renamed": f"SELECT old.name || ' → ' || new.name {_JOIN} AND old.name <> new.name"
    " ORDER BY new.ordinal LIMIT :limit",
    "moved": f"SELECT new.name || ': ' || old.group_title || ' → ' || new.group_title {_JOIN}"
    " AND old.group_title <> new.group_title ORDER BY new.ordinal LIMIT :limit",
    "readdressed": f"SELECT new.name {_JOIN} AND old.addresses <> new.addresses ORDER BY new.ordinal LIMIT :limit",
}
"""The kinds of change: to which group a channel belongs is `moved`, under which URLs it is reached `readdressed`."""


@dataclass(frozen=True, slots=True)
class Change:
    """How many channels changed in one way, with some of them in words."""

    count: int
    examples: tuple[str, ...]


def changes(db: sqlite3.Connection, *, old: int, new: int) -> dict[str, Change]:
    """Compare two generations (0 = none) with up to five examples each. Raises sqlite3.Error."""
    asked = {"old": old, "new": new, "limit": EXAMPLES}
    counts = db.execute(COUNTS, asked).fetchone()
    return {
        kind: Change(counts[kind], tuple(row[0] for row in db.execute(names, asked)) if counts[kind] else ())
        for kind, names in NAMES.items()
    }


def in_words(channels: int, counts: Mapping[str, int]) -> str:
    """Say in a sentence how many channels there are and what changed; `counts` by kind of change."""
    words = {"added": "added", "removed": "gone", "renamed": "renamed", "moved": "in another group"}
    words["readdressed"] = "with other addresses"
    said = [f"{counts[kind]:,} {text}" for kind, text in words.items() if counts.get(kind)]
    return f"{channels:,} channels: {', '.join(said)}." if said else "Nothing changed."
