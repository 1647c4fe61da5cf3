from tests.tools.clock import ManualClock
from tunerr.outputs.hdhr.native.discovery import ALL_SOURCES, EACH_SOURCE
from tunerr.outputs.hdhr.native.rate import Allowance, RateLimit

THREE, FIVE = Allowance(3, 1), Allowance(5, 2)


def limit(clock, each=THREE, total=FIVE):
    return RateLimit(clock, each=each, total=total)


def test_a_source_has_its_burst_and_then_its_rate():
    clock = ManualClock()
    bucket = limit(clock)
    assert [bucket.source_may("a") for _ in range(5)] == [True, True, True, False, False]
    clock.advance(1)
    assert [bucket.source_may("a") for _ in range(2)] == [True, False]
    clock.advance(1000)
    assert [bucket.source_may("a") for _ in range(4)] == [True, True, True, False]


def test_one_source_takes_nothing_from_another():
    bucket = limit(ManualClock())
    assert [bucket.source_may("a") for _ in range(4)] == [True, True, True, False]
    assert bucket.source_may("b")


def test_all_share_one_bucket():
    clock = ManualClock()
    bucket = limit(clock)
    assert [bucket.all_may() for _ in range(6)] == [True] * 5 + [False]
    clock.advance(1)
    assert [bucket.all_may() for _ in range(3)] == [True, True, False]


def test_memory_is_bounded_and_the_source_seen_longest_ago_is_forgotten():
    bucket = limit(ManualClock(), each=Allowance(1, 1))
    assert bucket.source_may("first")
    assert bucket.source_may("busy")
    for number in range(5000):
        assert bucket.source_may(f"source {number}")
        assert not bucket.source_may("busy")
    assert len(bucket._sources) == 1024
    assert bucket.source_may("first")


def test_real_clients_never_meet_the_limit():
    clock = ManualClock()
    bucket = limit(clock, EACH_SOURCE, ALL_SOURCES)
    # A machine with eight interfaces: each program asks twice on each, 200 ms apart. Six of them start at once.
    for _ in range(2):
        assert all(bucket.source_may("192.168.1.9") and bucket.all_may() for _ in range(8 * 6))
        clock.advance(0.2)
    # A script that runs the vendor's tool without a pause: measured at 7 ms for each.
    for _ in range(1000):
        clock.advance(0.007)
        assert bucket.source_may("192.168.1.9")
        assert bucket.all_may()


def test_a_flood_gets_its_rate_and_no_more():
    clock = ManualClock()
    bucket = limit(clock, EACH_SOURCE, ALL_SOURCES)
    passed = 0
    for _ in range(100_000):
        clock.advance(0.0001)
        passed += bucket.source_may("192.168.1.9")
    assert passed <= EACH_SOURCE.burst + 10 * EACH_SOURCE.per_second
