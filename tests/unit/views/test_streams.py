from tests.tools.attempts import STORY, attempt, event
from tunerr.views.streams import recent_events


def texts(attempts, limit=12):
    return [told.text for _, told in recent_events(attempts, limit)]


def test_what_happened_is_newest_first_over_all_streams():
    rows = [
        attempt(1, events=(event(1, "live", "a"), event(5, "slate", "d"))),
        attempt(2, events=(event(3, "live", "c"),)),
    ]
    assert texts(rows) == ["d", "c", "a"]
    assert texts(rows, 2) == ["d", "c"]


def test_viewers_are_left_out_and_a_loss_is_told_by_the_switch_that_follows():
    assert texts([attempt(1, events=STORY)]) == [STORY[3].text, STORY[1].text]
    assert len(texts([attempt(1, events=STORY[:3])])) == 2, "a loss without a successor yet"
    failed = event(2.5, "failed", "source 2 of 2 is no help")
    kept = texts([attempt(1, events=(*STORY[:3], failed, STORY[3]))])
    assert len(kept) == 4, "what was tried in between is told in order"


def test_tries_in_vain_are_told_once_for_each_outage():
    tries = [event(second, "failed", "no help") for second in range(5)]
    story = (*tries, event(5, "slate", "a card"), *tries, event(6, "switch", "x → y"), *tries)
    assert sorted(texts([attempt(1, events=story)], 50)) == ["a card", "no help", "no help", "x → y"]
