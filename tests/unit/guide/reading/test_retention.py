import sqlite3
from datetime import timedelta

import pytest

from tests.unit.guide.documents import NOW, far, guide, programme
from tunerr.guide.reading.retention import days_to_keep
from tunerr.guide.rows.times import DAY


@pytest.mark.parametrize(
    ("largest", "kept"), [(100, None), (60, None), (59, 3), (30, 3), (29, 2), (10, 2), (9, 2), (0, 2)]
)
def test_days_are_kept_from_the_first_one_on(largest, kept):
    assert days_to_keep({3: 30, 1: 10, 2: 20}, largest) == (None if kept is None else kept * DAY)


def test_the_past_stays_when_a_guide_starts_at_now(desk):
    desk.ingest(guide(*(programme("one.test", hour, hour + 1, title=f"old {hour}") for hour in range(-60, 40))))
    report = desk.ingest(guide(*(programme("one.test", hour + 0.5, hour + 1.5) for hour in range(30))))
    rows = desk.rows()
    assert rows[0][:2] == (-48, -47)
    assert [row[:2] for row in rows[47:50]] == [(-1, 0), (0.5, 1.5), (1.5, 2.5)]
    assert (rows[-1][:2], report.carried, report.programmes) == ((29.5, 30.5), 48, 78)
    # The next one begins in the middle of what is on.
    later = NOW + timedelta(hours=2)
    report = desk.ingest(guide(programme("one.test", 2, 3, title="now")), now=later)
    assert [row[:2] for row in desk.rows()[-2:]] == [(1.5, 2), (2, 3)]
    assert report.carried == len(desk.rows()) - 1


def test_what_the_guide_no_longer_says_of_the_future_goes(desk):
    desk.ingest(guide(far(-3, "past"), far(5), far(7), programme("two.test", -2, -1), programme("two.test", 1, 2)))
    report = desk.ingest(guide(far(6, "new")))
    assert desk.titles() == ["past", "new"]
    assert [row[:2] for row in desk.rows("two.test")] == [(-2, -1)]
    assert (report.programmes, report.carried, report.channels) == (3, 2, 2)


@pytest.mark.parametrize("how", ["partial", "cut"])
def test_what_lies_outside_of_a_part_stays(desk, how):
    desk.ingest(guide(far(-3), far(5), far(7.5), far(9), far(20), programme("two.test", 1, 2)))
    part = guide(far(6, "new"), far(8, "new"), channels=("one.test",), end="</tv>" if how == "partial" else "")
    report = desk.ingest(part, partial=how == "partial")
    assert [(*row[:2], "new" in row[2]) for row in desk.rows()] == [
        (-3, -2, False),
        (5, 6, False),
        (6, 7, True),
        (8, 9, True),
        (9, 10, False),
        (20, 21, False),
    ]
    assert len(desk.rows("two.test")) == 1
    assert (report.carried, report.channels, report.whole) == (5, 2, how == "partial")
    assert desk.listed()[0].keys() == {"one.test", "two.test"}
    assert desk.listed()[0]["two.test"].programmes == 1


def test_a_part_ends_what_reaches_into_it(desk):
    desk.ingest(guide(programme("one.test", 0, 5, title="long"), programme("one.test", 5, 9, title="next")))
    desk.ingest(guide(far(4, "new"), channels=()), partial=True)
    assert [(*row[:2], body) for *row, body in desk.rows()] == [
        (0, 4, "<title>long</title>"),
        (4, 5, "<title>new</title>"),
        (5, 9, "<title>next</title>"),
    ]


def test_days_furthest_ahead_go_first_when_a_guide_is_too_large(desk):
    rows = [programme("one.test", hour, hour + 1, children=f"<desc>{hour:0490}</desc>") for hour in range(120)]
    report = desk.ingest(guide(*rows), largest_bytes=40_000)
    kept = desk.rows()
    assert sum(len(body) for *_, body in kept) <= 40_000
    assert (len(kept), report.programmes) == (60, 60)  # to the end of the third day that begins at noon
    assert report.dropped == {"beyond the size limit": 60}
    assert desk.listed()[0]["one.test"].programmes == 120


def test_the_file_stays_near_its_content(desk):
    """A source that is refreshed by a changing guide, then shrinks."""
    size, largest = 0, 0
    for day in range(20):
        rows = (
            programme(f"c{channel}.test", hour, hour + 1, children=f"<title>{day} {hour:0400}</title>")
            for channel in range(5)
            for hour in range(24 * day, 24 * day + 120)
        )
        names = [f"c{channel}.test" for channel in range(5)]
        desk.ingest(guide(*rows, channels=names), *names, now=NOW + timedelta(days=day))
        with sqlite3.connect(desk.db) as db:
            content = db.execute("SELECT sum(length(body)) FROM programme").fetchone()[0]
        db.close()
        size = desk.db.stat().st_size
        largest = max(largest, size)
        assert size < 3 * content
    assert largest < 1_500_000
    desk.ingest(guide(far(24 * 20)), "one.test", now=NOW + timedelta(days=20))
    assert desk.db.stat().st_size < size / 5
