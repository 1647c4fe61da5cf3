import random

import pytest

from tests.tools.clock import ManualClock
from tests.tools.packet_walk import PACKET, packets_of, pid_of, walk
from tests.unit.gateway.splice_rig import (
    Feeder,
    complaints,
    mapped,
    media,
    pmt_of,
    restamped,
    spliced,
    wire_complaints,
    with_long_pmt,
    with_own_pcr_pid,
    with_pmt,
    without_pcr,
)
from tests.unit.gateway.test_psi import stream
from tests.unit.gateway.ts_rig import packet, tables
from tunerr.gateway.inspector import TsInspector
from tunerr.gateway.packetizer import Packetizer
from tunerr.gateway.psi import Kind
from tunerr.gateway.timestamps import CYCLE

SECOND = 90_000
FRAME = 0.04
GOP = 1.0


@pytest.mark.parametrize("name", ["h264", "mpeg2", "hevc", "ac3", "radio", "open gop", "slow mux", "cbr"])
def test_one_source_becomes_a_faultless_stream_of_the_same_pictures(name):
    data = media(name)
    out, splicer = spliced(data)
    assert complaints(out, gap=FRAME * 1.01) == []
    before, after = walk(data).units, walk(out).units
    assert all(0 <= before[pid] - after[pid] <= 1 for pid in before)  # only the one that nothing follows
    assert splicer.facts.units_dropped == 0


@pytest.mark.parametrize("size", [188, 1316, 32_768, 1 << 20])
def test_the_cut_into_chunks_changes_nothing_but_the_pieces(size):
    whole, _ = spliced(media("h264"), restamped(media("other pids"), 5 * SECOND))
    cut, _ = spliced(media("h264"), restamped(media("other pids"), 5 * SECOND), size=size)
    assert cut == whole


@pytest.mark.parametrize(("first", "second"), [
    ("h264", "other pids"), ("h264", "h264 plain"), ("h264 plain", "h264"), ("slow mux", "h264"), ("h264", "slow mux"),
    ("cbr", "h264"), ("mpeg2", "mpeg2"), ("hevc", "hevc"), ("ac3", "ac3"), ("radio", "radio"),
])  # fmt: skip
def test_cut_anywhere_the_stream_goes_on_without_fault(first, second):
    """Source A ends in the middle of a packet, source B begins in the middle of one."""
    dice = random.Random(f"{first} {second}")
    one, other = media(first), media(second)
    for _ in range(3):
        cut, start = dice.randrange(len(one) // 3, len(one)), dice.randrange(len(other) // 2)
        out, splicer = spliced(one[:cut], other[start:], size=dice.choice([1316, 10_000, 32_768]))
        assert complaints(out, gap=1.5) == [], (cut, start)
        assert splicer.facts.switches == 1


def test_the_clock_goes_on_by_one_frame_where_both_sources_are_alike():
    out, _ = spliced(media("h264 plain"), media("h264 plain"))
    assert complaints(out, gap=FRAME * 1.01) == []


@pytest.mark.parametrize("start", [0, CYCLE // 2, CYCLE * 3 // 4, CYCLE - SECOND, CYCLE - SECOND * 3 // 2])
def test_stamps_before_the_first_pcr_and_that_are_on_one_timeline(start):
    """The PCR of the access point is before it, in a packet of its own, and so not part of the stream."""
    out, _ = spliced(restamped(with_own_pcr_pid(media("slow mux")), start), media("h264 plain"))
    assert complaints(out, gap=1.0) == []


def test_hundreds_of_switches_leave_no_trace_on_the_wire():
    dice = random.Random(7)
    feeder = Feeder()
    for _ in range(200):
        data = media(dice.choice(["h264", "other pids", "open gop", "slow mux", "cbr", "h264 plain"]))
        start = dice.randrange(len(data))
        feeder.source(data[start : start + dice.randrange(400_000)], size=dice.choice([1316, 10_000, 32_768]))
    out = feeder.finish()
    assert wire_complaints(out) == []
    assert feeder.splicer.facts.switches > 60
    times = [piece.time for piece in feeder.pieces]
    assert times == sorted(times)


def test_an_entry_is_pat_pmt_and_access_point():
    feeder = Feeder()
    feeder.source(media("h264"))
    feeder.source(media("other pids"))
    out = feeder.finish()
    entries = [piece.data[entry:] for piece in feeder.pieces for entry in piece.entries]
    assert len(entries) == 8
    assert all(walk(entry).first == ("PAT", "PMT", "access point") for entry in entries)
    assert out.startswith(entries[0])


def test_every_piece_ends_with_whole_pictures():
    """Whatever comes next, what was published decodes."""
    feeder = Feeder()
    feeder.source(media("h264"), size=10_000)
    published = b"".join(piece.data for piece in feeder.pieces[: len(feeder.pieces) // 2])
    assert complaints(published) == []


@pytest.mark.parametrize("seconds", [-3600, -2, -0.5, 3, 5, 3600, (1 << 32) / SECOND])
def test_a_jump_of_the_source_is_no_jump_of_the_output(seconds):
    data = media("h264")
    half = len(data) // PACKET // 2
    for after in (half, half + 37):
        out, splicer = spliced(restamped(data, int(seconds * SECOND), after=after))
        assert complaints(out, gap=0.2) == []
        assert splicer.facts.jumps == 1


def test_a_wrap_is_not_a_jump():
    data = restamped(media("h264"), (1 << 33) - 4 * SECOND)
    out, splicer = spliced(data, media("h264"))
    assert complaints(out, gap=0.2) == []
    assert splicer.facts.jumps == 0


@pytest.mark.parametrize("pair", [
    (with_own_pcr_pid, None), (None, with_own_pcr_pid), (with_own_pcr_pid, with_own_pcr_pid), (with_long_pmt, None),
    (None, without_pcr), (without_pcr, None), (without_pcr, without_pcr),
])  # fmt: skip
def test_odd_sources_make_the_same_output(pair):
    data = media("h264")
    out, splicer = spliced(*(change(data) if change else data for change in pair))
    assert complaints(out, gap=0.5) == []
    assert len(walk(out).stream_types) == 1
    assert splicer.facts.codec_changes == 0


def test_a_pcr_that_ends_is_made_up():
    data = media("h264")
    half = len(data) // PACKET // 2 * PACKET
    assert complaints(spliced(data[:half] + without_pcr(data[half:]))[0], gap=0.1) == []


@pytest.mark.parametrize(
    ("name", "gap"), [("h264", 2.1), ("h264 plain", 2.1), ("mpeg2", 0.2), ("hevc", 2.1), ("radio", 1)]
)
def test_lost_packets_cost_whole_units_and_no_decoding_error(name, gap):
    data = media(name)
    dice = random.Random(name)
    for lost in (1, 7):
        at = dice.randrange(len(data) // 2, len(data) * 4 // 5) // PACKET * PACKET
        out, splicer = spliced(data[:at] + data[at + lost * PACKET :])
        assert complaints(out, gap=gap) == []
        assert splicer.facts.units_dropped >= 1


@pytest.mark.parametrize("early", [1, 2, 3, 4])
@pytest.mark.parametrize("key", [1, 2, 3])
def test_another_encoder_of_the_same_program_brings_no_sound_twice(key, early):
    """A player of HLS goes to a lower variant: one timeline, but the PES of the sound begin at other frames."""
    head, _ = _at_key(media("h264"), key)
    sound, tail = _at_key(media("short sounds"), key)
    begun = [at for at, one in enumerate(sound) if pid_of(one) == 0x101 and one[1] & 0x40][-early]
    last = [one for one in sound[begun:] if pid_of(one) == 0x101]
    feeder, packetizer, inspector = Feeder(), Packetizer(), TsInspector(clock=ManualClock())
    feeder.more(b"".join(head), packetizer, inspector)
    feeder.more(b"".join((*last, *tail)), packetizer, inspector)
    assert complaints(feeder.finish(), gap=FRAME * 2.01) == []  # the last picture has no end


def _at_key(data, number):
    """The packets before access point `number` and from there on."""
    packets = list(packets_of(data))
    keys = [at for at, one in enumerate(packets) if pid_of(one) == 0x100 and one[3] & 0x20 and one[5] & 0x40]
    return packets[: keys[number]], packets[keys[number] :]


def test_damaged_packets_are_lost_packets():
    data = bytearray(media("mpeg2"))
    video = [at for at in range(0, len(data), PACKET) if pid_of(data[at : at + 3]) == 256]
    data[video[2000] + 1] |= 0x80
    out, splicer = spliced(bytes(data))
    assert complaints(out, gap=0.2) == []
    assert splicer.facts.units_dropped == 1


def test_leading_pictures_of_an_open_access_point_are_left_out():
    data = media("mpeg2")
    out, splicer = spliced(data[len(data) // 2 :])
    assert splicer.facts.leading_dropped == 2
    assert complaints(out, gap=0.2) == []


def test_streams_that_move_to_other_pids_stay_where_they_were():
    data = media("h264")
    half = len(data) // PACKET // 2 * PACKET
    _, pmt = pmt_of(data)
    moved = pmt[:8] + pmt[8:].replace(b"\xe1\x00", b"\xe2\x00").replace(b"\xe1\x01", b"\xe2\x01")
    late = with_pmt(mapped(data[half:], {256: 512, 257: 513}), moved)
    out, splicer = spliced(data[:half] + late)
    assert complaints(out, gap=0.2) == []
    assert len(walk(out).stream_types) == 1
    assert splicer.facts.switches == 0


@pytest.mark.parametrize(
    ("first", "second"), [("h264", "mpeg2"), ("h264", "radio"), ("radio", "h264"), ("h264", "ac3")]
)
def test_other_codecs_make_another_layout(first, second):
    feeder = Feeder()
    feeder.source(media(first))
    feeder.source(media(second))
    out = feeder.finish()
    changed = [index for index, piece in enumerate(feeder.pieces) if piece.codecs_changed]
    assert len(changed) == 1
    assert feeder.pieces[changed[0]].entries[0] == 0
    assert complaints(b"".join(piece.data for piece in feeder.pieces[changed[0] :])) == []
    assert walk(out).continuity == ()
    assert len(walk(out).stream_types) == 2
    assert feeder.splicer.facts.codec_changes == 1
    assert feeder.splicer.layout.section[5] >> 1 & 31 == 1
    assert pmt_of(out)[1][5] >> 1 & 31 == 0


def _pictures(stamps, *, clocked):
    """One packet for each picture, an access point shown and decoded at its stamp; a PCR in the first `clocked`."""
    made = tables(stream(0x1B, 256))
    for number, ticks in enumerate(stamps):
        stamp = [
            ticks >> 29 & 0xE | 1,
            ticks >> 22 & 0xFF,
            ticks >> 14 & 0xFE | 1,
            ticks >> 7 & 0xFF,
            ticks << 1 & 0xFE | 1,
        ]
        header = b"\0\0\1\xe0\0\0\x80\xc0\x0a" + bytes([stamp[0] | 0x30, *stamp[1:], stamp[0] | 0x10, *stamp[1:]])
        pcr = (ticks - 9000) * 300 if number < clocked else None
        made += packet(256, header + b"\0\0\1\x65\x88", counter=number & 0xF, start=True, flags=0x40, pcr=pcr)
    return made


def test_a_gap_between_clocks_is_filled_behind_the_first_of_them_however_few_packets_it_has():
    found = walk(spliced(_pictures(range(90_000, 90_000 * 40, 171_000), clocked=100))[0])
    assert found.seconds > 30
    assert (found.pcr_back, found.dts_back) == (0, ())
    assert found.pcr_apart <= 0.1


def test_a_picture_that_goes_back_where_no_clock_tells_why_is_left_out():
    found = walk(spliced(_pictures([90_000, 93_600, 81_000, 97_200, 100_800, 104_400], clocked=1))[0])
    assert found.units[256] >= 3
    assert found.dts_back == ()


def test_nothing_is_published_before_the_access_point():
    data = media("h264")
    feeder = Feeder()
    start = len(data) // 3
    feeder.source(data[:start])
    feeder.pieces += feeder.splicer.begin()
    assert not feeder.splicer.started
    packetizer, inspector = Packetizer(), TsInspector(clock=ManualClock())
    before = len(feeder.pieces)
    feeder.more(data[start + PACKET : start + 20 * PACKET], packetizer, inspector)
    assert len(feeder.pieces) == before
    feeder.more(data[start + 20 * PACKET :], packetizer, inspector)
    assert feeder.splicer.started
    assert feeder.pieces[before].entries[0] % PACKET == 0


def test_sound_whose_packet_never_ends_holds_nothing_up():
    """A second sound track that stops in mid-PES."""
    data = media("h264")
    whole = packets_of(data)
    sound = [at for at, one in enumerate(whole) if pid_of(one) == 257]
    stop = sound[len(sound) // 3] + 1
    cut = b"".join(one for at, one in enumerate(whole) if pid_of(one) != 257 or at < stop)
    out, _ = spliced(cut)
    assert wire_complaints(out) == []
    assert walk(out).units[256] >= walk(data).units[256] - 1


def test_pictures_that_stop_do_not_stop_the_sound():
    whole = packets_of(with_own_pcr_pid(media("h264")))
    cut = b"".join(one for at, one in enumerate(whole) if pid_of(one) != 256 or at < 1000)
    feeder = Feeder()
    feeder.source(cut)
    held = walk(cut).units[257] - walk(b"".join(piece.data for piece in feeder.pieces)).units[257]
    assert held <= 3


def test_the_layout_is_the_first_source_s():
    out, splicer = spliced(media("h264"), media("other pids"))
    assert splicer.layout.first(Kind.VIDEO).pid == 256
    assert set(map(pid_of, packets_of(out))) == {0, 4096, 256, 257}
