"""Each judge of recordings is given a recording with the defect that it is there to catch."""

import asyncio
from itertools import count

import pytest

from tests.tools.media import make_ts
from tests.tools.packet_walk import (
    dts_of,
    has_flag,
    is_access_point,
    packets_of,
    payload_of,
    pcr_of,
    pid_of,
    step,
    walk,
    without_tail,
)
from tests.tools.stream_facts import (
    Probe,
    StreamFacts,
    TsTools,
    ffmpeg_errors,
    ffprobe,
    judge,
    tsreport,
    vlc_complaints,
)

PMT, VIDEO, AUDIO = 4096, 256, 257


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """Packets of a stream without any defect: ffmpeg's, less the SDT, tables before every access point."""
    path = make_ts(tmp_path_factory.mktemp("media") / "sound.ts", seconds=4)
    packets = [packet for packet in packets_of(path.read_bytes()) if pid_of(packet) != 17]
    return recounted(packets)


def recounted(packets):
    """The same packets with continuity counters as they should be."""
    counters, made = {}, []
    for packet in packets:
        pid = pid_of(packet)
        counters[pid] = (counters.get(pid, -1) + bool(packet[3] & 0x10)) & 0x0F
        made.append(packet[:3] + bytes([packet[3] & 0xF0 | counters[pid]]) + packet[4:])
    return made


def place(packets, pid, nth, *, unit=True):
    """Index of the nth packet of `pid` (of those that begin a unit)."""
    return [i for i, packet in enumerate(packets) if pid_of(packet) == pid and (packet[1] & 0x40 or not unit)][nth]


def middle(packets):
    """Index of a packet in the middle of a large picture of the second half."""
    at = place(packets, VIDEO, 60)
    while not (packets[at][3] & 0x30 == 0x10 and not packets[at][1] & 0x40 and pid_of(packets[at]) == VIDEO):
        at += 1
    return at


def with_flag(packet):
    """A packet of nothing but an announced discontinuity, with the PID and counter of `packet`."""
    return bytes([0x47, packet[1] & 0x1F, packet[2], 0x20 | packet[3] & 0x0F, 183, 0x80]) + b"\xff" * 182


def changed(packet, at, mask):
    return packet[:at] + bytes([packet[at] | mask]) + packet[at + 1 :]


def lost(packets):
    at = middle(packets)
    return packets[:at] + packets[at + 3 :]


def cut_and_recounted(packets):
    """A picture that ends in its middle, and counters that hide it: what a careless splice leaves."""
    at = middle(packets)
    end = next(i for i in range(at, len(packets)) if pid_of(packets[i]) == VIDEO and packets[i][1] & 0x40)
    return recounted(packets[:at] + [packet for packet in packets[at:end] if pid_of(packet) != VIDEO] + packets[end:])


def without_tables(packets):
    return recounted([packet for i, packet in enumerate(packets) if i < 300 or pid_of(packet) not in (0, PMT)])


def without_clock(packets):
    bare = [p for p in packets if pcr_of(p) is not None]
    removed = set(map(id, bare[10:13]))
    return [p[:5] + bytes([p[5] & ~0x10]) + p[6:] if id(p) in removed else p for p in packets]


def stamped(field, ticks):
    """The five bytes of a PTS or DTS with other ticks."""
    high, middle, low = ticks >> 29 & 0x0E, ticks >> 14 & 0xFFFE, ticks << 1 & 0xFFFE
    return bytes([field[0] & 0xF1 | high]) + (middle | 1).to_bytes(2, "big") + (low | 1).to_bytes(2, "big")


def moved(packet, ticks):
    """A packet whose PCR, PTS and DTS are later by so much."""
    made, at = bytearray(packet), len(packet) - len(payload_of(packet))
    if (pcr := pcr_of(packet)) is not None:
        base = pcr // 300 + ticks
        made[6:11] = (base >> 1).to_bytes(4, "big") + bytes([base << 7 & 0x80 | packet[10] & 0x7F])
    if dts_of(packet) is not None:
        fields = (at + 9, at + 14) if packet[at + 7] & 0x40 else (at + 9,)
        for start in fields:
            field = packet[start : start + 5]
            now = (field[0] >> 1 & 7) << 30 | field[1] << 22 | field[2] >> 1 << 15 | field[3] << 7 | field[4] >> 1
            made[start : start + 5] = stamped(field, now + ticks)
    return bytes(made)


def twice(packets):
    return recounted([*packets, *packets])


def with_hole(packets):
    """A second of pictures is missing between two access points; counters hide it."""
    points = [i for i, p in enumerate(packets) if pid_of(p) == VIDEO and has_flag(p, 0x40)]
    return recounted(packets[: points[1]] + packets[points[2] :])


WALK = {
    "lost": (lost, "continuity errors"),
    "announced": (lambda p: [*p[: middle(p)], with_flag(p[middle(p) - 1]), *p[middle(p) + 3 :]], "continuity errors"),
    "flag": (lambda p: [*p[: middle(p)], with_flag(p[middle(p)]), *p[middle(p) :]], "discontinuity flags"),
    "duplicate": (lambda p: [*p[: middle(p)], p[middle(p)], *p[middle(p) :]], "continuity errors"),
    "sync": (lambda p: [*p[:500], b"\0" + p[500][1:], *p[501:]], "packets without sync byte"),
    "shifted": (lambda p: [*p[:500], b"x", *p[500:]], "packets without sync byte"),
    "tail": (lambda p: [*p, b"\x47\1\0"], "bytes after the last whole packet"),
    "transport error": (lambda p: [*p[:500], changed(p[500], 1, 0x80), *p[501:]], "transport errors"),
    "scrambled": (lambda p: [*p[:500], changed(p[500], 3, 0x80), *p[501:]], "scrambled packets"),
    "null": (lambda p: [*p[:500], b"\x47\x1f\xff\x10" + bytes(184), *p[500:]], "null packets"),
    "stray": (lambda p: [*p[:500], b"\x47\0\x11\x10" + bytes(184), *p[500:]], "PIDs outside PAT and PMT"),
    "table": (
        lambda p: [packet if i != place(p, PMT, 3) else changed(packet, 14, 0xFF) for i, packet in enumerate(p)],
        "sections with a wrong CRC",
    ),
    "begins late": (lambda p: p[4:], "does not begin with PAT, PMT, access point"),
    "begins in mid-group": (
        lambda p: recounted([*p[:2], *p[place(p, VIDEO, 10) :]]),
        "does not begin with PAT, PMT, access point",
    ),
    "no PAT": (without_tables, "PAT apart"),
    "no PMT": (without_tables, "PMT apart"),
    "no PCR": (without_clock, "PCR apart"),
    "PCR back": (twice, "PCR goes back"),
    "DTS back": (twice, "DTS goes back"),
}


def breaches_of(packets):
    """Names of the rules that the packet walk alone finds broken."""
    facts = StreamFacts(walk(b"".join(packets)), Probe((), (), 0, 0, ()), (), TsTools(0, 0, 0, ()))
    return [text.split(": ")[0] for text in facts.breaches()]


def test_the_walk_finds_nothing_in_a_sound_stream(sound):
    assert breaches_of(sound) == []
    facts = walk(b"".join(sound))
    assert (facts.stream_types, facts.program, facts.units[VIDEO]) == (((0x1B, 0x0F),), 1, 100)
    assert facts.seconds == pytest.approx(4, abs=0.2)


@pytest.mark.parametrize("defect", WALK)
def test_the_walk_finds(sound, defect):
    spoil, rule = WALK[defect]
    assert rule in breaches_of(spoil(sound))


def test_an_access_point_without_its_flag_is_known_by_its_parameter_sets(sound):
    first, later = sound[place(sound, VIDEO, 0)], sound[place(sound, VIDEO, 1)]
    assert is_access_point(first[:5] + bytes([first[5] & ~0x40]) + first[6:], 0x1B)
    assert not is_access_point(later, 0x1B)


def test_clocks_wrap():
    assert step(5, (1 << 33) - 5, 1 << 33) == 10
    assert step((1 << 33) - 5, 5, 1 << 33) == -10


def test_a_walk_of_nothing():
    assert breaches_of([]) != []


def test_units_that_a_leaving_viewer_got_in_part_are_left_out(sound):
    whole = without_tail(b"".join(sound[: middle(sound)]))
    assert breaches_of(packets_of(whole)) == []
    stamps = [dts_of(packet) for packet in packets_of(whole) if pid_of(packet) == VIDEO and dts_of(packet)]
    assert len(stamps) == 60  # the one after was begun


@pytest.fixture
def written(tmp_path):
    """Writes packets into a file of its own."""
    names = count()

    def write(packets):
        path = tmp_path / f"{next(names)}.ts"
        path.write_bytes(b"".join(packets))
        return path

    return write


@pytest.mark.client
async def test_nobody_finds_anything_in_a_sound_stream(sound, written):
    facts = await judge(written(sound), vlc=True)
    assert facts.breaches() == ()
    assert facts.probe.codecs == ("h264", "aac")
    assert facts.probe.video_seconds == pytest.approx(3.96)
    assert facts.probe.video_gap == pytest.approx(0.04)
    assert await vlc_complaints(written(sound), in_real_time=True) == ()


@pytest.mark.client
async def test_every_judge_finds_lost_packets(sound, written):
    path = written(lost(sound))
    probed, decoded, counted, seen = await asyncio.gather(
        ffprobe(path), ffmpeg_errors(path), tsreport(path), vlc_complaints(path)
    )
    assert probed.complaints
    assert decoded
    assert counted.continuity == 1
    assert any("discontinuity" in line for line in seen)


@pytest.mark.client
async def test_the_decoder_finds_a_picture_cut_in_its_middle(sound, written):
    """The counters are right, so that nobody else can."""
    path = written(cut_and_recounted(sound))
    facts = await judge(path, vlc=True)
    assert facts.decode
    assert [text.split(": ")[0] for text in facts.breaches()] == ["ffmpeg"]


@pytest.mark.client
async def test_a_hole_in_time_is_found(sound, written):
    path = written(with_hole(sound))
    probed, counted = await asyncio.gather(ffprobe(path), tsreport(path))
    assert probed.video_gap == pytest.approx(1.04)
    assert counted.pcr_gaps == 1


@pytest.mark.client
async def test_time_that_goes_back_is_found(sound, written):
    path = written(twice(sound))
    probed, counted, played = await asyncio.gather(
        ffprobe(path), tsreport(path), vlc_complaints(path, in_real_time=True)
    )
    assert probed.back
    assert counted.dts_back == 2
    assert played


@pytest.mark.client
async def test_a_clock_that_goes_back_an_hour_is_found(sound, written):
    """ffprobe sees a jump of 26 hours ahead, which is no DTS that goes back."""
    later = [moved(packet, 3600 * 90_000) for packet in sound]
    assert any("video apart" in text for text in (await judge(written(recounted([*later, *sound])))).breaches())


@pytest.mark.client
async def test_lost_sync_is_found(sound, written):
    path = written([*sound[:500], b"x" * 77, *sound[500:]])
    counted, seen = await asyncio.gather(tsreport(path), vlc_complaints(path))
    assert counted.complaints
    assert any("lost synchro" in line for line in seen)


@pytest.mark.client
async def test_a_judge_that_sees_no_stream_says_so(written):
    path = written([b"<html></html>" * 200])
    assert (await tsreport(path)).complaints
    with pytest.raises(AssertionError):
        await vlc_complaints(path)
