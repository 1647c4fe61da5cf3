import contextlib
import time
import tracemalloc

import pytest

from tests.unit.catalog.lists import ingest
from tunerr.catalog.served import CatalogRow, served_channels
from tunerr.storage.connection import open_worker

FIRST = """#EXTM3U
#EXTINF:-1 tvg-id="b" group-title="G" radio="true",B
http://user:secret@One.example/b.ts
#EXTINF:-1 tvg-id="a",A
http://one.example:8080/a.ts
#EXTINF:-1 tvg-id="A" tvg-chno="7",A again
rtsp://[2001:db8::1]/a2
"""
SECOND = """#EXTM3U
#EXTINF:-1 tvg-id="c" tvg-country="GB",C
https://two.example/c.ts
#EXTINF:-1 tvg-id="a" tvg-chno="9",A
http://one.example:8080/other.ts
"""


@pytest.fixture
def rows(tmp_path):
    @contextlib.contextmanager
    def opened():
        with contextlib.closing(open_worker(tmp_path / "catalog.db", kind="catalog")) as db:
            yield db

    def read(*sources):
        with opened() as db:
            return list(served_channels(db, sources))

    return read


def test_channels_come_once_in_the_order_of_sources_and_playlists(tmp_path, rows):
    ingest(tmp_path, FIRST, source="m3u", country="uk")
    ingest(tmp_path, SECOND, source="m3u-2")
    b, a, c = rows("m3u", "m3u-2")
    assert b[1:] == ("m3u", "B", "b", "G", "", True, "uk", 1, ("one.example:80",), ("B",), ("m3u",))
    assert a[1:] == (
        *("m3u", "A", "a", "", "7", False, "uk", 3),
        ("one.example:8080", "[2001:db8::1]:554"),
        ("A", "A again"),
        ("m3u", "m3u-2"),
    )
    assert (c.source, c.country, c.hosts) == ("m3u-2", "gb", ("two.example:443",))
    assert [row.name for row in rows("m3u-2", "m3u")] == ["C", "A", "B"]
    assert [row.name for row in rows("m3u-2")] == ["C", "A"]
    assert rows("never-read") == rows() == []


def test_fifty_thousand_channels_are_streamed(tmp_path):
    many = 50_000
    text = "".join(f'#EXTINF:-1 tvg-id="{n}.uk",Channel {n}\nhttp://h/live/u/p/{n}.ts\n' for n in range(many))
    ingest(tmp_path, f"#EXTM3U\n{text}")
    ingest(tmp_path, f"#EXTM3U\n{text[: len(text) // 2].rpartition('#')[0]}", source="m3u-2")
    with contextlib.closing(open_worker(tmp_path / "catalog.db", kind="catalog")) as db:
        began = time.process_time()
        tracemalloc.start()
        try:
            seen = 0
            for row in served_channels(db, ["m3u-2", "m3u"]):
                seen += 1
                assert isinstance(row, CatalogRow)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert seen == many
    assert peak < 5_000_000
    assert time.process_time() - began < 15
