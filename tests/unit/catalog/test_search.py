import pytest

from tests.unit.catalog.lists import in_force, ingest
from tunerr.catalog.search import CatalogSearch
from tunerr.storage.connection import open_server

FIRST = """#EXTM3U
#EXTINF:-1 tvg-id="a" group-title="News",BBC News
http://one/a.ts
#EXTINF:-1 tvg-id="b" group-title="News",50% Off
http://one/b.ts
"""
SECOND = """#EXTM3U
#EXTINF:-1 tvg-id="c" group-title="Sport",bbc news
http://two/c.ts
#EXTINF:-1 tvg-id="a" group-title="Other",Other name
http://two/a.ts
"""


@pytest.fixture
async def search(tmp_path):
    ingest(tmp_path, FIRST, source="m3u")
    ingest(tmp_path, SECOND, source="m3u-2")
    db = await open_server(tmp_path / "catalog.db", kind="catalog", readonly=True)
    yield CatalogSearch(catalog=db, sources=in_force("m3u", "m3u-2", "never-read"))
    await db.close()


def shown(rows):
    return [row[1:] for row in rows]


async def test_by_name_whatever_its_case(search):
    assert shown(await search.by_name("BBC NEWS")) == [("BBC News", "News", "m3u"), ("bbc news", "Sport", "m3u-2")]
    assert await search.by_name("BBC") == []


async def test_by_group_each_channel_as_its_best_source_has_it(search):
    assert shown(await search.by_group("news")) == [("BBC News", "News", "m3u"), ("50% Off", "News", "m3u")]


async def test_by_part_of_the_name_without_wildcards(search):
    assert shown(await search.containing("%", 9)) == [("50% Off", "News", "m3u")]
    assert shown(await search.containing("BBC", 9)) == [("BBC News", "News", "m3u"), ("bbc news", "Sport", "m3u-2")]
    assert len(await search.containing("bbc", 1)) == 1


async def test_by_ids(search):
    (first, *_), *_ = await search.by_name("BBC News")
    assert shown(await search.by_ids([first, "dna-0000000000000000"])) == [("BBC News", "News", "m3u")]
    assert await search.by_ids([]) == []
