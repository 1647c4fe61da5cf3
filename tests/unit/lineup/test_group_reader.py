import pytest

from tests.unit.catalog.lists import ingest
from tests.unit.lineup.test_plan_job import World, playlist
from tunerr.lineup.group_reader import GroupQuery, GroupReader, GroupTotal
from tunerr.storage.connection import open_server


@pytest.fixture
async def world(tmp_path):
    made = World(tmp_path)
    ingest(tmp_path, playlist("News/CNN", "UK | Sports/TSN", "News/BBC", "MÜSIK/VIVA", "/None"), source="a--b")
    catalog = await open_server(tmp_path / "catalog.db", kind="catalog", readonly=True)
    made.groups = GroupReader(catalog=catalog)
    yield made
    await catalog.close()


async def titles(world, **sought):
    rows = await world.groups.page(GroupQuery(**sought), page=1, rows=100)
    assert [row.id for row in rows] == list(await world.groups.ids(GroupQuery(**sought)))
    assert (await world.groups.total(GroupQuery(**sought))).groups == len(rows)
    return [row.title for row in rows]


async def test_before_the_first_plan_there_is_none(world):
    assert await titles(world) == []
    assert await world.groups.total(GroupQuery()) == GroupTotal(0, 0, 0)
    assert await world.groups.sources() == ()
    assert await world.groups.same_title(["news"]) == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["News", "UK | Sports", "MÜSIK", ""]),
        ("EWS", ["News"]),
        (" uk sports ", ["UK | Sports"]),
        ("müsik", ["MÜSIK"]),
        ("%", []),
        ("b--n", []),
        ("ungr", [""]),
    ],
)
async def test_they_are_found_by_a_part_of_their_title(world, text, found):
    world.plan(sources=("a--b",))
    assert await titles(world, text=text) == found


async def test_they_come_in_pages_with_their_counts(world):
    world.plan(sources=("a--b",), rules={"drop_music": True, "exclude_regex": "BBC"})
    first = await world.groups.page(GroupQuery(), page=1, rows=3)
    second = await world.groups.page(GroupQuery(), page=2, rows=3)
    assert [(row.title, row.channels) for row in first + second] == [
        ("News", 2), ("UK | Sports", 1), ("MÜSIK", 1), ("", 1),
    ]  # fmt: skip
    assert first[0].chosen == 1
    assert await world.groups.page(GroupQuery(), page=3, rows=3) == ()
    assert (await world.groups.total(GroupQuery(only=("news", "ungrouped")))) == GroupTotal(2, 3, 2)


async def test_groups_of_one_title_from_two_sources_are_told_apart(world):
    ingest(world.root, playlist("News/Sky", "Kids/Pop"), source="c")
    world.plan(sources=("a--b", "c"))
    assert await world.groups.sources() == ("a--b", "c")
    assert await titles(world, source="c") == ["News", "Kids"]
    assert await titles(world, only=("news",)) == ["News", "News"]
    assert await titles(world, only=("c--news", "kids")) == ["News", "Kids"]
    same = await world.groups.same_title(["c--news", "c--kids"])
    assert {short: [row.id for row in rows] for short, rows in same.items()} == {
        "news": ["a--b--news", "c--news"],
        "kids": ["c--kids"],
    }
