"""Channels of the catalog by name and group, as an operator looks for them."""

from __future__ import annotations

from collections.abc import Sequence

import aiosqlite
import orjson

from tunerr.model.channel import ChannelId
from tunerr.model.source import Source
from tunerr.storage.connection import select
from tunerr.support.snapshot import Published

Row = tuple[ChannelId, str, str, str]
"""Channel id, name, group, source."""

# `:sources` is the JSON list of the sources, best first; of a channel in several of them the best one's row counts.
_CHANNELS = """
    SELECT channel.channel_id, channel.name, channel.group_title, served.source, min(source.key) AS rank
    FROM json_each(:sources) AS source
    JOIN served ON served.source = source.value
    JOIN channel ON channel.generation = served.generation
    WHERE {condition}
    GROUP BY channel.channel_id
    ORDER BY rank, channel.ordinal
    LIMIT :limit"""
_BY_ID = _CHANNELS.format(condition="channel.channel_id IN (SELECT value FROM json_each(:asked))")
_BY_NAME = _CHANNELS.format(condition="channel.name = :asked COLLATE NOCASE")
_BY_GROUP = _CHANNELS.format(condition="channel.group_title = :asked COLLATE NOCASE")
_CONTAINING = _CHANNELS.format(condition="instr(lower(channel.name), lower(:asked)) > 0")
_MOST = 5000  # channels that one act may name


class CatalogSearch:
    """Reads the served generations through a read-only connection. Raises StorageError."""

    def __init__(self, *, catalog: aiosqlite.Connection, sources: Published[tuple[Source, ...]]) -> None:
        """`sources`: those in force, best first."""
        self._catalog = catalog
        self._sources = sources

    async def by_ids(self, ids: Sequence[str]) -> list[Row]:
        """Return those that exist."""
        return await self._rows(_BY_ID, orjson.dumps(list(ids)).decode(), len(ids))

    async def by_name(self, name: str) -> list[Row]:
        """Return those of exactly this name; the case of letters a to z does not count."""
        return await self._rows(_BY_NAME, name, _MOST)

    async def by_group(self, group: str) -> list[Row]:
        """Return those of exactly this group, at most 5,000."""
        return await self._rows(_BY_GROUP, group, _MOST)

    async def containing(self, text: str, limit: int) -> list[Row]:
        """Return those whose name contains `text`, at most `limit`."""
        return await self._rows(_CONTAINING, text, limit)

    async def _rows(self, query: str, asked: str, limit: int) -> list[Row]:
        sources = orjson.dumps([source.id for source in self._sources.current]).decode()
        rows = await select(self._catalog, query, {"sources": sources, "asked": asked, "limit": limit})
        return [(ChannelId(row["channel_id"]), row["name"], row["group_title"], row["source"]) for row in rows]
