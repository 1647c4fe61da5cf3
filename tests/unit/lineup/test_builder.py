import random
from pathlib import Path

import pytest

from tests.tools.clock import ManualClock
from tests.unit.catalog.lists import ingest
from tunerr.catalog.reader import CatalogReader
from tunerr.lineup.builder import LineupBuilder
from tunerr.lineup.favorites import Favorites
from tunerr.lineup.ledger import NumberLedger
from tunerr.model.channel import SourceId
from tunerr.model.numbers import GuideNumber
from tunerr.storage.connection import open_server

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


class World:
    """The real databases in one folder; `restart` opens them anew."""

    def __init__(self, root):
        self.root = root
        self.clock = ManualClock()
        self.limit = 479
        self.sources = [SourceId("m3u"), SourceId("m3u-2")]

    async def start(self):
        self.state = await open_server(self.root / "state.db", kind="state")
        self.catalog = await open_server(self.root / "catalog.db", kind="catalog", readonly=True)
        self.ledger = NumberLedger(state=self.state, clock=self.clock)
        self.favorites = Favorites(state=self.state, clock=self.clock)

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
        reader = CatalogReader(catalog=self.catalog, sources=self.sources)
        builder = LineupBuilder(
            reader=reader, ledger=self.ledger, favorites=self.favorites, clock=self.clock, max_channels=self.limit
        )
        return await builder.build()

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
    (holding,) = await world.ledger.holdings()
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
