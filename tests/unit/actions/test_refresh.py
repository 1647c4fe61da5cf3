import pytest

from tests.tools.clock import ManualClock
from tunerr.actions.audit import Audit
from tunerr.actions.refresh import accept_shrink, refresh_sources
from tunerr.errors import ActionRefused, DataFolderError
from tunerr.model.channel import SourceId
from tunerr.model.status import SourceState, SourceStatus
from tunerr.storage.connection import open_server, select

M3U = SourceId("m3u")


class Cycle:
    def __init__(self, error=None):
        self.error = error

    async def refresh(self, only=None, *, accept_shrink=False):
        if self.error is not None:
            raise self.error
        return (SourceStatus(M3U, "playlist", "http://p", SourceState.OK, message="10 channels."),)


@pytest.fixture
async def state(tmp_path):
    db = await open_server(tmp_path / "state.db", kind="state")
    yield db
    await db.close()


async def rows(state):
    return [tuple(row) for row in await select(state, "SELECT who, act, subject, detail FROM audit ORDER BY id")]


async def test_an_act_is_recorded_with_its_outcome(state):
    audit = Audit(state=state, clock=ManualClock())
    assert await refresh_sources(Cycle(), audit, who="me", source=None) == "m3u: 10 channels."
    assert await accept_shrink(Cycle(), audit, who="me", source=M3U) == "m3u: 10 channels."
    assert await rows(state) == [
        ("me", "refresh", "all sources", "m3u: 10 channels."),
        ("me", "accept-shrink", "m3u", "m3u: 10 channels."),
    ]


async def test_so_is_one_that_failed(state):
    audit = Audit(state=state, clock=ManualClock())
    with pytest.raises(DataFolderError):
        await refresh_sources(Cycle(DataFolderError("The disk is full.")), audit, who="me", source=M3U)
    with pytest.raises(ActionRefused):
        await accept_shrink(Cycle(ActionRefused("There is no source 'x'.")), audit, who="me", source=SourceId("x"))
    assert await rows(state) == [
        ("me", "refresh", "m3u", "It failed: The disk is full."),
        ("me", "accept-shrink", "x", "It failed: There is no source 'x'."),
    ]
