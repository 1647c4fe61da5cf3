"""A lost catalog: the number ledger in state.db still knows how its channels were recognised."""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path

from tunerr.catalog.answer import alone
from tunerr.catalog.identity import EntryKeys, Lesson, learned
from tunerr.catalog.known import channel_numbers
from tunerr.model.channel import SourceId
from tunerr.storage.connection import open_worker
from tunerr.storage.errors import storage_errors


def ledger_keys(state_db: Path, *, without: Container[str] = ()) -> Iterator[Lesson]:
    """Yield what the ledger knows, as `identity.learned` would; nothing when there is no ledger yet.

    `without`: ids that the operator's rulings make, and nothing else recognises.
    """
    if not state_db.exists():
        return
    with storage_errors(state_db), closing(open_worker(state_db, kind="state", readonly=True)) as db:
        rows = db.execute(
            "SELECT source, tvg_id, name_key, path_id, channel_id FROM number ORDER BY source, number"
        ).fetchall()
    rows = [row for row in rows if row["channel_id"] not in without and any(_keys(row))]
    for source, of_source in groupby(rows, key=lambda row: SourceId(row["source"])):
        channels = list(of_source)
        ids = channel_numbers(row["channel_id"] for row in channels)
        yield from learned(alone([_keys(row) for row in channels]), ids, source)


def _keys(row: sqlite3.Row) -> EntryKeys:
    return EntryKeys(row["tvg_id"], row["name_key"], row["path_id"])
