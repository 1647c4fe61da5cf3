"""The server's view of the catalog: published generations only, read in pages."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice

import aiosqlite
import orjson

from tunerr.catalog.rows import ENTRIES
from tunerr.model.channel import Channel, ChannelId, SourceId, Stream
from tunerr.model.numbers import GuideNumber
from tunerr.model.source import Source
from tunerr.model.url import SecretUrl, Zone
from tunerr.storage.connection import select
from tunerr.support.http import merge_headers
from tunerr.support.snapshot import Published

# A page's objects are made in a few milliseconds; the event loop carries video meanwhile.
_PAGE_CHANNELS = 200

_CREDENTIALS = frozenset({"cookie", "authorization"})
# Far more than anybody tries; playlists put one tvg-id on 100,000 entries.
_MOST_OF_A_SOURCE = 100

_SERVED = "SELECT source FROM served WHERE source IN (SELECT value FROM json_each(:sources))"


class CatalogReader:
    """Reads the served generations of the sources of channels, best source first, through a read-only connection.

    A channel's streams are its entries ranked by source and place in the playlist, each on a panel's preferred host
    before any on its next one, at most the first 100 entries of each source; its name, group and logo are those of the
    first. Raises StorageError.
    """

    def __init__(self, *, catalog: aiosqlite.Connection, sources: Published[tuple[Source, ...]]) -> None:
        """`sources` are those in force; the ones of programmes are passed over."""
        self._catalog = catalog
        self._published = sources

    @property
    def sources(self) -> tuple[SourceId, ...]:
        """The sources of channels, best first."""
        return tuple(self._by_id())

    async def channels(self, ids: Sequence[ChannelId]) -> tuple[Channel, ...]:
        """Return those of the channels that are in the catalog, in the order asked for."""
        found: list[Channel] = []
        by_id = self._by_id()
        for start in range(0, len(ids), _PAGE_CHANNELS):
            page = orjson.dumps(ids[start : start + _PAGE_CHANNELS]).decode()
            rows = await select(self._catalog, ENTRIES, {"sources": _json(by_id), "ids": page})
            by_channel = groupby(rows, key=lambda row: ChannelId(row["channel_id"]))
            found += (_channel(channel, list(entries), by_id) for channel, entries in by_channel)
        return tuple(found)

    async def served(self) -> frozenset[SourceId]:
        """Return the sources that have a catalog; the others were never read, or their catalog was lost."""
        rows = await select(self._catalog, _SERVED, {"sources": _json(self.sources)})
        return frozenset(SourceId(row["source"]) for row in rows)

    def _by_id(self) -> dict[SourceId, Source]:
        return {source.id: source for source in self._published.current if source.kind == "playlist"}


def _json(sources: Iterable[SourceId]) -> str:
    return orjson.dumps(list(sources)).decode()


def _channel(channel: ChannelId, entries: Sequence[sqlite3.Row], sources: Mapping[SourceId, Source]) -> Channel:
    best = entries[0]
    chno = next((row["chno"] for row in entries if row["chno"]), "")
    by_source = groupby(entries, key=lambda row: SourceId(row["source"]))
    return Channel(
        id=channel,
        name=best["name"],
        tvg_id=next((row["tvg_id"] for row in entries if row["tvg_id"]), ""),
        group=best["group_title"],
        logo=best["logo"],
        wanted_number=GuideNumber.parse(chno) if chno else None,
        radio=bool(best["radio"]),
        streams=tuple(
            stream
            for source, rows in by_source
            for stream in _streams(sources[source], list(islice(rows, _MOST_OF_A_SOURCE)))
        ),
    )


def _streams(source: Source, rows: Sequence[sqlite3.Row]) -> Iterator[Stream]:
    """Yield the streams of one source, those on its preferred host first."""
    addresses = [list(_addresses(source, row["url"])) for row in rows]
    for host in range(max(map(len, addresses))):
        for row, on_hosts in zip(rows, addresses, strict=True):
            if host < len(on_hosts):
                yield _stream(source, row, on_hosts[host])


def _addresses(source: Source, url: str) -> Iterator[str]:
    """Yield the URL on each host of its panel, in their order; as it is when it is on none of them."""
    hosts = [host.reveal() for host in source.panel.hosts] if source.panel is not None else []
    own = next((host for host in hosts if url.startswith(f"{host}/")), None)
    if own is None:
        yield url
    else:
        yield from (host + url[len(own) :] for host in hosts)


def headers_for(source: Source, url: SecretUrl) -> Iterator[tuple[str, str]]:
    """Yield the source's headers for what it names; credentials stay with the hosts that the operator named."""
    hosts = {source.location.host, *(host.host for host in (source.panel.hosts if source.panel else ()))}
    for name, value in source.access.headers:
        if url.host in hosts or name.lower() not in _CREDENTIALS:
            yield name, value


def _stream(source: Source, row: sqlite3.Row, url: str) -> Stream:
    return Stream(
        url=SecretUrl(url),
        source=source.id,
        zone=Zone(row["zone"]),
        headers=merge_headers(headers_for(source, SecretUrl(url)), orjson.loads(row["headers"])),
        allow_lan=source.allow_lan,
        proxy=source.access.proxy,
        name=row["name"],
        one_account=source.panel is not None or source.device,
    )
