"""The act that has all guides read again: one at a time, one that waits."""

import asyncio

import pytest_asyncio

from tests.tools.clock import ManualClock
from tests.tools.until import until
from tunerr.actions.audit import Audit
from tunerr.actions.guide_refresh import GuideRefresh
from tunerr.errors import StorageError
from tunerr.storage.connection import open_server, select
from tunerr.support.tasks import Supervisor


class Guides:
    """Counts refreshes; each waits until it may end."""

    def __init__(self):
        self.begun = self.ended = 0
        self.may_end = asyncio.Event()
        self.error = None

    async def refresh(self):
        self.begun += 1
        await self.may_end.wait()
        self.ended += 1
        if self.error:
            raise self.error


@pytest_asyncio.fixture
async def act(tmp_path):
    state = await open_server(tmp_path / "state.db", kind="state")
    background = Supervisor()
    guides = Guides()
    audit = Audit(state=state, clock=ManualClock())
    act = GuideRefresh(refresh=guides.refresh, audit=audit, background=background)
    act.guides, act.state = guides, state
    yield act
    await background.aclose()
    await state.close()


async def test_who_asks_meanwhile_is_served_by_one_that_follows(act):
    guides = act.guides
    assert await act.queue("admin") == "The guides are being refreshed."
    await until(lambda: guides.begun == 1)
    for _ in range(3):
        assert "queued" in await act.queue("admin")
    guides.may_end.set()
    await until(lambda: guides.ended == 2)
    assert guides.begun == 2
    rows = await select(act.state, "SELECT act, who FROM audit")
    assert [tuple(row) for row in rows] == [("guide-refresh", "admin")] * 4


async def test_a_failure_does_not_end_it_for_ever(act):
    guides = act.guides
    guides.error = StorageError("The disk is full.")
    guides.may_end.set()
    await act.queue("admin")
    await until(lambda: guides.ended == 1)
    await until(lambda: not act._runs)
    assert await act.queue("admin") == "The guides are being refreshed."
    await until(lambda: guides.ended == 2)
