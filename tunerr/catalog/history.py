"""The generations of a source that are kept, and what differs between two of them, as the server reads them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

import aiosqlite
import orjson

from tunerr.catalog.diff import COUNTS, EXAMPLES, NAMES, Change, in_words
from tunerr.errors import ActionRefused
from tunerr.model.channel import SourceId
from tunerr.storage.connection import select

_GENERATIONS = """
    SELECT generation.*, served.source IS NOT NULL AS is_served, withdrawn.source IS NOT NULL AS is_withdrawn
    FROM generation
    LEFT JOIN served ON served.generation = generation.id
    LEFT JOIN withdrawn ON withdrawn.source = generation.source AND withdrawn.digest = generation.digest
    WHERE generation.source = ? AND published_at IS NOT NULL
    ORDER BY generation.id DESC"""


@dataclass(frozen=True, slots=True)
class PastGeneration:
    """One generation of a source. `summary` says what it changed when it was published."""

    id: int
    published_at: datetime
    entries: int
    channels: int
    is_served: bool
    is_withdrawn: bool
    summary: str


class History:
    """Reads the catalog through a read-only connection. Raises StorageError."""

    def __init__(self, catalog: aiosqlite.Connection) -> None:
        self._catalog = catalog

    async def generations(self, source: SourceId) -> tuple[PastGeneration, ...]:
        """Return the kept generations of a source, newest first; empty when it was never read."""
        return tuple(map(_generation, await select(self._catalog, _GENERATIONS, (source,))))

    async def diff(self, source: SourceId, old: int, new: int, limit: int = EXAMPLES) -> dict[str, Change]:
        """Compare two generations of a source with up to `limit` examples for each kind of change (`diff.NAMES`).

        Raises ActionRefused when one of them is not kept.
        """
        kept = [generation.id for generation in await self.generations(source)]
        for asked in (old, new):
            if asked not in kept:
                listed = ", ".join(map(str, kept)) or "none"
                raise ActionRefused(f"{source} has no generation {asked}.", hint=f"These are kept: {listed}.")
        parameters = {"old": old, "new": new, "limit": limit}
        counts = (await select(self._catalog, COUNTS, parameters))[0]
        found = {}
        for kind, names in NAMES.items():
            rows = await select(self._catalog, names, parameters) if counts[kind] else []
            found[kind] = Change(counts[kind], tuple(row[0] for row in rows))
        return found


def _generation(row: sqlite3.Row) -> PastGeneration:
    changes = orjson.loads(row["report"]).get("changes", {})
    return PastGeneration(
        id=row["id"],
        published_at=datetime.fromtimestamp(row["published_at"], UTC),
        entries=row["entries"],
        channels=row["channels"],
        is_served=bool(row["is_served"]),
        is_withdrawn=bool(row["is_withdrawn"]),
        summary=in_words(row["channels"], {kind: change["count"] for kind, change in changes.items()}),
    )
