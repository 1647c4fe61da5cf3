"""The server's view of the catalog: published generations only, read in pages."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby

import aiosqlite
import orjson

from tunerr.model.channel import Channel, ChannelId, SourceId, Stream
from tunerr.model.numbers import GuideNumber
from tunerr.model.url import SecretUrl, Zone
from tunerr.storage.connection import select

# A page's objects are made in a few milliseconds; the event loop carries video meanwhile.
_PAGE_CHANNELS = 200

# `:sources` is the JSON list of the configured sources; a source's key there is its rank.
_FIRST = """
    SELECT channel.channel_id
    FROM json_each(:sources) AS source
    JOIN served ON served.source = source.value
    JOIN channel ON channel.generation = served.generation
    WHERE channel.channel_id NOT IN (SELECT value FROM json_each(:exclude))
    GROUP BY channel.channel_id
    ORDER BY min(source.key * 1000000000 + channel.ordinal)
    LIMIT :limit"""

_ENTRIES = """
    SELECT channel.channel_id, served.source, entry.*
    FROM json_each(:ids) AS wanted
    CROSS JOIN json_each(:sources) AS source
    JOIN served ON served.source = source.value
    JOIN channel ON channel.generation = served.generation AND channel.channel_id = wanted.value
    JOIN entry ON entry.generation = channel.generation AND entry.channel = channel.number
    ORDER BY wanted.key, source.key, entry.ordinal"""

_COUNT = """
    SELECT count(DISTINCT channel.channel_id) AS channels
    FROM json_each(:sources) AS source
    JOIN served ON served.source = source.value
    JOIN channel ON channel.generation = served.generation"""

_SERVED = "SELECT source FROM served WHERE source IN (SELECT value FROM json_each(:sources))"


class CatalogReader:
    """Reads the served generations of `sources`, best source first, through a read-only connection.

    A channel's streams are its entries ranked by source and place in the playlist; its name, group and logo are those
    of the first. Raises StorageError.
    """

    def __init__(
        self, *, catalog: aiosqlite.Connection, sources: Sequence[SourceId], allow_lan: Collection[SourceId] = ()
    ) -> None:
        """`allow_lan`: those of the sources whose streams may be in the local network."""
        self._catalog = catalog
        self._allow_lan = frozenset(allow_lan)
        self.sources = tuple(sources)
        self._sources = orjson.dumps(self.sources).decode()

    async def channels(self, ids: Sequence[ChannelId]) -> tuple[Channel, ...]:
        """Return those of the channels that are in the catalog, in the order asked for."""
        found: list[Channel] = []
        for start in range(0, len(ids), _PAGE_CHANNELS):
            page = orjson.dumps(ids[start : start + _PAGE_CHANNELS]).decode()
            rows = await select(self._catalog, _ENTRIES, {"sources": self._sources, "ids": page})
            by_channel = groupby(rows, key=lambda row: ChannelId(row["channel_id"]))
            found += (self._channel(channel, list(entries)) for channel, entries in by_channel)
        return tuple(found)

    async def first(self, limit: int, *, exclude: Iterable[ChannelId] = ()) -> tuple[Channel, ...]:
        """Return the first channels in the order of sources and playlists, without the excluded ones."""
        parameters = {"sources": self._sources, "exclude": orjson.dumps(list(exclude)).decode(), "limit": limit}
        rows = await select(self._catalog, _FIRST, parameters)
        return await self.channels([ChannelId(row["channel_id"]) for row in rows])

    async def count(self) -> int:
        """Return how many channels the sources have together."""
        return int((await select(self._catalog, _COUNT, {"sources": self._sources}))[0]["channels"])

    async def served(self) -> frozenset[SourceId]:
        """Return the sources that have a catalog; the others were never read, or their catalog was lost."""
        rows = await select(self._catalog, _SERVED, {"sources": self._sources})
        return frozenset(SourceId(row["source"]) for row in rows)

    def _channel(self, channel: ChannelId, entries: Sequence[sqlite3.Row]) -> Channel:
        best = entries[0]
        chno = next((row["chno"] for row in entries if row["chno"]), "")
        return Channel(
            id=channel,
            name=best["name"],
            tvg_id=next((row["tvg_id"] for row in entries if row["tvg_id"]), ""),
            group=best["group_title"],
            logo=best["logo"],
            wanted_number=GuideNumber.parse(chno) if chno else None,
            radio=bool(best["radio"]),
            streams=tuple(self._stream(row) for row in entries),
        )

    def _stream(self, row: sqlite3.Row) -> Stream:
        return Stream(
            url=SecretUrl(row["url"]),
            source=SourceId(row["source"]),
            zone=Zone(row["zone"]),
            headers=tuple((name, value) for name, value in orjson.loads(row["headers"])),
            allow_lan=row["source"] in self._allow_lan,
        )
