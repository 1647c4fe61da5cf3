"""One generation of guide.db while it is built: rows in small transactions, then put in order, completed, cut."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import orjson

from tunerr.guide.matching.values import Listed
from tunerr.guide.reading.retention import Stay, days_to_keep
from tunerr.guide.reading.schedule import settle
from tunerr.guide.rows.times import DAY
from tunerr.storage.connection import worker_transaction
from tunerr.storage.errors import storage_errors

BATCH = 5000
"""Rows of one transaction: some 20 ms of work, far below the 250 ms that any writer may hold the file."""

Statement = tuple[str, tuple[object, ...]]


class Row(NamedTuple):
    """One row of the table `programme`; `xmltv_id` in lower case, `stop` may be UNKNOWN."""

    generation: int
    xmltv_id: str
    start: int
    stop: int
    body: bytes


class Building:
    """Writes generation `id` through an open database; it has `rows` by now. Every method raises StorageError."""

    def __init__(self, db: sqlite3.Connection, path: Path, generation: int) -> None:
        self.id = generation
        self.rows = 0
        self._db = db
        self._path = path

    def add(self, rows: Sequence[Row]) -> int:
        """Insert one batch in one transaction; returns how many were refused because their start was taken."""
        with storage_errors(self._path), worker_transaction(self._db):
            cursor = self._db.executemany("INSERT OR IGNORE INTO programme VALUES (?, ?, ?, ?, ?)", rows)
        self.rows += cursor.rowcount
        return len(rows) - cursor.rowcount

    def settle(self, xmltv_id: str, repaired: Counter[str]) -> tuple[int, int]:
        """Give every programme of a channel its final stop; returns the first start and the last stop."""
        with storage_errors(self._path):
            query = "SELECT start, stop FROM programme WHERE generation = ? AND xmltv_id = ? ORDER BY start"
            slots = [tuple(row) for row in self._db.execute(query, (self.id, xmltv_id))]
        settled = settle(slots, repaired)
        sql = "UPDATE programme SET stop = ? WHERE generation = ? AND xmltv_id = ? AND start = ?"
        pairs = zip(slots, settled, strict=True)
        self._run((sql, (new[1], self.id, xmltv_id, new[0])) for old, new in pairs if old != new)
        return (settled[0][0], settled[-1][1]) if settled else (0, 0)

    def carry(self, before: int, since: int, stays: Iterable[tuple[str, Stay]]) -> int:
        """Copy rows of generation `before` that reach beyond `since`, by channel; returns how many."""
        sql = (
            "INSERT INTO programme SELECT ?, xmltv_id, start, min(stop, ?), body FROM programme"
            " WHERE generation = ? AND xmltv_id = ? AND start >= ? AND start < ? AND min(stop, ?) > ?"
        )
        copied = self._run(
            (sql, (self.id, stay.cut, before, xmltv_id, stay.first, stay.before, stay.cut, since))
            for xmltv_id, stay in stays
        )
        self.rows += copied
        return copied

    def drop(self, xmltv_ids: Iterable[str], since: int = 0) -> int:
        """Delete what begins at `since` or later of these channels; returns how many rows."""
        sql = "DELETE FROM programme WHERE generation = ? AND xmltv_id = ? AND start >= ?"
        return self._delete((sql, (self.id, xmltv_id, since)) for xmltv_id in xmltv_ids)

    def drop_past(self, xmltv_ids: Iterable[str], until: int) -> int:
        """Delete what has ended by `until` of these channels; returns how many rows."""
        sql = "DELETE FROM programme WHERE generation = ? AND xmltv_id = ? AND start < ? AND stop <= ?"
        return self._delete((sql, (self.id, xmltv_id, until, until)) for xmltv_id in xmltv_ids)

    def cap(self, xmltv_ids: Iterable[str], largest: int) -> int:
        """Delete the days furthest ahead until the bodies take at most `largest` bytes; returns how many rows."""
        query = "SELECT start / ?, sum(length(body)) FROM programme WHERE generation = ? GROUP BY 1"
        with storage_errors(self._path):
            sizes: dict[int, int] = dict(self._db.execute(query, (DAY, self.id)).fetchall())
        since = days_to_keep(sizes, largest)
        return 0 if since is None else self.drop(xmltv_ids, since)

    def holds(self, xmltv_id: str) -> bool:
        """Whether the channel has programmes."""
        with storage_errors(self._path):
            query = "SELECT 1 FROM programme WHERE generation = ? AND xmltv_id = ? LIMIT 1"
            return self._db.execute(query, (self.id, xmltv_id)).fetchone() is not None

    def list(self, channels: Iterable[tuple[Listed, bool]]) -> None:
        """Enter what the guide lists; with each, whether its programmes are stored."""
        sql = "INSERT INTO listed VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        self._run((sql, (self.id, *_listed_row(listed), stored)) for listed, stored in channels)

    def _delete(self, statements: Iterable[Statement]) -> int:
        deleted = self._run(statements)
        self.rows -= deleted
        return deleted

    def _run(self, statements: Iterable[Statement]) -> int:
        """Run them, several in one transaction; returns how many rows they changed."""
        remaining = iter(statements)
        changed = 0
        more = True
        while more:
            with storage_errors(self._path), worker_transaction(self._db):
                more, rows = self._batch(remaining)
            changed += rows
        return changed

    def _batch(self, statements: Iterator[Statement]) -> tuple[bool, int]:
        rows = 0
        for count, (sql, values) in enumerate(statements, 1):
            rows += self._db.execute(sql, values).rowcount
            if count + rows >= BATCH:
                return True, rows
        return False, rows


def _listed_row(listed: Listed) -> tuple[str, str, str, str, str, int, int, int]:
    names, numbers = orjson.dumps(listed.names).decode(), orjson.dumps(listed.numbers).decode()
    return (listed.id.lower(), listed.id, names, numbers, listed.icon, *listed[4:])
