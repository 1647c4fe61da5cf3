"""The program's figures and what happened, in state.db."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.tools.clock import ManualClock
from tests.tools.samples import AT, day, minute
from tunerr.actions.audit import Audit
from tunerr.model.happening import Happening
from tunerr.storage.connection import open_server, select
from tunerr.storage.happenings import HappeningStore, latest_acts
from tunerr.storage.samples import SampleStore

MIDNIGHT = AT.timestamp()
FIRST = Happening(AT, "stream", "repaired", "101 BBC One", "It fell silent.", "more", "admin", "/live/r000001")


@pytest.fixture
async def state(tmp_path):
    db = await open_server(tmp_path / "state.db", kind="state")
    yield db
    await db.close()


async def test_samples_come_back_as_they_were_with_what_is_not_known(state):
    store = SampleStore(state)
    rows = (minute(1), minute(2, ready=False, slot_limit=None, guide_real=None, picture_ms=310))
    await store.add(())
    await store.add(rows)
    assert await store.latest(MIDNIGHT + 200) == rows
    assert await store.latest(MIDNIGHT + 61) == rows[:1], "a sample of a time that is yet to come"


async def test_a_day_is_kept_and_no_more(state):
    store = SampleStore(state)
    await store.add(day())
    await store.add([minute(1441), minute(1442)])
    kept = await store.latest(MIDNIGHT + 1442 * 60)
    assert (len(kept), kept[0], kept[-1]) == (1440, minute(3), minute(1442))
    assert (await select(state, "SELECT count(*) FROM sample"))[0][0] == 1440
    assert await store.latest(MIDNIGHT + 3 * 86400) == ()


async def test_a_clock_that_was_put_back_leaves_no_sample_of_the_future(state):
    store = SampleStore(state)
    await store.add(day())
    await store.add([minute(10, viewers=9)])
    assert (await store.latest(MIDNIGHT + 86400))[-1] == minute(10, viewers=9)


async def test_samples_are_forgotten_on_demand(state):
    store = SampleStore(state)
    await store.add(day())
    await store.clear()
    assert await store.latest(MIDNIGHT + 86400) == ()


async def test_happenings_come_back_in_their_order_and_the_oldest_are_forgotten(state):
    store = HappeningStore(state)
    later = [replace(FIRST, at=AT + timedelta(minutes=number), message=str(number)) for number in range(5)]
    await store.add([], keep=3)
    await store.add([FIRST], keep=3)
    assert await store.latest(9) == (FIRST,)
    await store.add(later, keep=3)
    assert await store.latest(9) == tuple(later[-3:])
    assert await store.latest(2) == tuple(later[-2:])
    await store.clear()
    assert await store.latest(9) == ()


async def test_acts_are_told_in_words_newest_first(state):
    clock = ManualClock(AT)
    audit = Audit(state=state, clock=clock)
    await audit.note(who="admin", act="stream-stop", subject="r000001")
    clock.advance(60)
    await audit.note(who="anna", act="draft-publish", subject="lineup", detail="12 channels were published.")
    newest, oldest = await latest_acts(state, 9)
    assert (newest.actor, newest.title, newest.message, newest.detail) == (
        "anna", "Draft publish", "12 channels were published.", "lineup",
    )  # fmt: skip
    assert (oldest.at, oldest.message, oldest.kind) == (AT, "stream-stop: r000001", "act")
    assert await latest_acts(state, 1) == (newest,)
    assert await latest_acts(state, 9, after=MIDNIGHT + 1) == (newest,)
