"""The home view in words."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tunerr.model.channel import Channel, ChannelId, LeftOut, Lineup, LineupChannel, SourceId
from tunerr.model.numbers import GuideNumber
from tunerr.model.status import GuideEdition, SourceState, SourceStatus
from tunerr.views.status import home_view

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def lineup(count, left_out=()):
    rows = (LineupChannel(GuideNumber(n), Channel(ChannelId(f"dna-{n}"), f"C{n}")) for n in range(1, count + 1))
    return Lineup("v", NOW, tuple(rows), left_out)


def edition(linked, channels):
    return GuideEdition("e", "v", NOW, Path("x"), Path("y"), channels, linked, 10, 0)


def source(name, state, *, kind="playlist", message="", hint="", good=True):
    return SourceStatus(
        SourceId(name), kind, "http://provider.test", state,
        attempted_at=NOW, succeeded_at=NOW if good else None, message=message, hint=hint,
    )  # fmt: skip


def verdict(channels, *statuses, guide=None, demo=False):
    offered = lineup(channels) if channels else None
    return home_view(
        lineup=offered, edition=guide, statuses=statuses, tuners=(), attempts=(), version="1", demo=demo
    ).verdict  # fmt: skip


def test_before_the_first_refresh_it_is_starting():
    said = verdict(0, source("m3u", SourceState.WAITING, good=False))
    assert (said.state, said.sentence) == ("starting", "The first refresh is running.")
    assert said.next_step


def test_no_channels_and_a_failed_playlist_is_down_with_its_next_step():
    said = verdict(0, source("m3u", SourceState.FAILED, message="No answer.", hint="Check the URL.", good=False))
    assert said.state == "down"
    assert said.sentence == "There are no channels yet. m3u: No answer."
    assert (said.next_step, said.source) == ("Check the URL.", "m3u")


def test_a_problem_without_a_hint_has_a_next_step_all_the_same():
    row = source("xmltv", SourceState.FAILED, kind="guide", message="Nothing in it.")
    view = home_view(lineup=lineup(1), edition=None, statuses=(row,), tuners=(), attempts=(), version="1", demo=False)
    assert view.verdict.sentence == "1 channel is served with the last good guide. xmltv: Nothing in it."
    assert view.verdict.next_step
    assert view.sources[0].hint == view.verdict.next_step


def test_further_problems_are_counted():
    ill = [source(name, SourceState.FAILED, message="No answer.", hint="Wait.") for name in ("a", "b", "c")]
    said = verdict(1200, *ill)
    assert said.state == "troubled"
    assert said.sentence.startswith("1,200 channels are served with the last good playlist. a: ")
    assert said.next_step == "Wait. 2 other sources have a problem too."


def test_all_is_well():
    playlist, guide = source("m3u", SourceState.OK), source("xmltv", SourceState.OK, kind="guide")
    assert verdict(6, playlist, guide, guide=edition(6, 6)).sentence == "6 channels, all with a guide."
    assert verdict(6, playlist, guide, guide=edition(4, 6)).sentence == "6 channels, 4 with a guide."
    assert verdict(6, playlist, guide, guide=None).sentence == "6 channels, the guide is being made."
    assert verdict(6, playlist, guide, guide=edition(6, 6)).next_step == ""
    assert "epg-doctor" in verdict(6, playlist, guide, guide=edition(4, 6)).next_step
    assert verdict(6, playlist, guide=edition(0, 6)).next_step == "Add a guide on the page Sources."
    assert "page Sources" in verdict(6, playlist, guide=edition(6, 6), demo=True).next_step


def test_channels_left_out_are_named():
    offered = lineup(1, (LeftOut(1, "the limit of 479 channels per device", ("Nine",)),))
    view = home_view(lineup=offered, edition=None, statuses=(), tuners=(), attempts=(), version="1", demo=False)
    assert view.left_out == ("1 channel is left out: the limit of 479 channels per device. Among them: Nine.",)


@pytest.mark.parametrize(("kind", "acceptable"), [("playlist", True), ("guide", False)])
def test_only_a_playlist_can_be_accepted(kind, acceptable):
    held_back = source("x", SourceState.REFUSED, kind=kind)
    view = home_view(
        lineup=lineup(1), edition=None, statuses=(held_back,), tuners=(), attempts=(), version="1", demo=False
    )
    assert view.sources[0].acceptable is acceptable
