from collections import Counter
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.guide.reading.schedule import UNKNOWN, settle

HOUR = 3600
DAY = 24 * HOUR


def settled(*slots):
    repaired = Counter()
    return settle(slots, repaired), dict(repaired)


def test_a_good_day_stays_as_it_is():
    assert settled((10, 20), (20, 30), (40, 50)) == ([(10, 20), (20, 30), (40, 50)], {})


def test_a_missing_stop_is_the_next_start_or_half_an_hour():
    assert settled((10, UNKNOWN), (90, UNKNOWN)) == ([(10, 90), (90, 90 + 1800)], {"no stop time": 2})
    assert settled((10, UNKNOWN), (10 + DAY + 1, 10 + DAY + 2))[0][0] == (10, 1810)


def test_a_programme_ends_when_the_next_begins():
    assert settled((10, 25), (20, 30)) == ([(10, 20), (20, 30)], {"overlap": 1})


def test_an_absurd_length_is_cut_to_a_day():
    assert settled((10, 10 + 7 * DAY)) == ([(10, 10 + DAY)], {"longer than 24 hours": 1})
    assert settled((10, 10 + DAY)) == ([(10, 10 + DAY)], {})


@given(st.dictionaries(st.integers(1, 10**6), st.integers(-5, 3 * DAY), max_size=30))
@settings(derandomize=True)
def test_afterwards_nothing_overlaps_and_nothing_is_lost(lengths):
    slots = [(start, start + length if length > 0 else UNKNOWN) for start, length in sorted(lengths.items())]
    result, repaired = settled(*slots)
    assert [start for start, _ in result] == sorted(lengths)
    assert all(start < stop <= start + DAY for start, stop in result)
    assert all(stop <= following for (_, stop), (following, _) in pairwise(result))
    assert sum(repaired.values()) == sum(old != new for old, new in zip(slots, result, strict=True))
