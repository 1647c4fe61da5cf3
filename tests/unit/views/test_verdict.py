"""The verdict: one sentence and one next step."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tunerr.model.account import AccountStatus
from tunerr.model.channel import SourceId
from tunerr.model.status import GuideEdition, SourceState, SourceStatus
from tunerr.views.verdict import Standing, verdict

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def edition(linked, channels):
    return GuideEdition("e", "v", NOW, Path("x"), Path("y"), channels, linked, 10, 0)


def source(name, state=SourceState.OK, *, kind="playlist", message="", hint="", good=True):
    return SourceStatus(
        SourceId(name), kind, "http://provider.test", state,
        attempted_at=NOW, succeeded_at=NOW if good else None, message=message, hint=hint,
    )  # fmt: skip


def account(**more):
    return AccountStatus(source="m3u", asked_at=NOW, status="active", **more)


WELL = Standing(
    channels=6, edition=edition(6, 6), guide_real=100.0, statuses=(source("m3u"), source("xmltv", kind="guide")),
    accounts=(), asked_for=True, demo=False, now=NOW,
)  # fmt: skip


def said(**more):
    return verdict(replace(WELL, **more))


def test_when_all_is_well_nothing_is_to_be_done():
    found = said()
    assert (found.state, found.sentence) == ("ready", "6 channels, all with a guide.")
    assert (found.next_step, found.link) == ("", "")


def test_before_the_first_refresh_it_is_starting():
    found = said(channels=0, edition=None, statuses=(source("m3u", SourceState.WAITING, good=False),))
    assert (found.state, found.sentence) == ("starting", "The first refresh is running.")
    assert found.next_step


def test_no_channels_and_a_failed_playlist_is_down_with_its_next_step():
    ill = source("m3u", SourceState.FAILED, message="No answer.", hint="Check the URL.", good=False)
    found = said(channels=0, statuses=(ill,))
    assert (found.state, found.sentence) == ("down", "There are no channels yet. m3u: No answer.")
    assert (found.next_step, found.source, found.link) == ("Check the URL.", "m3u", "/providers/m3u")


def test_a_problem_without_a_hint_has_a_next_step_all_the_same():
    ill = source("xmltv", SourceState.FAILED, kind="guide", message="Nothing in it.")
    found = said(channels=1, statuses=(ill,))
    assert found.sentence == "1 channel is served with the last good guide. xmltv: Nothing in it."
    assert found.next_step


def test_further_problems_are_counted():
    ill = [source(name, SourceState.FAILED, message="No answer.", hint="Wait.") for name in ("a", "b", "c")]
    found = said(channels=1200, statuses=tuple(ill))
    assert found.state == "troubled"
    assert found.sentence.startswith("1,200 channels are served with the last good playlist. a: ")
    assert found.next_step == "Wait. 2 other sources have a problem too."


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=7), "ends on 28 November, in 7 days."),
        (timedelta(days=1, hours=2), "ends on 22 November, in 1 day."),
        (timedelta(hours=3), "ends on 21 November, in less than a day."),
        (timedelta(days=-2), "ended on 19 November."),
    ],
)
def test_an_account_that_ends_within_a_week_is_a_problem(left, words):
    found = said(accounts=(account(), account(expires=NOW + left)))
    assert found.state == "troubled"
    assert found.sentence == f"6 channels, all with a guide. The account of m3u {words}"
    assert found.link == "/providers/m3u"


def test_an_account_that_ends_later_is_none_and_a_failed_source_comes_first():
    assert said(accounts=(account(expires=NOW + timedelta(days=7, seconds=1)),)).state == "ready"
    ill = source("other", SourceState.FAILED, message="No answer.")
    assert said(accounts=(account(expires=NOW),), statuses=(ill,)).source == "other"


@pytest.mark.parametrize(
    ("standing", "step", "link"),
    [
        ({"demo": True}, "This is the demo.", "/start"),
        ({"statuses": (source("m3u"),)}, "There is no guide: the channels have no programmes.", "/start"),
        ({"guide_real": 49.9}, "Only 50 % of the channels have programmes.", "/guide/repair"),
        ({"asked_for": False}, "No media server has asked for the lineup yet.", "/start"),
        ({"edition": edition(5, 6)}, "1 channel has no guide.", "/guide/repair"),
        ({"edition": edition(4, 6), "guide_real": 50.0}, "2 channels have no guide.", "/guide/repair"),
    ],
)
def test_what_is_missing_has_one_next_step_and_a_place(standing, step, link):
    found = said(**standing)
    assert (found.state, found.next_step, found.link) == ("ready", step, link)
    assert found.label


def test_of_several_things_that_are_missing_the_first_is_said():
    found = said(guide_real=10.0, asked_for=False, edition=edition(1, 6))
    assert found.link == "/guide/repair"
    assert found.sentence == "6 channels, 1 with a guide."
    assert said(edition=None, guide_real=None).sentence == "6 channels, the guide is being made."
    assert said(edition=edition(0, 6)).sentence == "6 channels, none with a guide."
