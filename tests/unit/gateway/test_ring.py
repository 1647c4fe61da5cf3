from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.gateway.inspector import AccessPoint
from tunerr.gateway.ring import Ring

POINT = (AccessPoint(188, b"tables"),)
NOBODY = 10**9


def filled(count, *, every=10, size=188, seconds=0.1):
    ring = Ring()
    for number in range(count):
        ring.append(bytes(size), POINT if number % every == 0 else (), number * seconds)
        ring.trim(number * seconds, NOBODY)
    return ring


def test_joins_at_the_newest_access_point():
    ring = filled(35)
    assert ring.newest.sequence == 30
    assert (ring.newest.offset, ring.newest.tables) == (188, b"tables")
    assert Ring().newest is None


def test_keeps_four_seconds_where_access_points_are_frequent():
    ring = filled(1000, every=1)
    assert 4.0 <= (ring.end - ring.first) * 0.1 <= 4.2


def test_keeps_the_last_two_access_points_where_they_are_rare():
    ring = filled(1000, every=90)
    assert ring.first == 900
    assert ring.newest.sequence == 990


def test_keeps_no_more_than_thirty_seconds_for_joining():
    ring = filled(1000, every=600)
    assert 29 <= (ring.end - ring.first) * 0.1 <= 30.2
    assert ring.newest is None


def test_keeps_what_a_viewer_still_reads_for_sixty_seconds():
    ring = Ring()
    for number in range(1000):
        ring.append(bytes(188), POINT, number * 0.1)
        ring.trim(number * 0.1, 300)
    assert ring.first == 399
    ring.trim(99.9, 800)
    assert ring.first == 800


def test_is_bounded_in_bytes_without_being_trimmed():
    ring = Ring()
    for _ in range(100):
        ring.append(bytes(1 << 20), POINT, 0.0)
    assert ring.bytes == 32 << 20
    assert (ring.first, ring.end) == (68, 100)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 50), st.booleans(), st.floats(0, 3)), max_size=80), st.integers(0, 80))
def test_counts_and_contents_agree(steps, unread):
    ring, now, data = Ring(), 0.0, []
    for packets, opens, wait in steps:
        now += wait
        data.append(bytes([len(data)]) * packets)
        assert ring.append(data[-1], [AccessPoint(0, b"")] if opens else [], now) == len(data) - 1
        ring.trim(now, unread)
        assert list(ring.since(ring.first)) == data[ring.first :]
        assert ring.bytes == sum(map(len, data[ring.first :]))
        assert ring.end == len(data)
        assert ring.newest is None or ring.first <= ring.newest.sequence < ring.end
