"""What happened, in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.tools.attempts import AT, STORY, attempt, event
from tunerr.model.channel import SourceId
from tunerr.model.guide import ChannelHealth, GuideHealth
from tunerr.model.status import GuideEdition, SourceState, SourceStatus
from tunerr.views.happenings import guide_happening, source_happening, stream_happenings

WAITING = SourceStatus(SourceId("m3u"), "playlist", "http://provider.test")
OK = replace(
    WAITING, state=SourceState.OK, attempted_at=AT, succeeded_at=AT, message="1,200 channels: 3 added, 1 renamed."
)
LATER = AT + timedelta(hours=6)


def told(*events, status="", after=None):
    return stream_happenings(attempt(1, events=events, status=status), after)


def outcomes(*events, **more):
    return [one.outcome for one in told(*events, **more)[0]]


def test_viewers_are_left_out_and_a_loss_is_told_by_the_switch_that_follows():
    news, until = told(*STORY)
    assert [one.outcome for one in news] == ["live", "repaired"]
    assert news[1].message == f"{STORY[3].text[:1].upper()}{STORY[3].text[1:]}; viewers saw nothing."
    assert (news[1].title, news[1].link, until) == ("1 Channel 1", "/live/r000001", STORY[3].at)


def test_each_line_is_told_once_however_often_one_looks():
    news, until = told(*STORY[:2])
    assert len(news) == 1
    assert told(*STORY[:2], after=until) == ((), until)
    more, until = told(*STORY, after=until)
    assert [one.outcome for one in more] == ["repaired"]
    assert told(*STORY, after=until) == ((), until)


def test_a_loss_waits_for_what_follows_it():
    _, until = told(*STORY[:3])
    assert until == STORY[1].at
    tried = event(2.5, "failed", "source 2 of 2 is no help")
    news, _ = told(*STORY[:3], tried, after=until)
    assert [one.outcome for one in news] == ["lost", "failed"]
    assert outcomes(*STORY[:3], status="ok")[-1] == "lost", "nothing follows when it is over"


def test_a_switch_after_a_card_was_seen_and_one_without_a_loss_was_none():
    card = event(2.8, "slate", "no source can be had: a card is shown")
    assert outcomes(*STORY[:3], card, STORY[3]) == ["live", "lost", "slate", "back"]
    assert outcomes(STORY[1], STORY[3]) == ["live", "switch"]


def test_tries_in_vain_are_told_once_for_each_outage():
    tries = [event(second, "failed", "no help") for second in range(5)]
    story = (*tries, event(5, "slate", "a card"), *tries, event(6, "switch", "x → y"), *tries)
    assert outcomes(*story) == ["failed", "slate", "switch", "failed"]


def test_a_stream_that_ended_under_its_viewers_says_so_once():
    news, until = told(*STORY, status="stream_ended_after_progress")
    assert news[-1].outcome == "ended"
    assert told(*STORY, status="stream_ended_after_progress", after=until) == ((), until)
    assert outcomes(*STORY, status="ok")[-1] == "repaired"


def test_a_session_without_a_word_has_none():
    assert told() == ((), None)


def test_a_refresh_says_what_it_changed():
    news = source_happening(WAITING, OK)
    assert news is not None
    assert (news.at, news.title, news.outcome, news.link) == (AT, "m3u", "changed", "/providers/m3u")
    assert news.message == "Refreshed. 1,200 channels: 3 added, 1 renamed."
    same = source_happening(OK, replace(OK, kind="guide", attempted_at=LATER, message="Nothing changed."))
    assert same is not None
    assert (same.outcome, same.message, same.link) == ("ok", "Refreshed. Nothing changed.", "/guide/repair")


def test_a_failure_is_told_once_until_it_is_another():
    failed = replace(OK, state=SourceState.FAILED, attempted_at=LATER, message="No answer.", hint="Check the URL.")
    news = source_happening(OK, failed)
    assert news is not None
    assert (news.outcome, news.message, news.detail) == ("down", "No answer.", "Check the URL.")
    again = replace(failed, attempted_at=LATER + timedelta(minutes=1))
    assert source_happening(failed, again) is None
    assert source_happening(failed, replace(again, message="Account refused.")) is not None
    held = source_happening(OK, replace(failed, state=SourceState.REFUSED))
    assert held is not None
    assert held.outcome == "held"


def test_a_source_that_was_not_asked_is_no_news():
    assert source_happening(OK, replace(OK, message="renamed")) is None
    assert source_happening(WAITING, WAITING) is None


def test_an_edition_says_what_it_lacks():
    made = datetime(2026, 11, 22, tzinfo=UTC)
    edition = GuideEdition("e", "v", made, Path("x"), Path("y"), 412, 410, 10, 0)
    rows = tuple(
        ChannelHealth(f"dna-{status}", "1", "C", "", status) for status in ("healthy", "sparse", "placeholder_only")
    )
    news = guide_happening(edition, GuideHealth("e", "v", made, rows))
    assert news.message == (
        "Made: 410 of 412 channels linked, 2 with few programmes or none that say more than the name."
    )
    assert (news.outcome, news.link) == ("changed", "/guide/repair")
    assert guide_happening(replace(edition, linked=412), None).outcome == "ok"
