from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.streams_now import HEALTHY, NOW, candidate, stream, viewer
from tunerr.gateway.detectors import Condition
from tunerr.gateway.now import Standing
from tunerr.gateway.state import State
from tunerr.gateway.timeline import Event
from tunerr.model.status import Client
from tunerr.views.buffering import Cause, Machine, why_it_buffers

IDLE = Machine(usual=0.001, worst=0.02)
OTHER = Client("192.0.2.9", "VLC/3.0.20")


def why(told, machine=IDLE):
    return why_it_buffers(told, machine, NOW)


def happened(ago, kind, text="no new media came for 1.6 s"):
    return Event(NOW - timedelta(seconds=ago), kind, text)


def source(**more):
    return replace(HEALTHY, **more)


@pytest.mark.parametrize(
    ("told", "cause"),
    [
        (stream(), Cause.FINE),
        (stream(viewers=()), Cause.FINE),
        (stream(state="opening", source=None), Cause.UNKNOWN),
        (stream(state="draining", source=None), Cause.UNKNOWN),
        (stream(state="switching", source=None), Cause.PROVIDER),
        (stream(state="slate", source=None), Cause.PROVIDER),
        (stream(source=source(pace=0.8, lead=0.9)), Cause.PROVIDER),
        (stream(source=source(pace=0.8, lead=4.0)), Cause.FINE),
        (stream(source=source(pace=0.8, lead=0.9), played=4.9), Cause.FINE),
        (stream(source=source(pace=0.94, lead=0.2, bursty=True)), Cause.FINE),
        (stream(source=source(pace=0.94, lead=-0.2, bursty=True)), Cause.PROVIDER),
        (stream(source=source(silent=1.5, lead=0.5)), Cause.PROVIDER),
        (stream(source=source(silent=6.0, lead=3.0, bursty=True)), Cause.FINE),
        (stream(source=source(breaks=1)), Cause.PROVIDER),
        (stream(events=(happened(59, "lost"), happened(58, "switch"))), Cause.PROVIDER),
        (stream(events=(happened(61, "lost"), happened(60, "switch"))), Cause.FINE),
        (stream(events=(happened(3, "asked"), happened(2, "switch"))), Cause.FINE),
        (stream(viewers=(viewer(1, backlog=2.0), viewer(2))), Cause.VIEWER),
        (stream(viewers=(viewer(1, backlog=1.9), viewer(2))), Cause.FINE),
        (stream(viewers=(viewer(1, lapped=1, lapped_ago=10.0),)), Cause.VIEWER),
        (stream(viewers=(viewer(1, lapped=1, lapped_ago=100.0),)), Cause.FINE),
        (stream(viewers=(viewer(1, backlog=9.0, came=4),)), Cause.FINE),
        (stream(viewers=(viewer(1, backlog=9.0), viewer(2, backlog=9.0))), Cause.VIEWER),
        (stream(viewers=(viewer(1, backlog=9.0), viewer(2, backlog=9.0, client=OTHER))), Cause.MACHINE),
    ],
)  # fmt: skip
def test_who_it_is(told, cause):
    assert why(told).cause is cause


@pytest.mark.parametrize(
    ("machine", "cause"),
    [
        (Machine(usual=0.249, worst=0.49), Cause.FINE),
        (Machine(usual=0.25, worst=0.25), Cause.MACHINE),
        (Machine(usual=0.001, worst=0.5), Cause.MACHINE),
    ],
)
def test_a_late_loop_is_this_machine_and_makes_others_look_slow(machine, cause):
    assert why(stream(), machine).cause is cause
    if cause is Cause.MACHINE:
        assert why(stream(source=source(pace=0.5, lead=-1)), machine).cause is Cause.MACHINE
        assert why(stream(viewers=(viewer(backlog=9.0),)), machine).cause is Cause.MACHINE
        assert why(stream(state="slate", source=None), machine).cause is Cause.PROVIDER, "it has no part in that"


def test_it_says_the_figures():
    told = why(stream(source=source(pace=0.8, lead=-0.4, breaks=3)))
    assert told.sentence == "The provider sends more slowly than the stream plays."
    assert told.evidence == (
        "The source is 0.4 s behind real time and sent 80% of real time in the last 10 s.",
        "3 continuity errors in the last 10 s.",
    )
    slow = why(stream(viewers=(viewer(1, backlog=7.25, lapped=2, lapped_ago=1.0), viewer(2, client=OTHER))))
    assert slow.sentence == ("192.0.2.7 takes the stream more slowly than it plays. The other viewer keeps up.")
    assert slow.evidence == ("192.0.2.7: 7.2 s behind what it could have; the stream went on without it 2 times.",)


def test_without_a_source_the_evidence_is_what_each_one_said():
    refused = candidate(Standing.WAITING, wait=3.0, trouble="The provider refused.")
    told = why(stream(state="slate", source=None, candidates=(refused, candidate(Standing.OPENING))))
    assert told.evidence == ("Source 1: The provider refused.",)


def test_a_source_that_makes_room_for_the_one_that_was_asked_for_is_nobody_s_fault():
    asked = happened(1, "asked", "an operator asked for another source: source 2 of 2 is tried")
    told = why(stream(state="switching", source=None, events=(happened(900, "lost"), asked)))
    assert (told.cause, told.evidence) == (
        Cause.UNKNOWN, ("An operator asked for another source: source 2 of 2 is tried.",),
    )  # fmt: skip
    lost_after = why(stream(state="switching", source=None, events=(asked, happened(0, "lost"))))
    assert lost_after.cause is Cause.PROVIDER


figures = st.floats(min_value=-100, max_value=1000, allow_nan=False)
conditions = st.builds(
    Condition,
    lead=figures,
    pace=st.floats(0, 20),
    silent=st.floats(0, 100),
    bursty=st.booleans(),
    breaks=st.integers(0, 99),
)
viewers = st.builds(
    viewer,
    st.integers(1, 9),
    client=st.sampled_from([OTHER, Client("192.0.2.7", "Lavf/60.16")]),
    came=st.floats(0, 1000),
    backlog=st.floats(0, 60),
    lapped=st.integers(0, 9),
    lapped_ago=st.none() | st.floats(0, 1000),
    dropped=st.booleans(),
)
events = st.builds(
    happened, st.floats(0, 1000), st.sampled_from(["viewer", "live", "lost", "asked", "switch", "slate"])
)
candidates = st.builds(candidate, st.sampled_from(Standing), trouble=st.sampled_from(["", "The provider refused."]))
sessions = st.builds(
    stream,
    state=st.sampled_from([state.value for state in State]),
    source=st.none() | conditions,
    viewers=st.lists(viewers, max_size=4),
    events=st.lists(events, max_size=4).map(tuple),
    candidates=st.lists(candidates, max_size=3),
)
machines = st.builds(Machine, usual=st.floats(0, 2), worst=st.floats(0, 2))


@settings(derandomize=True, max_examples=150, deadline=None)
@given(sessions, machines)
def test_there_is_always_one_answer_with_its_evidence_and_a_next_step(told, machine):
    answer = why(told, machine)
    assert answer == why(told, machine)
    assert isinstance(answer.cause, Cause)
    assert answer.evidence
    for line in (answer.sentence, *answer.evidence, answer.next_step):
        assert line.endswith("."), line
        assert line[:1].isupper() or line[:1].isdigit(), line
    assert "  " not in " ".join((answer.sentence, *answer.evidence, answer.next_step))


@settings(derandomize=True, max_examples=60, deadline=None)
@given(sessions.filter(lambda told: told.supply.source is not None and told.attempt.state == "live"))
def test_a_viewer_is_never_blamed_while_the_source_is_slow(told):
    slow = replace(told, supply=replace(told.supply, source=source(pace=0.5, lead=-1.0), played=60.0))
    assert why(slow).cause is Cause.PROVIDER
