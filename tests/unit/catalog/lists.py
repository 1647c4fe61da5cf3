"""Playlists straight into a catalog, for tests of what reads it."""

from tunerr.catalog.ingest import run
from tunerr.catalog.search import CatalogSearch
from tunerr.model.channel import SourceId
from tunerr.model.source import Source
from tunerr.model.url import SecretUrl
from tunerr.support.snapshot import Published


def ingest(root, text, *, source="m3u", sources=("m3u", "m3u-2"), zone=2, at=0.0, **more):
    path = root / "document"
    path.write_text(text)
    return run(
        {
            "documents": {"playlist": str(path)},
            "source": source,
            "sources": sources,
            "zone": zone,
            "catalog_db": str(root / "catalog.db"),
            "state_db": str(root / "state.db"),
            "now": at,
            **more,
        }
    )


async def first_channels(reader, limit):
    """The first ones that a CatalogReader has, in the order of sources and playlists."""
    rows = await CatalogSearch(catalog=reader._catalog, sources=reader._published).containing("", limit)
    return await reader.channels([channel for channel, *_ in rows])


def playlist_source(name, **more):
    return Source(SourceId(name), "playlist", SecretUrl("http://provider.example/list.m3u"), timeout=9.0, **more)


def in_force(*sources):
    """The sources as the server publishes them; names become plain playlists."""
    return Published(tuple(each if isinstance(each, Source) else playlist_source(each) for each in sources))
