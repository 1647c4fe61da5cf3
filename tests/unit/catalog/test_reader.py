import pytest

from tests.unit.catalog.lists import first_channels, in_force, ingest, playlist_source
from tunerr.catalog.reader import CatalogReader
from tunerr.model.channel import SourceId
from tunerr.model.numbers import GuideNumber
from tunerr.model.source import Access, Panel, Source
from tunerr.model.url import SecretUrl, Zone
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
    reader = CatalogReader(catalog=catalog, sources=in_force(M3U, OTHER))
    a, b, c = await first_channels(reader, 10)
    assert [stream.url.reveal() for stream in a.streams] == ["http://one/a.ts", "http://one/a2.ts", "http://two/a.ts"]
    assert [stream.zone for stream in a.streams] == [Zone.INTERNET, Zone.INTERNET, Zone.PRIVATE]
    assert a.streams[0].headers == (("User-Agent", "X"),)
    assert (a.name, a.wanted_number) == ("A", GuideNumber(7))
    assert (b.name, b.logo, b.group, b.radio, b.wanted_number) == ("B", "http://l/b.png", "G", True, None)
    assert c.streams[0].source == OTHER
    turned = CatalogReader(catalog=catalog, sources=in_force(OTHER, M3U))
    assert [channel.name for channel in await first_channels(turned, 10)] == ["C", "Other name", "B"]


async def test_only_configured_sources_are_seen(tmp_path, catalog):
    ingest(tmp_path, FIRST, source=M3U)
    ingest(tmp_path, SECOND, source=OTHER)
    reader = CatalogReader(catalog=catalog, sources=in_force(OTHER, "never-read"))
    assert [channel.name for channel in await first_channels(reader, 10)] == ["C", "Other name"]
    assert await reader.served() == {OTHER}


async def test_streams_of_sources_that_allow_it_may_be_in_the_lan(tmp_path, catalog):
    ingest(tmp_path, FIRST, source=M3U)
    ingest(tmp_path, SECOND, source=OTHER)
    reader = CatalogReader(catalog=catalog, sources=in_force(M3U, playlist_source(OTHER, allow_lan=True)))
    a = (await first_channels(reader, 1))[0]
    assert [stream.allow_lan for stream in a.streams] == [False, False, True]


async def test_pages(tmp_path, catalog):
    names = [f"Channel {number}" for number in range(450)]
    ingest(tmp_path, "#EXTM3U\n" + "".join(f"#EXTINF:-1,{name}\nhttp://h/9/{name}\n" for name in names), source=M3U)
    reader = CatalogReader(catalog=catalog, sources=in_force(M3U))
    everything = await first_channels(reader, 1000)
    assert [channel.name for channel in everything] == names
    ids = [channel.id for channel in everything]
    assert await reader.channels(ids[::-1]) == everything[::-1]
    assert await reader.channels([ids[3], "dna-0000000000000000"]) == (everything[3],)
    assert await reader.channels([]) == ()


async def test_streams_carry_their_name_and_what_their_source_says_of_access(tmp_path, catalog):
    ingest(tmp_path, FIRST, source=M3U)
    access = Access((("user-agent", "Mine"), ("Referer", "http://r/")), SecretUrl("socks5://proxy:1080"))
    reader = CatalogReader(catalog=catalog, sources=in_force(playlist_source(M3U, access=access)))
    own, plain = (await first_channels(reader, 1))[0].streams
    assert own.headers == (("User-Agent", "X"), ("Referer", "http://r/"))
    assert plain.headers == (("user-agent", "Mine"), ("Referer", "http://r/"))
    assert [stream.name for stream in (own, plain)] == ["A", "A again"]
    assert {stream.proxy for stream in (own, plain)} == {access.proxy}
    assert not own.one_account


async def test_credentials_of_a_source_stay_with_its_own_hosts(tmp_path, catalog):
    ingest(tmp_path, FIRST.replace("http://one/a2.ts", "http://provider.example/a2.ts"), source=M3U)
    access = Access((("Cookie", "session=1"), ("Authorization", "Basic eA=="), ("Referer", "http://r/")))
    reader = CatalogReader(catalog=catalog, sources=in_force(playlist_source(M3U, access=access)))
    elsewhere, home = (await first_channels(reader, 1))[0].streams
    assert [name for name, _ in elsewhere.headers] == ["Referer", "User-Agent"]
    assert [name for name, _ in home.headers] == ["Cookie", "Authorization", "Referer"]


async def test_each_further_host_of_a_panel_is_one_more_way(tmp_path, catalog):
    ingest(tmp_path, FIRST.replace("http://one/a2.ts", "http://elsewhere/a2.ts"), source=M3U)
    ingest(tmp_path, SECOND, source=OTHER)
    hosts = tuple(map(SecretUrl, ("http://new:8080", "http://one")))
    panel = playlist_source(M3U, panel=Panel(hosts, "user", "password"))
    reader = CatalogReader(catalog=catalog, sources=in_force(panel, OTHER))
    streams = (await first_channels(reader, 1))[0].streams
    assert [stream.url.reveal() for stream in streams] == [
        "http://new:8080/a.ts",
        "http://elsewhere/a2.ts",
        "http://one/a.ts",
        "http://two/a.ts",
    ]
    assert [stream.one_account for stream in streams] == [True, True, True, False]


async def test_sources_that_come_and_go_are_seen_at_once(tmp_path, catalog):
    ingest(tmp_path, FIRST, source=M3U)
    ingest(tmp_path, SECOND, source=OTHER)
    sources = in_force(M3U)
    reader = CatalogReader(catalog=catalog, sources=sources)
    assert len(await first_channels(reader, 10)) == 2
    guide = Source(SourceId("guide"), "guide", SecretUrl("http://provider.example/guide.xml"), timeout=9.0)
    sources.publish((*in_force(OTHER, M3U).current, guide))
    assert reader.sources == (OTHER, M3U)
    assert [channel.name for channel in await first_channels(reader, 10)] == ["C", "Other name", "B"]


async def test_of_a_source_that_floods_a_channel_the_first_entries_count(tmp_path, catalog):
    flood = "".join(f'#EXTINF:-1 tvg-id="a",A\nhttp://one/{number}.ts\n' for number in range(150))
    ingest(tmp_path, f"#EXTM3U\n{flood}", source=M3U)
    ingest(tmp_path, SECOND, source=OTHER)
    a = (await first_channels(CatalogReader(catalog=catalog, sources=in_force(M3U, OTHER)), 1))[0]
    assert [stream.url.reveal() for stream in a.streams] == [
        *(f"http://one/{number}.ts" for number in range(100)),
        "http://two/a.ts",
    ]
