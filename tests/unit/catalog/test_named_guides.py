import pytest
from structlog.testing import capture_logs

from tests.unit.catalog.lists import ingest, playlist_source
from tunerr.catalog.named_guides import named_guides
from tunerr.model.channel import SourceId
from tunerr.model.source import Access, Programmes, Source
from tunerr.model.url import SecretUrl, Zone
from tunerr.storage.connection import open_server

ROW = "#EXTINF:-1,A\nhttp://h/1.ts\n"


def text(*urls):
    return f'#EXTM3U url-tvg="{",".join(urls)}"\n{ROW}'


@pytest.fixture
async def catalog(tmp_path):
    ingest(tmp_path, text())
    connection = await open_server(tmp_path / "catalog.db", kind="catalog", readonly=True)
    yield connection
    await connection.close()


async def test_the_guides_of_a_playlist_are_sources_of_its_zone(catalog, tmp_path):
    access = Access((("Referer", "r"), ("Cookie", "secret")), SecretUrl("http://proxy:1"))
    m3u = playlist_source("m3u", allow_lan=True, access=access, interval=60.0)
    assert await named_guides(catalog, [m3u]) == ()
    ingest(tmp_path, text("http://other/1.xml", "http://provider.example/2.xml"), zone=1)
    first, second = await named_guides(catalog, [m3u])
    assert (first.id, first.kind, first.location.reveal()) == ("m3u-named-1", "guide", "http://other/1.xml")
    assert first.programmes == Programmes(of=SourceId("m3u"), named_in=Zone.PRIVATE)
    assert (first.allow_lan, first.interval, first.origin, first.access.proxy) == (True, 60.0, "playlist", access.proxy)
    assert first.access.headers == (("Referer", "r"),), "credentials stay with the hosts that the operator named"
    assert second.id == "m3u-named-2"
    assert second.access == access


async def test_guides_that_are_there_already_are_not_named_twice(catalog, tmp_path):
    ingest(tmp_path, text("http://g/1", "http://g/2"))
    ingest(tmp_path, text("http://g/2"), source="m3u-2")
    guide = Source(SourceId("xmltv"), "guide", SecretUrl("http://g/1"), 5)
    found = await named_guides(catalog, [playlist_source("m3u"), playlist_source("m3u-2"), guide])
    assert [(one.id, one.location.reveal()) for one in found] == [("m3u-named-1", "http://g/2")]
    assert await named_guides(catalog, [guide]) == (), "the playlist is gone"


async def test_a_playlist_may_say_that_its_guides_are_left_alone(catalog, tmp_path):
    ingest(tmp_path, text("http://g/1"))
    assert await named_guides(catalog, [playlist_source("m3u", named_guides=False)]) == ()


async def test_of_a_playlist_that_names_too_many_none_is_fetched(catalog, tmp_path):
    ingest(tmp_path, text(*(f"http://g/{number}" for number in range(4))))
    assert len(await named_guides(catalog, [playlist_source("m3u")])) == 4
    ingest(tmp_path, text(*(f"http://g/{number}" for number in range(5))).replace("A", "B"))
    with capture_logs() as logs:
        assert await named_guides(catalog, [playlist_source("m3u")]) == ()
    assert [(row["source"], row["guides"]) for row in logs] == [("m3u", 5)]


async def test_a_long_id_stays_an_id(catalog, tmp_path):
    name = "x" * 40
    ingest(tmp_path, text("http://g/1"), source=name, sources=(name,))
    (guide,) = await named_guides(catalog, [playlist_source(name)])
    assert guide.id == "x" * 32 + "-named-1"
