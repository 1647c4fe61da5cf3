"""guide.db as the worker uses it: generations built in small transactions, published by one row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

from tunerr.guide.schedule import settle
from tunerr.storage.connection import open_worker, worker_transaction
from tunerr.storage.errors import storage_errors

# Rows of one transaction: some 10 ms of work, far below the 250 ms that any writer may hold the file.
_BATCH = 1000


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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._db.close()

    def remove_strangers(self, sources: Collection[str]) -> None:
        """Remove the guides of all but `sources`."""
        with storage_errors(self._path):
            for row in self._db.execute("SELECT id, source FROM generation").fetchall():
                if row["source"] not in sources:
                    self._remove(row["id"])

    def begin(self, source: str, now: float) -> int:
        """Start a generation of `source` and return its id; leftovers go first."""
        with storage_errors(self._path):
            for row in self._db.execute("SELECT id FROM generation WHERE state <> 'published'").fetchall():
                self._remove(row["id"])
            query = "INSERT INTO generation (source, state, built_at) VALUES (?, 'building', ?) RETURNING id"
            return int(self._db.execute(query, (source, now)).fetchone()["id"])

    def add(self, generation: int, rows: Sequence[tuple[str, Programme]]) -> int:
        """Insert one batch in one transaction; returns how many were refused because their start was taken."""
        values = [(generation, xmltv_id, *programme) for xmltv_id, programme in rows]
        with storage_errors(self._path), worker_transaction(self._db):
            cursor = self._db.executemany("INSERT OR IGNORE INTO programme VALUES (?, ?, ?, ?, ?)", values)
            return len(values) - cursor.rowcount

    def settle(self, generation: int, repaired: Counter[str]) -> Totals:
        """Give every programme its final stop (see `schedule.settle`)."""
        programmes = 0
        channels = self._channels(generation)
        for xmltv_id in channels:
            with storage_errors(self._path):
                query = "SELECT start, stop FROM programme WHERE generation = ? AND xmltv_id = ? ORDER BY start"
                slots = [tuple(row) for row in self._db.execute(query, (generation, xmltv_id))]
            settled = settle(slots, repaired)
            changed = [new for old, new in zip(slots, settled, strict=True) if old != new]
            self._restop(generation, xmltv_id, changed)
            programmes += len(slots)
        return Totals(channels=len(channels), programmes=programmes)

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

    def published(self, source: str) -> int | None:
        """Id of the generation that is read for `source`."""
        with storage_errors(self._path):
            query = "SELECT id FROM generation WHERE source = ? AND state = 'published' ORDER BY id DESC LIMIT 1"
            row = self._db.execute(query, (source,)).fetchone()
            return None if row is None else int(row["id"])

    def programmes(self, generation: int, xmltv_id: str, start: int, stop: int) -> list[Programme]:
        """Rows of one channel (lower-case id) that touch the half-open interval, in order of time."""
        query = (
            "SELECT start, stop, body FROM programme"
            " WHERE generation = ? AND xmltv_id = ? AND start < ? AND stop > ? ORDER BY start"
        )
        with storage_errors(self._path):
            return [Programme(*row) for row in self._db.execute(query, (generation, xmltv_id, stop, start))]

    def _channels(self, generation: int) -> list[str]:
        with storage_errors(self._path):
            query = "SELECT DISTINCT xmltv_id FROM programme WHERE generation = ? ORDER BY xmltv_id"
            return [row["xmltv_id"] for row in self._db.execute(query, (generation,))]

    def _restop(self, generation: int, xmltv_id: str, changed: Sequence[tuple[int, int]]) -> None:
        query = "UPDATE programme SET stop = ? WHERE generation = ? AND xmltv_id = ? AND start = ?"
        for first in range(0, len(changed), _BATCH):
            values = [(stop, generation, xmltv_id, start) for start, stop in changed[first : first + _BATCH]]
            with storage_errors(self._path), worker_transaction(self._db):
                self._db.executemany(query, values)

    def _remove(self, generation: int) -> None:
        """Delete in batches that go up to the key which stands `_BATCH` rows further on."""
        further = "SELECT xmltv_id, start FROM programme WHERE generation = ? ORDER BY xmltv_id, start LIMIT 1 OFFSET ?"
        while (row := self._db.execute(further, (generation, _BATCH)).fetchone()) is not None:
            before = "DELETE FROM programme WHERE generation = ? AND (xmltv_id, start) < (?, ?)"
            self._db.execute(before, (generation, *row))
        with worker_transaction(self._db):
            self._db.execute("DELETE FROM programme WHERE generation = ?", (generation,))
            self._db.execute("DELETE FROM generation WHERE id = ?", (generation,))
