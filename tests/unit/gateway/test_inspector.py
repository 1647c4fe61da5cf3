import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.clock import ManualClock
from tests.unit.gateway.rig import continuity_errors, decoding_errors, packets, pid_of
from tests.unit.gateway.test_psi import pmt, section, stream
from tunerr.gateway.inspector import TsInspector
from tunerr.gateway.psi import Kind
from tunerr.gateway.ts import discontinuity_packet, section_packets

FIRST_VIDEO_FRAME = bytes([0, 0, 1, 0xE0, 0, 0, 0x80, 0x80, 5, 0x21, 0, 1, 0, 1])


def inspected(data, size=188 * 37, **options):
    """Absolute offsets of the access points with their tables, and the inspector."""
    inspector = TsInspector(clock=ManualClock(), **options)
    points = []
    for at in range(0, len(data), size):
        points += [(at + point.offset, point.tables) for point in inspector.feed(data[at : at + size])]
    return points, inspector


def without_random_access_flags(data):
    bare = bytearray(data)
    for at in range(0, len(bare), 188):
        if bare[at + 3] & 0x20 and bare[at + 4]:
            bare[at + 5] &= ~0x40
    return bytes(bare)


def pes(pid, elementary, counter=0, flags=None):
    """One packet that starts a PES."""
    body = FIRST_VIDEO_FRAME + elementary
    room = 184 - len(body)
    field = bytes([room - 1]) + (bytes([flags or 0]) + b"\xff" * (room - 2) if room > 1 else b"")
    return bytes([0x47, 0x40 | pid >> 8, pid & 0xFF, 0x30 | counter]) + field + body


def tables(*streams, pmt_pid=4096):
    pat = section(0, 1, bytes([0, 1, 0xE0 | pmt_pid >> 8, pmt_pid & 0xFF]))
    return section_packets(0, pat, 0) + section_packets(pmt_pid, pmt(*streams), 0)


@pytest.mark.parametrize(("name", "video", "audio", "count"), [
    ("h264", "h264", "aac", 12), ("hevc", "hevc", "aac", 12), ("mpeg2", "mpeg2", "ac3", 25),
])  # fmt: skip
def test_finds_the_access_points_that_ffmpeg_flags_and_without_the_flags_too(samples, name, video, audio, count):
    data = samples[name]
    points, inspector = inspected(data)
    assert len(points) == count
    assert inspector.layout.first(Kind.VIDEO).codec == video
    assert inspector.layout.first(Kind.AUDIO).codec == audio
    assert inspector.continuity_errors == 0
    assert inspector.bytes == len(data)
    bare, _ = inspected(without_random_access_flags(data))
    assert [offset for offset, _ in bare] == [offset for offset, _ in points]


@pytest.mark.parametrize("name", ["h264", "mpeg2", "radio"])
@pytest.mark.parametrize("size", [188, 1316, 188 * 350, 10**9 // 188 * 188])
def test_the_cut_into_chunks_changes_nothing(samples, name, size):
    assert inspected(samples[name], size)[0] == inspected(samples[name])[0]


def test_radio_can_be_joined_at_every_audio_frame_packet(samples):
    points, inspector = inspected(samples["radio"])
    starts = [at for at in range(0, len(samples["radio"]), 188) if samples["radio"][at + 1] & 0x40]
    assert inspector.layout.first(Kind.VIDEO) is None
    assert len(points) > 20
    assert {offset for offset, _ in points} <= set(starts)


@pytest.mark.parametrize("name", ["h264", "mpeg2", "radio"])
def test_joined_at_any_access_point_the_stream_is_without_fault(samples, name):
    """S02: PAT, PMT, access point; and nothing that a strict checker or a decoder objects to."""
    data = samples[name]
    points, inspector = inspected(data)
    for number, (offset, prefix) in enumerate(points[:: max(1, len(points) // 12)]):
        joined = prefix + data[offset:]
        head = packets(joined[: 188 * 3])
        assert pid_of(head[0]) == 0
        assert pid_of(head[1]) == inspector.layout.pmt_pid
        assert head[2] == data[offset : offset + 188]
        assert continuity_errors(joined) == []
        if number in {1, 5}:
            errors, frames = decoding_errors(joined)
            assert errors == ""
            assert frames


def test_pcr_is_read(samples):
    _, inspector = inspected(samples["h264"])
    seconds = inspector.pcr / 27_000_000
    assert 12 < seconds < 14  # ffmpeg begins at 1.4 s less its mux delay


def test_a_lost_packet_is_one_error_and_an_announced_break_none(samples):
    data = samples["h264"]
    whole = packets(data)
    video = [index for index, packet in enumerate(whole) if pid_of(packet) == 256 and packet[3] & 0x10]
    lost = video[500]
    assert inspected(b"".join(whole[:lost] + whole[lost + 1 :]))[1].continuity_errors == 1
    counter = (whole[video[501]][3] & 0xF) - 1
    announced = [*whole[:lost], discontinuity_packet(256, counter), *whole[lost + 1 :]]
    assert inspected(b"".join(announced))[1].continuity_errors == 0
    repeated = [*whole[: lost + 1], whole[lost], *whole[lost + 1 :]]
    assert inspected(b"".join(repeated))[1].continuity_errors == 0


def test_our_checker_agrees_on_lost_packets(samples):
    whole = packets(samples["h264"])
    damaged = b"".join(packet for index, packet in enumerate(whole) if index % 97)
    assert inspected(damaged)[1].continuity_errors == len(continuity_errors(damaged)) > 10


@pytest.mark.parametrize(("stream_type", "elementary", "opens"), [
    (0x1B, b"\0\0\0\1\x09\xf0\0\0\0\1\x67\x42", True),  # AUD, SPS
    (0x1B, b"\0\0\0\1\x09\xf0\0\0\1\x65\x88", True),  # IDR
    (0x1B, b"\0\0\0\1\x09\xf0\0\0\1\x41\x9a", False),  # P slice
    (0x1B, b"\0\0\0\1\x09\xf0\0\0\1\x06\x05", False),  # SEI alone
    (0x24, b"\0\0\0\1\x46\x01\x50\0\0\1\x40\x01", True),  # VPS
    (0x24, b"\0\0\1\x2a\x01\x50", True),  # CRA
    (0x24, b"\0\0\1\x02\x01\x50", False),  # TRAIL_R
    (0x02, b"\0\0\1\xb3\x14\x00\xf0\x23\0\0\1\xb8\0\x08\0\0\0\0\1\x00\x00\x0f\xff\xf8", True),  # sequence, GOP, I
    (0x02, b"\0\0\1\xb3\x14\x00\xf0\x23\0\0\1\x00\x00\x17\xff\xf8", False),  # sequence, P
    (0x02, b"\0\0\1\x00\x00\x0f\xff\xf8", False),  # I without sequence
    (0x02, b"\0\0\1\xb3" + b"\x11" * 100, True),  # the picture is in the next packet
    (0xEA, b"\0\0\1\x0f", False),  # unknown to us: needs the flag
])  # fmt: skip
def test_what_opens_decoding(stream_type, elementary, opens):
    data = tables(stream(stream_type, 256)) + pes(256, elementary)
    assert bool(inspected(data)[0]) is opens
    flagged = tables(stream(stream_type, 256)) + pes(256, elementary, flags=0x40)
    assert bool(inspected(flagged)[0])


def test_without_any_access_point_every_picture_serves_after_the_patience():
    clock = ManualClock()
    inspector = TsInspector(clock=clock, patience=15)
    frame = pes(256, b"\0\0\1\x41\x9a")
    assert inspector.feed(tables(stream(0x1B, 256)) + frame) == ()
    clock.advance(14.9)
    assert inspector.feed(frame) == ()
    clock.advance(0.2)
    assert len(inspector.feed(frame + frame)) == 2
    assert len(inspector.feed(pes(256, b"\0\0\1\x65\x88"))) == 1
    assert inspector.feed(frame) == ()


def test_no_access_point_before_the_tables_are_known():
    key = pes(256, b"\0\0\1\x65\x88")
    points, _ = inspected(key + tables(stream(0x1B, 256)) + key)
    assert [offset for offset, _ in points] == [3 * 188]


def test_a_pmt_over_two_packets_leads_into_the_stream():
    many = [stream(0x1B, 256), *(stream(0x0F, 300 + number) for number in range(50))]
    head = tables(*many)
    assert len(head) == 188 * 3
    points, inspector = inspected(head + pes(256, b"\0\0\1\x65\x88"), 188)
    assert len(inspector.layout.streams) == 51
    assert continuity_errors(points[0][1] + section_packets(4096, pmt(*many), 2)) == []


def test_a_new_layout_in_mid_chunk_holds_from_there_on():
    old, new = tables(stream(0x1B, 256)), section_packets(4096, pmt(stream(0x1B, 257)), 1)
    key = b"\0\0\1\x65\x88"
    points, _ = inspected(old + pes(256, key) + pes(257, key) + new + pes(256, key, 1) + pes(257, key, 1))
    assert [offset // 188 for offset, _ in points] == [2, 6]
    assert points[0][1].endswith(old[188:])
    assert points[1][1][188:] == new


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.lists(st.binary(min_size=187, max_size=187), min_size=1, max_size=30), st.integers(0, 2**32))
def test_rubbish_in_packets_raises_nothing(bodies, seed):
    data = tables(stream(0x1B, 256)) + b"".join(b"\x47" + body for body in bodies)
    inspected(data, 188 * (1 + seed % 7))


@settings(derandomize=True, max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 187), st.integers(0, 255)), max_size=40))
def test_a_damaged_stream_raises_nothing(samples, damage):
    data = bytearray(samples["mpeg2"][: 188 * 3001])
    for packet, at, value in damage:
        data[packet * 188 + at] = value
    data[::188] = b"\x47" * 3001
    points, _ = inspected(bytes(data))
    assert all(offset % 188 == 0 for offset, _ in points)
