from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.gateway.quality import Quality


def test_nothing_is_0_and_a_clean_picture_100_from_its_first_second_on():
    quality = Quality()
    assert quality.percent(99.0) == 0
    quality.found(100.5)
    assert [quality.percent(now) for now in (100.5, 101.0, 108.0, 500.0)] == [100] * 4


def test_each_second_with_a_flaw_costs_a_tenth_for_ten_seconds():
    quality = Quality()
    quality.found(0.0)
    for now in (50.1, 50.2, 50.9, 53.0):
        quality.flaw(now)
    assert [quality.percent(now) for now in (49.0, 50.9, 53.5, 59.9, 60.0, 62.9, 63.0)] == [80, 80, 80, 80, 90, 90, 100]


def test_the_seconds_before_the_first_picture_do_not_count():
    quality = Quality()
    quality.found(10.0)
    quality.flaw(10.0)
    assert [quality.percent(now) for now in (10.9, 11.0, 13.0)] == [0, 50, 75]


def test_without_a_source_it_falls_to_0_and_comes_back():
    quality = Quality()
    quality.found(0.0)
    quality.lost(100.0)
    assert [quality.percent(now) for now in (100.0, 104.0, 108.0, 109.0, 500.0)] == [90, 50, 10, 0, 0]
    quality.found(500.0)
    assert [quality.percent(now) for now in (500.9, 505.0, 510.0)] == [0, 50, 100]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from(["found", "lost", "flaw"]), st.integers(0, 7)), max_size=40))
def test_it_is_what_counting_every_second_says(steps):
    quality, now, bad, gone = Quality(), 0, set(), False
    quality.found(now)
    for what, pause in steps:
        if gone:
            bad.update(range(now, now + pause + 1))
        now += pause
        getattr(quality, what)(now)
        if what != "found":
            bad.add(now)
        gone = what == "lost" or (gone and what == "flaw")
        seconds = range(max(0, now - 9), now + 1)
        assert quality.percent(now) == 100 - 100 * len(bad & set(seconds)) // len(seconds)
