"""The worker's job `roll-back`: an earlier generation of one source is served again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from tunerr.catalog.diff import Change, changes
from tunerr.catalog.generations import Generations, Published
from tunerr.errors import ActionRefused
from tunerr.model.channel import SourceId
from tunerr.storage.connection import open_worker
from tunerr.storage.errors import storage_errors


class Request(BaseModel):
    """What the server asks for: `generation` None is the one before that is served; `now` in Unix seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    generation: int | None = None
    catalog_db: Path
    now: float


@dataclass(frozen=True, slots=True)
class Report:
    """What is served now, and how it differs from what was served before."""

    generation: int
    entries: int
    channels: int
    changes: dict[str, Change]


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Run the job; the answer is a `Report` as plain data.

    Raises ActionRefused when there is no such generation, and StorageError; what is served is then as it was.
    """
    asked = Request.model_validate(request)
    with storage_errors(asked.catalog_db), closing(open_worker(asked.catalog_db, kind="catalog")) as db:
        return asdict(_roll_back(asked, db, Generations(db)))


def _roll_back(asked: Request, db: sqlite3.Connection, store: Generations) -> Report:
    source = SourceId(asked.source)
    served = store.published(source)
    kept = store.kept(source)
    target = _target(store, kept, served, asked)
    if served is None or target is None:
        listed = ", ".join(str(each.id) for each in kept if each != served)
        named = "earlier generation" if asked.generation is None else f"other generation {asked.generation}"
        raise ActionRefused(
            f"{source} has no {named} to go back to.",
            hint=f"These are kept: {listed}." if listed else "None is kept: it was published once only.",
        )
    differs = changes(db, old=served.id, new=target.id)
    store.serve_again(source, target.id, asked.now)
    return Report(target.id, target.entries, target.channels, differs)


def _target(store: Generations, kept: list[Published], served: Published | None, asked: Request) -> Published | None:
    if served is None:
        return None
    if asked.generation is not None:
        return next((each for each in kept if each.id == asked.generation and each.id != served.id), None)
    source = SourceId(asked.source)
    # Generations that differ by the operator's rulings alone are one answer.
    earlier = (each for each in kept if each.id < served.id and each.digest != served.digest)
    return next((each for each in earlier if not store.is_withdrawn(source, each.digest)), None)
