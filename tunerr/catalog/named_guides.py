"""The guides that playlists name themselves, as sources of programmes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import aiosqlite
import orjson
import structlog

from tunerr.catalog.reader import headers_for
from tunerr.model.channel import SourceId
from tunerr.model.source import Access, Programmes, Source
from tunerr.model.url import SecretUrl, Zone
from tunerr.storage.connection import select

log = structlog.get_logger(__name__)

# Playlists put together from many others name hundreds of guides, most of which have none of their channels.
_MOST_GUIDES = 4
_TIMEOUT_S = 45.0
_LONGEST_ID = 40

# All entries of a playlist are from one document.
_NAMED = """
    SELECT served.source, report, (SELECT zone FROM entry WHERE entry.generation = generation.id LIMIT 1) AS zone
    FROM served JOIN generation ON generation.id = served.generation ORDER BY served.source
"""


async def named_guides(catalog: aiosqlite.Connection, sources: Sequence[Source]) -> tuple[Source, ...]:
    """Return a source for each guide that a served playlist of `sources` names, in their order.

    Not those that are among the sources already, and none of a playlist that names more than four: the log says so.
    Raises StorageError.
    """
    said = {row["source"]: (orjson.loads(row["report"]), row["zone"]) for row in await select(catalog, _NAMED)}
    taken = {source.location for source in sources}
    found: list[Source] = []
    for playlist in sources:
        if playlist.kind != "playlist" or not playlist.named_guides or playlist.id not in said:
            continue
        report, zone = said[playlist.id]
        urls = [url for url in map(SecretUrl, report.get("guide_urls", ())) if url not in taken]
        if len(urls) > _MOST_GUIDES:
            hint = "Add those that you want as sources of type xmltv."
            log.warning("playlist names too many guides", source=playlist.id, guides=len(urls), hint=hint)
        elif zone is not None:
            taken.update(urls)
            found += _sources(playlist, urls, Zone(zone))
    ids = {source.id for source in sources}
    return tuple(source for source in found if source.id not in ids)


def _sources(playlist: Source, urls: Iterable[SecretUrl], zone: Zone) -> Iterable[Source]:
    for number, url in enumerate(urls, start=1):
        ending = f"-named-{number}"
        yield Source(
            SourceId(playlist.id[: _LONGEST_ID - len(ending)] + ending),
            "guide",
            url,
            _TIMEOUT_S,
            playlist.allow_lan,
            access=Access(tuple(headers_for(playlist, url)), playlist.access.proxy),
            interval=playlist.interval,
            programmes=Programmes(of=playlist.id, named_in=zone),
            origin="playlist",
        )
