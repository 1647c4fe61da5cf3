from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.guide.merge import BLOCK, merge, placeholders
from tunerr.guide.store import Programme


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


SLOTS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda pair: (pair[0], sum(pair))), max_size=15)


@given(st.lists(SLOTS, max_size=4))
@settings(derandomize=True, max_examples=300)
def test_nothing_overlaps_nothing_is_invented_and_the_best_stays(guides):
    sources = [rows(*slots, body=str(index).encode()) for index, slots in enumerate(guides)]
    merged = merge(sources)
    assert all(before.stop <= after.start for before, after in pairwise(merged))
    assert all(any(row in source for source in sources) for row in merged)
    for rank, source in enumerate(sources):
        for row in source:
            in_the_way = [kept for kept in merged if kept.start < row.stop and row.start < kept.stop]
            assert in_the_way, "left out without need"
            assert row in merged or min(int(kept.body) for kept in in_the_way) <= rank


def test_placeholders_are_aligned_blocks_over_eight_days():
    day = 86400
    now = 1_787_443_200 + 5000.5
    made = placeholders("A & B", now)
    assert all(row.start % BLOCK == 0 and row.stop - row.start == BLOCK for row in made)
    assert all(before.stop == after.start for before, after in pairwise(made))
    assert made[0].start <= now - day < made[0].stop
    assert made[-1].start < now + 7 * day <= made[-1].stop
    assert {row.body for row in made} == {b"<title>A &amp; B</title>"}
