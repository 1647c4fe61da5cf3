from datetime import UTC, datetime

import pytest

from tests.unit.lineup.rules.channels import NOW, kept, linked, reasons, row
from tunerr.lineup.rules.event_time import event_start

TIMES = [  # now is 18:00 UTC, 13:00 Eastern, on 22 November 2026
    ("NBA 01: Lakers vs Celtics 7:30 PM ET", datetime(2026, 11, 23, 0, 30, tzinfo=UTC)),
    ("NBA 01: Lakers vs Celtics 7:30pm", datetime(2026, 11, 23, 0, 30, tzinfo=UTC)),
    ("Kraken @ Flames 7 PM PT", datetime(2026, 11, 23, 3, 0, tzinfo=UTC)),
    ("Arsenal v Spurs 16:30 GMT", datetime(2026, 11, 22, 16, 30, tzinfo=UTC)),
    ("Final | 2026-11-25 20:00 UTC", datetime(2026, 11, 25, 20, 0, tzinfo=UTC)),
    ("Game 11/21 8:00 PM", datetime(2026, 11, 22, 1, 0, tzinfo=UTC)),
    ("Game Nov 24 1:00 PM CT", datetime(2026, 11, 24, 19, 0, tzinfo=UTC)),
    ("Game 24 Nov 13:00 ET", datetime(2026, 11, 24, 18, 0, tzinfo=UTC)),
    ("Game Jan 2 1:00 PM ET", datetime(2027, 1, 2, 18, 0, tzinfo=UTC)),
    ("Late 12:30 AM ET", datetime(2026, 11, 23, 5, 30, tzinfo=UTC)),  # the nearest night
    ("Noon 12:00 PM ET", datetime(2026, 11, 22, 17, 0, tzinfo=UTC)),
    ("CP24", None),
    ("Score 3:99", None),
    ("Game 2/30 8:00 PM", None),
    ("ESPN 8", None),
]


@pytest.mark.parametrize(("name", "expected"), TIMES, ids=[name for name, _ in TIMES])
def test_when_an_event_starts(name, expected):
    assert event_start(name, NOW) == expected


ROWS = [
    row("CBS Boston", "network", tvg="cbs.us"),
    row("TSN 1", "tsn", tvg="TSN1.ca"),
    row("ESPN", "espn", tvg="ESPN.us"),
    row("Random", "random"),
    row("NHL 03: Oilers vs Flames 2:00 PM ET", "soon"),
    row("NHL 04: Leafs vs Habs 11:00 AM ET", "running"),
    row("NHL 05: Kings vs Sharks 10:20 AM ET", "over"),
    row("NHL 06: Jets vs Wild 6:00 PM ET", "later"),
    row("NHL 07: no event", "none"),
    row("WNBA Pass 2", "wnba"),
]


def test_the_list_in_its_order():
    assert kept(ROWS, recipe="sports_na") == ["wnba", "tsn", "espn", "soon", "running"]
    assert kept(ROWS, recipe="sports_na", coverage=linked("network")) == [
        *("wnba", "tsn", "espn", "network", "soon", "running")
    ]


def test_points_and_reasons():
    why = reasons(ROWS, recipe="sports_na")
    assert why["tsn"] == "kept: 2nd by recipe sports_na, score 240 (brand tsn +100, .ca +140)"
    assert why["wnba"] == "kept: 1st by recipe sports_na, score 275 (brand wnba +100, 'wnba' +140, 'pass' +35)"
    assert why["soon"] == "kept: 4th by recipe sports_na, score 125 (event +105, 'vs' +20)"
    assert why["network"] == "left out: recipe sports_na: network cbs without a linked guide"
    assert why["none"] == "left out: recipe sports_na: 'no event' is blocked"
    assert why["later"].startswith("left out: recipe sports_na: its event starts at 2026-11-22 18:00")


def test_the_window_can_be_set():
    assert "later" in kept(ROWS, recipe="sports_na", event_future=6 * 3600)
    assert "running" not in kept(ROWS, recipe="sports_na", event_past=3600)


def test_twelve_stations_of_one_network():
    rows = [row(f"ABC {place}", tvg=f"abc{place}.us") for place in range(20)] + [row("NBC 1", tvg="nbc.us")]
    everyone = linked(*(one.channel_id for one in rows))
    assert len(kept(rows, recipe="sports_na", coverage=everyone)) == 12 + 1
    assert reasons(rows, recipe="sports_na", coverage=everyone)["ABC 12"] == (
        "left out: recipe sports_na: 12 stations of abc are there already"
    )


@pytest.mark.parametrize(
    "name",
    [
        "NBA 01: Lakers",
        "ESPN+ 33",
        "Game 2",
        "NFL Game 7 | Foo",
        "A v B",
        "UFC Fight Night",
        "PPV Boxing",
        "Kings @ Jets",
    ],
)
def test_event_feeds(name):
    assert "(event +105" in reasons([row(name)], recipe="sports_na")[name]


@pytest.mark.parametrize("name", ["ESPN", "TSN 1", "NBA TV", "ESPN V"])
def test_brands_are_no_feeds(name):
    assert "(brand " in reasons([row(name)], recipe="sports_na")[name]
