"""The groups of the plan in force as an operator looks for them: searched, counted and paged by the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import aiosqlite
import orjson

from tunerr.lineup.rules.groups import GroupCount, slug
from tunerr.storage.connection import select

# `short` is what a recipe calls the group without its source.
_GROUPS = """
    SELECT place, id, title, source, channels, chosen,
        CASE WHEN instr(id, source || '--') = 1 THEN substr(id, length(source) + 3) ELSE id END AS short
    FROM counted"""
_SOUGHT = """
    WITH grouped AS ({groups}), named AS (SELECT value FROM json_each(:only))
    SELECT {columns} FROM grouped
    WHERE (:source = '' OR source = :source)
        AND (:text = '' OR instr(lower(title), lower(:text)) OR instr(short, :slug))
        AND (:only IS NULL OR id IN named OR short IN named)"""
_ROWS = "id, title, source, channels, chosen"
_PAGE = _SOUGHT.format(groups=_GROUPS, columns=_ROWS) + " ORDER BY place LIMIT :rows OFFSET :skip"
_IDS = _SOUGHT.format(groups=_GROUPS, columns="id")
_COUNTS = "count(*), coalesce(sum(channels), 0), coalesce(sum(chosen), 0)"
_TOTAL = _SOUGHT.format(groups=_GROUPS, columns=_COUNTS)
_SAME = """
    WITH grouped AS ({groups}) SELECT {columns}, short FROM grouped
    WHERE short IN (SELECT short FROM grouped WHERE id IN (SELECT value FROM json_each(:ids))) ORDER BY place"""
_SAME_TITLE = _SAME.format(groups=_GROUPS, columns=_ROWS)


@dataclass(frozen=True, slots=True)
class GroupQuery:
    """Groups that are looked for: `text` in their title, of one `source`, `only` those that a recipe calls so."""

    text: str = ""
    source: str = ""
    only: tuple[str, ...] | None = None

    def parameters(self) -> dict[str, object]:
        """As SQL takes them."""
        only = None if self.only is None else orjson.dumps(self.only).decode()
        sought = self.text.strip()
        words = slug(sought) if any(map(str.isalnum, sought)) else None
        return {"text": sought, "slug": words, "source": self.source, "only": only}


@dataclass(frozen=True, slots=True)
class GroupTotal:
    """So many groups with so many channels, of which so many are offered."""

    groups: int
    channels: int
    chosen: int


class GroupReader:
    """Reads groups through a read-only connection to catalog.db. Raises StorageError."""

    def __init__(self, *, catalog: aiosqlite.Connection) -> None:
        self._catalog = catalog

    async def page(self, sought: GroupQuery, *, page: int, rows: int) -> tuple[GroupCount, ...]:
        """Return page `page` (from 1) of so many rows, in the order of sources and playlists."""
        asked = {**sought.parameters(), "rows": rows, "skip": (page - 1) * rows}
        return tuple(GroupCount(*row) for row in await select(self._catalog, _PAGE, asked))

    async def total(self, sought: GroupQuery) -> GroupTotal:
        """Count those that are sought, and their channels."""
        return GroupTotal(*(await select(self._catalog, _TOTAL, sought.parameters()))[0])

    async def ids(self, sought: GroupQuery) -> tuple[str, ...]:
        """Return the ids of all that are sought."""
        return tuple(row[0] for row in await select(self._catalog, _IDS, sought.parameters()))

    async def same_title(self, ids: Sequence[str]) -> Mapping[str, tuple[GroupCount, ...]]:
        """Return the groups of these ids and those of the same titles from other sources, by title without source."""
        found: dict[str, tuple[GroupCount, ...]] = {}
        for *row, short in await select(self._catalog, _SAME_TITLE, {"ids": orjson.dumps(list(ids)).decode()}):
            found[short] = (*found.get(short, ()), GroupCount(*row))
        return found

    async def sources(self) -> tuple[str, ...]:
        """Return the sources that have groups."""
        return tuple(
            row[0] for row in await select(self._catalog, "SELECT DISTINCT source FROM counted ORDER BY source")
        )
