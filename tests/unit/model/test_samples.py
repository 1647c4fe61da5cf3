"""Samples: what a minute was, made of two looks at the program."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.tools.samples import AT, minute
from tunerr.model.samples import Reading, Seen, kept, percent, sampled

BEFORE = Reading(
    at=AT, ready=True, tuners=1, viewers=1, slots=1, slot_limit=2, channels=479, guide_linked=99.0, guide_real=90.0,
    lag=0.004, bytes_sent=1_000, starts=5, starts_failed=1, continuity_errors=3,
)  # fmt: skip
NOW = replace(
    BEFORE, at=AT + timedelta(seconds=60), tuners=2, bytes_sent=60_001_000, starts=8, starts_failed=2,
    continuity_errors=7,
)  # fmt: skip


def test_counters_are_differences_and_gauges_are_those_of_the_end():
    sample = sampled(BEFORE, NOW, Seen((0.2, 0.9, 0.4), interruptions=1, repaired=2))
    assert sample is not None
    assert (sample.at, sample.tuners, sample.channels) == (round(NOW.at.timestamp()), 2, 479)
    assert sample.bits_per_second == 8_000_000
    assert (sample.starts, sample.starts_failed, sample.continuity_errors) == (3, 1, 4)
    assert (sample.picture_ms, sample.interruptions, sample.repaired) == (400, 1, 2)
    assert sample.lag_ms == 4.0


def test_a_minute_of_nothing_has_no_picture():
    sample = sampled(BEFORE, replace(BEFORE, at=NOW.at), Seen())
    assert sample is not None
    assert (sample.bits_per_second, sample.picture_ms) == (0, None)


def test_totals_that_begin_anew_are_no_negative_counts():
    sample = sampled(NOW, replace(BEFORE, at=NOW.at + timedelta(seconds=60)), Seen())
    assert sample is not None
    assert (sample.bits_per_second, sample.starts, sample.continuity_errors) == (0, 0, 0)


@pytest.mark.parametrize("seconds", [0, -3600])
def test_a_clock_that_stands_or_goes_back_makes_no_sample(seconds):
    assert sampled(BEFORE, replace(NOW, at=AT + timedelta(seconds=seconds)), Seen()) is None


def test_exactly_24_hours_are_kept():
    rows = ()
    for number in range(2000):
        rows = kept(rows, minute(number))
    assert (len(rows), rows[0], rows[-1]) == (1440, minute(560), minute(1999))


def test_what_a_clock_that_was_put_back_had_called_later_is_dropped():
    rows = tuple(minute(number) for number in range(100))
    assert kept(rows, minute(40)) == (*(minute(number) for number in range(40)), minute(40))


def test_shares():
    assert (percent(1, 3), percent(0, 3), percent(0, 0)) == (33.3, 0.0, None)
