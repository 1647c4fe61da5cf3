from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.guide.making.airing import BLOCK, Airing, airings
from tunerr.guide.store import Programme

HOUR = 3600
DAY = 24 * HOUR
NOW = int(datetime(2026, 11, 22, 13, 20, 5, tzinfo=UTC).timestamp())
NOON = NOW // BLOCK * BLOCK  # 12:00, where the block begins
WINDOW = {"start": NOON - DAY, "stop": NOON + 14 * DAY, "now": NOW}


def shown(*guides, name="One", **asked):
    return airings([(f"g{index}", guide) for index, guide in enumerate(guides)], name=name, **(WINDOW | asked))


def programmes(*slots):
    return [Programme(start, stop, b"<title>x</title>") for start, stop in slots]


def test_a_channel_without_a_guide_has_aligned_blocks_over_eight_days():
    made = shown(name="A & B")
    assert all(row.start % BLOCK == 0 and row.stop - row.start == BLOCK for row in made)
    assert all(before.stop == after.start for before, after in pairwise(made))
    assert made[0].start <= NOW - DAY < made[0].stop
    assert made[-1].start < NOW + 7 * DAY <= made[-1].stop
    assert {(row.body, row.source) for row in made} == {(b"<title>A &amp; B</title>", "")}


def test_blocks_are_cut_where_programmes_begin_and_end():
    made = shown(programmes((NOON + HOUR, NOON + 2 * HOUR)))
    around = [row for row in made if row.stop > NOON - HOUR and row.start <= NOON + 4 * HOUR]
    assert [((row.start - NOON) / HOUR, (row.stop - NOON) / HOUR, row.source) for row in around] == [
        (-4, 0, ""),
        (0, 1, ""),
        (1, 2, "g0"),
        (2, 4, ""),
        (4, 8, ""),
    ]


def test_gaps_below_five_minutes_stay_gaps_and_no_piece_is_shorter():
    edge = NOON + 4 * HOUR
    made = shown(programmes((NOON, edge - 400), (edge - 101, edge + HOUR), (edge + 2 * HOUR, edge + 3 * HOUR)))
    assert not [row for row in made if row.source == "" and edge - 400 <= row.start < edge]
    # The programme before ends 2 minutes before a block begins: those 2 minutes belong to the block.
    made = shown(programmes((NOON, edge - 120)))
    assert [row for row in made if row.start >= NOON][1] == Airing(edge - 120, edge + BLOCK, made[0].body, "")


def test_programmes_outside_of_the_window_are_left_out_and_those_across_its_edges_stay():
    first, last = WINDOW["start"], WINDOW["stop"]
    inside = programmes((first - 60, first + 60), (last - 60, last + 60))
    outside = programmes((first - 120, first - 60), (last + 60, last + 120), (first - 9, first))
    assert [row[:3] for row in shown([*inside, *outside]) if row.source] == inside


def test_a_short_window_has_short_placeholders():
    made = shown(stop=NOON + 6 * HOUR)
    assert made[-1].stop == NOON + 6 * HOUR


def test_a_whole_guide_has_no_placeholders():
    whole = programmes(*((start, start + HOUR) for start in range(NOON - 2 * DAY, NOON + 10 * DAY, HOUR)))
    assert {row.source for row in shown(whole)} == {"g0"}


def test_equal_guides_give_equal_rows_for_four_hours():
    event = "PPV 1: A v B 9:00 PM ET"
    for name in ("One", event):
        assert shown(name=name) == shown(name=name, now=NOON) == shown(name=name, now=NOON + BLOCK - 1)


EVENT = "PPV 3: UFC 300 | Nov 23 10:00 PM UTC"
BEGINS = int(datetime(2026, 11, 23, 22, tzinfo=UTC).timestamp())


def test_an_event_channel_has_its_event_between_blocks():
    made = shown(name=EVENT)
    place = next(index for index, row in enumerate(made) if row.start == BEGINS)
    assert made[place] == Airing(BEGINS, BEGINS + 3 * HOUR, b"<title>UFC 300</title>", "")
    assert all(before.stop == after.start for before, after in pairwise(made))
    # What the provider wrote says when it begins, before and after.
    assert {row.body for row in (*made[:place], *made[place + 1 :])} == {f"<title>{EVENT}</title>".encode()}


def test_a_guide_is_believed_before_a_name():
    known = programmes((BEGINS - HOUR, BEGINS + HOUR))
    made = shown(known, name=EVENT)
    assert b"<title>UFC 300</title>" not in {row.body for row in made}


def test_an_event_outside_of_the_window_is_not_shown():
    assert {row.body for row in shown(name="PPV 3: UFC 300 | 2025-04-13 22:00")} == {
        b"<title>PPV 3: UFC 300 | 2025-04-13 22:00</title>"
    }


SLOT = st.tuples(st.integers(-40 * 60, 16 * 24 * 60), st.integers(1, 24 * 60))
GUIDES = st.lists(st.lists(SLOT, max_size=20), max_size=3)
NAMES = st.sampled_from(["One", EVENT, ""])


@given(GUIDES, NAMES, st.integers(0, DAY))
@settings(derandomize=True, max_examples=200, deadline=None)
def test_no_overlap_no_gap_nothing_invented_but_placeholders(guides, name, later):
    guides = [
        programmes(*((NOON + start * 60, NOON + (start + length) * 60) for start, length in rows)) for rows in guides
    ]
    made = shown(*guides, name=name, now=NOW + later)
    assert all(before.stop <= after.start for before, after in pairwise(made))
    for row in made:
        assert row.source == "" or Programme(*row[:3]) in guides[int(row.source[1:])]
        assert row.source or row.stop - row.start >= 300
    inside = [row for row in made if row.stop > NOW + later - DAY and row.start < NOW + later + 7 * DAY]
    assert inside[0].start <= NOW + later - DAY + 300
    assert inside[-1].stop > NOW + later + 7 * DAY - 300
    assert all(after.start - before.stop < 300 for before, after in pairwise(inside))
