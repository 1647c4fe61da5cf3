"""What the planner is given: one row for each channel that the sources serve."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

import orjson

from tunerr.catalog.ports import PORTS
from tunerr.catalog.rows import ENTRIES
from tunerr.model.channel import SourceId

_PAGE_CHANNELS = 1000

# A channel belongs to the first source that holds it.
_IDS = """
    SELECT channel_id FROM channel
    WHERE generation = (SELECT generation FROM served WHERE source = :source) AND NOT EXISTS (
        SELECT 1 FROM json_each(:better) AS better
        JOIN served ON served.source = better.value
        JOIN channel AS held ON held.generation = served.generation AND held.channel_id = channel.channel_id
    )
    ORDER BY ordinal"""


class CatalogRow(NamedTuple):
    """One channel of the catalog. `streams` are counted over all sources, `hosts` are host:port of their URLs.

    `source` is the best of its `sources`.
    """

    channel_id: str
    source: str
    name: str
    tvg_id: str
    group: str
    chno: str
    radio: bool
    country: str
    streams: int
    hosts: tuple[str, ...]
    names: tuple[str, ...]
    sources: tuple[str, ...] = ()


def served_channels(db: sqlite3.Connection, sources: Sequence[SourceId]) -> Iterator[CatalogRow]:
    """Yield the channels of `sources`, best source first, in the order of their playlists.

    A channel that several sources hold comes once, at its place in the best of them. `hosts`, `names` and `sources` are
    without repetitions, in the order of the entries. Raises sqlite3.Error. Read it to the end within one transaction or
    job: pages of it are read as it goes on.
    """
    for rank, source in enumerate(sources):
        better = orjson.dumps(sources[:rank]).decode()
        ids = db.execute(_IDS, {"source": source, "better": better})
        while page := ids.fetchmany(_PAGE_CHANNELS):
            asked = {"sources": orjson.dumps(sources).decode(), "ids": orjson.dumps([row[0] for row in page]).decode()}
            for channel, entries in groupby(db.execute(ENTRIES, asked), key=lambda row: str(row["channel_id"])):
                yield _row(channel, list(entries))


def _row(channel: str, entries: Sequence[sqlite3.Row]) -> CatalogRow:
    best = entries[0]
    return CatalogRow(
        channel_id=channel,
        source=best["source"],
        name=best["name"],
        tvg_id=_first(entries, "tvg_id"),
        group=best["group_title"],
        chno=_first(entries, "chno"),
        radio=bool(best["radio"]),
        country=_first(entries, "country"),
        streams=len(entries),
        hosts=tuple(dict.fromkeys(_host(_authority(row["url"])) for row in entries)),
        names=tuple(dict.fromkeys(row["name"] for row in entries)),
        sources=tuple(dict.fromkeys(row["source"] for row in entries)),
    )


def _first(entries: Sequence[sqlite3.Row], column: str) -> str:
    return next((row[column] for row in entries if row[column]), "")


def _authority(url: str) -> str:
    """Scheme and authority of a URL as the parser lets it through."""
    return "/".join(url.replace("?", "/").replace("#", "/").split("/", 3)[:3])


@lru_cache(maxsize=4096)
def _host(authority: str) -> str:
    scheme, _, place = authority.partition("://")
    host = place.rpartition("@")[2].lower()
    has_port = ":" in host.rpartition("]")[2]
    return host if has_port or scheme not in PORTS else f"{host}:{PORTS[scheme]}"
