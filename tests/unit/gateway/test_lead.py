import pytest

from tests.tools.clock import ManualClock
from tunerr.gateway.lead import Lead


def play(lead, clock, seconds, *, pace=1.0, step=0.1, media=0.0):
    for _ in range(round(seconds / step)):
        clock.advance(step)
        media += step * pace
        lead.take(media, 0)
    return media


def test_is_media_minus_wall_time_since_the_first_media():
    clock = ManualClock()
    lead = Lead(clock=clock)
    clock.advance(30)
    assert (lead.value, lead.silent, lead.began) == (0, 0, False)
    lead.take(10.0, 0)
    assert (lead.value, lead.silent, lead.began) == (10, 0, True)
    clock.advance(4)
    assert (lead.value, lead.silent) == (6, 4)
    lead.take(10.0, 0)
    assert lead.silent == 4, "nothing new came"
    lead.take(12.0, 0)
    assert (lead.value, lead.silent) == (8, 0)


def test_rate_and_peak_over_a_window():
    clock = ManualClock()
    lead = Lead(clock=clock)
    assert lead.rate(5) == 1
    media = play(lead, clock, 20)
    assert lead.rate(5) == pytest.approx(1, abs=0.03)
    media = play(lead, clock, 5, pace=0.5, media=media)
    assert lead.rate(5) == pytest.approx(0.5, abs=0.05)
    assert lead.rate(10) == pytest.approx(0.75, abs=0.05)
    assert lead.peak(2) == pytest.approx(lead.value + 1, abs=0.15)
    clock.advance(5)
    assert lead.rate(5) == 0
    assert lead.peak(2) == lead.value


def test_a_burst_is_told_from_a_flow():
    clock = ManualClock()
    lead = Lead(clock=clock)
    lead.take(2.0, 0)
    assert lead.burst(1.5)
    media = play(lead, clock, 3, media=2.0)
    assert not lead.burst(1.5)
    clock.advance(2)
    lead.take(media + 2, 0)
    assert lead.burst(1.5)


@pytest.mark.parametrize("pace", [0.999, 1.001])
def test_a_day_with_a_wrong_clock_moves_it_by_less_than_two_seconds(pace):
    clock = ManualClock()
    lead = Lead(clock=clock)
    media = 0.0
    for _ in range(24 * 3600):
        clock.advance(1)
        media += pace
        lead.take(media, 0)
        assert -1.1 < lead.value - 1 < 1.7, "the first second came at once"


def test_a_lead_of_bursts_is_kept_for_hours():
    clock = ManualClock()
    lead = Lead(clock=clock)
    for burst in range(1, 3000):
        lead.take(10.0 * burst, 0)
        assert lead.value == pytest.approx(10, abs=0.2)
        clock.advance(10)


def test_zero_moves_by_a_thousandth_at_most():
    clock = ManualClock()
    lead = Lead(clock=clock)
    play(lead, clock, 1000, pace=0.95)
    assert -50 <= lead.value < -48.5


def test_a_jump_costs_no_lead():
    clock = ManualClock()
    lead = Lead(clock=clock)
    media = play(lead, clock, 10)
    before = lead.value
    clock.advance(1.0)
    lead.take(media, 1)
    lead.take(media + 0.04, 1)
    assert lead.value == pytest.approx(before)


def test_what_is_read_far_ahead_on_purpose_is_no_wrong_clock():
    clock = ManualClock()
    lead = Lead(clock=clock)
    lead.take(25.0, 0)
    play(lead, clock, 3600, step=1, media=25.0)
    assert lead.value == pytest.approx(25)


def test_a_head_start_fades_with_the_hours():
    clock = ManualClock()
    lead = Lead(clock=clock)
    lead.take(5.0, 0)
    play(lead, clock, 2 * 3600, step=0.5, media=5.0)
    assert 1.4 < lead.value < 2.1
