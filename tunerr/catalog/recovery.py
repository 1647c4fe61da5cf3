"""A lost catalog: the number ledger in state.db still knows how its channels were recognised."""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path

from tunerr.catalog.identity import EntryKeys, Group, Key, learned
from tunerr.model.channel import ChannelId, SourceId
from tunerr.storage.connection import open_worker
from tunerr.storage.errors import storage_errors


def ledger_keys(state_db: Path, *, without: Container[str] = ()) -> Iterator[tuple[Key, str]]:
    """Yield what the ledger knows, as `identity.learned` would; nothing when there is no ledger yet.

    `without`: ids that the operator's rulings make, and nothing else recognises.
    """
    if not state_db.exists():
        return
    with storage_errors(state_db), closing(open_worker(state_db, kind="state", readonly=True)) as db:
        rows = db.execute(
            "SELECT source, tvg_id, name_key, path_id, channel_id FROM number ORDER BY source, number"
        ).fetchall()
    for source, of_source in groupby(rows, key=lambda row: SourceId(row["source"])):
        groups, ids = [], []
        for row in of_source:
            if row["channel_id"] in without:
                continue
            keys = EntryKeys(row["tvg_id"], row["name_key"], row["path_id"])
            group = Group(keys.native(source))
            group.add(keys.name, keys.path)
            groups.append(group)
            ids.append(ChannelId(row["channel_id"]))
        yield from learned(groups, ids, source)
