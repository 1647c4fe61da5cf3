"""Generations in catalog.db: written in small transactions, published by one row, removed in small transactions.

A crash at any moment leaves the published generation as it was and at most one unfinished generation behind.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import orjson

from tunerr.catalog.guard import Answer
from tunerr.catalog.identity import LABEL, Lesson
from tunerr.catalog.known import Known, Mask, Numbers, channel_numbers
from tunerr.model.channel import SourceId
from tunerr.storage.connection import worker_transaction
from tunerr.support.batches import batches

# One transaction each: some 60 ms on a desktop, so that the 250 ms rule holds on slow machines too.
BATCH_ROWS = 10_000
KEPT_SUPERSEDED = 3
_JUDGED_ANSWERS = 50
_KEPT_STRANGERS_S = 7 * 86400.0

_REMOVAL = (
    """DELETE FROM entry WHERE generation = ?1 AND ordinal IN
        (SELECT ordinal FROM entry WHERE generation = ?1 ORDER BY ordinal LIMIT ?2)""",
    """DELETE FROM channel WHERE generation = ?1 AND channel_id IN
        (SELECT channel_id FROM channel WHERE generation = ?1 ORDER BY channel_id LIMIT ?2)""",
    """DELETE FROM recognised WHERE generation = ?1 AND natural_id IN
        (SELECT natural_id FROM recognised WHERE generation = ?1 ORDER BY natural_id LIMIT ?2)""",
)

_JOIN = "UPDATE entry SET first = ? WHERE generation = ?"

Row = tuple[object, ...]


class Published(NamedTuple):
    """A generation that is or was served.

    `digest` is over its entries, `documents` over what it was read from, `ruled` over the rulings of then.
    `provider` says who was asked; empty when nobody knows.
    """

    id: int
    entries: int
    channels: int
    digest: str
    documents: str
    ruled: str
    provider: str


class Generations:
    """The catalog database as the ingest job sees it. Raises sqlite3.Error."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def published(self, source: SourceId) -> Published | None:
        """Return the generation of a source that is served."""
        row = self._db.execute(
            "SELECT id, entries, channels, digest, documents, ruled, provider FROM generation"
            " WHERE id = (SELECT generation FROM served WHERE source = ?)",
            (source,),
        ).fetchone()
        return None if row is None else Published(*row)

    def begin(self, source: SourceId, at: float) -> int:
        """Open an unfinished generation."""
        cursor = self._db.execute("INSERT INTO generation (source, built_at) VALUES (?, ?)", (source, at))
        return int(cursor.lastrowid or 0)

    def write_entries(self, generation: int, rows: Iterable[Row]) -> None:
        """Insert rows of `entry` in one transaction."""
        self._write(f"INSERT INTO entry VALUES ({generation}, {', '.join('?' * 14)})", rows)  # noqa: S608 - a number

    def entry(self, generation: int, ordinal: int) -> tuple[str, str, str]:
        """Return tvg id, name and URL of an entry."""
        row = self._db.execute(
            "SELECT tvg_id, name, url FROM entry WHERE generation = ? AND ordinal = ?", (generation, ordinal)
        ).fetchone()
        return row[0], row[1], row[2]

    def write_channels(self, generation: int, rows: Iterable[Row]) -> None:
        """Insert rows of `channel`, in batches; in the order of their ids it is several times faster."""
        for batch in batches(rows, BATCH_ROWS):
            self._write(f"INSERT INTO channel VALUES ({generation}, ?, ?, ?, ?, ?)", batch)  # noqa: S608 - a number

    def write_recognised(self, generation: int, rows: Iterable[Row]) -> None:
        """Insert rows of `recognised` for channels that are shown under another id than they were recognised by."""
        self._write(f"INSERT INTO recognised VALUES ({generation}, ?, ?)", rows)  # noqa: S608 - a number

    def join(self, generation: int, ordinal: int, into: int) -> None:
        """Give the entries of the channel whose first one is at `ordinal` to the one whose first one is at `into`."""
        further = f"{_JOIN} AND first = ? AND ordinal <> first"
        self._db.execute(further, (into, generation, ordinal))
        self._db.execute(f"{_JOIN} AND ordinal = ?", (into, generation, ordinal))

    def publish(self, source: SourceId, *, at: float, published: Published, report: str) -> None:
        """Make a finished generation the one that is served."""
        with worker_transaction(self._db):
            self._db.execute(
                "UPDATE generation SET published_at = ?, report = ?, entries = ?, channels = ?, digest = ?,"
                " documents = ?, ruled = ?, provider = ? WHERE id = ?",
                (at, report, *published[1:], published.id),
            )
            self._db.execute("DELETE FROM withdrawn WHERE source = ? AND digest = ?", (source, published.digest))
            self._serve(source, published.id, at)

    def serve_again(self, source: SourceId, generation: int, at: float) -> None:
        """Serve an earlier generation again; the answers that were published after it are withdrawn."""
        with worker_transaction(self._db):
            self._db.execute(
                "INSERT OR IGNORE INTO withdrawn SELECT source, digest, ? FROM generation"
                " WHERE source = ? AND id > ? AND published_at IS NOT NULL",
                (at, source, generation),
            )
            self._db.execute(
                "DELETE FROM withdrawn WHERE source = ?1 AND digest = (SELECT digest FROM generation WHERE id = ?2)",
                (source, generation),
            )
            self._serve(source, generation, at)

    def is_withdrawn(self, source: SourceId, digest: str) -> bool:
        """Tell whether the operator took this answer back."""
        found = self._db.execute("SELECT 1 FROM withdrawn WHERE source = ? AND digest = ?", (source, digest))
        return found.fetchone() is not None

    def kept(self, source: SourceId) -> list[Published]:
        """Return the published generations of a source, newest first."""
        rows = self._db.execute(
            "SELECT id, entries, channels, digest, documents, ruled, provider FROM generation"
            " WHERE source = ? AND published_at IS NOT NULL ORDER BY id DESC",
            (source,),
        )
        return [Published(*row) for row in rows]

    def report(self, generation: int) -> dict[str, Any]:
        """Return what was said when a generation was published."""
        row = self._db.execute("SELECT report FROM generation WHERE id = ?", (generation,)).fetchone()
        return dict(orjson.loads(row["report"]))

    def note_guides(self, generation: int, urls: Sequence[str]) -> None:
        """Keep the guides that a served playlist names now, though its entries are the same."""
        self._db.execute(
            "UPDATE generation SET report = json_set(report, '$.guide_urls', json(?)) WHERE id = ?",
            (orjson.dumps(list(urls)).decode(), generation),
        )

    def remove_unfinished(self) -> None:
        """Remove what jobs that were killed left behind; only ever one job runs."""
        for row in self._db.execute("SELECT id FROM generation WHERE published_at IS NULL").fetchall():
            self.remove(row["id"])

    def remove_strangers(self, sources: Collection[str], *, now: float) -> None:
        """Remove the generations and answers of all but `sources` that were not asked for a week.

        Until then a removal can be taken back; what was learned stays, for one that comes back later.
        """
        configured = (orjson.dumps(sorted(sources)).decode(), now - _KEPT_STRANGERS_S)
        others = (
            "source NOT IN (SELECT value FROM json_each(?1))"
            " AND source NOT IN (SELECT source FROM answer WHERE at > ?2)"
        )
        for row in self._db.execute(f"SELECT id FROM generation WHERE {others}", configured).fetchall():  # noqa: S608 - a constant
            self.remove(row["id"])
        for table in ("withdrawn", "answer"):
            self._db.execute(f"DELETE FROM {table} WHERE {others}", configured)  # noqa: S608 - constants

    def remove_history(self, source: SourceId) -> None:
        """Remove all but the served generation and the three that were served last before it."""
        old = self._db.execute(
            "SELECT id FROM generation WHERE source = ? AND published_at IS NOT NULL"
            " AND id NOT IN (SELECT generation FROM served) ORDER BY served_at DESC, id DESC LIMIT -1 OFFSET ?",
            (source, KEPT_SUPERSEDED),
        ).fetchall()
        for row in old:
            self.remove(row["id"])

    def remove(self, generation: int) -> None:
        """Delete a generation, its rows first, in batches; safe to be killed at any moment."""
        # Hidden first: neither what is served nor a history entry may look whole when it has lost rows.
        with worker_transaction(self._db):
            self._db.execute("DELETE FROM served WHERE generation = ?", (generation,))
            self._db.execute("UPDATE generation SET published_at = NULL WHERE id = ?", (generation,))
        for delete in _REMOVAL:
            while self._db.execute(delete, (generation, BATCH_ROWS)).rowcount == BATCH_ROWS:
                pass
        self._db.execute("DELETE FROM generation WHERE id = ?", (generation,))

    def known(self, kind: str, scope: str) -> Known:
        """Return what was learned under the keys of a kind; `scope` is empty for tvg ids, else the source."""
        row = self._db.execute("SELECT keys FROM identity WHERE kind = ? AND scope = ?", (kind, scope)).fetchone()
        return Known.of(b"" if row is None else row[0])

    def teachers(self) -> frozenset[str]:
        """Return the sources that ever taught labels, those that are gone too."""
        return frozenset(row[0] for row in self._db.execute("SELECT scope FROM identity WHERE kind = ?", (LABEL,)))

    def taken(self, channels: Numbers) -> Mask:
        """Tell which of these ids were ever given out."""
        taken = np.zeros(len(channels), np.bool_)
        for (keys,) in self._db.execute("SELECT keys FROM identity"):
            taken |= np.isin(channels, Known.of(keys).channels)
        return taken

    def nothing_learned(self) -> bool:
        """Tell whether this catalog is new or was lost."""
        return self._db.execute("SELECT 1 FROM identity LIMIT 1").fetchone() is None

    def learn(self, lessons: Iterable[Lesson], at: float) -> None:
        """Remember which id each key recognises; unchanged ones keep the time when they were learned."""
        for kind, scope, keys, channels in lessons:
            before = self.known(kind, scope)
            after = before.learn(keys, channels, at)
            if after is not before:
                self._db.execute("INSERT OR REPLACE INTO identity VALUES (?, ?, ?)", (kind, scope, after.packed()))

    def held_by_others(self, source: SourceId, configured: Collection[str]) -> Numbers:
        """Return the ids of the channels that other configured sources have now, as they were recognised."""
        rows = self._db.execute(
            """WITH others AS MATERIALIZED (
                SELECT generation FROM served WHERE source <> ? AND source IN (SELECT value FROM json_each(?)))
            SELECT natural_id FROM recognised WHERE generation IN (SELECT generation FROM others)
            UNION ALL SELECT channel_id FROM channel
            WHERE generation IN (SELECT generation FROM others) AND NOT EXISTS (
                SELECT 1 FROM recognised AS shown
                WHERE shown.generation = channel.generation AND shown.channel_id = channel.channel_id)""",
            (source, orjson.dumps(list(configured)).decode()),
        )
        return channel_numbers(row[0] for row in rows)

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

    def _serve(self, source: SourceId, generation: int, at: float) -> None:
        self._db.execute("UPDATE generation SET served_at = ? WHERE id = ?", (at, generation))
        self._db.execute(
            "INSERT INTO served VALUES (?, ?) ON CONFLICT DO UPDATE SET generation = excluded.generation",
            (source, generation),
        )

    def _write(self, sql: str, rows: Iterable[Row]) -> None:
        with worker_transaction(self._db):
            self._db.executemany(sql, rows)
