import pytest

from tests.tools.clock import ManualClock
from tunerr.actions.audit import Audit
from tunerr.storage.audit import AuditReader
from tunerr.storage.choices import Choices
from tunerr.storage.connection import open_server


@pytest.fixture
async def state(tmp_path):
    db = await open_server(tmp_path / "state.db", kind="state")
    yield db
    await db.close()


async def test_acts_are_read_in_pages_and_by_who_and_what(state):
    clock = ManualClock()
    audit, reader, choices = Audit(state=state, clock=clock), AuditReader(state), Choices(state=state, clock=clock)
    for number in range(5):
        await audit.note(who="anna" if number % 2 else "bert", act="refresh", subject=f"m3u-{number}")
    await choices.put([("setting", "REFRESH", '"1h"')], who="anna", act="setting-set", subject="REFRESH", detail="x")
    assert await reader.count() == 6
    assert [row.id for row in await reader.page(after=0, limit=2)] == [6, 5]
    assert [row.id for row in await reader.page(after=4, limit=2)] == [2, 1]
    assert [row.subject for row in await reader.page(who="anna", act="refresh", after=0, limit=9)] == ["m3u-3", "m3u-1"]
    assert await reader.count(who="bert") == 3
    assert (await reader.people(), await reader.acts()) == (("anna", "bert"), ("refresh", "setting-set"))
    newest, older = await reader.page(after=0, limit=2)
    assert (newest.open, newest.detail, older.open) == (True, "x", False)
    await choices.undo(who="bert")
    rows = await reader.page(after=0, limit=2)
    assert [(row.act, row.open, row.undone_by) for row in rows] == [("undo", True, None), ("setting-set", False, 7)]
