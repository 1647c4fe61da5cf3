from datetime import UTC, datetime
from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.guide.making.merge import merge, moved
from tunerr.guide.store import Programme
from tunerr.support.timeshift import TimeShift

HOUR = 3600


def rows(*slots, body=b"x"):
    return [Programme(start, stop, body) for start, stop in slots]


def test_a_worse_guide_fills_only_gaps():
    best, worse = rows((10, 20), (30, 40), body=b"1"), rows((0, 10), (15, 25), (20, 30), (39, 50), (40, 50), body=b"2")
    assert [(row.start, row.stop, row.body) for row in merge([best, worse])] == [
        (0, 10, b"2"),
        (10, 20, b"1"),
        (20, 30, b"2"),
        (30, 40, b"1"),
        (40, 50, b"2"),
    ]


def test_a_programme_around_or_inside_a_better_one_is_left_out():
    assert merge([rows((10, 20)), rows((5, 30), (12, 15), (10, 20))]) == rows((10, 20))
    assert merge([]) == []


def test_of_one_guide_the_earlier_row_stays():
    assert merge([rows((10, 30), (0, 15), (15, 20))]) == rows((0, 15), (15, 20))


SLOTS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda pair: (pair[0], sum(pair))), max_size=15)
GUIDES = st.lists(SLOTS, max_size=4)


def sources_of(guides):
    return [rows(*slots, body=str(index).encode()) for index, slots in enumerate(guides)]


@given(GUIDES)
@settings(derandomize=True, max_examples=300)
def test_nothing_overlaps_nothing_is_invented_and_the_best_stays(guides):
    sources = sources_of(guides)
    merged = merge(sources)
    assert all(before.stop <= after.start for before, after in pairwise(merged))
    assert all(any(row in source for source in sources) for row in merged)
    for rank, source in enumerate(sources):
        for row in source:
            in_the_way = [kept for kept in merged if kept.start < row.stop and row.start < kept.stop]
            assert in_the_way, "left out without need"
            assert row in merged or min(int(kept.body) for kept in in_the_way) <= rank


@given(GUIDES)
@settings(derandomize=True, max_examples=200)
def test_what_the_better_guides_have_does_not_depend_on_the_worse_ones(guides):
    sources = sources_of(guides)
    for count in range(len(sources)):
        better = [row for row in merge(sources) if int(row.body) < count]
        assert better == merge(sources[:count])


@given(GUIDES, st.integers())
@settings(derandomize=True, max_examples=200)
def test_the_order_of_rows_does_not_matter(guides, seed):
    shuffled = sources_of(guides)
    for source in shuffled:
        Random(seed).shuffle(source)
    assert merge(shuffled) == merge(sources_of(guides))


def test_rows_are_moved_by_a_match_and_by_the_operator():
    assert moved(rows((0, 10)), TimeShift(), HOUR) == rows((HOUR, HOUR + 10))
    assert moved(rows((0, 10)), TimeShift.parse("-2"), HOUR) == rows((-HOUR, 10 - HOUR))


def test_a_zone_moves_rows_by_the_offset_of_their_own_day():
    """In Berlin the clocks go from 03:00 to 02:00 on 25 October 2026, 01:00 UTC."""

    def at(day, hour):
        return int(datetime(2026, 10, day, hour, tzinfo=UTC).timestamp())

    berlin = TimeShift.parse("Europe/Berlin")
    assert moved(rows((at(24, 20), at(24, 21))), berlin) == rows((at(24, 18), at(24, 19)))
    assert moved(rows((at(25, 20), at(25, 21))), berlin) == rows((at(25, 19), at(25, 20)))
    assert all(
        row.start < row.stop for row in moved(rows(*((at(25, hour), at(25, hour + 1)) for hour in range(6))), berlin)
    )
