from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.views.guide_values import NOW, airing, health_of, lineup_of, row_of
from tunerr.errors import QueryRefused
from tunerr.guide.lookup.reader import Shown
from tunerr.views.guide_grid import COLUMNS, PAGE, cells_of, choose, grid_query, grid_view

ZONE = ZoneInfo("Europe/Berlin")
START = int(NOW.timestamp())
MINUTE = 60


def cells(*airings, now=START):
    return cells_of(row_of(1), airings, START, now, ZONE)


def asked(**query):
    return grid_query({**query, **({"from": query.pop("first")} if "first" in query else {})}, NOW, ZONE)


def view(lineup, health=None, now=NOW, **query):
    wanted = asked(**query)
    chosen = choose(lineup, health, wanted)
    shown = [Shown(row, []) for row in chosen.rows]
    return grid_view(wanted, chosen, shown, health=health, state="ready", current=True, now=now, zone=ZONE)


def test_each_programme_takes_its_columns_and_gaps_take_the_rest():
    found = cells(airing(0, 45, "News"), airing(60, 120, "Film"))
    assert [(cell.kind, cell.title, cell.columns) for cell in found] == [
        ("programme", "News", 9), ("gap", "", 3), ("programme", "Film", 12), ("gap", "", 12),
    ]  # fmt: skip


def test_what_goes_beyond_the_window_is_cut_and_says_so():
    (cell,) = cells(airing(-60, 500, "Marathon"))
    assert (cell.columns, cell.before, cell.after) == (COLUMNS, True, True)
    assert (cell.begin, cell.end) == (START - 60 * MINUTE, START + 500 * MINUTE)
    assert cell.clock == ("13:00", "22:20")


def test_what_is_on_has_its_minutes():
    past, current, later = cells(
        airing(-30, 10, "A"), airing(10, 40, "B"), airing(40, 180, "C"), now=START + 17 * MINUTE
    )
    assert [cell.phase for cell in (past, current, later)] == ["past", "now", "next"]
    assert [cell.minutes for cell in (past, current, later)] == [0, 23, 0]


def test_short_ones_without_a_column_are_counted():
    found = cells(airing(0, 30, "A"), airing(30, 31, "b"), airing(31, 32, "c"), airing(32, 180, "D"))
    assert [(cell.title, cell.columns, cell.hidden) for cell in found] == [("A", 6, 2), ("D", 30, 0)]


def test_four_kinds_of_rows():
    found = cells(
        airing(0, 30, "News", more="<desc>x</desc>"),
        airing(30, 60, "Channel 1"),
        airing(60, 90, "Fight Night", source=""),
        airing(90, 180, "Channel 1", source=""),
    )
    assert [cell.kind for cell in found] == ["programme", "placeholder", "event", "gap"]
    assert [cell.title for cell in found] == ["News", "Channel 1", "Fight Night", ""]


def test_two_placeholders_side_by_side_are_one_gap():
    (gap,) = cells(airing(-100, 90, "Channel 1", source=""), airing(90, 300, "Channel 1", source=""))
    assert (gap.kind, gap.columns, gap.begin) == ("gap", COLUMNS, START)
    assert gap.phase == "now"


def test_words_of_a_programme():
    body = "<sub-title>Two</sub-title><category>Live</category><new/><episode-num system='xmltv_ns'>0.4.</episode-num>"
    (cell, _) = cells(airing(0, 60, "Show", more=body.replace("'", '"')))
    assert (cell.note, cell.tags) == ("S01E05", ("live", "new"))


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    st.lists(st.integers(-200, 400), unique=True, max_size=30),
    st.integers(-400, 400),
)
def test_whatever_is_on_the_columns_add_up(borders, now):
    borders = sorted(borders)
    rows = [airing(begin, end, f"{begin}") for begin, end in zip(borders[::2], borders[1::2], strict=False)]
    rows = [row for row in rows if row.start < START + 180 * MINUTE and row.stop > START]
    found = cells(*rows, now=START + now * MINUTE)
    assert sum(cell.columns for cell in found) == COLUMNS
    assert all(cell.columns > 0 for cell in found)
    assert sum(cell.kind == "programme" for cell in found) + sum(cell.hidden for cell in found) == len(rows)


def test_pages_of_channels():
    lineup = lineup_of(70)
    first = view(lineup)
    assert [row.number for row in first.rows] == [str(number) for number in range(1, PAGE + 1)]
    assert first.ways.channels_before is None
    second = view(lineup, first=parse_qs(urlsplit(first.ways.channels_after.path).query)["from"][0])
    assert [second.rows[0].number, second.rows[-1].number] == ["31", "60"]
    assert parse_qs(urlsplit(second.ways.channels_before.path).query)["from"] == ["1"]
    last = view(lineup, first="61")
    assert (len(last.rows), last.ways.channels_after, last.total) == (10, None, 70)


@pytest.mark.parametrize(("first", "number"), [("35", "35"), ("35.1", "36"), ("999", "70"), ("", "1"), ("x", "1")])
def test_a_page_begins_with_a_number_or_the_next_one(first, number):
    assert view(lineup_of(70), first=first).rows[0].number == number


def test_search_and_filters():
    lineup, health = lineup_of(12), health_of(12)
    assert [row.name for row in view(lineup, health, q="channel 11").rows] == ["Channel 11"]
    assert [row.number for row in view(lineup, health, q="3").rows] == ["3"]
    assert {row.number for row in view(lineup, health, group="Odd").rows} == {str(one) for one in range(1, 13, 2)}
    unlinked = view(lineup, health, show="unlinked")
    assert {row.match.status for row in unlinked.rows} == {"unlinked"}
    thin = view(lineup, health, show="sparse")
    assert {row.match.status for row in thin.rows} == {"sparse", "placeholder_only", "matched_no_programmes"}
    assert unlinked.counts == {"all": 12, "unlinked": unlinked.total, "sparse": thin.total}
    assert unlinked.groups == ("Even", "Odd")
    assert view(lineup, health, q="nobody").rows == ()


def test_before_the_first_guide_nothing_is_said_of_matches():
    found = view(lineup_of(3))
    assert {row.match.status for row in found.rows} == {"new"}
    assert found.counts == {"all": 3, "unlinked": 0, "sparse": 0}
    empty = view(None)
    assert (empty.rows, empty.total) == ((), 0)


def test_ways_keep_the_question():
    ways = view(lineup_of(3), q="Channel", group="Odd", at="2026-08-23T14:00").ways
    for way in (ways.earlier, ways.now, ways.later, ways.tonight, *ways.days):
        told = parse_qs(urlsplit(way.path).query)
        assert (told["q"], told["group"]) == (["Channel"], ["Odd"])
    assert parse_qs(urlsplit(ways.later.path).query)["at"] == ["2026-08-23T17:00"]
    assert parse_qs(urlsplit(ways.tonight.path).query)["at"] == ["2026-08-23T20:00"]
    assert "at" not in parse_qs(urlsplit(ways.now.path).query)
    assert ways.days[0].here


@pytest.mark.parametrize(("minutes", "column"), [(0, 0), (4, 0), (5, 1), (179, 35), (180, -1), (-1, -1)])
def test_where_the_line_of_now_is(minutes, column):
    now = datetime.fromtimestamp(START + minutes * MINUTE, UTC)
    assert view(lineup_of(1), now=now, at="2026-08-23T14:00").now_column == column


@pytest.mark.parametrize("query", [{"at": "soon"}, {"show": "best"}])
def test_a_question_that_can_not_be_answered(query):
    with pytest.raises(QueryRefused):
        asked(**query)
