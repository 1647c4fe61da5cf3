"""Acts on streams, as the deck and programs have them."""

from types import SimpleNamespace

import pytest
from multidict import MultiDict

from tests.tools.attempts import SmallGateway
from tunerr.actions.audit import Audit
from tunerr.app.deck.live import live_operations
from tunerr.errors import ActionRefused
from tunerr.model.operator import Role
from tunerr.storage.connection import open_server
from tunerr.support.clock import SystemClock


@pytest.fixture
async def deck(tmp_path):
    state = await open_server(tmp_path / "state.db", kind="state")
    audit, gateway = Audit(state=state, clock=SystemClock()), SmallGateway()
    operations = live_operations(SimpleNamespace(gateway=gateway, desk=SimpleNamespace(audit=audit)))

    async def done(name, **fields):
        return await operations[name].act("otto", MultiDict(fields))

    async def audited():
        async with state.execute("SELECT who, act, subject FROM audit ORDER BY id") as rows:
            return [tuple(row) for row in await rows.fetchall()]

    yield SimpleNamespace(done=done, audited=audited, gateway=gateway, operations=operations)
    await state.close()


async def test_a_stream_is_ended_by_its_request_or_all_by_their_channel(deck):
    assert await deck.done("stream-stop", request_id="r000001") == "The stream was stopped."
    await deck.done("stream-stop", channel_id="dna-1")
    assert deck.gateway.stopped == [("r000001", None), ("", "dna-1")]
    assert await deck.audited() == [("otto", "stream-stop", "r000001"), ("otto", "stream-stop", "dna-1")]


async def test_what_can_not_be_ended_is_said_and_not_noted(deck):
    with pytest.raises(ActionRefused, match="There is no such stream"):
        await deck.done("stream-stop", channel_id="dna-9")
    with pytest.raises(ActionRefused, match="Give request_id or channel_id"):
        await deck.done("stream-stop")
    assert (deck.gateway.stopped, await deck.audited()) == ([], [])


async def test_past_streams_are_forgotten(deck):
    await deck.done("stream-attempts-clear")
    assert [row.id for row in deck.gateway.attempts()] == ["r000001", "r000002"]
    assert await deck.audited() == [("otto", "stream-attempts-clear", "stream attempts")]


async def test_what_has_no_effect_says_so(deck):
    assert "without effect" in await deck.done("shared-relay-replay")


def test_all_are_for_operators(deck):
    assert {(one.area, one.role) for one in deck.operations.values()} == {("streams", Role.OPERATOR)}
