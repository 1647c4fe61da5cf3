from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.clock import ManualClock
from tunerr.gateway.held_head import HeldHead
from tunerr.gateway.piece import Piece
from tunerr.gateway.ring import Ring

TICK = 0.04
PIECE = 0.02  # seconds of stream
GOP = 1.0


@dataclass
class Bench:
    """A source, a ring and a held head on a clock that stands; what the head released is kept with its moment."""

    cushion: float = 4.0
    piece: float = PIECE
    gop: float = GOP
    size: int = 188
    media: float = 0.0  # seconds of stream the source has sent
    released: list = field(default_factory=list)  # (moment, seconds of stream released)

    def __post_init__(self):
        self.clock = ManualClock()
        self.ring = Ring()
        self.head = HeldHead(self.ring, clock=self.clock, cushion=self.cushion)

    @property
    def now(self):
        return self.clock.monotonic()

    def send(self, seconds):
        """The source sends so much stream at once."""
        for _ in range(round(seconds / self.piece)):
            opens = self.media % self.gop < self.piece / 2 or self.gop - self.media % self.gop < self.piece / 2
            self.media += self.piece
            self.ring.append(Piece(bytes(self.size), self.media, (0,) if opens else ()), self.now)

    def take(self):
        for number in self.head.advance():
            assert self.head.end == number + 1
            self.released.append((self.now, self.ring[number].time))

    def run(self, seconds, *, rate=1.0):
        """Time passes, the source sending at `rate`."""
        end = self.now + seconds
        owed = 0.0
        while self.now < end - 1e-9:
            self.clock.advance(TICK)
            owed += TICK * rate
            whole = int(owed / self.piece + 1e-6) * self.piece
            owed -= whole
            self.send(whole)
            self.take()
            if self.head.running:
                self.ring.trim(self.now, unread=self.head.end, joining=self.head.entry.sequence)

    def gaps(self):
        """The longest time between two releases."""
        moments = [moment for moment, _ in self.released] + [self.now]
        return max(after - before for before, after in pairwise(moments))


def test_without_an_entry_it_has_no_place():
    bench = Bench()
    bench.head.start()
    assert not bench.head.running
    assert bench.head.entry is None
    assert list(bench.head.advance()) == []


def test_starts_with_the_first_picture_and_builds_the_reserve_while_it_plays():
    bench = Bench()
    bench.send(PIECE)
    bench.head.start()
    bench.take()
    assert bench.head.end == 1, "the picture comes at once"
    bench.run(4 / 0.03 - 5)
    assert 3.5 < bench.head.reserve < 4
    assert bench.gaps() <= 2 * TICK + 1e-9
    bench.run(6)
    assert bench.head.reserve >= 4 - 0.01
    bench.run(120)
    assert bench.head.reserve == pytest.approx(4, abs=0.05)


def test_runs_at_97_percent_and_then_in_real_time():
    bench = Bench()
    bench.send(PIECE)
    bench.head.start()
    bench.run(100)
    (first, start), (last, end) = bench.released[0], bench.released[-1]
    assert (end - start) / (last - first) == pytest.approx(0.97, abs=0.005)
    bench.run(60)
    bench.released.clear()
    bench.run(100)
    (first, start), (last, end) = bench.released[0], bench.released[-1]
    assert (end - start) / (last - first) == pytest.approx(1.0, abs=0.005)


def test_a_running_stream_gives_the_reserve_at_once():
    bench = Bench()
    bench.send(6)
    bench.head.start()
    bench.take()
    assert bench.head.reserve == pytest.approx(4)
    assert bench.released[0][1] == pytest.approx(2 - GOP + PIECE, abs=GOP), "from the access point before it"
    assert bench.released[-1][1] == pytest.approx(2, abs=PIECE)
    assert bench.head.entry.sequence < bench.head.end


def test_what_a_running_stream_has_is_used_where_it_is_less_than_the_cushion():
    bench = Bench()
    bench.send(2.5)
    bench.head.start()
    assert bench.head.reserve == pytest.approx(2.5, abs=0.05)
    assert bench.head.entry is None, "nothing is released yet"
    bench.take()
    assert bench.head.entry.sequence == 0


@pytest.mark.parametrize("back", [0.0, 3.9], ids=["what was lost is lost", "what was late comes"])
def test_an_outage_of_less_than_the_cushion_is_not_seen(back):
    bench = Bench()
    bench.send(6)
    bench.head.start()
    bench.run(5)
    before = bench.released[-1]
    bench.run(3.9, rate=0)
    bench.send(back)
    bench.run(5)
    assert bench.gaps() <= 2 * TICK + 1e-9
    after = bench.released[-1]
    assert (after[1] - before[1]) / (after[0] - before[0]) >= 0.95
    bench.run(4 / 0.03)
    assert 3.95 < bench.head.reserve < 4.2, "and the reserve is built again"


def test_after_an_outage_longer_than_the_cushion_no_time_is_owed():
    bench = Bench()
    bench.send(6)
    bench.head.start()
    bench.run(30, rate=0)
    assert bench.head.reserve == 0
    assert bench.head.end == bench.ring.end
    bench.released.clear()
    bench.send(1)
    bench.run(0.5)
    assert bench.released[-1][1] - bench.released[0][1] < 0.5, "a pacer still"


def test_a_burst_is_played_in_real_time_and_its_trough_grows_to_the_cushion():
    bench = Bench(gop=2.0)
    bench.send(PIECE)
    bench.head.start()
    bench.send(10 - PIECE)
    troughs = []
    for _ in range(60):
        bench.run(10, rate=0)
        troughs.append(bench.head.reserve)
        bench.send(10)
    assert troughs == sorted(troughs)
    assert 3 < troughs[-1] < 4
    assert bench.gaps() <= 2 * TICK + 1e-9
    assert bench.head.reserve < 20


def test_a_large_lead_is_worked_off_slowly():
    bench = Bench()
    bench.send(PIECE)
    bench.head.start()
    bench.send(30)
    bench.run(20)
    (first, start), (last, end) = bench.released[0], bench.released[-1]
    assert (end - start) / (last - first) == pytest.approx(1.05, abs=0.01)
    bench.run(300)
    assert bench.head.reserve == pytest.approx(20, abs=0.1)


def test_a_source_faster_than_real_time_outruns_neither_head_nor_ring():
    bench = Bench(piece=0.2)
    bench.send(0.2)
    bench.head.start()
    bench.run(120, rate=4)
    assert bench.head.reserve <= 40
    numbers = [round(time / 0.2) for _, time in bench.released]
    assert numbers == list(range(1, len(numbers) + 1)), "nothing was dropped"


def test_what_the_ring_can_not_keep_is_released_early():
    bench = Bench(size=1 << 18)
    bench.send(PIECE)
    bench.head.start()
    bench.take()
    for _ in range(400):  # 100 MB in one moment
        bench.send(PIECE)
        bench.take()
    numbers = [round(time / PIECE) for _, time in bench.released]
    assert numbers == list(range(1, len(numbers) + 1)), "nothing was dropped"
    assert bench.ring.bytes_from(bench.head.end) <= 24 << 20


def test_a_jump_of_the_source_clock_is_not_waited_for():
    bench = Bench()
    bench.send(6)
    bench.head.start()
    bench.run(5)
    bench.media += 5000
    bench.run(10)
    assert bench.gaps() <= 2 * TICK + 1e-9


def test_stopped_it_releases_nothing_and_starts_anew():
    bench = Bench()
    bench.send(6)
    bench.head.start()
    bench.run(5)
    bench.head.stop()
    bench.released.clear()
    bench.run(5)
    assert bench.released == []
    assert not bench.head.running
    assert bench.head.reserve == 0
    bench.head.start()
    assert bench.head.reserve == pytest.approx(4)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 5), st.floats(0, 12), st.booleans()), max_size=60),
    st.sampled_from([0.5, 4.0, 15.0]),
)
def test_whatever_the_source_does_order_and_bounds_hold(steps, cushion):
    bench = Bench(cushion=cushion, piece=0.5, size=1 << 16)
    bench.send(0.5)
    bench.head.start()
    released = []
    for wait, sent, jumps in steps:
        bench.clock.advance(wait)
        bench.media += 1000 * jumps
        bench.send(sent)
        released += bench.head.advance()
        bench.ring.trim(bench.now, unread=bench.head.end, joining=bench.ring.end)
        assert bench.ring.first <= bench.head.end <= bench.ring.end
        assert 0 <= bench.head.reserve <= 40
    assert released == list(range(len(released)))
