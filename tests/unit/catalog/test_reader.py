import pytest

from tests.unit.catalog.lists import ingest
from tunerr.catalog.reader import CatalogReader
from tunerr.model.channel import SourceId
from tunerr.model.numbers import GuideNumber
from tunerr.model.url import Zone
from tunerr.storage.connection import open_server

FIRST = """#EXTM3U
#EXTINF:-1 tvg-id="a",A
http://one/a.ts|User-Agent=X
#EXTINF:-1 tvg-id="b" tvg-logo="http://l/b.png" group-title="G" radio="true",B
http://one/b.ts
#EXTINF:-1 tvg-id="A" tvg-chno="7",A again
http://one/a2.ts
"""
SECOND = """#EXTM3U
#EXTINF:-1 tvg-id="c",C
http://two/c.ts
#EXTINF:-1 tvg-id="a" tvg-chno="9",Other name
http://two/a.ts
"""
M3U, OTHER = SourceId("m3u"), SourceId("m3u-2")


@pytest.fixture
async def catalog(tmp_path):
    db = await open_server(tmp_path / "catalog.db", kind="catalog", readonly=True)
    yield db
    await db.close()


async def test_streams_are_ranked_by_source_and_place(tmp_path, catalog):
    ingest(tmp_path, FIRST, source=M3U)
    ingest(tmp_path, SECOND, source=OTHER, zone=1)
    reader = CatalogReader(catalog=catalog, sources=[M3U, OTHER])
    a, b, c = await reader.first(10)
    assert [stream.url.reveal() for stream in a.streams] == ["http://one/a.ts", "http://one/a2.ts", "http://two/a.ts"]
    assert [stream.zone for stream in a.streams] == [Zone.INTERNET, Zone.INTERNET, Zone.PRIVATE]
    assert a.streams[0].headers == (("User-Agent", "X"),)
    assert (a.name, a.wanted_number) == ("A", GuideNumber(7))
    assert (b.name, b.logo, b.group, b.radio, b.wanted_number) == ("B", "http://l/b.png", "G", True, None)
    assert c.streams[0].source == OTHER
    turned = CatalogReader(catalog=catalog, sources=[OTHER, M3U])
    assert [channel.name for channel in await turned.first(10)] == ["C", "Other name", "B"]


async def test_only_configured_sources_are_seen(tmp_path, catalog):
    ingest(tmp_path, FIRST, source=M3U)
    ingest(tmp_path, SECOND, source=OTHER)
    reader = CatalogReader(catalog=catalog, sources=[OTHER, SourceId("never-read")])
    assert [channel.name for channel in await reader.first(10)] == ["C", "Other name"]
    assert await reader.count() == 2
    assert await reader.served() == {OTHER}


async def test_streams_of_sources_that_allow_it_may_be_in_the_lan(tmp_path, catalog):
    ingest(tmp_path, FIRST, source=M3U)
    ingest(tmp_path, SECOND, source=OTHER)
    reader = CatalogReader(catalog=catalog, sources=[M3U, OTHER], allow_lan={OTHER})
    a = (await reader.first(1))[0]
    assert [stream.allow_lan for stream in a.streams] == [False, False, True]


async def test_pages_limits_and_exclusions(tmp_path, catalog):
    names = [f"Channel {number}" for number in range(450)]
    ingest(tmp_path, "#EXTM3U\n" + "".join(f"#EXTINF:-1,{name}\nhttp://h/9/{name}\n" for name in names), source=M3U)
    reader = CatalogReader(catalog=catalog, sources=[M3U])
    everything = await reader.first(1000)
    assert [channel.name for channel in everything] == names
    assert [channel.name for channel in await reader.first(2, exclude=[everything[0].id])] == names[1:3]
    ids = [channel.id for channel in everything]
    assert await reader.channels(ids[::-1]) == everything[::-1]
    assert await reader.channels([ids[3], "dna-0000000000000000"]) == (everything[3],)
    assert await reader.channels([]) == ()
