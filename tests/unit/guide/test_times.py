from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.guide.times import format_time, parse_time


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
