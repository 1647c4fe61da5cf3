"""The worker's job `suggest-merges`: which channels of different sources may be one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from tunerr.catalog.identity import EntryKeys
from tunerr.catalog.served import CatalogRow, served_channels
from tunerr.catalog.suggestions import Candidate, suggestions
from tunerr.model.channel import SourceId
from tunerr.storage.connection import open_worker
from tunerr.storage.errors import storage_errors


class Request(BaseModel):
    """What the server asks for: all configured sources."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    catalog_db: Path
    sources: tuple[str, ...]


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Run the job; the answer has `suggestions`, the likeliest first, as rows for people. Raises StorageError."""
    asked = Request.model_validate(request)
    with storage_errors(asked.catalog_db), closing(open_worker(asked.catalog_db, kind="catalog", readonly=True)) as db:
        rows = {source: list(served_channels(db, [SourceId(source)])) for source in asked.sources}
    names = {row.channel_id: row.name for listed in rows.values() for row in listed}
    return {
        "suggestions": [
            {
                "channel": found.one.channel_id,
                "name": names[found.one.channel_id],
                "source": found.one.source,
                "other": found.other.channel_id,
                "other_name": names[found.other.channel_id],
                "other_source": found.other.source,
                "score": found.score,
                "reason": found.reason,
            }
            for found in suggestions(_candidates(rows))
        ]
    }


def _candidates(rows: dict[str, list[CatalogRow]]) -> Iterator[Candidate]:
    for source, listed in rows.items():
        for row in listed:
            yield from (Candidate(row.channel_id, source, label) for label in _labels(row))


def _labels(row: CatalogRow) -> Sequence[str]:
    keys = (
        EntryKeys.of(tvg_id=row.tvg_id, name=name, url="", group=row.group, country=row.country) for name in row.names
    )
    return list(dict.fromkeys(key.label for key in keys))
