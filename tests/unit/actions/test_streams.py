import pytest

from tests.tools.attempts import SmallGateway
from tests.tools.clock import ManualClock
from tunerr.actions.audit import Audit
from tunerr.actions.streams import clear_attempts, stop_stream, stop_viewer, switch_stream
from tunerr.errors import ActionRefused
from tunerr.storage.connection import open_server


class Gateway(SmallGateway):
    def switch_stream(self, request):
        if request != "r000001":
            raise ActionRefused("The channel has one source only.")
        return "Trying source 2 of 2; source 1 of 2 plays on."

    def stop_viewer(self, request):
        if request != "r000005":
            raise ActionRefused("There is no such viewer.")
        self.stopped.append((request, "alone"))


@pytest.fixture
async def state(tmp_path):
    connection = await open_server(tmp_path / "state.db", kind="state")
    yield connection
    await connection.close()


@pytest.fixture
def audit(state):
    return Audit(state=state, clock=ManualClock())


async def audited(state):
    async with state.execute("SELECT who, act, subject, detail FROM audit ORDER BY id") as rows:
        return [tuple(row) for row in await rows.fetchall()]


async def test_each_act_is_noted_with_who_did_it(state, audit):
    gateway = Gateway()
    assert await stop_stream(gateway, audit, who="anna", channel="dna-1") == "The stream was stopped."
    assert await stop_viewer(gateway, audit, who="anna", request="r000005") == "The viewer was stopped; others go on."
    said = await switch_stream(gateway, audit, who="bert", request="r000001")
    assert said == "Trying source 2 of 2; source 1 of 2 plays on."
    await clear_attempts(gateway, audit, who="bert")
    assert await audited(state) == [
        ("anna", "stream-stop", "dna-1", ""),
        ("anna", "viewer-stop", "r000005", ""),
        ("bert", "stream-switch", "r000001", said),
        ("bert", "stream-attempts-clear", "stream attempts", ""),
    ]
    assert gateway.stopped == [("", "dna-1"), ("r000005", "alone")]


async def test_what_is_refused_leaves_no_trace(state, audit):
    gateway = Gateway()
    refused = [
        stop_stream(gateway, audit, who="anna"),
        stop_stream(gateway, audit, who="anna", request="r000009"),
        stop_viewer(gateway, audit, who="anna", request="r000001"),
        switch_stream(gateway, audit, who="anna", request=""),
        switch_stream(gateway, audit, who="anna", request="r000002"),
    ]
    for act in refused:
        with pytest.raises(ActionRefused):
            await act
    assert await audited(state) == []
