import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.gateway.piece import Piece
from tunerr.gateway.ring import Entry, Ring

NOBODY = 10**9


def filled(count, *, every=10, seconds=0.1):
    """One piece each 0.1 s of arrival and stream, every so many with an access point."""
    ring = Ring()
    for number in range(count):
        now = number * seconds
        ring.append(Piece(bytes(188 * 2), now, (188,) if number % every == 0 else ()), now)
        ring.trim(now, unread=NOBODY, joining=NOBODY)
    return ring


def test_joins_at_the_newest_access_point_that_may_be_read():
    ring = filled(35)
    assert ring.newest(ring.end) == Entry(30, 188)
    assert ring.newest(31) == Entry(30, 188)
    assert ring.newest(30) == Entry(20, 188)
    assert ring.newest(0) is None
    assert Ring().newest(1) is None


def test_keeps_four_seconds_where_access_points_are_frequent():
    ring = filled(1000, every=1)
    assert 4.0 <= (ring.end - ring.first) * 0.1 <= 4.2


def test_keeps_the_last_two_access_points_where_they_are_rare():
    ring = filled(1000, every=90)
    assert ring.first == 900
    assert ring.newest(ring.end).sequence == 990


def test_keeps_no_more_than_thirty_seconds_for_joining():
    ring = filled(899, every=600)
    assert ring.first == 600
    ring = filled(903, every=600)
    assert ring.newest(ring.end) is None
    assert 4.0 <= (ring.end - ring.first) * 0.1 <= 4.2


def test_keeps_where_a_viewer_with_a_cushion_would_join():
    ring = Ring()
    for number in range(100):
        ring.append(Piece(bytes(188), number * 0.1, (0,)), number * 0.1)
        ring.trim(number * 0.1, unread=NOBODY, joining=30)
    assert ring.first == 30


def test_keeps_what_a_viewer_still_reads_for_sixty_seconds():
    ring = Ring()
    for number in range(1000):
        ring.append(Piece(bytes(188), number * 0.1, (0,)), number * 0.1)
        ring.trim(number * 0.1, unread=300, joining=NOBODY)
    assert ring.first == 399
    ring.trim(99.9, unread=800, joining=NOBODY)
    assert ring.first == 800


def test_is_bounded_in_bytes_without_being_trimmed():
    ring = Ring()
    for number in range(100):
        ring.append(Piece(bytes(1 << 20), number, (0,)), 0.0)
    assert ring.bytes == 32 << 20
    assert (ring.first, ring.end) == (68, 100)
    assert ring.bytes_from(90) == 10 << 20


def test_cleared_it_is_empty_and_goes_on_counting():
    ring = filled(35)
    ring.clear()
    assert (ring.bytes, ring.first, ring.newest(ring.end)) == (0, 35, None)
    assert ring.append(Piece(bytes(188), 3.5, (0,)), 3.5) == 35
    assert ring.newest(ring.end) == Entry(35, 0)


def test_nobody_joins_before_a_change_of_codecs():
    ring = filled(15)
    ring.append(Piece(bytes(188), 1.5, codecs_changed=True), 1.5)
    assert ring.newest(ring.end) is None
    ring.append(Piece(bytes(188), 1.6, (0,)), 1.6)
    assert [entry.sequence for entry in ring.entries] == [16]


def test_its_time_leaves_jumps_out():
    ring = Ring()
    for time in (95_000.0, 95_001.0, 95_009.0, 12.0, 13.0, 1_000.0, 1_000.5):
        ring.append(Piece(bytes(188), time), 0.0)
    assert ring.time == 1 + 8 + 0 + 1 + 0 + 0.5
    assert [ring.time_of(number) for number in range(7)] == [0, 1, 9, 9, 10, 10, 10.5]


STEPS = st.tuples(st.integers(1, 4), st.booleans(), st.floats(0, 3), st.integers(0, 30), st.booleans())


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.lists(STEPS, max_size=80), st.integers(0, 80))
def test_counts_contents_and_bounds_agree(steps, joining):
    ring, now, data, arrivals, points = Ring(), 0.0, [], [], []
    for megabytes, opens, wait, behind, changed in steps:
        now += wait
        unread = max(len(data) - behind, 0)
        data.append(bytes(megabytes << 20))
        arrivals.append(now)
        points = [] if changed else points
        points += [len(data) - 1] * opens
        assert ring.append(Piece(data[-1], now, (0,) if opens else (), changed), now) == len(data) - 1
        ring.trim(now, unread=unread, joining=joining)
        assert ring.end == len(data)
        assert all(ring[number].data is data[number] for number in range(ring.first, ring.end))
        assert ring.bytes == sum(map(len, data[ring.first :])) <= 32 << 20
        with pytest.raises(KeyError):
            ring[ring.first - 1]
        with pytest.raises(KeyError):
            ring[ring.end]
        # Nothing is older than it may be, and nothing that someone needs went too early.
        needed = min([joining, *points[-2:], len(data)])
        oldest = 60 if ring.first >= unread else 30 if ring.first >= needed else 4
        assert now - arrivals[ring.first] <= oldest
        if ring.first:
            full = ring.bytes + len(data[ring.first - 1]) > 32 << 20
            old = now - arrivals[ring.first - 1] > 4
            assert full or old
        assert [entry.sequence for entry in ring.entries] == [n for n in reversed(points) if n >= ring.first]
