"""Facts on an injected clock."""

import pytest

from tests.tools.clock import ManualClock
from tunerr.lab.faults import vocabulary as v
from tunerr.lab.faults.state import Account, State, Traffic


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def state(clock):
    state = State(clock)
    state.traffic["a"] = Traffic()
    return state


def names(state, request, kind=v.Fault):
    return [fault.name for _, fault in state.due(request, kind)]


def test_after_counts_from_the_later_of_connection_and_arming(state, clock):
    state.arm("a", v.Stall(after=3.0), None)
    clock.advance(10)
    request = state.begin("a", "/", "", target="stream")
    assert names(state, request) == []
    clock.advance(3)
    assert names(state, request) == ["stall"]
    state.disarm("a")
    state.arm("a", v.Reset(after=3.0), None)
    clock.advance(2.9)
    assert names(state, request) == []
    clock.advance(0.1)
    assert names(state, request) == ["reset"]


def test_after_counts_from_the_first_request_of_hls(state, clock):
    state.arm("a", v.PlaylistEnds(after=3.0), None)
    clock.advance(10)
    assert names(state, state.begin("a", "/", "", target="playlist")) == []
    clock.advance(3)
    assert names(state, state.begin("a", "/", "", target="segment")) == []
    assert names(state, state.begin("a", "/", "", target="playlist")) == ["playlist-ends"]


def test_times_and_once_per_request(state):
    armed = state.arm("a", v.LostPackets(times=2), None)
    for expected in (["lost-packets"], ["lost-packets"], []):
        request = state.begin("a", "/", "", target="stream")
        assert names(state, request) == expected
        if expected:
            state.fire(armed, request)
            assert names(state, request) == [], "it happened to this one"
    assert len(state.fired) == 2


def test_skip_counts_matching_requests(state):
    state.arm("a", v.Refuse(target="segment", skip=2), None)
    seen = [
        names(state, state.begin("a", "/", "", target=target))
        for target in ("segment", "playlist", "segment", "playlist", "segment")
    ]
    assert seen == [[], [], [], [], ["refuse"]]


def test_kinds(state):
    state.arm("a", v.Refuse(target="stream"), None)
    state.arm("a", v.Stall(), None)
    request = state.begin("a", "/", "", target="stream")
    assert names(state, request, v.AnswerFault) == ["refuse"]
    assert names(state, request, v.Event) == ["stall"]


def test_slots_outlive_their_sockets(state, clock):
    account = Account("u", "p", limit=2, release=5.0)
    assert [state.admit(account) for _ in range(3)] == [True, True, False]
    state.leave(account)
    clock.advance(4.9)
    assert account.active(clock.monotonic()) == 2
    assert not state.admit(account)
    clock.advance(0.1)
    assert account.active(clock.monotonic()) == 1
    assert state.admit(account)
    assert (account.most, account.refused) == (2, 2)


def test_counts(state):
    requests = [state.begin("a", "/", "", target="stream") for _ in range(3)]
    state.begin("a", "/", "", target="playlist")
    for request in requests[:2]:
        state.end(request)
    traffic = state.traffic["a"]
    assert (traffic.open, traffic.opened, traffic.most) == (1, 3, 3)
