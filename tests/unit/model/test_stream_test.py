import pytest

from tunerr.model.stream_test import CONFIRMED_AFTER_S, Finding, StreamTest, noted

HOUR, DAY = 3600.0, 86400.0
T = 1_800_000_000.0


def fails(previous, at, finding=Finding.GONE):
    return noted(previous, at=at, finding=finding, words="")


def test_one_failure_holds_nothing():
    assert not fails(None, T).holds(T)
    assert not fails(None, T).holds(T + DAY)  # time alone confirms nothing


@pytest.mark.parametrize(("later", "held"), [(CONFIRMED_AFTER_S - 1, False), (CONFIRMED_AFTER_S, True), (DAY, True)])
def test_a_second_one_counts_when_it_is_an_hour_later(later, held):
    assert fails(fails(None, T), T + later).holds(T + later) is held


def test_a_series_of_failures_counts_from_its_first_one():
    test = None
    for minutes in (0, 30, 59):
        test = fails(test, T + minutes * 60)
        assert not test.holds(T + HOUR)
    assert fails(test, T + HOUR).holds(T + HOUR)


def test_a_pass_ends_the_series():
    failed = fails(fails(None, T), T + HOUR)
    passed = noted(failed, at=T + 2 * HOUR, finding=Finding.PASS, words="")
    assert not passed.holds(T + 2 * HOUR)
    assert not fails(passed, T + 3 * HOUR).holds(T + 3 * HOUR)


def test_what_was_seen_a_week_ago_is_over():
    failed = fails(fails(None, T), T + HOUR)
    assert failed.holds(T + HOUR + 7 * DAY)
    assert not failed.holds(T + HOUR + 7 * DAY + 1)
    again = fails(failed, T + 9 * DAY)
    assert not again.holds(T + 9 * DAY)


def test_a_malformed_address_needs_no_second_look():
    assert fails(None, T, Finding.MALFORMED).holds(T)


def test_what_speaks_of_us_does_not_speak_of_channels():
    about_us = {finding for finding in Finding if not finding.speaks_of_channel}
    assert about_us == {
        Finding.ACCOUNT_FULL, Finding.SLOW_DOWN, Finding.SCHEME, Finding.BLOCKED, Finding.NO_RANGE, Finding.PROXY,
    }  # fmt: skip
    assert StreamTest(T, Finding.PASS, "").passed
