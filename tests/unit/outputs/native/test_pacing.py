from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.gateway.clocked import Made, even
from tests.unit.outputs.native.pacer_run import Run, most_ahead
from tunerr.gateway.ts import DISCONTINUITY
from tunerr.outputs.hdhr.native.pacing import NULL_PACKET, Pacer

TICK = 0.01
NEAR_WRAP = (1 << 33) * 300 - 27_000_000  # one second before the PCR starts again


def padded(data):
    return data + NULL_PACKET * (-(len(data) // 188) % 7)


def chunks_of(data, sizes):
    at = 0
    for size in sizes:
        yield data[at : at + size * 188]
        at += size * 188
    yield data[at:]


INTERVALS = st.lists(
    st.tuples(st.sampled_from([1, 7, 20, 106, 150, 700]), st.floats(0.01, 0.1)), min_size=3, max_size=30
)


@settings(derandomize=True, max_examples=40, deadline=None)
@given(
    intervals=INTERVALS,
    first=st.sampled_from([0, NEAR_WRAP, 12345]),
    supply=st.lists(st.tuples(st.integers(1, 2000), st.sampled_from([0.0, 0.01, 0.05, 0.3, 1.0])), max_size=10),
)
def test_C07_order_and_bytes_are_kept_in_datagrams_of_seven_never_more_than_100_ms_ahead(intervals, first, supply):
    made = Made(first_pcr=first)
    for count, seconds in intervals:
        made.interval(count, seconds)
    run = Run(Pacer(start=0.1))
    pieces = chunks_of(made.data, [size for size, _ in supply])
    for piece, pause in zip(pieces, [pause for _, pause in supply] + [0.0], strict=True):
        run.pacer.look(run.now)
        run.pacer.feed(piece)
        run.until(run.now + pause)
    run.pacer.finish()
    run.drain()
    assert run.data[: len(made.data)] == made.data
    assert set(run.data[len(made.data) :]) <= set(NULL_PACKET)
    assert {len(data) for _, data in run.sent} == {1316}
    assert run.pacer.bytes == 0
    assert most_ahead(run.leads(made)) <= 0.1


def test_the_first_datagram_goes_at_the_start_and_no_sooner():
    run = Run(Pacer(start=0.1))
    run.pacer.feed(even(2).data)
    run.until(0.095)
    assert run.sent == []
    run.until(0.105)
    assert len(run.sent) >= 1
    run.until(1.1)
    # 4 Mbit/s are 380 datagrams in a second.
    assert len(run.sent) == pytest.approx(380, abs=8)


def test_memory_of_what_waits_is_counted_in_whole_datagrams():
    pacer = Pacer(start=0.1)
    made = even(1)
    pacer.feed(made.data)
    held = len(made.packets) % 7 + 106  # up to the last PCR
    assert pacer.bytes % 1316 == 0
    assert len(made.data) - pacer.bytes <= held * 188
    pacer.finish()
    assert pacer.bytes == len(padded(made.data))


@pytest.mark.parametrize("length", [2, 6, 10])
def test_bursts_are_smooth_and_what_follows_a_late_one_is_paced(length):
    """HLS: whole segments at once, each up to 1 s early or late."""
    made = even(length * 8, bitrate=2_000_000)
    run = Run(Pacer(start=0.1))
    size = len(made.packets) // 8
    for index, late in enumerate([0, 0.8, 0.2, 1.0, -1, 0.5, 0, 0.9]):
        run.until(length * index + late)
        run.pacer.feed(made.data[index * size * 188 : (index + 1) * size * 188])
    run.pacer.finish()
    run.drain()
    assert run.data == padded(made.data)
    assert most_ahead(run.leads(made)) <= 0.05
    in_tick = {}
    for now, _ in run.sent:
        in_tick[round(now, 3)] = in_tick.get(round(now, 3), 0) + 1
    assert max(in_tick.values()) <= 5  # 1.9 datagrams are due in each tick
    gaps = [later - earlier for (earlier, _), (later, _) in pairwise(run.sent)]
    assert sum(gap > 0.05 for gap in gaps) <= 3  # each later than any before; then the reserve is large enough
    assert max(gaps) <= 1.05


def test_after_a_gap_in_supply_nothing_is_owed():
    made = even(8)
    run = Run(Pacer(start=0.1))
    run.pacer.feed(made.data[: 4 * 2650 * 188])
    run.until(30)
    before = len(run.sent)
    run.pacer.feed(made.data[4 * 2650 * 188 :])
    run.until(31)
    assert len(run.sent) - before == pytest.approx(380, abs=8)


def test_a_pause_of_the_process_is_no_debt():
    made = even(20)
    run = Run(Pacer(start=0.1))
    run.pacer.feed(made.data)
    run.until(1)
    run.now += 10
    before = len(run.sent)
    run.until(run.now + TICK)
    assert len(run.sent) - before <= 0.1 * 380


def test_what_could_not_go_moves_all_that_follows():
    run = Run(Pacer(start=0.1))
    run.pacer.feed(even(3).data)
    run.until(0.5)
    while run.now < 1.5:
        run.now += TICK
        run.pacer.look(run.now)
        if run.pacer.due is not None:
            run.pacer.hold()
    before = len(run.sent)
    run.until(run.now + 0.1)
    assert len(run.sent) - before == pytest.approx(38, abs=6)


@pytest.mark.parametrize("jump", [-3600.0, -1.5, 1.5, 40_000.0], ids=str)
@pytest.mark.parametrize("flags", [0, DISCONTINUITY], ids=["unannounced", "announced"])
def test_time_goes_on_where_the_pcr_jumps(jump, flags):
    made = even(2, first_pcr=NEAR_WRAP)
    made.offset = jump
    made.interval(106, flags=flags)
    for _ in range(50):
        made.interval(106)
    run = Run(Pacer(start=0.1))
    run.pacer.feed(made.data)
    run.pacer.finish()
    run.drain()
    assert most_ahead(run.leads(made)) <= 0.02
    assert run.now == pytest.approx(4.2, abs=0.15)


def test_another_pid_takes_over_the_pcr():
    made = even(2)
    made.pcr_pid = 0x200
    made.offset = 1000.0
    for _ in range(100):
        made.interval(106)
    run = Run(Pacer(start=0.1))
    run.pacer.feed(made.data)
    run.pacer.finish()
    run.drain()
    assert run.data == padded(made.data)
    assert run.now == pytest.approx(6.1, abs=0.5)


def test_without_pcr_time_goes_on_as_it_went():
    made = even(2)
    for _ in range(75):
        made.interval(106, pcr=False)
    for _ in range(50):
        made.interval(106)
    run = Run(Pacer(start=0.1))
    for at in range(0, len(made.data), 188 * 106):
        run.pacer.feed(made.data[at : at + 188 * 106])
    run.pacer.finish()
    run.drain()
    assert run.data == padded(made.data)
    assert most_ahead(run.leads(made)) <= 0.05
    assert run.now == pytest.approx(7.1, abs=0.2)


def test_with_no_pcr_at_all_it_goes_as_it_comes_and_at_most_at_24_megabits():
    made = Made()
    for _ in range(50):
        made.interval(200, pcr=False)
    run = Run(Pacer(start=0.1))
    run.pacer.feed(made.data)
    run.until(0.3)
    assert len(run.sent) * 1316 * 8 <= 24e6 * 0.21
    run.pacer.finish()
    run.drain()
    assert run.data == padded(made.data)


def test_radio_goes_when_the_last_packet_of_a_datagram_is_due():
    made = Made()
    for _ in range(125):
        made.interval(4, 0.08)  # 75 kbit/s
    run = Run(Pacer(start=0.1))
    run.pacer.feed(made.data)
    run.pacer.finish()
    run.drain()
    assert run.data == padded(made.data)
    assert run.sent[0][0] == pytest.approx(0.1, abs=0.02)
    assert most_ahead(run.leads(made)) <= 0.02
    assert run.now == pytest.approx(10.0, abs=0.3)


@pytest.mark.parametrize("wrong", [-0.003, 0.0002, 0.001], ids="{:+.2%}".format)
def test_a_wrong_clock_of_the_source_neither_starves_nor_grows_the_backlog_over_hours(wrong):
    run, made, backlogs = Run(Pacer(start=0.1), tick=0.075), Made(), []
    for step in range(2 * 3600 * 2):
        run.until((step + 1) * 0.5 / (1 + wrong))
        backlogs.append(run.pacer._waiting[-1].due - run.pacer._time if run.pacer._waiting else 0.0)
        made.packets.clear()
        made.interval(8, 0.5)
        run.pacer.feed(made.data)
    gaps = [later - earlier for (earlier, _), (later, _) in pairwise(run.sent)]
    settled = len(gaps) // 6
    # A datagram is 0.44 s of this stream.
    assert max(gaps[settled:]) <= 0.53
    assert max(backlogs[len(backlogs) // 6 :]) <= 2.0
    assert max(backlogs) <= 2.0


def test_a_source_a_little_too_fast_for_good_is_followed():
    """1 % faster, in bursts of 6 s: the reserve stands at some seconds."""
    run, made, backlogs = Run(Pacer(start=0.1), tick=0.075), Made(), []
    for step in range(800):
        run.until((step + 1) * 6 / 1.01)
        backlogs.append(run.pacer._waiting[-1].due - run.pacer._time if run.pacer._waiting else 0.0)
        made.packets.clear()
        for _ in range(24):
            made.interval(8, 0.25)
        run.pacer.feed(made.data)
    assert max(backlogs) <= 15
    assert max(backlogs[400:]) <= max(backlogs[:400]) + 1


def test_what_the_ring_still_holds_counts_as_reserve():
    made = even(35, bitrate=200_000)
    rates = []
    for more in (0.0, 15.0):
        run = Run(Pacer(start=0.1))
        for at in range(0, len(made.data), 188 * 5):
            run.pacer.feed(made.data[at : at + 188 * 5])
            run.until(run.now + 0.04, more=more)
        rates.append(run.pacer._drift.rate)
    assert rates[0] < 1.0
    assert rates[1] == pytest.approx(1.0147, abs=0.0005)
