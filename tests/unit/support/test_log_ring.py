import asyncio
import contextlib
import logging
import threading

import pytest
import structlog

from tunerr.errors import ActionRefused
from tunerr.support.log_ring import MOST_FOLLOWERS, MOST_RECORDS, LogRing
from tunerr.support.logging import configure

log = structlog.get_logger("tunerr.test")


@pytest.fixture
def ring(capsys):
    root, ours = logging.getLogger(), logging.getLogger("tunerr")
    before = (root.handlers[:], root.level, ours.level)
    made = LogRing()
    configure("info", json=True, ring=made)
    yield made
    root.handlers[:], level, ours_level = before
    root.setLevel(level)
    ours.setLevel(ours_level)
    structlog.reset_defaults()


def test_lines_are_kept_newest_first_with_their_fields(ring, capsys):
    log.info("tuned", channel="5.1", request="r000001")
    log.debug("not written")
    log.warning("lost", reason="stalled")
    newest, oldest = ring.records
    assert (newest.event, newest.level, newest.number) == ("lost", "warning", 2)
    assert (oldest.event, oldest.fields) == ("tuned", {"channel": "5.1", "request": "r000001"})
    assert oldest.at.endswith("Z")
    assert oldest.logger == "tunerr.test"
    assert '"tuned"' in capsys.readouterr().err, "the line is still printed"


def test_what_is_kept_holds_no_secret(ring):
    log.info("fetching http://alice:hunter2@h/x", url="http://h/get.php?username=alice&password=hunter2")
    log.info("login", password="hunter2", headers={"Cookie": "hunter2"})
    try:
        int("http://h/live/alice/hunter2/1.ts")
    except ValueError:
        log.exception("failed")
    assert "hunter2" not in repr(ring.records)
    assert "ValueError" in ring.records[0].fields["exception"]


def test_libraries_are_heard_too_and_the_last_2000_stay(ring):
    logging.getLogger("some.library").warning("from %s", "outside")
    assert ring.records[0].event == "from outside"
    for number in range(MOST_RECORDS + 5):
        log.info("line", number=number)
    assert len(ring.records) == MOST_RECORDS
    assert ring.records[0].fields == {"number": MOST_RECORDS + 4}


async def test_who_follows_hears_what_comes_from_any_thread(ring):
    log.info("before")
    with ring.follow() as following:
        log.info("first")
        other = threading.Thread(target=log.info, args=("second",))
        other.start()
        other.join()
        await asyncio.sleep(0)
        assert [record.event for record in await asyncio.wait_for(following(), 5)] == ["first", "second"]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(following(), 0.01)
        log.info("third")
        told = await asyncio.wait_for(following(), 5)
        assert [record.event for record in told] == ["third"], "a wait that ended loses nothing"


async def test_who_is_too_slow_misses_the_oldest(ring):
    with ring.follow() as following:
        for number in range(600):
            log.info("line", number=number)
        await asyncio.sleep(0)
        told = await following()
        assert [record.fields["number"] for record in told] == list(range(100, 200))


async def test_ten_may_follow(ring):
    with contextlib.ExitStack() as stack:
        for _ in range(MOST_FOLLOWERS):
            stack.enter_context(ring.follow())
        with pytest.raises(ActionRefused, match="10 pages"), ring.follow():
            pass
    with ring.follow():
        pass
