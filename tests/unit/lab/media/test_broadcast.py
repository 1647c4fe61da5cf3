from tests.unit.lab.media.ts_reading import continuity_errors, pcr_times, split
from tunerr.lab.media import Broadcast
from tunerr.lab.media.clip import STAMP_MASK

NOW = 44_000_000_123  # slots since 1970


async def test_every_piece_is_the_same_for_all(library):
    one = Broadcast(await library.clip("h264"))
    other = Broadcast(one.clip)
    whole = one.packets(NOW, NOW + 700).tobytes()
    pieces = b"".join(other.packets(NOW + at, NOW + at + 7).tobytes() for at in range(0, 700, 7))
    assert whole == pieces
    assert other.packets(NOW, NOW).tobytes() == b""


async def test_the_clock_is_the_wall_s(library):
    broadcast = Broadcast(await library.clip("h264"), 777)
    times = pcr_times(broadcast.packets(NOW, NOW + 26).tobytes())
    assert len(times) == 26
    assert times[0] == broadcast.pcr(NOW) / 90_000
    assert abs(times[25] - times[0] - 1.0) < 1e-6


async def test_timestamps_wrap(library):
    clip = await library.clip("h264")
    broadcast = Broadcast(clip, STAMP_MASK + 1 - (NOW + 10) * 3600)
    assert [broadcast.pcr(NOW + slot) for slot in (9, 10, 11)] == [STAMP_MASK + 1 - 3600, 0, 3600]
    times = pcr_times(broadcast.packets(NOW, NOW + 20).tobytes())
    assert abs(times[-1] - times[0] - 19 / 25) < 1e-6
    assert continuity_errors(broadcast.packets(NOW, NOW + 20).tobytes()) == 0


async def test_shifted_moves_times_only(library):
    broadcast = Broadcast(await library.clip("h264"))
    later = broadcast.shifted(10.0)
    assert (later.pcr(NOW) - broadcast.pcr(NOW)) & STAMP_MASK == 900_000
    here, there = (each.packets(NOW, NOW + 5).tobytes() for each in (broadcast, later))
    assert here != there
    assert [packet[:4] for packet in split(here)] == [packet[:4] for packet in split(there)]


async def test_old_turns_are_forgotten(library):
    broadcast = Broadcast(await library.clip("h264"))
    for turn in range(10):
        broadcast.packets(turn * 600, turn * 600 + 1)
    assert len(broadcast._turns) == 3
