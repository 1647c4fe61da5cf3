from datetime import UTC, datetime

import pytest

from tunerr.guide.rows.times import parse_time
from tunerr.support.timeshift import TimeShift


def unix(*clock):
    return int(datetime(*clock, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("", 0), ("  ", 0), ("0", 0), ("+1", 3600), ("1", 3600), (" -2.5 ", -9000), ("5:30", 19800), ("-0.25", -900)],
)
def test_hours_move_times_by_seconds(text, seconds):
    shift = TimeShift.parse(text)
    assert (shift.seconds, shift.zone, shift.moved(1000)) == (seconds, None, 1000 + seconds)
    assert bool(shift) is (seconds != 0)


def test_a_zone_says_whose_local_time_it_is_whatever_the_season():
    shift = TimeShift.parse("Europe/Berlin")
    assert shift
    assert shift.zone.key == "Europe/Berlin"
    assert shift.moved(unix(2026, 1, 10, 20)) == unix(2026, 1, 10, 19)
    assert shift.moved(unix(2026, 7, 10, 20)) == unix(2026, 7, 10, 18)
    # The hour that is there twice, and what follows it.
    assert shift.moved(unix(2026, 10, 25, 2, 30)) == unix(2026, 10, 25, 0, 30)
    assert shift.moved(unix(2026, 10, 25, 3, 30)) == unix(2026, 10, 25, 2, 30)


@pytest.mark.parametrize(
    "text",
    [
        *("Berlin", "Europe", "Europe/Nowhere", "../etc/passwd", "/etc/passwd", "a\0b"),
        *("+25", "24.01", "1h", "++1", "1.", "٣"),
    ],
)
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match=r"neither hours such as \+1 .* nor a time zone such as Europe/Berlin"):
        TimeShift.parse(text)


def test_a_zone_that_is_nearly_one_is_named():
    with pytest.raises(ValueError, match="perhaps Europe/Berlin"):
        TimeShift.parse("Europe/Berlln")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
@pytest.mark.parametrize("day", [(2026, 3, 8), (2026, 3, 29), (2026, 10, 25), (2026, 11, 1)])
def test_reading_in_a_zone_and_moving_there_afterwards_agree(zone, day):
    shift = TimeShift.parse(zone)
    for minute in range(0, 24 * 60, 5):
        stated = f"{day[0]}{day[1]:02}{day[2]:02}{minute // 60:02}{minute % 60:02}00 +0000"
        assert shift.moved(parse_time(stated)) == parse_time(stated, shift.zone)
