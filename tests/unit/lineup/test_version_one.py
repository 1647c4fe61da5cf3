"""A data folder that the first version wrote, opened by this one: nothing moves.

tests/data/v1 holds the databases of that version as SQL text, written by its own ingest, ledger and builder over the
playlists below: a limit of 40 channels, 25 numbers that clients had seen for more than a day, one favorite.
"""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.tools.clock import ManualClock
from tests.unit.catalog.lists import in_force, ingest
from tunerr.catalog.reader import CatalogReader
from tunerr.lineup.allotment import Devices
from tunerr.lineup.builder import LineupBuilder
from tunerr.lineup.favorites import Favorites
from tunerr.lineup.ledger import NumberLedger
from tunerr.lineup.overrides import ChannelOverrides
from tunerr.lineup.plan import Request
from tunerr.lineup.plan_job import run as plan
from tunerr.lineup.plan_reader import PlanReader
from tunerr.lineup.rules.chosen import LineupRules
from tunerr.storage.choices import Choices
from tunerr.storage.connection import open_server

DUMPS = Path(__file__).parents[2] / "data" / "v1"
LATER = 1_790_000_000.0 + 300_000


def row(name, url, tvg="", chno="", group="G"):
    return f'#EXTINF:-1 tvg-id="{tvg}" tvg-chno="{chno}" group-title="{group}",{name}\n{url}\n'


def panel(number):
    return f"http://panel.example:8080/live/anna/secret/{number}.ts"


def other(path):
    return f"http://other.example/{path}/index.m3u8"


def sport(place):
    """Every other one has a tvg id; one of them has another than when the first version read it."""
    return "sport-three.uk" if place == 3 else f"sport{place}.uk" if place % 2 else ""


PANEL = "#EXTM3U\n" + "".join(
    [
        row("UK: BBC One HD", panel(1), "bbc1.uk", "101", "UK"),
        row("UK: BBC One FHD", panel(2), "bbc1.uk", "", "UK"),
        row("UK: BBC Two", panel(3), "bbc2.uk", "102", "UK"),
        row("ITV1 HD", panel(4), "", "", "UK"),
        row("ITV 1 SD", panel(5), "", "", "UK"),
        row("ITV 1 +1", panel(6), "", "", "UK"),
        row("|DE| Das Erste", panel(7), "DasErste.de", "", "DE"),
        row("ZDF", panel(8), "ZDF.de", "", "DE"),
        row("Звезда", panel(9), "", "", "RU"),
        row("★★★", panel(10), "", "", "Misc"),
        row("News", panel(11), "news.us", "", "US"),
        row("News", panel(12), "news.ca", "", "CA"),
        row("News", panel(13), "", "", "??"),
        *(row(f"Sport {place} HD", panel(100 + place), sport(place), group="Sport") for place in range(30)),
    ]
)
OTHER = "#EXTM3U\n" + "".join(
    [
        row("BBC One", other("bbc1"), "BBC1.uk", "1", "General"),
        row("BBC Two", other("bbc2"), "bbctwo.other", "2", "General"),
        row("ITV 1", other("itv1"), "", "3", "General"),
        row("ZDF", other("zdf"), "", "", "General"),
        row("Arte", other("arte"), "arte.fr", "7", "General"),
        row("Das Erste", other("ard"), "", "", "General"),
        *(
            row(f"Sport {place}", f"http://other.example/sport/{place}.m3u8", group="General")
            for place in range(0, 30, 3)
        ),
    ]
)


@pytest.fixture
def folder(tmp_path):
    for name in ("state", "catalog"):
        with sqlite3.connect(tmp_path / f"{name}.db") as db:
            db.executescript((DUMPS / f"{name}.sql").read_text("utf-8"))
        db.close()
    return tmp_path


@pytest.fixture
def written(folder):
    """Numbers and ids as the first version left them."""
    with sqlite3.connect(folder / "state.db") as db:
        rows = db.execute("SELECT number, channel_id FROM number WHERE absent_since IS NULL").fetchall()
    db.close()
    assert len(rows) == 40
    return dict(rows)


class Program:
    """The parts of a start on that folder."""

    def __init__(self, folder, state, catalog):
        clock = ManualClock(datetime.fromtimestamp(LATER, UTC))
        choices = Choices(state=state, clock=clock)
        self.folder = folder
        self.ledger = NumberLedger(state=state, clock=clock)
        self.builder = LineupBuilder(
            reader=CatalogReader(catalog=catalog, sources=in_force("xtream", "m3u")),
            plans=PlanReader(catalog=catalog),
            overrides=ChannelOverrides(choices),
            rank=lambda channel, _order: channel,
            ledger=self.ledger,
            favorites=Favorites(state=state, clock=clock),
            devices=Devices(limit=40),
            clock=clock,
        )

    async def plan(self):
        held = [row.channel for row in (await self.ledger.promises()).holdings]
        request = Request(
            catalog_db=self.folder / "catalog.db",
            sources=("xtream", "m3u"),
            rules=LineupRules(),
            limit=40,
            now=LATER,
            held=tuple(held),
        )
        plan(request.model_dump(mode="json"))

    async def numbers(self):
        lineup = await self.builder.build()
        return {str(row.number): row.channel.id for row in lineup.channels}, lineup


@pytest.fixture
async def program(folder, written):
    state = await open_server(folder / "state.db", kind="state")
    catalog = await open_server(folder / "catalog.db", kind="catalog", readonly=True)
    yield Program(folder, state, catalog)
    await catalog.close()
    await state.close()


async def test_the_lineup_is_there_at_once_as_it_was(program, written):
    numbers, lineup = await program.numbers()
    assert numbers == written
    assert sum(row.favorite for row in lineup.channels) == 1


async def test_the_first_plan_moves_nothing(program, written):
    await program.plan()
    assert (await program.numbers())[0] == written


async def test_the_next_answers_of_both_sources_move_nothing(program, written):
    for source, text in (("xtream", PANEL), ("m3u", OTHER)):
        report = ingest(program.folder, text, source=source, sources=("xtream", "m3u"), at=LATER)
        assert report["new"]["count"] == 0, report
        assert report["changes"]["removed"]["count"] == 0
    await program.plan()
    numbers, lineup = await program.numbers()
    assert numbers == written
    names = {str(row.number): row.channel for row in lineup.channels}
    assert names["101"].name == "UK: BBC One HD"
    assert len(names["101"].streams) == 3
