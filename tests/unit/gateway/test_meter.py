from tunerr.gateway.meter import Meter


def test_rate_is_the_mean_of_the_last_window_and_falls_to_nothing():
    meter = Meter(0.0)
    for tenth in range(40):
        meter.add(12_500, tenth / 10)
    assert meter.rate(3.9) == 1_000_000
    assert meter.rate(4.0) == 1_000_000
    assert meter.rate(6.5) == 0
