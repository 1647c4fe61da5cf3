"""The worker's job `explain-identity`: by what the entries of one channel are recognised."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict

from tunerr.catalog import rulings
from tunerr.catalog.generations import Generations
from tunerr.catalog.identity import LABEL, NAME, PATH, RULING, TVG, EntryKeys, Key, explain
from tunerr.catalog.known import names, numbers
from tunerr.catalog.rows import ENTRIES
from tunerr.model.channel import SourceId
from tunerr.storage.connection import open_worker
from tunerr.storage.errors import storage_errors


class Request(BaseModel):
    """What the server asks for: a channel id, and all configured sources."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    catalog_db: Path
    state_db: Path
    channel: str
    sources: tuple[str, ...]


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Run the job; the answer has `entries`: source, name and, in words, what recognises each. Raises StorageError."""
    asked = Request.model_validate(request)
    ruled = rulings.read(asked.state_db)
    with storage_errors(asked.catalog_db), closing(open_worker(asked.catalog_db, kind="catalog", readonly=True)) as db:
        store = Generations(db)
        listed = {"sources": orjson.dumps(asked.sources).decode(), "ids": orjson.dumps([asked.channel]).decode()}
        return {
            "entries": [
                {"source": row["source"], "name": row["name"], "recognised": _words(row, asked.channel, store, ruled)}
                for row in db.execute(ENTRIES, listed)
            ]
        }


def _words(row: sqlite3.Row, channel: str, store: Generations, ruled: rulings.Rulings) -> str:
    keys = EntryKeys.of(
        tvg_id=row["tvg_id"], name=row["name"], url=row["url"], group=row["group_title"], country=row["country"]
    )
    native = ruled.native(keys, SourceId(row["source"]), row["url"])
    if native.kind == RULING:
        return explain(native)
    said = []
    for key in _keys(keys, row["source"], store):
        known = store.known(key.kind, key.scope)
        found, here = known.find(numbers([key.value]))
        if len(found):
            (recognised,) = names(known.channels[here])
            if ruled.target(recognised) == channel:
                merged = " and your merge" if recognised != channel else ""
                said.append(explain(key) + merged)
    return ", ".join(said) or "by nothing any more: at its next change it becomes a new channel"


def _keys(keys: EntryKeys, source: str, store: Generations) -> Iterator[Key]:
    """Yield the keys of an entry in the order in which they are asked."""
    if keys.tvg:
        yield Key(TVG, "", keys.tvg)
    if keys.name:
        yield Key(NAME, source, keys.name)
    yield Key(PATH, source, keys.path)
    if keys.label[0] != "|":
        for teacher in sorted(store.teachers() - {source}):
            yield Key(LABEL, teacher, keys.label)
