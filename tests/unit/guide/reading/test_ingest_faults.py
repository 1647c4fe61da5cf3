import contextlib
import gzip
import lzma
import signal
import sqlite3
import subprocess
import sys
import time

import orjson
import pytest

from tests.unit.guide.documents import Desk, at, far, guide, programme, seconds
from tunerr.errors import DataFolderError, NotAGuide, Truncated
from tunerr.guide.store import GuideStore
from tunerr.storage.migrate import migrations


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
    assert desk.generations() == [("xmltv", "published")]


def test_leftovers_of_a_killed_worker_are_removed(desk):
    document = desk.root / "big.xml"
    document.write_bytes(guide(*(programme("one.test", n / 100, n / 100 + 0.01) for n in range(40_000))))
    desk.ingest(guide(programme("one.test", 0, 1)))
    request = desk.request(document, "one.test")
    child = subprocess.Popen([sys.executable, "-m", "tunerr.worker", "ingest-guide"], stdin=subprocess.PIPE)
    child.stdin.write(orjson.dumps(request) + b"\n")
    child.stdin.flush()
    deadline = time.monotonic() + 30
    while ("xmltv", "building") not in desk.generations() and time.monotonic() < deadline:
        time.sleep(0.01)
    child.kill()
    assert child.wait() == -signal.SIGKILL
    child.stdin.close()
    assert desk.generations() == [("xmltv", "published"), ("xmltv", "building")]
    assert len(desk.rows()) == 1
    desk.ingest(guide(programme("one.test", 0, 1)))
    assert desk.generations() == [("xmltv", "published")]


def test_a_folder_that_is_gone_is_an_error_of_the_data_folder(desk):
    desk.db = desk.root / "gone" / "guide.db"
    with pytest.raises(DataFolderError):
        desk.ingest(guide(programme("one.test", 0, 1)))


def test_a_database_of_the_version_before_is_used_on(desk):
    first = migrations("guide")[0]
    with sqlite3.connect(desk.db) as db:
        db.executescript(first.sql)
        db.execute(f"PRAGMA user_version = {first.version}")
        db.execute("INSERT INTO generation VALUES (1, 'xmltv', 'published', 1.0, 1, 1, '{}')")
        db.execute("INSERT INTO programme VALUES (1, 'one.test', ?, ?, x'41')", (seconds(-2), seconds(-1)))
    db.close()
    with GuideStore(desk.db) as opened:
        assert opened.published("xmltv") == 1
        assert (opened.listed(1), opened.stored(1), opened.remembered("xmltv")) == ([], frozenset(), {})
    report = desk.ingest(guide(far(2)))
    assert desk.rows() == [(-2, -1, "A"), (2, 3, "<title>later</title>")]
    assert report.carried == 1


def test_a_document_cut_anywhere_gives_no_wrong_row(tmp_path):
    rows = [programme("one.test", hour, hour + 1, title=f"Tom &amp; {hour}") for hour in range(3)]
    whole = guide(*rows, channels=("one.test",), head="")
    desk = Desk(tmp_path)
    desk.ingest(whole)
    expected = desk.rows()
    for end in range(len(whole)):
        try:
            report = desk.ingest(whole[:end], source=f"cut-{end}")
        except (NotAGuide, Truncated):
            assert whole[:end].count(b"</programme>") == 0
            continue
        count = min(whole[:end].count(b"</programme>"), 3)
        assert desk.rows(source=f"cut-{end}") == expected[:count]
        assert not report.whole


@pytest.mark.parametrize("packed", [gzip.compress, lzma.compress])
def test_an_archive_cut_anywhere_gives_no_wrong_row(tmp_path, packed):
    desk = Desk(tmp_path)
    whole = guide(*(programme("one.test", hour, hour + 1, title=f"{hour} {hour**9}") for hour in range(40)))
    desk.ingest(whole)
    expected = desk.rows()
    content = packed(whole)
    for end in range(0, len(content), 7):
        with contextlib.suppress(NotAGuide, Truncated):
            desk.ingest(content[:end], source=f"cut-{end}")
            found = desk.rows(source=f"cut-{end}")
            assert found == expected[: len(found)]


def test_a_full_disk_leaves_the_published_guide(desk):
    desk.ingest(guide(far(0, "first")))
    document = desk.root / "big.xml"
    document.write_bytes(
        guide(*(programme("one.test", n / 100, n / 100 + 0.01, title=f"{n:0400}") for n in range(6000)))
    )
    code = (
        "import resource, signal, sys, orjson; from tunerr.guide.reading import ingest\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))\n"
        "ingest.run(orjson.loads(sys.argv[1]))"
    )
    request = orjson.dumps(desk.request(document, "one.test")).decode()
    done = subprocess.run([sys.executable, "-c", code, request], capture_output=True, text=True, check=False)
    assert "StorageError" in done.stderr or "DataFolderError" in done.stderr
    assert desk.titles() == ["first"]
    report = desk.ingest(document, "one.test")
    assert report.programmes == 6000
    assert desk.generations() == [("xmltv", "published")]


def test_half_a_character_costs_its_row_and_nothing_else(desk):
    half = "&#xD83D;"
    report = desk.ingest(
        guide(
            f'<channel id="two.test"><display-name>{half}</display-name></channel>',
            f'<channel id="{half}"><display-name>x</display-name></channel>',
            programme("one.test", 0, 1, title="A"),
            programme("one.test", 1, 2, title=f"{half}&#xDE00;"),
            programme(half, 1, 2),
            programme("one.test", 2, 3, title="B"),
        )
    )
    assert desk.titles() == ["A", "B"]
    assert report.dropped == {"half a character": 4}


def test_an_end_in_the_year_9999_takes_no_zone_amiss(desk):
    report = desk.ingest(
        guide(
            programme("one.test", 0, "99991231235959 +0000", title="endless"),
            programme("one.test", "00010101000000", 1),
            programme("two.test", "99991231235959", "00010101000000"),
        ),
        shift="Asia/Kolkata",
    )
    assert desk.titles() == ["endless"]
    assert report.published


def test_a_guide_that_says_the_same_over_and_over_ends_soon(desk):
    """As packed it is harmless; unpacked it has 2.4 GB."""
    desk.ingest(guide(programme("one.test", 0, 1)))
    row = programme("one.test", 5, 6, children=f"<title>Bomb</title><desc>{'boom ' * 12_000}</desc>").encode()
    member = gzip.compress(row * 200, 1)
    before = time.process_time()
    with pytest.raises(NotAGuide, match="over and over"):
        desk.ingest(gzip.compress(guide(end="")) + member * 200)
    assert time.process_time() - before < 10
    assert len(desk.rows()) == 1


def test_rows_that_take_turns_at_two_times_end_soon_too(desk):
    rows = [programme("one.test", hour, hour + 1, title=f"{turn}") for turn in range(10_000) for hour in (0, 1)]
    with pytest.raises(NotAGuide, match="over and over"):
        desk.ingest(guide(*rows))


def test_a_guide_that_was_made_several_times_over_is_used(desk):
    once = [programme("one.test", hour / 100, (hour + 1) / 100) for hour in range(700)]
    report = desk.ingest(guide(*once * 4))
    assert report.programmes == 700
    assert report.dropped == {"same start on one channel": 2100}


def test_endless_times_are_no_times(desk):
    rows = (programme("one.test", f"{at(0)}{' ' * 100}{place}") for place in range(20))
    report = desk.ingest(guide(programme("one.test", 0, 1), *rows))
    assert report.dropped["unreadable start time"] == 20
