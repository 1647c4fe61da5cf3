import pytest

from tests.unit.lab.media.ts_reading import PACKET, pid_of, split
from tunerr.lab.media import FORMATS, Broadcast
from tunerr.lab.media.formats import Encoding, Pids
from tunerr.lab.media.mux import scheduled
from tunerr.lab.media.units import Unit, read_units


async def second(library, name):
    clip = await library.clip(name)
    return clip, Broadcast(clip).packets(clip.slots * 1000, clip.slots * 1000 + 25).tobytes()


def access_flags(data, pid):
    packets = (packet for packet in split(data) if pid_of(packet) == pid and packet[1] & 0x40)
    return [bool(packet[3] & 0x20 and packet[4] and packet[5] & 0x40) for packet in packets]


def nal_types(clip, slot):
    video, _ = read_units(Broadcast(clip).packets(slot, slot + 1).tobytes())
    data = video[0].pes
    return {data[at + 3] & 0x1F for at in range(len(data) - 3) if data[at : at + 3] == b"\0\0\1"}


async def test_random_access_flags(library):
    _, flagged = await second(library, "h264")
    assert access_flags(flagged, 0x100) == [True] + [False] * 24
    _, bare = await second(library, "no-rai")
    assert access_flags(bare, 0x100) == [False] * 25


async def test_a_long_pmt_takes_two_packets(library):
    _, data = await second(library, "long-pmt")
    starts = [bool(packet[1] & 0x40) for packet in split(data) if pid_of(packet) == 0x1000]
    assert starts == [True, False] * 5


async def test_a_clock_of_its_own(library):
    _, data = await second(library, "pcr-pid")
    carriers = {pid_of(packet) for packet in split(data) if packet[3] & 0x20 and packet[4] and packet[5] & 0x10}
    assert carriers == {0x1FF}


async def test_open_gop_has_no_idr(library):
    clip = await library.clip("open-gop")
    keys = sorted(clip.key_slots)
    assert len(keys) == 20
    for slot in keys:
        found = nal_types(clip, slot)
        assert 5 not in found
        assert {7, 6} <= found, "parameter sets and the recovery point"
    assert 5 in nal_types(await library.clip("h264"), 0)


async def test_ten_seconds_between_access_points(library):
    clip = await library.clip("gop10")
    assert sorted(clip.key_slots) == [0, 250, 500, 750]


@pytest.mark.parametrize(("name", "size", "at"), [("packets-192", 192, 4), ("packets-204", 204, 0)])
async def test_wide_packets(library, name, size, at):
    clip, data = await second(library, name)
    framed = clip.framed(Broadcast(clip).packets(clip.slots * 1000, clip.slots * 1000 + 25))
    assert len(framed) == len(data) // PACKET * size
    assert {framed[start + at] for start in range(0, len(framed), size)} == {0x47}


async def test_the_second_source_has_other_pids(library):
    clips = [await library.clip(name) for name in ("h264", "h264-b")]
    assert not set(clips[0].stream_pids) & set(clips[1].stream_pids)
    assert clips[1].bitrate > clips[0].bitrate * 1.2


def test_all_have_a_clip_of_whole_frames():
    for format_ in FORMATS.values():
        for encoding, _ in format_.programs:
            assert encoding.frames * 40 * 48 % 1024 == 0 or encoding.audio_type != 0x0F


def test_what_makes_no_loop_is_refused():
    units = [Unit(b"\0\0\1\xe0" + bytes(20), at * 3600, at * 3600, is_video=True, is_key=True) for at in range(10)]
    sound = [Unit(b"\0\0\1\xc0" + bytes(20), at * 1920, at * 1920, is_video=False, is_key=False) for at in range(20)]
    with pytest.raises(ValueError, match="10 pictures"):
        scheduled(Encoding((("c:v", "x"),), ()), Pids(), units, sound)
