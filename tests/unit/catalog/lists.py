"""Playlists straight into a catalog, for tests of what reads it."""

from tunerr.catalog.ingest import run


def ingest(root, text, *, source="m3u", sources=("m3u", "m3u-2"), zone=2, at=0.0):
    path = root / "document"
    path.write_text(text)
    return run(
        {
            "path": str(path),
            "source": source,
            "sources": sources,
            "zone": zone,
            "catalog_db": str(root / "catalog.db"),
            "state_db": str(root / "state.db"),
            "now": at,
        }
    )
