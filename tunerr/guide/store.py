"""guide.db as the worker uses it: generations, the one of each source that is read, and where channels were found."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

import orjson

from tunerr.guide.matching.values import Listed, Match
from tunerr.guide.reading.building import BATCH, Building
from tunerr.storage.connection import open_worker, worker_transaction
from tunerr.storage.errors import storage_errors

# A match that no refresh has seen for so long is forgotten.
_FORGET_AFTER = 90 * 24 * 3600.0
# Half is the room that a refresh takes and leaves: the new generation is whole before the old one goes.
_MOSTLY_FREE = 0.6
# Bytes that the journal keeps on disk between transactions.
_LARGEST_JOURNAL = 4 << 20

# Never one that was: the search tables are brought up to date later, and would take the new rows for the old ones.
_NEXT = """
    SELECT 1 + max((SELECT coalesce(max(id), 0) FROM generation), (SELECT coalesce(max(generation), 0) FROM searchable),
        (SELECT coalesce(max(generation), 0) FROM search_row))"""


class Programme(NamedTuple):
    """One row: Unix seconds, and the children of `<programme>` as XML. Half-open: `stop` itself is free."""

    start: int
    stop: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Totals:
    """What a generation holds."""

    channels: int
    programmes: int


class GuideStore:
    """Open database; a context manager. Every method raises StorageError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db = open_worker(path, kind="guide")
        with storage_errors(path):
            self._db.execute(f"PRAGMA journal_size_limit = {_LARGEST_JOURNAL}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._db.close()

    def remove_strangers(self, sources: Collection[str]) -> None:
        """Remove the guides of all but `sources`, and what is remembered of them."""
        with storage_errors(self._path):
            for row in self._db.execute("SELECT id, source FROM generation").fetchall():
                if row["source"] not in sources:
                    self._remove(row["id"])
            for row in self._db.execute("SELECT DISTINCT source FROM match").fetchall():
                if row["source"] not in sources:
                    self._db.execute("DELETE FROM match WHERE source = ?", (row["source"],))

    def begin(self, source: str, now: float, shift: str) -> Building:
        """Start a generation of `source` whose times are moved by `shift`; leftovers go first."""
        with storage_errors(self._path):
            for row in self._db.execute("SELECT id FROM generation WHERE state <> 'published'").fetchall():
                self._remove(row["id"])
            generation = int(self._db.execute(_NEXT).fetchone()[0])
            query = "INSERT INTO generation (id, source, state, built_at, shift) VALUES (?, ?, 'building', ?, ?)"
            self._db.execute(query, (generation, source, now, shift))
        return Building(self._db, self._path, generation)

    def publish(self, generation: int, totals: Totals, report: str) -> None:
        """Make `generation` the one that is read, then remove its source's earlier ones."""
        with storage_errors(self._path):
            with worker_transaction(self._db):
                self._db.execute(
                    "UPDATE generation SET state = 'superseded' WHERE state = 'published'"
                    " AND source = (SELECT source FROM generation WHERE id = ?)",
                    (generation,),
                )
                self._db.execute(
                    "UPDATE generation SET state = 'published', channels = ?, programmes = ?, report = ? WHERE id = ?",
                    (totals.channels, totals.programmes, report, generation),
                )
            for row in self._db.execute("SELECT id FROM generation WHERE state = 'superseded'").fetchall():
                self._remove(row["id"])

    def discard(self, generation: int) -> None:
        """Remove a generation that is not to be published."""
        with storage_errors(self._path):
            self._remove(generation)

    def published(self, source: str, shift: str | None = None) -> int | None:
        """Id of the generation that is read for `source`; with a `shift`, only if its times were moved by that."""
        with storage_errors(self._path):
            query = (
                "SELECT id FROM generation WHERE source = ? AND state = 'published' AND shift = coalesce(?, shift)"
                " ORDER BY id DESC LIMIT 1"
            )
            row = self._db.execute(query, (source, shift)).fetchone()
            return None if row is None else int(row["id"])

    def programmes(self, generation: int, xmltv_id: str, start: int, stop: int) -> list[Programme]:
        """Rows of one channel (lower-case id) that touch the half-open interval, in order of time."""
        query = (
            "SELECT start, stop, body FROM programme"
            " WHERE generation = ? AND xmltv_id = ? AND start < ? AND stop > ? ORDER BY start"
        )
        with storage_errors(self._path):
            cursor = self._db.cursor()
            cursor.row_factory = None  # an edition reads all rows there are
            return list(map(Programme._make, cursor.execute(query, (generation, xmltv_id, stop, start))))

    def listed(self, generation: int) -> list[Listed]:
        """All channels of the guide; empty for a generation that the version before 2 of the schema made."""
        query = "SELECT id, names, numbers, icon, programmes, first, last FROM listed WHERE generation = ?"
        with storage_errors(self._path):
            return [
                Listed(xmltv_id, tuple(orjson.loads(names)), tuple(orjson.loads(numbers)), *rest)
                for xmltv_id, names, numbers, *rest in self._db.execute(query, (generation,))
            ]

    def stored(self, generation: int) -> frozenset[str]:
        """Lower-case ids of the channels whose programmes are in the database, as far as the guide has any."""
        query = "SELECT xmltv_id FROM listed WHERE generation = ? AND stored"
        with storage_errors(self._path):
            return frozenset(row["xmltv_id"] for row in self._db.execute(query, (generation,)))

    def remembered(self, source: str) -> dict[str, Match]:
        """Where channels were found in this guide, by channel, those included that are in no lineup now."""
        query = "SELECT channel_id, xmltv_id, method, reason, shift FROM match WHERE source = ?"
        with storage_errors(self._path):
            return {row["channel_id"]: Match(*row) for row in self._db.execute(query, (source,))}

    def remember(self, source: str, matches: Mapping[str, Match], now: float) -> None:
        """Keep where channels were found; what is known of others stays for 90 days."""
        rows = [(source, *match, now) for match in matches.values()]
        with storage_errors(self._path), worker_transaction(self._db):
            self._db.executemany("INSERT OR REPLACE INTO match VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            self._db.execute("DELETE FROM match WHERE source = ? AND found_at < ?", (source, now - _FORGET_AFTER))

    def compact(self) -> None:
        """Give the disk back what the guides no longer need.

        Room for one more generation stays, because the next refresh takes it: only a file that is mostly free is made
        anew, which takes 0.5 s for 100 MB.
        """
        with storage_errors(self._path):
            pages, free = (
                self._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count")
            )
            if free <= pages * _MOSTLY_FREE:
                return
            # Without room for a copy the file stays as it is, and its free pages are used.
            with contextlib.suppress(sqlite3.OperationalError):
                self._db.execute("VACUUM")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _remove(self, generation: int) -> None:
        """Delete in batches that go up to the key which stands `BATCH` rows further on."""
        further = "SELECT xmltv_id, start FROM programme WHERE generation = ? ORDER BY xmltv_id, start LIMIT 1 OFFSET ?"
        while (row := self._db.execute(further, (generation, BATCH)).fetchone()) is not None:
            before = "DELETE FROM programme WHERE generation = ? AND (xmltv_id, start) < (?, ?)"
            self._db.execute(before, (generation, *row))
        with worker_transaction(self._db):
            self._db.execute("DELETE FROM programme WHERE generation = ?", (generation,))
            self._db.execute("DELETE FROM listed WHERE generation = ?", (generation,))
            self._db.execute("DELETE FROM generation WHERE id = ?", (generation,))
