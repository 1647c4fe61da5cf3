import pytest

from tunerr.gateway.state import State, transition


def test_a_session_takes_only_the_ways_that_exist():
    assert transition(State.OPENING, State.LIVE) is State.LIVE
    assert transition(State.LIVE, State.SWITCHING) is State.SWITCHING
    for current, target in [(State.CLOSED, State.LIVE), (State.OPENING, State.DRAINING), (State.LIVE, State.LIVE)]:
        with pytest.raises(RuntimeError):
            transition(current, target)


def test_every_state_but_the_unused_slate_leads_to_closed():
    for state in set(State) - {State.CLOSED, State.SLATE}:
        assert transition(state, State.CLOSED) is State.CLOSED
