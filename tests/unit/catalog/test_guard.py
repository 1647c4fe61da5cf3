import pytest

from tunerr.catalog.guard import Answer, judge

HOUR = 3600.0


def refused(*hours, channels=50, fingerprint="small"):
    return [Answer(hour * HOUR, channels, fingerprint, refused=True) for hour in hours]


def accepted(hour, history, *, channels=50, last_good=100, fingerprint="small", accept=False):
    answer = Answer(hour * HOUR, channels, fingerprint)
    return judge(answer, last_good=last_good, history=history, accept_shrink=accept).accepted


@pytest.mark.parametrize(
    ("channels", "last_good", "verdict"), [(60, 100, True), (59, 100, False), (1, 0, True), (200, 100, True)]
)
def test_the_floor_is_60_percent_of_the_last_good_count(channels, last_good, verdict):
    assert accepted(0, [], channels=channels, last_good=last_good) is verdict


def test_the_same_answer_must_stand_24_hours_over_three_fetches():
    assert not accepted(24, refused(0))
    assert not accepted(23.9, refused(0, 12))
    assert accepted(24, refused(0, 12))
    assert accepted(30, refused(0, 6, 12, 18, 24))


def test_another_answer_in_between_starts_the_wait_anew():
    other = refused(12, fingerprint="other")
    assert not accepted(24, [*refused(0, 6), *other, *refused(18)])
    good = [Answer(12 * HOUR, 100, "full")]
    assert not accepted(25, [*refused(0), *good, *refused(13)])


def test_the_operator_may_accept_at_once():
    assert accepted(0, [], accept=True)


def test_a_refusal_says_both_counts_and_what_to_do():
    verdict = judge(Answer(0, 50, "s"), last_good=1000, history=[], accept_shrink=False)
    assert "50 channels, 1,000 before" in verdict.message
    assert "accept" in verdict.hint
    assert "24 hours" in verdict.hint


def test_what_the_operator_took_back_proves_nothing():
    answer = Answer(99 * HOUR, 100, "small")
    verdict = judge(answer, last_good=100, history=refused(0, 24, 48, channels=100), withdrawn=True)
    assert not verdict.accepted
    assert "taken back" in verdict.message
    assert "source accept" in verdict.hint
    assert judge(answer, last_good=100, history=[], withdrawn=True, accept_shrink=True).accepted


def test_a_refusal_says_why():
    verdict = judge(Answer(0, 30, "small"), last_good=120, history=[])
    assert verdict.message == (
        "The provider now has 30 channels, 120 before: 75% are gone, and more than 40% at once is not believed."
        " The 120 are kept."
    )
    assert "`iptv-tunerr source accept`" in verdict.hint
