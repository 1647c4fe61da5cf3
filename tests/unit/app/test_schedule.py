import pytest

from tunerr.app.schedule import Schedule

ALL = frozenset({"m3u", "xmltv"})


def test_all_are_asked_at_the_interval_with_some_spread():
    schedule = Schedule(sources=ALL, interval=1000)
    assert schedule.begin(0) == ALL
    delay = schedule.end((), 50)
    assert 850 <= delay <= 1050
    assert schedule.begin(50 + delay) == ALL


def test_only_the_ill_ones_are_asked_sooner_and_ever_more_rarely():
    schedule = Schedule(sources=ALL, interval=3000)
    now, delays = 0.0, []
    assert schedule.begin(now) == ALL
    while (delay := schedule.end({"xmltv"}, now)) and schedule.due != ALL:
        delays.append(delay)
        now += delay
        assert schedule.begin(now) == {"xmltv"}
    assert delays == [30, 60, 120, 240, 480, 960]
    assert now + delay == pytest.approx(3000, rel=0.1)  # retries do not move the regular refresh


def test_a_recovered_source_starts_from_the_shortest_delay_again():
    schedule = Schedule(sources=ALL, interval=3600)
    schedule.begin(0)
    schedule.end(ALL, 0)
    assert schedule.end({"m3u"}, 0) == 60
    schedule.end((), 0)
    assert schedule.end({"m3u"}, 0) == 30


def test_without_an_interval_it_ends_once_all_are_well():
    schedule = Schedule(sources=ALL, interval=0)
    assert schedule.begin(0) == ALL
    assert schedule.end({"m3u"}, 0) == 30
    assert schedule.begin(30) == {"m3u"}
    assert schedule.end((), 30) is None


def test_the_delay_has_an_end():
    schedule = Schedule(sources=ALL, interval=0)
    for _ in range(2000):
        delay = schedule.end(ALL, 0)
    assert delay == 30 * 4096
