import pytest

from tests.unit.gateway.clocked import Made
from tunerr.gateway.headers import Headers
from tunerr.gateway.stream_time import StreamTime
from tunerr.gateway.ts import DISCONTINUITY

CYCLE_SECONDS = (1 << 33) / 90_000


def seconds_of(made):
    clock = StreamTime()
    marks = list(clock.feed(Headers(made.data)))
    assert clock.seconds == marks[-1][1]
    return marks


def test_each_pcr_tells_the_second_at_its_packet():
    made = Made().interval(5, 0.1).interval(7, 0.03).interval(1)
    assert seconds_of(made) == [(0, 0.0), (5, pytest.approx(0.1)), (12, pytest.approx(0.13))]


@pytest.mark.parametrize("first", [0, (1 << 33) * 300 - 27_000_000], ids=["from 0", "over the end of the cycle"])
def test_a_wrap_is_no_jump(first):
    made = Made(first_pcr=first)
    for _ in range(40):
        made.interval(2, 0.08)
    assert seconds_of(made)[-1][1] == pytest.approx(39 * 0.08, abs=0.001)


@pytest.mark.parametrize(("jump", "flags"), [(-10.0, 0), (1.5, 0), (9000.0, 0), (0.5, DISCONTINUITY)])
def test_a_jump_is_one_step_of_the_usual_size(jump, flags):
    made = Made().interval(2, 0.05).interval(2, 0.05)
    made.offset = jump
    made.interval(2, 0.05, flags=flags).interval(2, 0.05)
    assert [seconds for _, seconds in seconds_of(made)] == pytest.approx([0.0, 0.05, 0.1, 0.15], abs=0.001)


def test_the_pcr_of_other_pids_counts_only_when_the_first_has_gone():
    made = Made()
    for _ in range(20):
        made.interval(2, 0.04)
        made.pcr_pid, made.offset = 0x300, 77.0
        made.interval(2, 0.0)
        made.pcr_pid, made.offset = 0x100, 0.0
    assert len(seconds_of(made)) == 20
    made.pcr_pid = 0x300
    for _ in range(30):
        made.interval(2, 0.04)
    marks = seconds_of(made)
    assert len(marks) == 41  # the tenth in a row is followed
    assert marks[-1][1] == pytest.approx(20 * 0.04 + 19 * 0.04, abs=0.05)
