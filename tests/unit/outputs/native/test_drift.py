import pytest

from tunerr.outputs.hdhr.native.drift import Drift


def rate_after(reserves):
    """One reserve each second."""
    drift = Drift()
    for second, reserve in enumerate(reserves):
        drift.see(reserve, float(second))
    return drift.rate


@pytest.mark.parametrize(
    ("lowest", "rate"), [(0.0, 0.995), (0.15, 0.9975), (0.3, 1.0), (2.3, 1.002), (10.3, 1.01), (500.0, 1.02)]
)
def test_the_lowest_reserve_of_30_seconds_sets_the_rate(lowest, rate):
    assert rate_after([600.0] * 7 + [lowest] + [600.0] * 23) == pytest.approx(rate)


def test_before_30_seconds_have_passed_the_rate_is_1():
    assert rate_after([0.0] * 30) == 1.0


def test_each_survey_begins_anew():
    assert rate_after([0.0] * 31 + [10.3] * 30) == pytest.approx(1.01)
