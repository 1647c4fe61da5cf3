import pytest

from tunerr.app.schedule import Schedule

ALL = frozenset({"m3u", "xmltv"})


def schedule_of(interval, *more):
    schedule = Schedule()
    schedule.keep(dict.fromkeys(ALL, interval) | dict(more), 0)
    return schedule


def asked(schedule, now, ill=()):
    due = schedule.due(now)
    schedule.asked(due, now)
    schedule.answered(due, due & set(ill), now)
    return due


def test_all_are_asked_at_the_interval_together_with_some_spread():
    schedule = schedule_of(1000)
    assert asked(schedule, 0) == ALL
    delay = schedule.wait(50)
    assert 850 <= delay <= 1050
    assert schedule.due(50) == frozenset()
    assert schedule.due(50 + delay) == ALL


def test_only_the_ill_ones_are_asked_sooner_and_ever_more_rarely():
    schedule = schedule_of(3000)
    assert asked(schedule, 0, {"xmltv"}) == ALL
    now, delays = 0.0, []
    while (due := schedule.due(now := now + (delay := schedule.wait(now)))) != ALL:
        assert due == {"xmltv"}
        delays.append(delay)
        asked(schedule, now, {"xmltv"})
        if now > 5000:
            break
    assert delays[:6] == [30, 60, 120, 240, 480, 960]
    assert now > 2600  # retries do not move the regular refresh


def test_a_recovered_source_starts_from_the_shortest_delay_again():
    schedule = schedule_of(36000)
    asked(schedule, 0, ALL)
    asked(schedule, 30, {"m3u"})
    assert schedule.wait(30) == 60
    asked(schedule, 90)
    schedule.answered({"m3u"}, {"m3u"}, 100)
    assert schedule.wait(100) == 30


def test_each_source_has_an_interval_of_its_own():
    schedule = schedule_of(1000, ("fast", 100))
    asked(schedule, 0)
    assert schedule.due(110) == {"fast"}
    asked(schedule, 110)
    assert schedule.wait(110) <= 110
    assert schedule.due(890) == {"fast"}


def test_without_an_interval_it_ends_once_all_are_well():
    schedule = schedule_of(0)
    assert asked(schedule, 0, {"m3u"}) == ALL
    assert schedule.wait(0) == 30
    assert asked(schedule, 30) == {"m3u"}
    assert schedule.wait(30) is None


def test_a_new_source_is_due_at_once_and_a_removed_one_never():
    schedule = schedule_of(1000)
    asked(schedule, 0)
    schedule.keep({"m3u": 1000, "new": 1000}, 5)
    assert schedule.due(5) == {"new"}
    schedule.keep({}, 6)
    assert schedule.wait(6) is None


def test_another_interval_counts_from_the_last_question():
    schedule = schedule_of(1000)
    asked(schedule, 0)
    schedule.keep({"m3u": 500, "xmltv": 1000}, 5)
    assert schedule.due(5) == frozenset()
    assert 440 <= schedule.wait(5) <= 550
    assert schedule.due(600) == {"m3u"}
    schedule.keep({"m3u": 0, "xmltv": 300}, 400)
    assert schedule.due(400) == {"xmltv"}


def test_a_source_that_was_not_asked_yet_stays_due_whatever_its_interval():
    schedule = schedule_of(1000)
    schedule.keep(dict.fromkeys(ALL, 0), 5)
    assert schedule.due(5) == ALL


def test_the_delay_has_an_end():
    schedule = schedule_of(0)
    schedule.asked(ALL, 0)
    for _ in range(2000):
        schedule.answered(ALL, ALL, 0)
    assert schedule.wait(0) == pytest.approx(30 * 4096)
