"""What one connection sees, on invented time."""

import subprocess

import pytest

from tests.unit.lab.media.ts_reading import PACKET, continuity_errors, pcr_times, pid_of, split
from tunerr.lab.faults import vocabulary as v
from tunerr.lab.faults.delivery import Cut, Delivery
from tunerr.lab.faults.state import Armed
from tunerr.lab.media import Broadcast
from tunerr.lab.media.formats import Picture

START = 1_795_000_000.0


class Viewer:
    """Takes what is due every 40 ms."""

    def __init__(self, clip, **options):
        self.now = START
        self.delivery = Delivery(Broadcast(clip), START, **{"backlog": 1.0, **options})

    def strike(self, fault, clip=None):
        armed = Armed(fault, 0.0, 1, 0, clip)
        self.delivery.strike(armed, self.now)
        return armed

    def watch(self, seconds):
        pieces = []
        for _ in range(round(seconds * 25)):
            pieces.append(self.delivery.due(self.now))
            self.now += 0.04
        return b"".join(pieces)


def media_seconds(data):
    times = pcr_times(data)
    return times[-1] - times[0]


@pytest.fixture
async def clip(library):
    return await library.clip("h264")


@pytest.fixture
async def viewer(clip):
    return Viewer(clip)


def test_it_begins_with_the_backlog_in_mid_picture(viewer):
    first = viewer.delivery.due(START)
    assert 0.9 <= media_seconds(first) <= 1.0
    assert pid_of(first[:PACKET]) != 0
    rest = viewer.watch(3)
    assert continuity_errors(first + rest) == 0
    assert media_seconds(first + rest) == pytest.approx(3.92, abs=0.09)


def test_bursts(clip):
    viewer = Viewer(clip, burst=10.0)
    sizes = [len(viewer.watch(1)) for _ in range(25)]
    assert [at for at, size in enumerate(sizes) if size] == [0, 10, 20]


def test_stall_and_what_was_missed(viewer):
    viewer.watch(1)
    viewer.strike(v.Stall(seconds=2.0))
    assert viewer.watch(1.9) == b""
    assert media_seconds(viewer.watch(0.5)) == pytest.approx(2.3, abs=0.15)


def test_a_stall_for_ever_ends_when_it_is_disarmed(viewer):
    armed = viewer.strike(v.Stall())
    assert viewer.watch(60) == b""
    armed.disarmed = True
    assert media_seconds(viewer.watch(1)) > 60


def test_starvation_leaves_nothing_out(viewer):
    before = viewer.watch(1)
    viewer.strike(v.Starve(percent=20.0))
    starved = viewer.watch(10)
    assert media_seconds(starved) == pytest.approx(2.0, abs=0.1)
    assert continuity_errors(before + starved) == 0


def test_ends(viewer):
    for fault, reset in ((v.EndOfFile(), False), (v.Reset(), True)):
        with pytest.raises(Cut) as cut:
            viewer.strike(fault)
        assert cut.value.reset is reset


def test_wrap(viewer):
    viewer.delivery.wrap_in(2.0)
    data = viewer.watch(4)
    ticks = [int.from_bytes(p[6:10]) << 1 | p[10] >> 7 for p in split(data) if p[3] & 0x20 and p[4] and p[5] & 0x10]
    at = next(index for index in range(1, len(ticks)) if ticks[index] < ticks[index - 1])
    assert len(ticks[:at]) == pytest.approx(3 * 25, abs=2), "a second of backlog and two seconds"
    assert media_seconds(data) == pytest.approx(4.9, abs=0.1)


@pytest.mark.parametrize("seconds", [3600.0, -100.0])
def test_timestamps_jump(viewer, seconds):
    before = pcr_times(viewer.watch(1))
    viewer.strike(v.TimestampJump(seconds=seconds))
    after = viewer.watch(1)
    assert pcr_times(after)[0] - before[-1] == pytest.approx(seconds, abs=0.1)


def test_lost_packets(viewer):
    before = viewer.watch(1)
    viewer.strike(v.LostPackets(packets=20))
    after = viewer.watch(2)
    assert continuity_errors(before + after) in {1, 2}
    assert continuity_errors(after[-30 * PACKET :]) == 0


@pytest.mark.parametrize(("fault", "change"), [(v.LostSync(insert=50), 50), (v.LostSync(remove=33), -33)])
def test_sync_is_lost_once(viewer, fault, change):
    viewer.watch(1)
    viewer.strike(fault)
    assert (len(viewer.delivery.due(viewer.now)) - change) % PACKET == 0
    assert len(viewer.watch(2)) % PACKET == 0


def test_garbage(viewer):
    viewer.watch(1)
    viewer.strike(v.Garbage(seconds=2.0))
    data = viewer.watch(1.9)
    assert len(data) > 50_000
    assert data[::PACKET].count(0x47) < 20
    viewer.watch(0.2)
    assert set(viewer.watch(1)[::PACKET]) == {0x47}


def test_the_video_goes_and_the_clock_stays(viewer):
    viewer.watch(1)
    viewer.strike(v.VideoLost())
    data = viewer.watch(2)
    assert media_seconds(data) == pytest.approx(1.96, abs=0.1)
    video = [packet for packet in split(data) if pid_of(packet) == 0x100]
    assert video
    assert all(packet[3] & 0x30 == 0x20 and packet[4] == 183 for packet in video)
    assert any(pid_of(packet) == 0x101 for packet in split(data))


def test_scrambled(viewer):
    viewer.watch(1)
    viewer.strike(v.Scrambled())
    kinds = {(pid_of(packet), packet[3] >> 6) for packet in split(viewer.watch(1))}
    assert kinds == {(0, 0), (0x1000, 0), (0x100, 2), (0x101, 2)}


async def test_another_format_at_once_or_at_its_access_point(clip, library):
    other = await library.clip("h264-b")
    viewer = Viewer(clip)
    viewer.strike(v.NewFormat(), other)
    assert {pid_of(packet) for packet in split(viewer.watch(1))} == {0, 0x64, 0x65, 0x66}
    viewer = Viewer(clip)
    before = viewer.watch(1.3)
    viewer.strike(v.NewFormat(), other)
    after = viewer.watch(3)
    changed = next(at for at, packet in enumerate(split(after)) if pid_of(packet) == 0x65)
    assert split(after)[changed][5] & 0x40, "from an access point"
    assert pcr_times(after)[0] - pcr_times(before)[-1] < 0.1


@pytest.mark.parametrize(
    ("fault", "again", "black"),
    [(None, False, False), (v.Frozen(seconds=4.0), True, False), (v.Black(seconds=4.0), True, True)],
)
async def test_another_picture(viewer, library, tmp_path, *, fault, again, black):
    before = viewer.watch(1.3)
    if fault is not None:
        viewer.strike(fault, await library.clip("h264", Picture.BLACK) if black else None)
    data = before + viewer.watch(6)
    assert continuity_errors(data) == 0
    assert media_seconds(data) == pytest.approx(8.2, abs=0.1)
    assert _pictures(data, tmp_path) == (again, black)


def _pictures(data, folder):
    """Whether a second is shown again, and whether it gets black; asserts that ffmpeg has nothing to complain about."""
    packets = split(data)
    key = next(at for at, p in enumerate(packets) if pid_of(p) == 0x100 and p[3] & 0x20 and p[5] & 0x40)
    path = folder / "picture.ts"
    path.write_bytes(b"".join(packets[key - 2 :]))  # PAT and PMT come before it
    command = ["ffmpeg", "-nostdin", "-v", "info", "-i", path, "-vf", "blackdetect=d=1", "-f", "framemd5", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not [line for line in done.stderr.splitlines() if "error" in line or "non monotonically" in line]
    sums = [line.split(",")[-1].strip() for line in done.stdout.splitlines() if line.startswith("0,")]
    assert len(sums) > 120
    again = any(sums[at] == sums[at + 25] == sums[at + 50] for at in range(len(sums) - 50))
    return again and len(set(sums)) > 75, "black_start" in done.stderr
