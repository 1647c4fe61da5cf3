from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.clock import ManualClock
from tunerr.gateway.readers.follow import Follower, poll_seconds
from tunerr.gateway.readers.playlist import Media, Segment

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def media(*names, first=10, ended=False, target=4.0, duration=4.0, aired=None):
    """A playlist; `aired`: seconds after noon at which its first segment went on air."""

    def segment(index, name):
        on_air = None if aired is None else NOON + timedelta(seconds=aired + index * duration)
        return Segment(first + index, f"http://h/{name}", duration, gap=name.startswith("gap"), aired=on_air)

    return Media(target, tuple(segment(index, name) for index, name in enumerate(names)), ended, mapped=False)


def window(start, length=5, offset=0, prefix="s", **options):
    """Segments `start` and following; their numbers are moved by `offset`."""
    return media(*(f"{prefix}{number}.ts" for number in range(start, start + length)), first=start + offset, **options)


def taken(follower, playlist, now=0.0):
    follower.look(playlist, now)
    names = []
    while segment := follower.next:
        names.append(segment.url.rpartition("/")[2].removesuffix(".ts"))
        follower.done(now)
    return names


def follower(after=None):
    return Follower(now=0.0, after=after)


def test_a_sliding_window():
    one = follower()
    assert taken(one, window(10)) == ["s12", "s13", "s14"]
    assert taken(one, window(10)) == []
    assert taken(one, window(12)) == ["s15", "s16"]
    assert taken(one, window(11)) == []  # a cache that lags
    assert taken(one, window(7)) == []
    assert taken(one, window(13)) == ["s17"]


def test_a_jump_forward_leads_to_the_live_end_and_nothing_back():
    one = follower()
    taken(one, window(10))
    assert taken(one, window(30)) == ["s32", "s33", "s34"]
    assert taken(one, window(11)) == []
    assert taken(one, window(31)) == ["s35"]


@pytest.mark.parametrize(
    ("duration", "count"), [(0.5, 12), (1, 10), (2, 5), (3, 4), (4, 3), (10, 3), (10.01, 2), (12, 2), (30, 2), (0, 3)]
)
def test_the_start_is_three_segments_and_10_s_before_the_end_but_30_s_at_most(duration, count):
    assert len(taken(follower(), window(0, 12, target=duration, duration=duration))) == count


def test_a_recording_is_taken_from_its_start():
    assert taken(follower(), media("a", "b", "c", "d", ended=True)) == ["a", "b", "c", "d"]


def test_a_restarted_encoder_is_believed_when_a_cache_would_have_caught_up():
    one = follower()
    taken(one, window(100))
    assert taken(one, window(0, 2), 1.0) == []
    assert taken(one, window(0, 2), 4.1) == ["s0", "s1"]
    assert taken(one, window(0, 3), 8.0) == ["s2"]
    assert taken(one, window(100), 8.0) == []  # and back again


def test_a_window_without_sequence_numbers():
    one = follower()
    taken(one, media("a", "b", "c", "d", first=0))
    assert taken(one, media("b", "c", "d", "e", first=0)) == ["e"]
    assert taken(one, media("d", "e", "f", "g", first=0)) == ["f", "g"]


@pytest.mark.parametrize("offset", [-3, 2, 900, -11])
def test_a_renumbered_window(offset):
    one = follower()
    taken(one, window(10))
    assert taken(one, window(12, offset=offset)) == ["s15", "s16"]
    assert taken(one, window(13, offset=offset)) == ["s17"]


def test_names_that_are_used_again():
    one = follower()
    for newest in range(5, 40):
        got = taken(one, media(*(f"{number % 7}.ts" for number in range(newest - 5, newest)), first=newest - 5))
        assert got == [str((newest - 1) % 7)] or newest == 5


def test_names_that_change_at_each_look():
    one = follower()
    taken(one, window(10, prefix="tokenA"))
    assert taken(one, window(10, prefix="tokenB")) == []
    assert taken(one, window(11, prefix="tokenC")) == ["tokenC15"]


def test_new_tokens_are_no_new_segments():
    one = follower()
    taken(one, media("a.ts?t=1", "b.ts?t=1", "c.ts?t=1"))
    assert taken(one, media("a.ts?t=2", "b.ts?t=2", "c.ts?t=2")) == []


def test_segments_told_apart_by_their_query():
    one = follower()
    taken(one, media("s?n=1", "s?n=2", "s?n=3", first=0))
    assert taken(one, media("s?n=2", "s?n=3", "s?n=4", first=0)) == ["s?n=4"]


def test_an_empty_playlist_changes_nothing():
    one = follower()
    assert taken(one, media()) == []
    assert taken(one, window(10)) == ["s12", "s13", "s14"]
    assert taken(one, media()) == []
    assert taken(one, window(11)) == ["s15"]


def test_what_is_not_done_comes_again_by_its_new_address():
    one = follower()
    one.look(media("a?t=1", "b?t=1", "c?t=1"), 0.0)
    one.done(0.0)
    one.look(media("b?t=2", "c?t=2", "d?t=2", first=11), 0.0)
    assert one.next.url == "http://h/b?t=2"
    one.skip()
    assert one.next.url == "http://h/c?t=2"


@pytest.mark.parametrize(
    ("after", "names"),
    [
        (7.0, ["s11", "s12", "s13", "s14"]),
        (8.0, ["s12", "s13", "s14"]),  # on the border: what ends then was seen
        (7.7, ["s12", "s13", "s14"]),  # as good as on the border
        (0.0, ["s10", "s11", "s12", "s13", "s14"]),
        (-60.0, ["s12", "s13", "s14"]),
        (600.0, ["s12", "s13", "s14"]),
    ],
)
def test_the_start_after_a_moment(after, names):
    assert taken(follower(NOON + timedelta(seconds=after)), window(10, aired=0)) == names
    assert taken(follower(NOON + timedelta(seconds=after)), window(10)) == ["s12", "s13", "s14"]


@pytest.mark.parametrize("after", [19.6, 20.0, 23.4])
def test_what_is_about_to_be_published_is_waited_for_and_nothing_shown_twice(after):
    one = follower(NOON + timedelta(seconds=after))
    assert taken(one, window(10, aired=0)) == []
    assert taken(one, window(11, aired=4)) == ["s15"]


def test_an_ended_playlist_has_nothing_after_its_end():
    assert taken(follower(NOON + timedelta(seconds=60)), window(10, aired=0, ended=True)) == []
    assert taken(follower(NOON + timedelta(seconds=8)), window(10, aired=0, ended=True)) == ["s12", "s13", "s14"]


@pytest.mark.parametrize(
    ("lower", "names"),
    [
        (window(12, prefix="low"), ["low15", "low16"]),
        (window(12), ["s15", "s16"]),  # same names in another folder
        (window(10, prefix="low"), []),
        (window(12, offset=-7, prefix="low", aired=8), ["low15", "low16"]),
        (window(12, offset=700, prefix="low", aired=8.2), ["low15", "low16"]),
        (window(12, offset=700, prefix="low"), ["low14", "low15", "low16"]),
        (media(), []),
    ],
)
def test_another_variant_goes_on_where_the_first_one_was(lower, names):
    one = follower()
    taken(one, window(10, aired=0))
    one.switch()
    assert taken(one, lower) == names
    assert taken(one, lower) == []


def test_another_variant_gets_no_time_of_its_own():
    one = follower()
    taken(one, window(10), 0.0)  # 12 s of media
    one.switch()
    taken(one, window(10, prefix="low"), 11.1)
    assert one.stalled(11.1)


def played(newest, *, target, seconds=300, length=12):
    """Follow a playlist whose newest segment is `newest(now)`; when it was said to have stalled, if at all."""
    clock, one = ManualClock(), follower()
    while (now := clock.monotonic()) < seconds:
        taken(one, window(int(newest(now)) - length, length, target=target, duration=target), now)
        if one.stalled(now):
            return now
        clock.advance(one.pause)
    return None


PHASES = [0.0, 0.01, 0.3, 0.5, 0.77, 0.99]


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("target", [1.0, 2.0, 4.0, 6.0, 10.0, 12.0])
def test_one_segment_each_target_is_left_alone(target, phase):
    assert played(lambda now: 100 + now / target + phase, target=target) is None


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("target", [1.0, 2.0, 4.0, 6.0, 10.0])
def test_two_segments_at_once_each_second_target_are_left_alone(target, phase):
    """Opened right after two of them, the next ones are 0.4 s late."""
    assert played(lambda now: 100 + 2 * int((now - 0.4) / target / 2 + phase), target=target) is None


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("strikes", [20.0, 20.4, 21.0, 21.9])
@pytest.mark.parametrize("target", [1.0, 2.0])
def test_an_edge_server_that_lags_for_four_seconds_is_left_alone(target, strikes, phase):
    def newest(now):
        return 100 + now / target + phase - (3 if strikes <= now < strikes + 4 else 0)

    assert played(newest, target=target, seconds=60) is None


@pytest.mark.parametrize(("target", "bound"), [(1.0, 10.0), (2.0, 10.0), (6.0, 19.5), (10.0, 32.0)])
@pytest.mark.parametrize("phase", PHASES)
def test_a_playlist_that_stops_is_a_stall(target, bound, phase):
    stops = 10 * target
    stalled = played(lambda now: 100 + min(now, stops) / target + phase, target=target)
    assert stalled is not None
    assert max(1.5 * target, 2.0) - target <= stalled - stops <= bound


def test_the_bound_of_the_stall():
    one = follower()
    taken(one, window(10), 100.0)  # 12 s of media
    assert not one.stalled(111.0)
    assert one.stalled(111.1)
    taken(one, window(11), 113.0)  # it had run out: 4 s from here
    assert not one.stalled(119.0)
    assert one.stalled(119.1)


def test_before_the_first_segment_it_takes_12_s():
    one = follower()
    taken(one, media())
    assert not one.stalled(12.0)
    assert one.stalled(12.1)


def test_gaps_and_lost_segments_are_no_progress():
    one = follower()
    taken(one, window(10), 0.0)
    one.look(window(12), 3.0)
    one.skip()
    one.skip()
    assert one.stalled(11.1)


def test_time_in_which_our_reader_was_slow_does_not_count():
    one = follower()
    taken(one, window(10), 0.0)
    one.waited(30.0)
    assert not one.stalled(41.0)
    assert one.stalled(41.1)


def test_durations_that_lie_do_not_hide_a_stall():
    one = follower()
    for number in range(1000):  # each says 4 s and lasts 1
        taken(one, window(number), float(number))
    assert one.stalled(999 + 11.1)


def test_a_target_that_lies_does_not_hide_a_stall():
    one = follower()
    taken(one, window(0, target=86_400.0), 0.0)
    assert one.stalled(45.1)


def test_patience_leaves_room_for_a_second_try():
    one = follower()
    assert one.patience(0.0) == 12.0
    assert one.patience(0.0, tries=2) == 6.0
    taken(one, window(0, 5, target=10, duration=10), 0.0)
    assert one.patience(0.0, tries=2) == 14.5
    assert one.patience(28.0) == 2.0


@pytest.mark.parametrize(
    ("target", "seconds", "again"), [(0, 3, 3), (1, 1, 0.5), (6, 3, 1.5), (10, 5, 2.5), (60, 10, 10)]
)
def test_poll(target, seconds, again):
    assert poll_seconds(target) == seconds
    assert poll_seconds(target, again=True) == again


def test_a_look_without_news_is_repeated_soon():
    one = follower()
    one.look(window(10), 0.0)
    assert one.pause == 2.0
    taken(one, window(10), 0.0)
    one.look(window(10), 2.0)
    assert one.pause == 1.0


LOOKS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 8), st.booleans()), max_size=30)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(LOOKS)
def test_no_history_of_one_numbering_makes_it_go_back(looks):
    """Whatever a balancer of caches answers: lagging, jumping, empty, lost segments between."""
    one, last = follower(), -1
    for start, length, lost in looks:
        one.look(window(start, length), 0.0)
        while segment := one.next:
            assert segment.sequence > last
            last = segment.sequence
            if lost:
                one.skip()
            else:
                one.done(0.0)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 8), st.integers(-3, 3), st.floats(0, 20)), max_size=15))
def test_no_history_at_all_makes_it_raise_or_repeat_itself(looks):
    one, now = follower(), 0.0
    for start, length, shift, seconds in looks:
        now += seconds
        playlist = window(start, length, offset=shift * 7, aired=start * 2 if shift else None)
        taken(one, playlist, now)
        assert taken(one, playlist, now) == []
        assert one.pause > 0
        assert one.patience(now) > 0
        if seconds > 19:
            one.switch()
