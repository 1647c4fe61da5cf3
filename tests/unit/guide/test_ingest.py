import gzip
import random
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime

import orjson
import pytest

from tests.unit.guide.documents import NOW, guide, programme
from tunerr.errors import DataFolderError, NotAGuide, Truncated
from tunerr.guide import store


def test_programmes_of_wanted_channels_are_stored_in_order(desk):
    report = desk.ingest(
        guide(
            programme("ONE.test", 1, 2, title="B"),
            programme("one.test", 0, 1, title="A"),
            programme("two.test", 0, 1),
            programme("three.test", 0, 1),
        ),
        "one.test",
    )
    assert desk.rows() == [(0, 1, "<title>A</title>"), (1, 2, "<title>B</title>")]
    assert desk.rows("two.test") == []
    assert (report.channels, report.programmes, report.wanted, report.listed) == (1, 2, 1, 3)
    assert report.published
    assert report.whole


def test_bad_rows_are_dropped_or_repaired_and_counted(desk):
    report = desk.ingest(
        guide(
            programme("one.test", "soon", 1),
            '<programme channel="one.test"><title>x</title></programme>',
            programme("one.test", 2, 1),
            programme("one.test", 2, 2),
            programme("one.test", 3, 4, title="first"),
            programme("one.test", 3, 5, title="second"),
            programme("one.test", 3.5, 5, title="overlapping"),
            programme("one.test", 5, "late", title="bad stop"),
            programme("one.test", 6, title="no stop"),
            programme("one.test", 10, 100, title="endless"),
            programme("one.test", 50, 51, children="<category>x</category>"),
            programme("one.test", -60, -49),
            programme("one.test", 24 * 21, 24 * 21 + 1),
            programme("one.test", 60, 61, children="<title>t</title>" + "<category>x%d</category>" * 2),
            programme("one.test", 70, 71, children="".join(f"<category>{n:099}</category>" for n in range(700))),
        )
    )
    assert [(start, stop) for start, stop, _ in desk.rows()] == [
        (3, 3.5),
        (3.5, 5),
        (5, 6),
        (6, 10),
        (10, 34),
        (60, 61),
    ]
    assert desk.rows()[0][2] == "<title>first</title>"
    assert report.dropped == {
        "unreadable start time": 2,
        "stop not after start": 2,
        "same start on one channel": 1,
        "no title, no description": 2,
    }
    assert report.repaired == {
        "unreadable stop time": 1,
        "no stop time": 2,
        "overlap": 1,
        "longer than 24 hours": 1,
    }
    assert report.outside == 2


def test_the_order_of_rows_does_not_matter(desk):
    rows = [programme("one.test", hour / 2, hour / 2 + 0.75, title=f"T{hour}") for hour in range(100)]
    desk.ingest(guide(*rows))
    expected = desk.rows()
    random.Random(7).shuffle(rows)
    desk.ingest(guide(*rows))
    assert desk.rows() == expected


def test_a_cut_guide_is_used_up_to_the_cut(desk):
    document = guide(*(programme("one.test", hour, hour + 1) for hour in range(20)))
    report = desk.ingest(gzip.compress(document[: len(document) // 2]))
    assert not report.whole
    assert 5 < len(desk.rows()) < 15


def test_a_guide_cut_before_anything_wanted_changes_nothing(desk):
    desk.ingest(guide(programme("one.test", 0, 1)))
    with pytest.raises(Truncated):
        desk.ingest(guide(programme("three.test", 0, 1), end=""))
    assert len(desk.rows()) == 1


def test_what_is_no_guide_changes_nothing(desk):
    desk.ingest(guide(programme("one.test", 0, 1)))
    for content in (b"<html></html>", b"<tv></tv>"):
        with pytest.raises(NotAGuide):
            desk.ingest(content)
    assert len(desk.rows()) == 1
    assert generations(desk) == [("xmltv", "published")]


def generations(desk):
    with sqlite3.connect(desk.db) as db:
        found = db.execute("SELECT source, state FROM generation ORDER BY id").fetchall()
        stray = db.execute(
            "SELECT count(*) FROM programme WHERE generation NOT IN (SELECT id FROM generation)"
        ).fetchone()
    db.close()
    assert stray == (0,)
    return found


def test_a_guide_without_wanted_programmes_keeps_the_one_before(desk):
    other = guide(programme("three.test", 0, 1))
    first = desk.ingest(other)
    assert (first.published, first.programmes, first.listed) == (True, 0, 3)
    desk.ingest(guide(programme("one.test", 0, 1)))
    report = desk.ingest(other)
    assert not report.published
    assert len(desk.rows()) == 1


def test_a_new_guide_replaces_the_old_one_whole(desk):
    desk.ingest(guide(*(programme("one.test", hour / 10, hour / 10 + 0.1) for hour in range(3000))))
    assert len(desk.rows()) == 3000
    desk.ingest(guide(programme("one.test", 0, 1, title="new")))
    assert desk.rows() == [(0, 1, "<title>new</title>")]
    assert generations(desk) == [("xmltv", "published")]


def test_guides_of_sources_that_are_gone_are_removed(desk):
    for source in ("xmltv", "xmltv-2"):
        desk.ingest(guide(programme("one.test", 0, 1)), source=source)
    desk.render(sources=("xmltv",))
    assert generations(desk) == [("xmltv", "published")]
    desk.render(sources=())
    assert generations(desk) == []


def test_leftovers_of_a_killed_worker_are_removed(desk):
    document = desk.root / "big.xml"
    document.write_bytes(guide(*(programme("one.test", n / 100, n / 100 + 0.01) for n in range(40_000))))
    desk.ingest(guide(programme("one.test", 0, 1)))
    request = {
        "path": str(document),
        "source": "xmltv",
        "guide_db": str(desk.db),
        "wanted": ["one.test"],
        "now": NOW.timestamp(),
        "retain_past_hours": 48,
        "horizon_days": 21,
    }
    child = subprocess.Popen([sys.executable, "-m", "tunerr.worker", "ingest-guide"], stdin=subprocess.PIPE)
    child.stdin.write(orjson.dumps(request) + b"\n")
    child.stdin.flush()
    deadline = time.monotonic() + 30
    while ("xmltv", "building") not in generations(desk) and time.monotonic() < deadline:
        time.sleep(0.01)
    child.kill()
    assert child.wait() == -signal.SIGKILL
    child.stdin.close()
    assert generations(desk) == [("xmltv", "published"), ("xmltv", "building")]
    assert len(desk.rows()) == 1
    desk.ingest(guide(programme("one.test", 0, 1)))
    assert generations(desk) == [("xmltv", "published")]


def test_no_transaction_holds_the_database_for_long(desk, monkeypatch):
    document = desk.root / "big.xml"
    document.write_bytes(guide(*(programme("one.test", n / 100, n / 100 + 0.01) for n in range(20_000))))
    desk.ingest(document)
    held = []
    begun = 0.0

    def traced(statement):
        nonlocal begun
        if statement.startswith("BEGIN"):
            begun = time.process_time()
        elif statement == "COMMIT":
            held.append(time.process_time() - begun)

    opened = store.open_worker

    def open_traced(*args, **kwargs):
        db = opened(*args, **kwargs)
        db.set_trace_callback(traced)
        return db

    monkeypatch.setattr(store, "open_worker", open_traced)
    desk.ingest(document)
    assert len(held) > 20
    assert max(held) < 0.25


def test_a_folder_that_is_gone_is_an_error_of_the_data_folder(desk):
    desk.db = desk.root / "gone" / "guide.db"
    with pytest.raises(DataFolderError):
        desk.ingest(guide(programme("one.test", 0, 1)))


def test_times_are_stored_in_utc_across_a_change_of_the_clocks(desk):
    rows = [
        programme("one.test", "20261025013000 +0200", "20261025023000 +0200"),
        programme("one.test", "20261025023000 +0200", "20261025023000 +0100"),
        programme("one.test", "20261025023000 +0100", "20261025033000 +0100"),
    ]
    desk.ingest(guide(*rows), now=datetime(2026, 10, 24, tzinfo=UTC))
    lengths = [(round(stop - start, 3)) for start, stop, _ in desk.rows()]
    assert lengths == [1, 1, 1]
