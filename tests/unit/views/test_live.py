from dataclasses import replace
from datetime import timedelta

import pytest

from tests.tools.attempts import AT, PLEX, SECRETS, STORY, URL, attempt, event, outcome
from tests.tools.streams_now import NOW, candidate, stream, viewer
from tunerr.deck.render import json_answer
from tunerr.errors import NotFound
from tunerr.gateway.now import Standing
from tunerr.model.numbers import GuideNumber
from tunerr.model.status import TunerStatus
from tunerr.views.buffering import Cause, Machine
from tunerr.views.live import live_view, stream_view

IDLE = Machine()
FREE = tuple(TunerStatus(index) for index in range(3))


def playing(number):
    return TunerStatus(number, number=GuideNumber(number), name=f"Channel {number}")


def page(*streams, tuners=FREE):
    return live_view(streams, tuners, IDLE, NOW)


def one(request, *streams, attempts=()):
    return stream_view(request, streams, attempts, IDLE, NOW, tuner="http://192.0.2.5:5004")


def test_nobody_is_watching():
    view = page(tuners=(*FREE, TunerStatus(3, reserved_by="192.0.2.4")))
    assert view.sentence == "Nobody is watching; 3 tuners are free."
    assert (view.streams, view.free) == ((), 3)
    assert [row.locked_by for row in view.tuners] == ["", "", "", "192.0.2.4"]


def test_what_plays_and_on_which_tuner():
    others = (viewer(1), viewer(2, client=PLEX, cushion=4.02, backlog=0.3))
    streams = (
        stream(1, viewers=others),
        stream(2, state="opening", source=None, candidates=(candidate(Standing.OPENING),)),
    )
    view = page(*streams, tuners=(FREE[0], playing(1), playing(2)))
    assert view.sentence == "2 channels play for 3 viewers; 1 tuner is free."
    first, second = view.streams
    assert (first.number, first.name, first.viewers, first.tuner) == ("1", "Channel 1", 2, 1)
    assert (first.source, first.host, first.why) == ("source 1 of 1", "provider.test", "catalog order")
    assert (first.bits_per_second, first.lead, first.cushion) == (7_900_000, 1.8, 4.0)
    assert first.buffering.cause is Cause.FINE
    assert (second.source, second.host, second.lead) == ("", "", 0)
    assert [(row.request, row.channel) for row in view.tuners] == [
        ("", ""), ("r000001", "1 Channel 1"), ("r000002", "2 Channel 2"),
    ]  # fmt: skip


def test_a_stream_with_its_viewers_sources_and_story():
    waiting = candidate(Standing.WAITING, wait=3.4, trouble="The provider refused.", troubled_at=AT)
    viewers = (viewer(1), viewer(7, client=PLEX, cushion=4.0, backlog=2.5, lapped=1))
    told = stream(1, viewers=viewers, candidates=(waiting, candidate(), candidate(Standing.READY)), events=STORY)
    view = one("r000001", told)
    assert view.address == "http://192.0.2.5:5004/stream/dna-1.ts"
    assert (view.now.source, view.status, view.duration, view.no_other) == ("source 2 of 3", "", None, "")
    assert [(row.request, row.behind, row.cushion, row.state) for row in view.viewers] == [
        ("r000001", 0, 0, "well"), ("r000007", 6.5, 4.0, "behind"),
    ]  # fmt: skip
    assert [(row.place, row.standing, row.wait) for row in view.sources] == [
        (1, "waiting", 3), (2, "playing", 0), (3, "ready", 0),
    ]  # fmt: skip
    assert (view.sources[0].trouble, view.sources[0].troubled_at) == ("The provider refused.", AT)
    assert [line.kind for line in view.timeline] == ["switch", "lost", "live", "viewer"]
    assert view.timeline[1].text.startswith("Source 1 of 2 (http://provider.test/")
    assert view.timeline[1].text.endswith("no new media came for 1.6 s.")
    (tried,) = view.tried
    assert (tried.label, tried.reason, tried.picture_after, tried.played) == (str(URL), "stalled", 0.8, 12)
    assert one("r000007", told) == view, "by the request of a viewer too"


def test_whether_another_source_can_be_tried_is_told_as_the_gateway_tells_it():
    assert one("r000001", stream()).no_other == ""
    why = "The other sources failed lately; the first of them may be tried in 3 s."
    assert one("r000001", stream(no_other=why)).no_other == why


def test_a_stream_that_is_over_is_shown_from_what_is_remembered():
    over = attempt(3, status="all_upstreams_failed", outcomes=(outcome("status", 403), outcome("timeout")))
    view = one("r000003", stream(1), attempts=(attempt(1), over))
    assert (view.now, view.status, view.duration) == (None, "all_upstreams_failed", over.duration)
    assert (view.viewers, view.sources, view.no_other) == ((), (), "This stream has ended.")
    assert [(row.reason, row.status) for row in view.tried] == [("timeout", None), ("status", 403)]


def test_a_stream_that_nobody_remembers_has_ended():
    with pytest.raises(NotFound, match="This stream has ended"):
        one("r000009", stream(1), attempts=(attempt(1),))


def test_no_more_than_a_hundred_rows():
    events = tuple(event(second, "viewer", f"line {second}") for second in range(200))
    told = stream(1, events=events, viewers=[viewer(number) for number in range(300)])
    told = replace(told, attempt=replace(told.attempt, outcomes=(outcome(),) * 200))
    view = one("r000001", told)
    assert (len(view.timeline), len(view.viewers), len(view.tried)) == (100, 100, 100)
    assert view.timeline[0].text == "Line 199.", "the newest first"
    assert view.now.viewers == 300


def test_as_json_it_has_no_secret():
    told = stream(1, events=STORY, candidates=(candidate(), candidate(Standing.READY)))
    told = replace(told, attempt=replace(told.attempt, started_at=AT - timedelta(hours=1)))
    for view in (page(told), one("r000001", told)):
        body = json_answer(view).body.decode()
        assert '"cause":"fine"' in body
        assert not any(secret in body for secret in SECRETS)
