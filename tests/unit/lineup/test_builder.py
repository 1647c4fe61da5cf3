import contextlib
import random
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tools.clock import ManualClock
from tests.unit.catalog.lists import first_channels, in_force, ingest
from tunerr.catalog.reader import CatalogReader
from tunerr.lineup.allotment import Devices
from tunerr.lineup.builder import LineupBuilder
from tunerr.lineup.favorites import Favorites
from tunerr.lineup.ledger import NumberLedger
from tunerr.lineup.override_document import define_override
from tunerr.lineup.overrides import ChannelOverrides
from tunerr.model.channel import GuideWish, SourceId
from tunerr.model.numbers import GuideNumber
from tunerr.storage.choices import Choices
from tunerr.storage.connection import open_server, select
from tunerr.storage.migrate import migrations

# Of channels that want the same number the first in the list has it; those that want none or came too late follow in
# the list's order with the lowest free numbers. Name: number, streams.
FREE_TV = {
    "Andorra TV": ("1", 1),
    "ORF 2 Ⓖ": ("2", 1),
    "TN Todo Noticias Ⓨ": ("3", 1),
    "R9": ("12", 1),
    "Kanali 7 Ⓢ": ("40", 1),
    "A2 CNN Albania": ("41", 1),
    "ABC News Albania Ⓣ": ("42", 1),
    "BHT 1": ("133", 2),
    "DION": ("454", 1),
    "Euronews Georgia Ⓖ": ("999", 1),
}

DATA = Path(__file__).parents[3] / ".." / "shared" / "data"
HOUR = 3600.0


def playlist(rows):
    """Rows are `name` or `name=number`."""
    text = "#EXTM3U\n"
    for row in rows:
        name, _, number = row.partition("=")
        text += f'#EXTINF:-1 tvg-id="{name}" tvg-chno="{number}",{name}\nhttp://h/9/{name}.ts\n'
    return text


class Plan:
    """A plan as the rules make it. `choice` None: all channels in the order of sources and lists."""

    def __init__(self):
        self.reader = None
        self.choice = None
        self.numbers = {}
        self.same = {}
        self.made = True

    async def chosen(self):
        if not self.made:
            return None
        if self.choice is None:
            return tuple(channel.id for channel in await first_channels(self.reader, 1_000_000))
        return tuple(self.choice)

    async def wanted(self):
        return self.numbers

    async def left_out(self):
        return ()

    async def backups(self):
        return self.same


class World:
    """The real databases in one folder; `restart` opens them anew."""

    def __init__(self, root):
        self.root = root
        self.clock = ManualClock()
        self.limit = 479
        self.devices = 1
        self.plan = Plan()
        self.sources = [SourceId("m3u"), SourceId("m3u-2")]

    async def start(self):
        self.state = await open_server(self.root / "state.db", kind="state")
        self.catalog = await open_server(self.root / "catalog.db", kind="catalog", readonly=True)
        self.ledger = NumberLedger(state=self.state, clock=self.clock)
        self.favorites = Favorites(state=self.state, clock=self.clock)
        self.choices = Choices(state=self.state, clock=self.clock)

    async def stop(self):
        await self.state.close()
        await self.catalog.close()

    async def lose_catalog(self):
        await self.stop()
        for path in self.root.glob("catalog.db*"):
            path.unlink()
        await self.start()

    def ingest(self, rows, source="m3u"):
        text = rows if isinstance(rows, str) else playlist(rows)
        return ingest(self.root, text, source=source, at=self.clock.now().timestamp())

    async def build(self):
        return await self.builder().build()

    def builder(self):
        reader = CatalogReader(catalog=self.catalog, sources=in_force(*self.sources))
        self.plan.reader = reader
        return LineupBuilder(
            reader=reader,
            plans=self.plan,
            overrides=ChannelOverrides(self.choices),
            rank=self.rank,
            ledger=self.ledger,
            favorites=self.favorites,
            devices=Devices(self.limit, self.devices),
            clock=self.clock,
        )

    def rank(self, channel, order):
        return channel

    async def wish(self, channel, **wishes):
        """The operator's override of a channel; without wishes it is taken away."""
        text = define_override(channel, wishes).json_text() if wishes else None
        await self.choices.put([("channel", channel, text)], who="test", act="channel set", subject=channel)

    async def numbers(self):
        return {row.channel.name: str(row.number) for row in (await self.build()).channels}

    async def serve(self, hours=24):
        """A client fetches the lineup, and time passes."""
        await self.ledger.mark_served(row.number for row in (await self.build()).channels)
        self.clock.advance(hours * HOUR)


@pytest.fixture
async def world(tmp_path):
    built = World(tmp_path)
    await built.start()
    yield built
    await built.stop()


async def test_an_empty_catalog_gives_an_empty_lineup(world):
    lineup = await world.build()
    assert (lineup.channels, lineup.left_out) == ((), ())


async def test_numbers_survive_reordering_restart_and_renaming(world):
    world.ingest(["A", "B=2", "C=2", "D"])
    first = await world.build()
    assert {row.channel.name: str(row.number) for row in first.channels} == {"A": "1", "B": "2", "C": "3", "D": "4"}
    world.ingest(["D", "C=2", "B=2", "A", "E=1"])
    await world.stop()
    await world.start()
    assert await world.numbers() == {"A": "1", "B": "2", "C": "3", "D": "4", "E": "5"}


async def test_equal_content_has_an_equal_version_and_any_change_another(world):
    world.ingest(["A", "B"])
    first = await world.build()
    world.clock.advance(60)
    again = await world.build()
    assert again.version == first.version
    assert again.built_at > first.built_at
    await world.favorites.set(first.channels[0].channel.id, True)
    liked = await world.build()
    assert liked.channels[0].favorite
    assert liked.version != first.version
    await world.favorites.set(first.channels[0].channel.id, False)
    assert (await world.build()).version == first.version
    world.ingest(playlist(["A", "B"]).replace("/9/B.ts", "/9/B2.ts"))
    assert (await world.build()).version != first.version


async def test_the_limit_leaves_out_by_order_and_says_so(world):
    world.limit = 2
    world.ingest(["A", "B", "C", "D"])
    lineup = await world.build()
    assert [row.channel.name for row in lineup.channels] == ["A", "B"]
    (left_out,) = lineup.left_out
    assert (left_out.count, left_out.examples) == (2, ("C", "D"))
    assert left_out.reason == "the limit of 2 channels per device"
    world.ingest(["D", "C", "B", "A"])
    assert await world.numbers() == {"A": "1", "B": "2"}


async def test_a_served_number_is_reserved_after_a_day(world):
    world.ingest(["A", "B"])
    await world.serve(hours=24)
    world.ingest(["B", "C"])
    assert await world.numbers() == {"B": "2", "C": "3"}
    world.ingest(["A", "B", "C"])
    assert await world.numbers() == {"A": "1", "B": "2", "C": "3"}


async def test_before_that_it_is_free_again_when_its_channel_is_gone(world):
    world.ingest(["A", "B"])
    await world.serve(hours=23)
    world.ingest(["B", "C"])
    assert await world.numbers() == {"B": "2", "C": "1"}
    world.ingest(["A", "B", "C"])
    assert await world.numbers() == {"A": "3", "B": "2", "C": "1"}


async def test_a_channel_that_returns_gets_its_number_back_while_it_is_free(world):
    world.ingest(["A", "B", "C"])
    await world.build()
    world.ingest(["B", "C"])
    assert await world.numbers() == {"B": "2", "C": "3"}
    world.ingest(["C", "B", "A"])
    assert await world.numbers() == {"A": "1", "B": "2", "C": "3"}


async def test_only_the_first_fetch_counts(world):
    world.ingest(["A"])
    await world.serve(hours=20)
    await world.serve(hours=4)
    (holding,) = (await world.ledger.promises()).holdings
    assert holding.reserved(world.clock.now().timestamp())


async def test_a_lost_catalog_moves_no_number(world):
    world.ingest(["A", "B", "C"])
    world.ingest(playlist(["X1=9"]), source="m3u-2")
    await world.build()
    # `A` lost its tvg id and was recognised by its name: its identity can't be made from its keys any more.
    text = playlist(["C", "B"]) + "#EXTINF:-1,A\nhttp://h/9/A.ts\n"
    world.ingest(text)
    before = await world.build()
    await world.lose_catalog()
    assert (await world.build()).channels == ()
    world.ingest(text.replace("#EXTINF:-1,A", "#EXTINF:-1,New\nhttp://h/new.ts\n#EXTINF:-1,A"))
    half = await world.numbers()
    assert half == {"A": "1", "B": "2", "C": "3", "New": "4"}
    world.ingest(playlist(["X1=9"]), source="m3u-2")
    after = await world.build()
    ids = {row.channel.name: (row.channel.id, str(row.number)) for row in after.channels}
    assert {row.channel.name: (row.channel.id, str(row.number)) for row in before.channels}.items() <= ids.items()


@pytest.mark.skipif(not DATA.is_dir(), reason="shared data is not here")
async def test_the_real_list_gives_the_expected_lineup_and_keeps_it(world):
    text = (DATA / "free-tv.m3u8").read_text()
    world.ingest(text)
    first = await world.build()
    assert len(first.channels) == 479
    assert [(row.count, row.reason) for row in first.left_out] == [(1529, "the limit of 479 channels per device")]
    rows = {row.channel.name: row for row in first.channels}
    assert {name: (str(rows[name].number), len(rows[name].channel.streams)) for name in FREE_TV} == FREE_TV
    assert sum(row.number == row.channel.wanted_number for row in first.channels) == 77
    assert len({row.number for row in first.channels}) == 479
    await world.stop()
    await world.start()
    assert (await world.build()).version == first.version
    head, *blocks = text.split("#EXTINF")
    random.Random(3).shuffle(blocks)
    world.ingest(head + "".join(f"#EXTINF{block.rstrip()}\n" for block in blocks))
    before = {row.channel.id: row.number for row in first.channels}
    assert {row.channel.id: row.number for row in (await world.build()).channels} == before
    await world.lose_catalog()
    world.ingest(text)
    again = await world.build()
    assert again.version == first.version


@pytest.mark.skipif(not DATA.is_dir(), reason="shared data is not here")
async def test_a_list_with_its_own_numbers_keeps_them(world):
    world.ingest((DATA / "plutotv-gb.m3u").read_text())
    lineup = await world.build()
    assert len(lineup.channels) == 195
    # 603, 716, 816 and 883 are wanted twice.
    other = [row.channel.wanted_number.major for row in lineup.channels if row.number != row.channel.wanted_number]
    assert sorted(other) == [603, 716, 816, 883]
    assert lineup.channels[0].number == GuideNumber(1)


def by_name(lineup):
    return {row.channel.name: row for row in lineup.channels}


async def ids(world):
    return {row.channel.name: row.channel.id for row in (await world.build()).channels}


async def test_the_plan_chooses_and_what_it_drops_has_its_number_back_later(world):
    world.ingest(["A", "B", "C"])
    known = await ids(world)
    await world.serve()
    world.plan.choice = [known["C"], known["A"]]
    assert await world.numbers() == {"A": "1", "C": "3"}
    world.ingest(["A", "B", "C", "D"])
    world.plan.choice = None
    assert await world.numbers() == {"A": "1", "B": "2", "C": "3", "D": "4"}


async def test_while_there_is_no_plan_what_was_offered_is_offered(world):
    world.ingest(["A", "B", "C"])
    known = await ids(world)
    world.plan.choice = [known["C"], known["A"]]
    await world.build()
    world.plan.made = False
    world.ingest(["D", "C", "B", "A"])
    assert await world.numbers() == {"A": "1", "C": "3"}


async def test_the_rules_numbers_go_before_those_of_the_source(world):
    world.ingest(["A=7", "B=8", "C"])
    known = await ids(world)
    world.plan.choice = []
    await world.build()
    world.plan.choice = list(known.values())
    await world.stop()
    (world.root / "state.db").unlink()
    await world.start()
    world.plan.numbers = {known["A"]: GuideNumber(107)}
    assert await world.numbers() == {"A": "107", "B": "8", "C": "1"}


async def test_streams_of_channels_that_are_the_same_come_last_and_are_ranked(world):
    world.ingest(["A", "B", "C"])
    known = await ids(world)
    world.plan.choice = [known["A"], known["B"]]
    world.plan.same = {known["A"]: (known["C"], "dna-gone"), known["C"]: (known["B"],)}
    asked = {}

    def turned(channel, order):
        asked[channel.name] = order
        return replace(channel, streams=channel.streams[::-1])

    world.rank = turned
    await world.wish(known["A"], streams=["0f3a5b7c9d1e"], name="Ä")
    rows = by_name(await world.build())
    assert [stream.url.reveal() for stream in rows["Ä"].channel.streams] == ["http://h/9/C.ts", "http://h/9/A.ts"]
    assert asked == {"Ä": ("0f3a5b7c9d1e",), "B": ()}


async def test_the_operators_words_are_shown_and_the_ledger_remembers_the_sources(world):
    world.ingest(["A", "B"])
    known = await ids(world)
    before = (await world.build()).version
    wishes = {"name": "Ä", "logo": "http://l/a.png", "group": "G", "guide_id": "x.uk", "number": "50"}
    await world.wish(known["A"], **wishes)
    lineup = await world.build()
    channel = lineup.by_number["50"].channel
    assert (channel.name, channel.logo, channel.group, channel.tvg_id) == ("Ä", "http://l/a.png", "G", "A")
    assert channel.guide == GuideWish(chosen="x.uk")
    assert lineup.version != before
    rows = await select(world.state, "SELECT tvg_id, name_key FROM number WHERE number = '50'")
    assert [tuple(row) for row in rows] == [("a", "a")]
    await world.wish(known["A"])
    assert (await world.build()).version == before


@pytest.mark.parametrize("wish", [{"guide_id": "x"}, {"guide_refused": ["x"]}, {"guide_shift": "+1"}])
async def test_a_wish_for_the_guide_makes_another_version(world, wish):
    world.ingest(["A"])
    before = (await world.build()).version
    await world.wish((await ids(world))["A"], **wish)
    assert (await world.build()).version != before


async def test_a_number_that_belongs_to_another_channel_is_noted(world):
    world.ingest(["A", "B"])
    known = await ids(world)
    await world.serve()
    await world.wish(known["B"], number="1", name="Bee")
    lineup = await world.build()
    assert {name: str(row.number) for name, row in by_name(lineup).items()} == {"A": "1", "Bee": "2"}
    assert lineup.notes == ("Bee can't have the number 1: it belongs to A, so it has 2.",)


async def test_further_devices_have_the_channels_that_are_too_many_for_one(world):
    world.limit, world.devices = 2, 3
    world.ingest(["A", "B", "C", "D=9", "E", "F", "G"])
    lineup = await world.build()
    offered = {
        device: [(row.channel.name, str(row.number)) for row in rows] for device, rows in lineup.by_device.items()
    }
    assert offered == {1: [("A", "1"), ("B", "2")], 2: [("D", "9"), ("C", "1001")], 3: [("E", "2001"), ("F", "2002")]}
    (left_out,) = lineup.left_out
    assert (left_out.count, left_out.reason) == (1, "the limit of 2 channels per device on 3 devices")
    await world.serve()
    world.devices = 2
    fewer = await world.build()
    assert {row.channel.name for row in fewer.channels} == {"A", "B", "C", "D"}
    assert [(row.count, row.examples, row.reason) for row in fewer.left_out] == [
        (1, ("G",), "the limit of 2 channels per device on 2 devices"),
        (2, ("E", "F"), "their numbers belong to devices beyond IPTV_TUNERR_LINEUP_DEVICES = 2"),
    ]
    world.devices = 3
    assert (await world.build()).version == lineup.version


async def test_a_database_of_the_first_version_moves_no_number(world):
    """Written as version 1 wrote it: its schema, its rows, its catalog of the same channels."""
    world.ingest(["A", "B=40", "C", "D"])
    known = await ids(world)
    await world.stop()
    for path in world.root.glob("state.db*"):
        path.unlink()
    now = world.clock.now().timestamp()
    with contextlib.closing(sqlite3.connect(world.root / "state.db")) as db:
        db.executescript(migrations("state")[0].sql)
        rows = [
            ("1", known["A"], "m3u", "a", "a", "9", now - 9e5, now - 8e5, None),
            ("5.1", known["C"], "m3u", "c", "c", "9", now - 9e5, None, None),
            ("12", known["B"], "m3u", "b", "b", "9", now - 5e5, now - 10, None),
            ("2", "dna-ffffffffffffffff", "m3u", "gone", "gone", "9", now - 9e5, now - 8e5, now - 7e5),
        ]
        db.executemany("INSERT INTO number VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        db.execute("INSERT INTO fact VALUES ('device_id', '1050ABCE')")
        db.execute("PRAGMA user_version = 1")
        db.commit()
    await world.start()
    world.plan.made = False
    assert await world.numbers() == {"A": "1", "C": "5.1", "B": "12"}
    world.plan.made = True
    assert await world.numbers() == {"A": "1", "C": "5.1", "B": "12", "D": "3"}
    assert [row.device for row in (await world.build()).channels] == [1, 1, 1, 1]
    assert (await world.ledger.holder(GuideNumber(2))) == "dna-ffffffffffffffff"
