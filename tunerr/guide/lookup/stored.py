"""What guide.db holds, in figures."""

from __future__ import annotations

from typing import NamedTuple

import aiosqlite

from tunerr.storage.connection import select

# What a guide lists says when its programmes begin and end: the programmes themselves would have to be read in full.
_GUIDES = """
    SELECT generation.source, generation.built_at, generation.channels, generation.programmes,
        count(listed.xmltv_id) AS listed, coalesce(sum(listed.stored), 0) AS stored,
        coalesce(min(CASE WHEN listed.stored AND listed.first > 0 THEN listed.first END), 0) AS first,
        coalesce(max(CASE WHEN listed.stored THEN listed.last END), 0) AS last,
        generation.id IN (SELECT generation FROM searchable) AS searchable
    FROM generation LEFT JOIN listed ON listed.generation = generation.id
    WHERE generation.state = 'published'
    GROUP BY generation.id ORDER BY generation.source"""
_IS_LISTED = """
    SELECT 1 FROM listed JOIN generation ON generation.id = listed.generation
    WHERE generation.state = 'published' AND listed.xmltv_id = ? LIMIT 1"""
_BYTES = "SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size"
_FREE = "SELECT freelist_count * page_size AS bytes FROM pragma_freelist_count, pragma_page_size"
_TEXTS = "SELECT count(*) AS texts FROM search_text"


class StoredGuide(NamedTuple):
    """One published guide. `channels` and `programmes`: what is kept of it; `listed`: channels that it has.

    `stored`: those of them whose programmes are kept. `built_at`, `first` start and `last` stop in Unix seconds, the
    latter two 0 without programmes.
    """

    source: str
    built_at: float
    channels: int
    programmes: int
    listed: int
    stored: int
    first: int
    last: int
    searchable: int


class Stored(NamedTuple):
    """All of them; `size` of the database and what of it is `free`, in bytes; `texts` that can be searched."""

    guides: tuple[StoredGuide, ...]
    size: int
    free: int
    texts: int


async def is_listed(guide: aiosqlite.Connection, guide_id: str) -> bool:
    """Whether a published guide lists an XMLTV id, in whatever case. Raises StorageError."""
    return bool(await select(guide, _IS_LISTED, (guide_id.strip().lower(),)))


async def stored(guide: aiosqlite.Connection) -> Stored:
    """Count what the database holds, through a read-only connection. Raises StorageError."""
    rows = await select(guide, _GUIDES)
    size, free, texts = [int((await select(guide, query))[0][0]) for query in (_BYTES, _FREE, _TEXTS)]
    return Stored(tuple(StoredGuide(*row) for row in rows), size, free, texts)
