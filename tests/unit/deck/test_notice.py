"""What an act said waits in its session, is for that session alone, and is forgotten once it was shown."""

from tests.tools.clock import ManualClock
from tunerr.deck.notice import NOTHING_TO_SAY, Notice
from tunerr.deck.sessions import LIFETIME_S, Sessions
from tunerr.model.operator import Role


def sessions(clock=None):
    return Sessions(clock=clock or ManualClock(), role_of={"vera": Role.VIEWER, "otto": Role.OPERATOR}.get)


def test_a_notice_waits_in_its_own_session_for_one_page():
    known = sessions()
    mine, other = known.open("vera"), known.open("vera")
    known.leave_notice(mine, Notice("Done.", undo=7))
    assert known.take_notice(other) == NOTHING_TO_SAY
    assert known.take_notice(mine) == Notice("Done.", undo=7)
    assert known.take_notice(mine) == NOTHING_TO_SAY


def test_the_latest_notice_counts():
    known = sessions()
    token = known.open("otto")
    for text in ("one", "two"):
        known.leave_notice(token, Notice(text))
    assert known.take_notice(token).text == "two"


def test_without_a_session_it_is_lost():
    clock = ManualClock()
    known = sessions(clock)
    token = known.open("otto")
    known.leave_notice("nobody", Notice("a"))
    known.leave_notice(token, Notice("b"))
    clock.advance(LIFETIME_S + 1)
    assert known.take_notice(token) == known.take_notice("nobody") == known.take_notice("") == NOTHING_TO_SAY


def test_nothing_to_say_says_nothing():
    assert (NOTHING_TO_SAY.text, NOTHING_TO_SAY.undo, NOTHING_TO_SAY.refused, dict(NOTHING_TO_SAY.typed)) == (
        "", None, False, {},
    )  # fmt: skip
