import math

import pytest

from tests.tools.clock import ManualClock
from tunerr.errors import UpstreamError
from tunerr.gateway.rotation import Rotation
from tunerr.gateway.selector import Candidate
from tunerr.model.channel import SourceId, Stream
from tunerr.model.url import SecretUrl, Zone

LOST = UpstreamError("It ended.", reason="ended")
REFUSED = UpstreamError("No.", reason="status", status=404)


def candidate(account, number):
    url = SecretUrl(f"http://tv.test/live/{account}/secret/{number}.ts")
    return Candidate(Stream(url=url, source=SourceId("m3u"), zone=Zone.LOOPBACK))


A1, A2 = candidate("anna", 1), candidate("anna", 2)
B1, B2 = candidate("bert", 1), candidate("bert", 2)


def rotation(*candidates):
    clock = ManualClock()
    return Rotation(candidates, clock=clock), clock


def test_starts_in_the_order_of_rank():
    turns, _ = rotation(A1, A2, B1)
    assert (turns.next(), turns.wait(), turns.candidates) == (A1, 0, (A1, A2, B1))


def test_a_lost_source_is_followed_by_one_on_another_account():
    turns, _ = rotation(A1, A2, B1)
    turns.played(A1, 60)
    turns.failed(A1, LOST)
    assert turns.next() == B1
    turns.failed(B1, REFUSED)
    assert turns.next() == A2, "before the one that was lost just now"
    turns.failed(A2, REFUSED)
    assert turns.next() == A1, "it played well, so it needs no rest"


def test_refusals_go_on_at_once_and_then_the_earliest_is_waited_for():
    turns, clock = rotation(A1, B1)
    turns.failed(A1, REFUSED)
    assert (turns.next(), turns.wait()) == (B1, 0)
    clock.advance(0.2)
    turns.failed(B1, REFUSED)
    assert turns.next() is None
    assert turns.wait() == pytest.approx(0.3)
    clock.advance(0.3)
    assert turns.next() == A1


def test_a_single_source_is_opened_again_at_once_and_then_rests_ever_longer():
    turns, clock = rotation(A1)
    turns.played(A1, 12)
    turns.failed(A1, LOST)
    assert turns.next() == A1
    waits = []
    for _ in range(9):
        turns.failed(A1, REFUSED)
        waits.append(turns.wait())
        assert turns.next() is None
        clock.advance(turns.wait())
        assert turns.next() == A1
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_long_play_forgives_and_short_play_does_not():
    turns, clock = rotation(A1)
    for _ in range(4):
        turns.failed(A1, REFUSED)
    clock.advance(100)
    turns.played(A1, 5)
    turns.failed(A1, LOST)
    assert turns.wait() == 8
    turns.played(A1, 12)
    turns.failed(A1, LOST)
    assert turns.wait() == 0
    turns.failed(A1, REFUSED)
    assert turns.wait() == 16, "12 s are no reason to forget"
    turns.played(A1, 31)
    turns.failed(A1, LOST)
    turns.failed(A1, REFUSED)
    assert turns.wait() == 0.5


def test_what_the_provider_asks_for_is_waited_when_it_is_longer():
    turns, clock = rotation(A1)
    turns.failed(A1, UpstreamError("Slow.", reason="status", status=429, retry_after=12))
    assert turns.wait() == 12
    clock.advance(12)
    turns.failed(A1, UpstreamError("Slow.", reason="status", status=429, retry_after=0.1))
    assert turns.wait() == 1
    turns.failed(A1, UpstreamError("Slow.", reason="status", status=429, retry_after=3600))
    assert turns.wait() == 30, "ask again then"
    clock.advance(3599)
    assert turns.next() is None


def test_protected_streams_are_never_tried_again():
    turns, clock = rotation(A1)
    turns.failed(A1, UpstreamError("Protected.", reason="drm"))
    clock.advance(1e6)
    assert (turns.next(), turns.wait()) == (None, 30)


def test_other_codecs_come_last():
    turns, _ = rotation(A1, B1, B2)
    turns.shown(A1, ("h264", "aac"))
    turns.shown(B1, ("hevc", "aac"))
    turns.played(A1, 60)
    turns.failed(A1, LOST)
    assert turns.next() == B2


def test_a_good_play_ends_the_outage():
    turns, clock = rotation(A1, B1)
    turns.failed(A1, LOST)
    clock.advance(60)
    turns.played(B1, 60)
    turns.failed(B1, LOST)
    assert turns.next() == A1


def test_a_fault_of_content_that_all_have_is_borne():
    frozen = UpstreamError("The picture stood still for 8 s.", reason="frozen")
    turns, clock = rotation(A1, B1)
    assert turns.alternative(A1, frozen)
    turns.played(A1, 60)
    turns.failed(A1, frozen)
    assert not turns.alternative(B1, frozen)
    assert turns.alternative(B1, UpstreamError("Lost.", reason="lossy"))
    clock.advance(900)
    assert turns.alternative(B1, frozen)
    alone, _ = rotation(A1)
    assert not alone.alternative(A1, frozen)


def test_none_that_rests_is_an_alternative():
    turns, clock = rotation(A1, B1)
    turns.failed(A1, REFUSED)
    frozen = UpstreamError("Still.", reason="frozen")
    assert not turns.alternative(B1, frozen)
    clock.advance(0.5)
    assert turns.alternative(B1, frozen)


def test_going_back_to_a_better_one_every_quarter_of_an_hour():
    turns, clock = rotation(A1, B1, B2)
    assert turns.better(A1) is None
    turns.failed(A1, REFUSED)
    clock.advance(899)
    assert turns.better(B1) is None
    clock.advance(1)
    assert turns.better(B1) == A1
    turns.failed(A1, REFUSED)
    assert turns.better(B1) is None
    clock.advance(900)
    turns.shown(B1, ("h264",))
    turns.shown(A1, ("hevc",))
    assert turns.better(B1) is None, "it would end recordings"
    assert turns.better(B2) == B1


def test_another_one_is_the_next_in_order_that_may_be_tried():
    turns, clock = rotation(A1, A2, B1)
    assert [turns.other(one) for one in (A1, A2, B1)] == [A2, B1, A1]
    turns.failed(A2, REFUSED)
    assert turns.other(A1) == B1
    clock.advance(0.5)
    turns.shown(A1, ("h264",))
    turns.shown(A2, ("hevc",))
    assert turns.other(A1) == B1, "others would end recordings"
    turns.failed(B1, UpstreamError("Protected.", reason="drm"))
    assert turns.other(A1) == A2
    alone, _ = rotation(A1)
    assert alone.other(A1) is None


def test_one_that_the_operator_left_is_not_gone_back_to_until_he_takes_it_again():
    turns, _ = rotation(A1, B1)
    turns.choose(A1, B1)
    assert turns.better(B1) is None
    turns.choose(B1, A1)
    turns.choose(A1, B1)
    turns.choose(B1, A1)
    assert turns.better(B1) == A1


def test_how_they_stand():
    turns, clock = rotation(A1, B1)
    turns.failed(A1, REFUSED)
    turns.failed(B1, UpstreamError("Protected.", reason="drm"))
    first, second = turns.turns
    assert (first.wait, first.trouble, first.troubled_at) == (0.5, "No.", clock.now())
    assert (second.candidate, second.wait, second.trouble) == (B1, math.inf, "Protected.")
    clock.advance(0.5)
    assert turns.turns[0].wait == 0
