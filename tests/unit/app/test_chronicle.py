"""The chronicle follows what the parts publish, and survives a restart."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.tools.attempts import AT, STORY, attempt, event
from tunerr.app.chronicle import KEPT, Chronicle
from tunerr.model.channel import SourceId
from tunerr.model.guide import GuideHealth
from tunerr.model.status import GuideEdition, SourceState, SourceStatus
from tunerr.storage.connection import open_server
from tunerr.storage.happenings import HappeningStore
from tunerr.support.snapshot import Published

WAITING = SourceStatus(SourceId("m3u"), "playlist", "http://provider.test")
OK = replace(
    WAITING, state=SourceState.OK, attempted_at=AT, succeeded_at=AT, channels=12, message="12 channels: 3 added."
)
EDITION = GuideEdition("e1", "v", AT, Path("x"), Path("y"), 12, 12, 10, 0)


class Streams:
    """A gateway whose sessions the test sets."""

    def __init__(self):
        self.rows = []

    def attempts(self):
        return tuple(self.rows)


class Rig:
    """A chronicle with all that it looks at."""

    def __init__(self, state):
        self.streams = Streams()
        self.statuses = Published((WAITING,))
        self.edition = Published(None)
        self.health = Published(None)
        self.store = HappeningStore(state)

    async def begun(self):
        return Chronicle(
            streams=self.streams, statuses=self.statuses, edition=self.edition, health=self.health,
            store=self.store, known=await self.store.latest(KEPT),
        )  # fmt: skip


@pytest.fixture
async def state(tmp_path):
    db = await open_server(tmp_path / "state.db", kind="state")
    yield db
    await db.close()


@pytest.fixture
def rig(state):
    return Rig(state)


def messages(chronicle):
    return [one.message for one in chronicle.happenings()]


async def test_what_was_there_at_the_start_is_no_news(rig):
    rig.statuses.publish((OK,))
    rig.edition.publish(EDITION)
    rig.health.publish(GuideHealth("e1", "v", AT, ()))
    assert messages(await rig.begun()) == []


async def test_each_refresh_is_told_once(rig):
    chronicle = await rig.begun()
    rig.statuses.publish((OK,))
    assert messages(chronicle) == ["Refreshed. 12 channels: 3 added."]
    rig.statuses.publish((replace(OK),))
    assert messages(chronicle) == ["Refreshed. 12 channels: 3 added."]
    rig.statuses.publish((replace(OK, attempted_at=AT + timedelta(hours=6), message="Nothing changed."),))
    assert messages(chronicle)[1:] == ["Refreshed. Nothing changed."]


async def test_a_source_that_was_added_meanwhile_is_told_of(rig):
    chronicle = await rig.begun()
    rig.statuses.publish((WAITING, replace(OK, id=SourceId("new"), kind="guide", message="7 matched.")))
    assert messages(chronicle) == ["Refreshed. 7 matched."]


async def test_an_edition_is_told_once_when_its_health_is_there(rig):
    chronicle = await rig.begun()
    rig.edition.publish(EDITION)
    assert messages(chronicle) == []
    rig.health.publish(GuideHealth("e1", "v", AT, ()))
    assert messages(chronicle) == messages(chronicle) == ["Made: 12 of 12 channels linked."]


async def test_streams_are_told_in_order_of_time_and_once(rig):
    chronicle = await rig.begun()
    rig.streams.rows = [attempt(2, events=(event(9, "live", "second"),)), attempt(1, events=STORY[:2])]
    assert [one.outcome for one in chronicle.happenings()] == ["live", "live"]
    rig.streams.rows = [attempt(2, events=(event(9, "live", "second"),)), attempt(1, events=STORY)]
    told = chronicle.happenings()
    assert [one.title for one in told] == ["1 Channel 1", "2 Channel 2", "1 Channel 1"]


async def test_it_remembers_512_and_no_session_for_ever(rig):
    chronicle = await rig.begun()
    for number in range(600):
        rig.streams.rows = [attempt(number, events=(event(number, "live", f"picture {number}"),))]
        chronicle.catch_up()
    told = messages(chronicle)
    assert (len(told), told[-1]) == (512, "Picture 599.")
    assert len(chronicle._told) <= 3


async def test_a_restart_keeps_it_but_not_the_ways_to_sessions_that_are_numbered_anew(rig):
    chronicle = await rig.begun()
    rig.streams.rows = [attempt(1, events=STORY)]
    rig.statuses.publish((OK,))
    before = chronicle.happenings()
    await chronicle.save()
    await chronicle.save()
    rig.streams.rows = []
    after = (await rig.begun()).happenings()
    assert [one.message for one in after] == [one.message for one in before]
    assert [bool(one.link) for one in after if one.kind == "stream"] == [False, False]
    assert next(one.link for one in after if one.kind == "source") == "/providers/m3u"


async def test_what_a_disk_did_not_take_is_stored_later(rig, state):
    chronicle = await rig.begun()
    rig.streams.rows = [attempt(1, events=STORY)]
    chronicle.catch_up()
    await state.execute("PRAGMA query_only = ON")
    await chronicle.save()
    await state.execute("PRAGMA query_only = OFF")
    assert await rig.store.latest(9) == ()
    await chronicle.save()
    assert len(await rig.store.latest(9)) == 2


async def test_cleared_it_tells_what_comes_next(rig):
    chronicle = await rig.begun()
    rig.streams.rows = [attempt(1, events=STORY[:2])]
    await chronicle.clear()
    assert messages(chronicle) == []
    rig.streams.rows = [attempt(1, events=STORY)]
    assert len(messages(chronicle)) == 1
