"""Generations in catalog.db: written in small transactions, published by one row, removed in small transactions.

A crash at any moment leaves the published generation as it was and at most one unfinished generation behind.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import orjson

from tunerr.catalog.guard import Answer
from tunerr.catalog.identity import Key, Known
from tunerr.model.channel import SourceId

# One transaction each: some 50 ms on a slow disk, so that a reader's snapshot and the 250 ms rule are never in danger.
BATCH_ROWS = 5000
KEPT_SUPERSEDED = 3
_JUDGED_ANSWERS = 50

_REMOVAL = (
    (
        "SELECT max(ordinal) FROM entry WHERE generation = ?",
        "DELETE FROM entry WHERE generation = ? AND ordinal BETWEEN ? AND ?",
    ),
    (
        "SELECT max(number) FROM channel WHERE generation = ?",
        "DELETE FROM channel WHERE generation = ? AND number BETWEEN ? AND ?",
    ),
)

Row = tuple[object, ...]


class Published(NamedTuple):
    """The generation of a source that is served now."""

    id: int
    entries: int
    channels: int
    digest: str


class Generations:
    """The catalog database as the ingest job sees it. Raises sqlite3.Error."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._scopes = {(row[0], row[1]) for row in db.execute("SELECT DISTINCT kind, scope FROM identity")}
        self._issued: frozenset[str] | None = None

    def published(self, source: SourceId) -> Published | None:
        """Return the newest published generation of a source."""
        row = self._db.execute(
            "SELECT id, entries, channels, digest FROM generation"
            " WHERE id = (SELECT generation FROM served WHERE source = ?)",
            (source,),
        ).fetchone()
        return None if row is None else Published(*row)

    def begin(self, source: SourceId, at: float) -> int:
        """Open an unfinished generation."""
        cursor = self._db.execute("INSERT INTO generation (source, built_at) VALUES (?, ?)", (source, at))
        return int(cursor.lastrowid or 0)

    def write_entries(self, rows: Iterable[Row]) -> None:
        """Insert rows of `entry` in one transaction."""
        self._write("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def write_channels(self, rows: Iterable[Row]) -> None:
        """Insert rows of `channel`, in batches."""
        for batch in _batches(rows):
            self._write("INSERT INTO channel VALUES (?, ?, ?, ?, ?, ?, ?)", batch)

    def publish(self, generation: int, *, at: float, published: Published, report: str) -> None:
        """Make a finished generation the one that is served; this one update is the swap."""
        self._db.execute(
            "UPDATE generation SET published_at = ?, entries = ?, channels = ?, digest = ?, report = ? WHERE id = ?",
            (at, published.entries, published.channels, published.digest, report, generation),
        )

    def remove_unfinished(self) -> None:
        """Remove what jobs that were killed left behind; only ever one job runs."""
        for row in self._db.execute("SELECT id FROM generation WHERE published_at IS NULL").fetchall():
            self.remove(row["id"])

    def remove_strangers(self, sources: Collection[str]) -> None:
        """Remove the generations and answers of all but `sources`; what was learned stays, for one that comes back."""
        configured = (orjson.dumps(sorted(sources)).decode(),)
        others = "source NOT IN (SELECT value FROM json_each(?))"
        for row in self._db.execute(f"SELECT id FROM generation WHERE {others}", configured).fetchall():  # noqa: S608 - a constant
            self.remove(row["id"])
        self._db.execute(f"DELETE FROM answer WHERE {others}", configured)  # noqa: S608 - a constant

    def remove_history(self, source: SourceId) -> None:
        """Remove all but the served generation and the last three that it superseded."""
        old = self._db.execute(
            "SELECT id FROM generation WHERE source = ? AND published_at IS NOT NULL"
            " ORDER BY id DESC LIMIT -1 OFFSET ?",
            (source, 1 + KEPT_SUPERSEDED),
        ).fetchall()
        for row in old:
            self.remove(row["id"])

    def remove(self, generation: int) -> None:
        """Delete a generation, its rows first, in batches; safe to be killed at any moment."""
        # Hidden first: a history entry that has lost rows must not look whole.
        self._db.execute("UPDATE generation SET published_at = NULL WHERE id = ?", (generation,))
        for last_row, delete in _REMOVAL:
            last = self._db.execute(last_row, (generation,)).fetchone()[0]
            for start in range(0, (-1 if last is None else last) + 1, BATCH_ROWS):
                self._db.execute(delete, (generation, start, start + BATCH_ROWS - 1))
        self._db.execute("DELETE FROM generation WHERE id = ?", (generation,))

    def known(self, key: Key) -> Known | None:
        """Return what was learned under a key."""
        if key[:2] not in self._scopes:  # a new source asks for all of its keys
            return None
        row = self._db.execute(
            "SELECT channel_id, learned_at FROM identity WHERE kind = ? AND scope = ? AND key = ?", key
        ).fetchone()
        return None if row is None else Known(*row)

    def taken(self, channel_id: str) -> bool:
        """Tell whether an id was ever given out."""
        # Asked rarely: an index over the ids would cost more at each ingest than reading them once.
        if self._issued is None:
            self._issued = frozenset(row[0] for row in self._db.execute("SELECT DISTINCT channel_id FROM identity"))
        return channel_id in self._issued

    def nothing_learned(self) -> bool:
        """Tell whether this catalog is new or was lost."""
        return not self._scopes

    def learn(self, keys: Iterable[tuple[Key, str]], at: float) -> None:
        """Remember which id each key recognises; unchanged ones keep the time when they were learned."""
        self._issued = None
        for batch in _batches((*key, channel, at) for key, channel in keys):
            self._scopes.update((str(row[0]), str(row[1])) for row in batch)
            self._write(
                "INSERT INTO identity VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
                " SET channel_id = excluded.channel_id, learned_at = excluded.learned_at"
                " WHERE channel_id <> excluded.channel_id",
                batch,
            )

    def held_by_others(self, source: SourceId) -> frozenset[str]:
        """Return the ids of the channels that other sources have now."""
        rows = self._db.execute(
            "SELECT channel_id FROM channel WHERE generation IN (SELECT generation FROM served WHERE source <> ?)",
            (source,),
        )
        return frozenset(row["channel_id"] for row in rows)

    def answers(self, source: SourceId) -> list[Answer]:
        """Return the latest answers of a source, oldest first."""
        rows = self._db.execute(
            "SELECT at, channels, fingerprint, outcome FROM answer WHERE source = ? ORDER BY id DESC LIMIT ?",
            (source, _JUDGED_ANSWERS),
        ).fetchall()
        return [
            Answer(row["at"], row["channels"], row["fingerprint"], refused=row["outcome"] == "refused")
            for row in reversed(rows)
        ]

    def remember(self, source: SourceId, answer: Answer, outcome: str) -> None:
        """Record an answer for the shrink guard; as many are kept as it judges by."""
        self._db.execute(
            "INSERT INTO answer (source, at, channels, fingerprint, outcome) VALUES (?, ?, ?, ?, ?)",
            (source, answer.at, answer.channels, answer.fingerprint, outcome),
        )
        self._db.execute(
            "DELETE FROM answer WHERE source = ?1 AND id NOT IN"
            " (SELECT id FROM answer WHERE source = ?1 ORDER BY id DESC LIMIT ?2)",
            (source, _JUDGED_ANSWERS),
        )

    def _write(self, sql: str, rows: Iterable[Row]) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany(sql, rows)
            self._db.execute("COMMIT")
        except BaseException:
            self._db.rollback()
            raise


def _batches(rows: Iterable[Row]) -> Iterator[Sequence[Row]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH_ROWS)):
        yield batch
