"""Every bound is proved on a clock that the test moves; what `bounds.latest` promises is what is checked here."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.clock import ManualClock
from tunerr.gateway.bounds import Bounds, latest
from tunerr.gateway.detectors import Detectors
from tunerr.gateway.inspection import Signs

STEP = 0.1
BYTES = 500_000  # of video in a second of media
PACKETS = 3_000


class Rig:
    """A source of 25 pictures a second with a GOP each second; `play` and `wait` check every 0.1 s."""

    def __init__(self, **options):
        self.clock = ManualClock()
        self.detectors = Detectors(clock=self.clock, **options)
        self.signs = Signs(has_video=True)
        self.faults = []

    def take(self, media, **totals):
        """`media` more seconds of a healthy stream come at once, but for what `totals` says."""
        old, now = self.signs, self.signs.media + media
        whole = int(now + 1e-6)
        healthy = {
            "media": now,
            "packets": old.packets + round(media * PACKETS),
            "video_units": old.video_units + max(round(media * 25), 1),
            "audio_units": old.audio_units + max(round(media * 40), 1),
            "video_bytes": old.video_bytes + round(media * BYTES),
            "points": old.points + whole - int(old.media + 1e-6),
            "gops": old.gops + whole - int(old.media + 1e-6),
            "gop": 1000 + whole,
        }
        self.signs = replace(old, **(healthy | totals))
        self.detectors.take(self.signs)
        self.look()

    def look(self):
        fault = self.detectors.check()
        if fault is not None:
            self.faults.append((self.clock.monotonic(), fault))

    def wait(self, seconds):
        for _ in range(round(seconds / STEP)):
            self.clock.advance(STEP)
            self.look()

    def play(self, seconds, *, pace=1.0, totals=lambda _: {}):
        for _ in range(round(seconds / STEP)):
            self.clock.advance(STEP)
            self.take(STEP * pace, **totals(self.signs))

    def seen(self, reason, since, *, content):
        """How long after `since` the first fault was seen."""
        time, fault = self.faults[0]
        assert (fault.error.reason, fault.content) == (reason, content)
        assert fault.error.message.endswith(".")
        return time - since


def bound(reason, text="", **facts):
    row = next(row for row in latest(Bounds(), **facts) if row.reason == reason and text in row.since)
    return row.seconds + 1e-6


# Stalls.


@pytest.mark.parametrize("lead", [0.0, 1.0, 2.5])
def test_a_real_time_source_that_falls_silent(lead):
    rig = Rig()
    rig.take(lead + STEP)
    rig.play(60)
    rig.wait(20)
    took = rig.seen("stalled", 60, content=False)
    assert 1.5 < took <= bound("stalled", "real-time", lead=lead + STEP)


@pytest.mark.parametrize("length", [1.6, 2.0, 3.0, 6.0, 10.0, 20.0])
def test_a_bursty_source_is_left_alone_until_its_lead_ran_out(length):
    rig = Rig()
    for _ in range(10):
        rig.take(length)
        rig.wait(length)
    rig.take(length)
    assert not rig.faults
    since = rig.clock.monotonic()
    rig.wait(60)
    took = rig.seen("stalled", since, content=False)
    assert length + 0.5 <= took <= bound("stalled", "bursty", lead=length) + 0.11


def test_a_head_start_is_used_up_before_anything_is_said():
    rig = Rig()
    rig.take(5.0)
    rig.play(50)
    rig.wait(5.5)
    rig.take(5.5)
    assert not rig.faults


def test_a_silence_that_data_followed_shows_a_bursty_source():
    rig = Rig()
    rig.take(2.7)
    rig.play(10)
    rig.wait(1.6)
    rig.play(10)
    assert not rig.faults
    rig.wait(1.6)
    rig.play(10)
    assert not rig.faults, "half a second overdrawn"


def test_bytes_without_media_are_silence():
    rig = Rig()
    rig.play(60)
    for _ in range(50):
        rig.clock.advance(STEP)
        rig.take(0.0, packets=rig.signs.packets + 300)
    assert 1.5 < rig.seen("stalled", 60, content=False) <= bound("stalled", "real-time")


def test_packets_without_any_media():
    rig = Rig()
    for _ in range(100):
        rig.clock.advance(STEP)
        rig.take(0.0, packets=rig.signs.packets + 300)
    assert 5 <= rig.seen("stalled", STEP, content=False) <= bound("stalled", "no media")


def test_before_the_first_packet_nothing_is_said():
    rig = Rig()
    rig.wait(60)
    assert not rig.faults


@settings(derandomize=True, max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    length=st.sampled_from([2.0, 4.0, 6.0, 10.0]),
    ahead=st.integers(1, 3),
    known=st.booleans(),
)
def test_jittered_bursts_and_segments_for_hours(seed, length, ahead, known):
    """A burst comes up to 0.25 s (a tenth of its length for segments, whose reader starts two ahead) early or late."""
    chance = random.Random(seed)
    jitter = length / 10 if ahead > 1 else 0.25
    rig = Rig(bursty=known)
    for _ in range(ahead):
        rig.take(length)
    due = 0.0
    while due < 2 * 3600:
        due += length
        late = due + chance.uniform(-jitter, jitter) - rig.clock.monotonic()
        for part in (1.4, late - 1.4, 0.0):
            rig.clock.advance(max(part, 0.0))
            rig.look()
        rig.take(length)
    assert not rig.faults


@settings(derandomize=True, max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32), pauses=st.booleans())
def test_jittery_arrivals_never_count_as_a_fault(seed, pauses):
    """±1 s at random on each tenth of a second, in order; or pauses of up to 1.3 s that are made up for."""
    chance = random.Random(seed)
    rig = Rig()
    arrived = paused = 0.0
    for number in range(1, 12_000):
        if pauses and number > paused + 30 and chance.random() < 0.02:
            paused, arrived = number, number * STEP + chance.uniform(0.2, 1.3)
        due = number * STEP + (0.0 if pauses else chance.uniform(-1, 1))
        arrived = max(arrived, due)
        while rig.clock.monotonic() + STEP < arrived:
            rig.clock.advance(STEP)
            rig.look()
        rig.clock.advance(max(arrived - rig.clock.monotonic(), 0.0))
        rig.take(STEP)
    assert not rig.faults


# Starvation.


@pytest.mark.parametrize("lead", [0.0, 5.0])
@pytest.mark.parametrize("pace", [0.5, 0.8, 0.9, 0.95])
def test_a_starving_source(pace, lead):
    rig = Rig()
    rig.take(lead + STEP)
    rig.play(60)
    assert not rig.faults
    rig.play(200, pace=pace)
    assert rig.seen("starved", 60, content=False) <= bound("starved", pace=pace, lead=lead + STEP)


def test_what_is_promised_for_starvation():
    assert [round(bound("starved", pace=pace), 1) for pace in (0.5, 0.8, 0.9)] == [6.7, 13.7, 25.4]


@pytest.mark.parametrize("pace", [0.999, 1.001])
def test_a_clock_that_is_wrong_by_a_thousandth_for_a_day(pace):
    rig = Rig()
    for _ in range(24 * 3600):
        rig.clock.advance(1.0)
        rig.take(pace)
    assert not rig.faults
    since = rig.clock.monotonic()
    rig.wait(10)
    assert rig.seen("stalled", since, content=False) <= 3.2, "a lead of up to 1.5 s is let stand, and 1 s came at once"


def test_a_source_that_lost_time_once_is_not_starving():
    rig = Rig()
    rig.play(60)
    rig.play(5, pace=0.5)
    rig.play(600)
    assert not rig.faults


# Content.


def test_the_picture_is_gone():
    rig = Rig()
    rig.play(30)
    rig.play(10, totals=lambda signs: {"video_units": signs.video_units})
    assert 2 < rig.seen("no_video", 30, content=True) <= bound("no_video")


def test_stills_that_come_seldom_are_no_missing_picture():
    rig = Rig()
    rig.play(60, totals=lambda signs: {"video_units": int(signs.media / 1.9)})
    rig.play(600, totals=lambda signs: {"video_units": 20 + int(signs.media / 4)})
    assert not rig.faults


def test_the_sound_is_gone():
    rig = Rig()
    rig.play(30)
    rig.play(10, totals=lambda signs: {"audio_units": signs.audio_units})
    assert 5 < rig.seen("no_audio", 30, content=True) <= bound("no_audio")


def test_a_stream_that_never_had_sound():
    rig = Rig()
    rig.play(60, totals=lambda _: {"audio_units": 0})
    assert not rig.faults


def test_radio_has_no_picture_to_lose():
    rig = Rig()
    rig.signs = Signs()
    quiet = {"video_units": 0, "video_bytes": 0, "gops": 0, "gop": None}
    rig.play(120, totals=lambda _: quiet)
    assert not rig.faults


@pytest.mark.parametrize("interval", [1, 2, 5, 10])
def test_no_access_point_where_there_used_to_be(interval):
    rig = Rig()
    rig.play(100, totals=lambda signs: {"points": 1 + int((signs.media + STEP + 1e-6) / interval)})
    assert not rig.faults
    rig.play(60, totals=lambda signs: {"points": signs.points})
    assert rig.seen("no_keyframe", 100, content=True) <= bound("no_keyframe", interval=interval) + STEP


def test_a_stream_without_access_points():
    rig = Rig()
    rig.play(60, totals=lambda _: {"points": 0})
    assert not rig.faults


@pytest.mark.parametrize("interval", [1, 2, 4])
def test_the_same_group_of_pictures_again_and_again(interval):
    def totals(signs, since=1e9):
        gops = int((signs.media + STEP + 1e-6) / interval)
        whole_since = -(-since // interval)  # the group in which it froze is no whole one
        return {"gops": gops, "gop": -7 if gops > whole_since else gops}

    rig = Rig()
    rig.play(41.5, totals=totals)
    assert not rig.faults
    rig.play(60, totals=lambda signs: totals(signs, 41.5))
    took = rig.seen("frozen", 41.5, content=True)
    assert max(6, 4 * interval) <= took <= bound("frozen", "GOP", interval=interval)
    assert "stood still for" in rig.faults[0][1].error.message


@pytest.mark.parametrize("period", [2, 10, 15])
def test_a_short_clip_that_is_looped(period):
    rig = Rig()
    rig.play(41.5)
    rig.play(150, totals=lambda signs: {"gops": int(signs.media), "gop": -1 - int(signs.media) % period})
    assert rig.seen("frozen", 41.5, content=True) <= bound("frozen", "GOP") + period


@pytest.mark.parametrize("period", [20, 60])
def test_what_comes_again_after_a_longer_time_is_no_loop(period):
    rig = Rig()
    rig.play(150, totals=lambda signs: {"gops": int(signs.media), "gop": -1 - int(signs.media) % period})
    assert not rig.faults


def test_three_equal_groups_are_nothing():
    rig = Rig()
    rig.play(120, totals=lambda signs: {"gop": int(signs.media + STEP + 1e-6) // 3})
    assert not rig.faults


@pytest.mark.parametrize("left", [0.0, 0.04])
def test_the_bitrate_of_the_picture_collapses(left):
    rig = Rig()
    rig.play(40.5)
    rig.play(20, totals=lambda signs: {"video_bytes": signs.video_bytes + round(left * BYTES * STEP)})
    assert rig.seen("frozen", 40.5, content=True) <= bound("frozen", "bitrate")


def test_a_dark_scene_is_no_collapse():
    rig = Rig()
    rig.play(60)
    rig.play(30, totals=lambda signs: {"video_bytes": signs.video_bytes + round(0.08 * BYTES * STEP)})
    rig.play(60)
    rig.play(6, totals=lambda signs: {"video_bytes": signs.video_bytes})
    rig.play(60)
    assert not rig.faults


def test_scrambled():
    rig = Rig()
    rig.play(30)
    rig.play(2, totals=lambda signs: {"scrambled": signs.scrambled + 290})
    rig.play(30)
    assert not rig.faults, "two seconds of it pass"
    rig.play(10, totals=lambda signs: {"scrambled": signs.scrambled + 280})
    assert rig.seen("scrambled", 62, content=False) <= bound("scrambled")


def test_lossy():
    rig = Rig()
    rig.play(30, totals=lambda signs: {"broken": int(signs.media / 0.5)})
    assert not rig.faults, "2 a second"
    rig.play(10)
    rig.play(1, totals=lambda signs: {"broken": signs.broken + 10})
    rig.play(30)
    assert not rig.faults, "one bad second"
    since = rig.clock.monotonic()
    rig.play(10, totals=lambda signs: {"broken": signs.broken + (int(signs.media * 10) % 4 == 0)})
    assert rig.seen("lossy", since, content=True) <= bound("lossy")


def test_jumpy():
    rig = Rig()
    rig.play(60, totals=lambda signs: {"jumps": int(signs.media / 2.5)})
    assert not rig.faults, "4 in 10 s"
    rig.play(20)
    since = rig.clock.monotonic()
    rig.play(20, totals=lambda signs: {"jumps": signs.jumps + (int(signs.media * 10 + 0.5) % 14 == 0)})
    assert rig.seen("jumpy", since, content=True) <= bound("jumpy", "the first")


def test_jumps_while_a_long_burst_comes_are_counted_on_its_time():
    rig = Rig()
    for _ in range(60):
        rig.take(0.5, jumps=rig.signs.jumps + (int(rig.signs.media * 2) % 10 == 0))
    assert not rig.faults, "6 within an instant and 30 s of media"


def test_a_clock_that_runs_away():
    """Else nothing would be read until real time has caught up with it, and nothing would be amiss."""
    rig = Rig()
    rig.play(20)
    since = rig.clock.monotonic()
    rig.take(89)
    assert not rig.faults
    rig.take(2)
    assert rig.seen("jumpy", since, content=False) <= bound("jumpy", "a lead")


def test_a_dead_source_is_dead_whatever_its_content():
    rig = Rig()
    rig.play(30)
    rig.play(4, totals=lambda signs: {"video_units": signs.video_units})
    rig.wait(3)
    assert rig.faults[0][1].error.reason == "no_video"
    assert rig.faults[-1][1].error.reason == "stalled"


def test_content_that_is_whole_again_is_no_fault():
    rig = Rig()
    rig.play(30)
    rig.play(4, totals=lambda signs: {"video_units": signs.video_units})
    rig.play(1)
    assert rig.detectors.check() is None


def test_a_healthy_source_with_another_kind_of_content_later():
    rig = Rig()
    rig.play(60)
    rig.signs = replace(rig.signs, has_video=False)
    rig.play(60, totals=lambda signs: {"video_units": signs.video_units, "video_bytes": signs.video_bytes})
    rig.signs = replace(rig.signs, has_video=True)
    rig.play(30)
    assert not rig.faults
    rig.play(10, totals=lambda signs: {"video_units": signs.video_units})
    assert rig.seen("no_video", 150, content=True) <= bound("no_video"), "the minute without is no interval"
