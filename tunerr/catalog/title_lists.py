"""Films and series in catalog.db, as the worker writes them."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple

import orjson

from tunerr.providers.xtream.titles import Movie, Series
from tunerr.storage.connection import worker_transaction
from tunerr.support.batches import batches

ListName = Literal["movies", "series"]
Title = Movie | Series

BATCH_ROWS = 5000
"""One transaction each, so that nobody waits for the disk for long."""

_TABLES: dict[ListName, tuple[str, tuple[str, ...]]] = {
    "movies": ("movie", Movie._fields),
    "series": ("series", Series._fields),
}


class Known(NamedTuple):
    """The list of a source as it is. `refused_since`: when a much smaller one was seen first, in Unix seconds."""

    titles: int
    digest: str
    refused_since: float | None


class TitleLists:
    """The tables movie, series and title_list. Raises sqlite3.Error."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def known(self, source: str, name: ListName) -> Known | None:
        """Return what is known of a list; None when it was never read."""
        row = self._db.execute(
            "SELECT titles, digest, refused_since FROM title_list WHERE source = ? AND list = ?", (source, name)
        ).fetchone()
        return None if row is None else Known(*row)

    def note(self, source: str, name: ListName, known: Known, at: float) -> None:
        """Store what is known of a list that was read at `at`."""
        self._db.execute("INSERT OR REPLACE INTO title_list VALUES (?, ?, ?, ?, ?, ?)", (source, name, at, *known))

    def write(self, source: str, name: ListName, rows: Iterable[Title]) -> None:
        """Make the list say what `rows` say. Only what differs is written; a crash leaves a mixture of old and new."""
        table, fields = _TABLES[name]
        values = ", ".join(f"excluded.{field}" for field in fields)
        statement = (
            f"INSERT INTO {table} VALUES (?{', ?' * len(fields)}) ON CONFLICT DO UPDATE SET"  # noqa: S608 - constants
            f" ({', '.join(fields)}) = ({values}) WHERE ({', '.join(fields)}) IS NOT ({values})"
        )
        gone = {row[0] for row in self._db.execute(f"SELECT id FROM {table} WHERE source = ?", (source,))}  # noqa: S608 - as above
        for batch in batches(rows, BATCH_ROWS):
            gone.difference_update(row.id for row in batch)
            self._many(statement, [(source, *row) for row in batch])
        for ids in batches(gone, BATCH_ROWS):
            self._many(f"DELETE FROM {table} WHERE source = ? AND id = ?", [(source, one) for one in ids])  # noqa: S608 - as above

    def remove_strangers(self, sources: Collection[str]) -> None:
        """Remove the titles of all sources but these."""
        wanted = orjson.dumps(list(sources)).decode()
        for table in ("movie", "series", "title_list"):
            self._db.execute(
                f"DELETE FROM {table} WHERE source NOT IN (SELECT value FROM json_each(?))",  # noqa: S608 - constants
                (wanted,),
            )

    def _many(self, statement: str, rows: list[tuple[object, ...]]) -> None:
        with worker_transaction(self._db):
            self._db.executemany(statement, rows)
