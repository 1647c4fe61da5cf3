"""Worker job `search-listed`: channels that guides list, by part of their id or of a name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from tunerr.guide.messages import RenderSource
from tunerr.guide.store import GuideStore


class ListingRequest(BaseModel):
    """Search the published guides of `sources` for `text`, whatever its case."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    guide_db: Path
    sources: tuple[RenderSource, ...]
    text: str
    limit: int = Field(ge=0)


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Do what a ListingRequest asks; answers `rows`: exact ids first, then by guide and id. Raises StorageError."""
    asked = ListingRequest.model_validate(request)
    text = asked.text.strip().casefold()
    with GuideStore(asked.guide_db) as store:
        rows = sorted(_rows(asked, store, text), key=lambda row: row["guide_id"].casefold() != text)
    return {"rows": rows[: asked.limit]}


def _rows(asked: ListingRequest, store: GuideStore, text: str) -> Iterator[dict[str, Any]]:
    for source in asked.sources:
        generation = store.published(source.id)
        listed = store.listed(generation) if generation is not None else ()
        for one in sorted(listed):
            if any(text in word.casefold() for word in (one.id, *one.names)):
                yield {
                    "source": source.id,
                    "guide_id": one.id,
                    "names": ", ".join(one.names),
                    "programmes": one.programmes,
                }
