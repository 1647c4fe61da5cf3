"""What viewers saw of sessions."""

from datetime import timedelta

from tests.tools.attempts import AT, STORY, attempt, event
from tunerr.views.seen import seen

ALWAYS = {"since": AT - timedelta(hours=1), "until": AT + timedelta(hours=1)}
CARD = event(62.5, "slate", "a card")
BEGAN = AT + timedelta(minutes=1)  # of `attempt(1)`


def story(*kinds, **more):
    """One event each second after the session began."""
    events = tuple(event(61 + second, kind, f"{kind} {second}") for second, kind in enumerate(kinds))
    return attempt(1, events=events, **more)


def counts(*attempts, **span):
    found = seen(attempts, **(span or ALWAYS))
    return found.interruptions, found.repaired


def test_the_first_picture_counts_from_the_request():
    assert seen([story("viewer", "live")], **ALWAYS).pictures == (2.0,)
    assert seen([attempt(1, events=STORY[:1])], **ALWAYS).pictures == ()


def test_an_outage_is_seen_with_a_card_and_repaired_without_one():
    assert counts(story("live", "lost", "switch")) == (0, 1)
    assert counts(story("live", "lost", "slate", "switch")) == (1, 0)
    assert counts(story("live", "lost", "switch", "lost", "slate", "switch", "lost", "failed", "switch")) == (1, 2)


def test_going_to_another_source_on_purpose_is_no_outage():
    assert counts(story("live", "switch", "asked", "switch")) == (0, 0)


def test_a_stream_that_ends_is_one_interruption_with_its_card_or_without():
    ended = {"status": "stream_ended_after_progress"}
    assert counts(story("live", "lost", "failed", **ended)) == (1, 0)
    assert counts(story("live", "lost", "slate", "failed", **ended)) == (1, 0)
    assert counts(story("live", "lost", status="ok")) == (0, 0), "the viewers left"


def test_only_the_span_counts_and_every_moment_is_in_one_span():
    rows = [story("live", "lost", "slate", "switch", "lost", "switch")]
    middle = BEGAN + timedelta(seconds=4)
    first = counts(*rows, since=AT, until=middle)
    second = counts(*rows, since=middle, until=ALWAYS["until"])
    assert (first, second) == ((1, 0), (0, 1))


def test_sessions_that_were_over_before_are_passed_by():
    over = story("live", "lost", "switch", status="ok")
    assert counts(over, since=BEGAN + timedelta(seconds=62), until=ALWAYS["until"]) == (0, 0)
