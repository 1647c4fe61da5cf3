from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tunerr.errors import QueryRefused
from tunerr.views.guide_window import (
    SPAN,
    asked_time,
    day_of,
    headings,
    local_text,
    same_time_on_days,
    tonight,
    window_at,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 10, 23, 18, 47, 12, tzinfo=UTC)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_time_is_read_on_the_visitors_clock():
    assert asked_time("", NOW, BERLIN) == asked_time("now", NOW, BERLIN) == NOW
    assert asked_time("2026-10-23T20:00", NOW, BERLIN) == utc("2026-10-23T18:00")
    assert asked_time("2026-10-23T20:00+05:00", NOW, BERLIN) == utc("2026-10-23T15:00")
    assert asked_time("2026-10-23T20:00 05:00", NOW, BERLIN) == utc("2026-10-23T15:00"), "a plus sign of a URL"


@pytest.mark.parametrize("text", ["tomorrow", "0001-01-01T00:00", "9999-12-31T23:59", "2026-13-01", "<script>"])
def test_what_is_no_time_is_refused_with_an_example(text):
    with pytest.raises(QueryRefused) as refused:
        asked_time(text, NOW, BERLIN)
    assert "2026-10-25T20:00" in refused.value.hint


@pytest.mark.parametrize(
    ("zone", "start"),
    [("Europe/Berlin", "18:30"), ("Asia/Kathmandu", "18:45"), ("America/St_Johns", "18:30"), ("UTC", "18:30")],
)
def test_the_window_begins_with_half_an_hour_of_the_local_clock(zone, start):
    begin = window_at(NOW, ZoneInfo(zone))
    assert f"{begin:%H:%M:%S}" == f"{start}:00"
    assert begin.astimezone(ZoneInfo(zone)).minute in {0, 30}
    assert window_at(begin, ZoneInfo(zone)) == begin


def shown(start, zone=BERLIN):
    return [f"{one.start.astimezone(zone):%H:%M} {one.zone}".strip() for one in headings(start, zone)]


def test_an_ordinary_evening():
    assert shown(utc("2026-10-23T18:00")) == ["20:00", "20:30", "21:00", "21:30", "22:00", "22:30"]
    assert sum(one.columns for one in headings(NOW, BERLIN)) == 36


def test_the_night_in_which_an_hour_comes_twice():
    """25 October 2026: 03:00 CEST is 02:00 CET."""
    start = window_at(asked_time("2026-10-25T01:00", NOW, BERLIN), BERLIN)
    assert shown(start) == ["01:00 CEST", "01:30 CEST", "02:00 CEST", "02:30 CEST", "02:00 CET", "02:30 CET"]
    assert shown(start + SPAN) == ["03:00", "03:30", "04:00", "04:30", "05:00", "05:30"]


def test_the_night_in_which_an_hour_is_missing():
    """28 March 2027: 02:00 CET is 03:00 CEST."""
    start = window_at(asked_time("2027-03-28T01:00", NOW, BERLIN), BERLIN)
    assert shown(start) == ["01:00 CET", "01:30 CET", "03:00 CEST", "03:30 CEST", "04:00 CEST", "04:30 CEST"]
    missing = window_at(asked_time("2027-03-28T02:30", NOW, BERLIN), BERLIN)
    assert shown(missing)[0] == "03:30", "a time that no clock shows is that an hour later"


@pytest.mark.parametrize("day", ["2026-10-24T22:00", "2027-03-27T22:00", "2026-12-31T20:00"])
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "America/New_York"])
def test_earlier_and_later_lead_through_every_night_and_back(day, zone):
    """Each step is read from the address that the step before wrote."""
    zone = ZoneInfo(zone)
    start = first = window_at(utc(day), zone)
    for _ in range(6):
        after = asked_time(local_text(start + SPAN, zone), NOW, zone)
        assert after == start + SPAN
        start = after
    for _ in range(6):
        start = asked_time(local_text(start - SPAN, zone), NOW, zone)
    assert start == first


def test_an_address_has_an_offset_only_where_it_needs_one():
    assert local_text(utc("2026-10-23T18:00"), BERLIN) == "2026-10-23T20:00"
    assert local_text(utc("2026-10-25T00:30"), BERLIN) == "2026-10-25T02:30+02:00"
    assert local_text(utc("2026-10-25T01:30"), BERLIN) == "2026-10-25T02:30+01:00"


def test_tonight_is_eight_of_the_visitors_day():
    late = utc("2026-10-24T22:30")  # half past midnight in Berlin
    assert tonight(late, BERLIN) == utc("2026-10-25T19:00"), "after the clocks changed"
    assert tonight(late, ZoneInfo("UTC")) == utc("2026-10-24T20:00")


def test_days_keep_the_local_time_over_a_change():
    days = same_time_on_days(utc("2026-10-23T18:30"), NOW, BERLIN)
    assert [f"{day.astimezone(BERLIN):%d %H:%M}" for day in days][:3] == ["23 20:30", "24 20:30", "25 20:30"]
    assert [day.hour for day in days][:3] == [18, 18, 19]
    assert len(days) == 7


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-10-25T12:00", 25), ("2027-03-28T12:00", 23), ("2026-10-23T12:00", 24)]
)
def test_a_day_is_as_long_as_it_is(day, hours):
    begin, end = day_of(utc(day), BERLIN)
    assert end - begin == timedelta(hours=hours)
