from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.guide.rows.times import format_time, in_order, later, parse_time


def utc(*parts):
    return int(datetime(*parts, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20260823123456 +0200", utc(2026, 8, 23, 10, 34, 56)),
        ("20260823123456 -0330", utc(2026, 8, 23, 16, 4, 56)),
        ("20260823123456+02:00", utc(2026, 8, 23, 10, 34, 56)),
        ("20260823123456 +02", utc(2026, 8, 23, 10, 34, 56)),
        ("20260823123456 Z", utc(2026, 8, 23, 12, 34, 56)),
        ("20260823123456Z", utc(2026, 8, 23, 12, 34, 56)),
        ("20260823123456", utc(2026, 8, 23, 12, 34, 56)),
        ("20260823123456.250 +0000", utc(2026, 8, 23, 12, 34, 56)),
        (" 202608231234 ", utc(2026, 8, 23, 12, 34)),
        ("2026082312 CEST", utc(2026, 8, 23, 10)),
        ("20260823", utc(2026, 8, 23)),
        ("20260823123456 BST", utc(2026, 8, 23, 11, 34, 56)),
        ("20260823123456 est", utc(2026, 8, 23, 17, 34, 56)),
        ("20260823240000 +0000", utc(2026, 8, 24)),
        ("20261231235960 +0000", utc(2027, 1, 1)),
        ("20240229000000 +0000", utc(2024, 2, 29)),
    ],
)
def test_times_are_read(text, expected):
    assert parse_time(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026",
        "202608",
        "20261323000000 +0000",
        "20260230000000 +0000",
        "20260823250000",
        "20260823240001",
        "20260823126000",
        "20260823123461",
        "20260823123456 +9900",
        "20260823123456 +0260",
        "20260823123456 XYZ",
        "20260823123456 +0200 x",
        "00000101000000",
        "2026082312345",
        "٢٠٢٦٠٨٢٣",
    ],
)
def test_what_is_no_time_is_refused(text):
    assert parse_time(text) is None


@given(st.text(max_size=40))
@settings(derandomize=True)
def test_nothing_makes_the_parser_fail(text):
    parsed = parse_time(text)
    assert parsed is None or isinstance(parsed, int)


@given(
    st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2099, 1, 1)),  # noqa: DTZ001 - zone is drawn below
    st.integers(-12 * 4, 14 * 4),
)
@settings(derandomize=True)
def test_any_zone_gives_the_same_moment(moment, quarters):
    zone = timezone(timedelta(minutes=15 * quarters))
    aware = moment.replace(microsecond=0, tzinfo=zone)
    assert parse_time(aware.strftime("%Y%m%d%H%M%S %z")) == int(aware.timestamp())


@given(st.integers(0, 4_000_000_000))
@settings(derandomize=True)
def test_what_is_written_is_read_back(moment):
    assert parse_time(format_time(moment)) == moment


BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("20260823120000", BERLIN, utc(2026, 8, 23, 10)),
        ("20261223120000 -0500", BERLIN, utc(2026, 12, 23, 11)),
        ("20260823240000 +0000", BERLIN, utc(2026, 8, 23, 22)),
        # The clocks go from 2:00 to 3:00.
        ("20260329015959", BERLIN, utc(2026, 3, 29, 0, 59, 59)),
        ("20260329023000", BERLIN, utc(2026, 3, 29, 1, 30)),
        ("20260329030000", BERLIN, utc(2026, 3, 29, 1)),
        # And back from 3:00 to 2:00.
        ("20261025023000", BERLIN, utc(2026, 10, 25, 0, 30)),
        ("20261025030000", BERLIN, utc(2026, 10, 25, 2)),
        ("20260308023000", NEW_YORK, utc(2026, 3, 8, 7, 30)),
        ("20260308030000", NEW_YORK, utc(2026, 3, 8, 7)),
        ("20261101013000", NEW_YORK, utc(2026, 11, 1, 5, 30)),
        ("20261101020000", NEW_YORK, utc(2026, 11, 1, 7)),
    ],
)
def test_digits_are_local_in_a_zone(text, zone, expected):
    assert parse_time(text, zone) == expected


@pytest.mark.parametrize("text", ["20260823120000 +2500", "20260823120000 +25:00", "20260823120000 XYZ", "20260230"])
def test_a_zone_does_not_heal_what_can_not_be_read(text):
    assert parse_time(text) is None
    assert parse_time(text, BERLIN) is None


def test_the_hour_that_comes_twice_has_a_second_time():
    first = parse_time("20261025023000", BERLIN)
    assert later(first, BERLIN) == first + 3600
    assert later(first + 3600, BERLIN) == first + 3600
    assert later(first - 3600, BERLIN) == first - 3600


@pytest.mark.parametrize("minutes", [5, 20, 30, 45, 60])
@pytest.mark.parametrize("change", [(2026, 3, 29), (2026, 10, 25)])
def test_rows_behind_one_another_tell_which_of_the_two_hours_is_meant(change, minutes):
    first, end = utc(*change) - 12 * 3600, 0
    for start in range(first, first + 36 * 3600, minutes * 60):
        digits = (datetime.fromtimestamp(at, BERLIN).strftime("%Y%m%d%H%M%S") for at in (start, start + minutes * 60))
        found = in_order(end, *(parse_time(text, BERLIN) for text in digits), BERLIN)
        assert found == (start, start + minutes * 60)
        end = found[1]


def test_rows_that_are_in_no_order_stay_as_they_were_read():
    first = parse_time("20261025023000", BERLIN)
    assert in_order(first + 7200, first, first + 600, BERLIN) == (first, first + 600)
    assert in_order(0, first, 0, BERLIN) == (first, 0)
    noon = parse_time("20261025120000", BERLIN)
    assert in_order(noon + 60, noon, noon - 60, BERLIN) == (noon, noon - 60)


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK])
@pytest.mark.parametrize("change", [(2026, 3, 8), (2026, 3, 29), (2026, 10, 25), (2026, 11, 1)])
def test_times_with_and_without_offset_are_identical_in_utc(zone, change):
    """What a provider writes with the right offset, and what one writes who states none and means its zone."""
    day = utc(*change)
    for moment in range(day - 12 * 3600, day + 36 * 3600, 600):
        local = datetime.fromtimestamp(moment, zone)
        assert parse_time(local.strftime("%Y%m%d%H%M%S %z")) == moment
        read = parse_time(local.strftime("%Y%m%d%H%M%S"), zone)
        assert moment in (read, later(read, zone))


@given(
    st.integers(63_072_000, 4_000_000_000), st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"])
)
@settings(derandomize=True)
def test_local_digits_are_read_back(moment, name):
    zone = ZoneInfo(name)
    local = datetime.fromtimestamp(moment, zone)
    read = parse_time(local.strftime("%Y%m%d%H%M%S"), zone)
    assert moment == (later(read, zone) if local.fold else read)
