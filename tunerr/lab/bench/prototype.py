"""What `bench catalog` compares with: the least that reads a playlist into a table, thrown away after performance.md.

A line loop, one regular expression, one upsert: no odd line is read, nothing is recognised, no history is kept.
Usage: python -m tunerr.lab.bench.prototype PLAYLIST DATABASE
"""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_TABLE = (
    "CREATE TABLE IF NOT EXISTS stream (id INTEGER PRIMARY KEY, src TEXT, url TEXT, name TEXT, tvg_id TEXT,"
    " group_title TEXT, logo TEXT, UNIQUE (src, url))"
)
_UPSERT = (
    "INSERT INTO stream (src, url, name, tvg_id, group_title, logo) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
    " SET name = excluded.name, tvg_id = excluded.tvg_id, group_title = excluded.group_title, logo = excluded.logo"
)

_Row = tuple[str, str, str, str, str, str]


def _rows(playlist: Path) -> Iterator[_Row]:
    attributes: dict[str, str] = {}
    name = ""
    with playlist.open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#EXTINF"):
                attributes, name = dict(_ATTRIBUTE.findall(line)), line.rpartition(",")[2].strip()
            elif line[0] != "#" and name:
                get = attributes.get
                yield "m3u", line.strip(), name, get("tvg-id", ""), get("group-title", ""), get("tvg-logo", "")
                name = ""


def main(playlist: Path, database: Path) -> None:
    """Read the playlist into the database."""
    db = sqlite3.connect(database, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute(_TABLE)
    db.execute("BEGIN")
    db.executemany(_UPSERT, _rows(playlist))
    db.execute("COMMIT")
    db.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
