import json

import pytest

from tests.unit.catalog.lists import ingest
from tunerr.lineup.listing import Beside, ChannelListing, Narrowed, OfferedFact
from tunerr.lineup.plan import Request
from tunerr.lineup.plan_job import run
from tunerr.lineup.rules.chosen import LineupRules
from tunerr.storage.connection import open_server

FIRST = """#EXTM3U
#EXTINF:-1 tvg-id="bbc1.uk" group-title="UK",BBC One HD
http://a/1.ts
#EXTINF:-1 tvg-id="bbc1.uk" group-title="UK",BBC One FHD
http://a/11.ts
#EXTINF:-1 tvg-id="ard.de" group-title="DE",Das Erste
http://a/2.ts
#EXTINF:-1 tvg-id="arte" group-title="DE",Arte Für Alle
http://a/3.ts
#EXTINF:-1 tvg-id="x" group-title="DE",Zebra
http://a/4.ts
"""
SECOND = """#EXTM3U
#EXTINF:-1 tvg-id="ard.de" group-title="Germany",Das Erste
http://b/2.ts
#EXTINF:-1 tvg-id="ppv" group-title="Events",PPV 07 <b>%_'
http://b/9.ts
"""


class World:
    def __init__(self, listing, ids):
        self.listing = listing
        self.by_name = ids
        self.names = {one: name for name, one in ids.items()}
        self.beside = Beside.of([], [])

    def offer(self, *rows, changed=()):
        """Rows are (name, number, guide state, health)."""
        facts = [OfferedFact(self.by_name[name], *rest) for name, *rest in rows]
        self.beside = Beside.of(facts, [self.by_name[name] for name in changed])

    async def shown(self, sort="number", skip=0, limit=50, **narrowed):
        found = await self.listing.ids(Narrowed(**narrowed), self.beside, sort=sort, skip=skip, limit=limit)
        return [self.names[one] for one in found]

    async def counts(self, **narrowed):
        return await self.listing.counts(Narrowed(**narrowed), self.beside)


@pytest.fixture
async def world(tmp_path):
    ingest(tmp_path, FIRST, source="m3u")
    ingest(tmp_path, SECOND, source="m3u-2")
    asked = Request(
        catalog_db=tmp_path / "catalog.db",
        sources=("m3u", "m3u-2"),
        limit=2,
        now=1.0,
        rules=LineupRules(),
    )
    run(json.loads(asked.model_dump_json()))
    catalog = await open_server(tmp_path / "catalog.db", kind="catalog", readonly=True)
    rows = await catalog.execute_fetchall("SELECT name, channel_id FROM decided")
    made = World(ChannelListing(catalog=catalog), {row["name"].split()[0]: row["channel_id"] for row in rows})
    made.offer(("BBC", "101", "linked", 0.5), ("Das", "9", "none", None), changed=("Das", "Zebra"))
    yield made
    await catalog.close()


async def test_what_is_offered_comes_by_number_and_the_others_by_name(world):
    assert await world.shown() == ["BBC", "Das"], "in the order that it was given in: that of the numbers"
    assert await world.shown(show="left-out") == ["Arte", "PPV", "Zebra"]
    assert await world.shown(show="all") == ["BBC", "Das", "Arte", "PPV", "Zebra"]
    assert await world.shown(show="all", sort="name") == ["Arte", "BBC", "Das", "PPV", "Zebra"]
    assert await world.shown(show="all", sort="group") == ["Arte", "Das", "Zebra", "PPV", "BBC"]


async def test_worst_health_first_and_unknown_last(world):
    facts = (("BBC", "1", "linked", 1.0), ("Das", "2", "linked", None), ("Arte", "3", "linked", 0.0))
    world.offer(*facts)
    assert await world.shown(sort="health") == ["Arte", "BBC", "Das"]


@pytest.mark.parametrize(("skip", "limit"), [(0, 2), (1, 3), (2, 2), (3, 9), (5, 2)])
async def test_a_page_goes_over_from_the_offered_ones_to_the_others(world, skip, limit):
    everything = await world.shown(show="all")
    assert await world.shown(show="all", skip=skip, limit=limit) == everything[skip : skip + limit]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("one bbc", ["BBC"]),
        ("bbc1.uk", ["BBC"]),
        ("FUR ALLE", ["Arte"]),
        ("101", ["BBC"]),
        ("07", ["PPV"]),
        ("07 <b>%_'", ["PPV"]),
        ("nowhere", []),
        ("!!!", []),
    ],
)
async def test_words_of_name_id_and_tvg_id_and_the_number_are_found(world, text, found):
    assert await world.shown(show="all", text=text) == found


async def test_an_id_is_found_as_it_is_written(world):
    assert await world.shown(show="all", text=world.by_name["Zebra"]) == ["Zebra"]


async def test_filters_narrow_together(world):
    assert await world.shown(show="all", group="de") == ["Das", "Arte", "Zebra"]
    assert await world.shown(show="all", source="m3u-2") == ["Das", "PPV"]
    assert await world.shown(show="all", streams="several") == ["BBC", "Das"]
    assert await world.shown(show="all", changed=True) == ["Das", "Zebra"]
    assert await world.shown(show="all", changed=True, source="m3u-2") == ["Das"]
    assert await world.shown(show="all", guide="none") == ["Das"], "of the others no guide is known"
    assert await world.shown(show="left-out", guide="none") == []


async def test_each_count_is_what_its_filter_would_leave(world):
    for narrowed in (
        {},
        {"show": "all"},
        {"show": "all", "text": "e"},
        {"show": "left-out", "streams": "one"},
        {"show": "all", "changed": True},
    ):
        counts = await world.counts(**narrowed)
        for kind, of_kind in (("show", counts.show), ("guide", counts.guide), ("streams", counts.streams)):
            for value, count in of_kind.items():
                assert len(await world.shown(**{**narrowed, kind: value})) == count, (narrowed, kind, value)
        assert len(await world.shown(**{**narrowed, "changed": True})) == counts.changed
    assert (await world.counts(guide="linked", show="all")).show == {"offered": 1, "left-out": 0, "all": 1}


async def test_a_suggestion_waits_for_channels_without_a_guide(world):
    world.offer(("BBC", "101", "suggested", None), ("Das", "9", "none", None))
    counts = await world.counts()
    assert (counts.guide["none"], counts.guide["suggested"]) == (2, 1)
    assert await world.shown(guide="suggested") == ["BBC"]


async def test_rows_come_in_the_order_asked_for_with_what_the_plan_says(world):
    das, ppv, bbc = await world.listing.rows([world.by_name[name] for name in ("Das", "PPV", "BBC")])
    assert (das.name, das.group, das.sources, das.streams, das.kept) == ("Das Erste", "DE", ("m3u", "m3u-2"), 2, True)
    assert (ppv.stage, ppv.kept, ppv.sources) == ("limit", False, ("m3u-2",))
    assert ppv.reason.startswith("left out: ")
    assert bbc.streams == 2
    assert await world.listing.rows(["dna-0000000000000000"]) == ()


async def test_groups_with_most_channels_come_first(world):
    assert dict(await world.listing.groups())["DE"] == 3
    assert (await world.listing.groups())[0][0] == "DE"


async def test_without_a_plan_there_is_nothing(tmp_path):
    catalog = await open_server(tmp_path / "catalog.db", kind="catalog", readonly=True)
    try:
        listing = ChannelListing(catalog=catalog)
        assert await listing.ids(Narrowed(show="all"), Beside.of([], [])) == ()
        assert (await listing.counts(Narrowed(), Beside.of([], []))).show == {"offered": 0, "left-out": 0, "all": 0}
    finally:
        await catalog.close()


async def test_a_kept_channel_without_a_place_counts_as_left_out(world):
    world.offer(("BBC", "101", "linked", None))
    assert await world.shown(show="left-out") == ["Arte", "Das", "PPV", "Zebra"]
