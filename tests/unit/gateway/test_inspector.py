import json
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.clock import ManualClock
from tests.unit.gateway.test_psi import pmt, section, stream
from tests.unit.gateway.ts_rig import packet, packets, pat, pes, tables, without_random_access_flags
from tunerr.gateway.inspection import AccessPoint
from tunerr.gateway.inspector import TsInspector
from tunerr.gateway.psi import Kind
from tunerr.gateway.ts import section_crc, section_packets

IDR, P_SLICE = b"\0\0\1\x65\x88", b"\0\0\1\x41\x9a"
SECOND = 27_000_000
WRAP = 2**33 * 300


def inspected(data, size=188 * 37, **options):
    """Absolute indices of the access points with whether they are closed, and the inspector."""
    inspector = TsInspector(clock=ManualClock(), **options)
    points, at = [], 0
    for begin in range(0, len(data), size):
        chunk = data[begin : begin + size]
        runs = inspector.feed(chunk)
        assert b"".join(run.headers.chunk for run in runs) == chunk
        for run in runs:
            points += [(at + point.index, point.closed) for point in run.points]
            at += run.headers.count
    return points, inspector


def where(data, **options):
    return [index for index, _ in inspected(data, **options)[0]]


def keyframes(path, data):
    """Indices of the packets in which ffprobe's keyframes begin."""
    path.write_bytes(data)
    command = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pos,flags", "-of", "json",
               str(path)]  # fmt: skip
    found = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=30).stdout)["packets"]
    return [int(entry["pos"]) // 188 for entry in found if "K" in entry["flags"]], len(found)


@pytest.mark.parametrize(("name", "codecs", "closed"), [
    ("h264", ("h264", "aac"), "all"),
    ("opengop", ("h264", None), "first"),
    ("refresh", ("h264", None), "first"),
    ("hevc", ("hevc", "aac"), "first"),  # x265 opens its groups unless told otherwise
    ("hevc-closed", ("hevc", None), "all"),
    ("mpeg2", ("mpeg2", "ac3"), "first"),
    ("mpeg2-closed", ("mpeg2", None), "all"),
    ("mpeg2-open", ("mpeg2", None), "first"),
])  # fmt: skip
def test_access_points_are_where_ffprobe_sees_keyframes_with_flags_and_without(samples, tmp_path, name, codecs, closed):
    data = samples[name]
    expected, units = keyframes(tmp_path / "with.ts", data)
    assert len(expected) > 5
    points, inspector = inspected(data)
    assert [index for index, _ in points] == expected
    points, inspector = inspected(data, len(data))
    layout = inspector.layout
    assert tuple(found.codec if (found := layout.first(kind)) else None for kind in (Kind.VIDEO, Kind.AUDIO)) == codecs
    assert [is_closed for _, is_closed in points] == [
        closed == "all" or (closed == "first" and index == 0) for index in range(len(points))
    ]
    signs = inspector.signs
    assert (signs.points, signs.video_units, signs.has_video) == (len(points), units, True)
    assert inspector.keyframes_seen
    assert inspected(without_random_access_flags(data), len(data))[0] == points


@pytest.mark.parametrize("name", ["h264", "mpeg2-open", "opengop", "radio", "two"])
def test_the_cut_into_chunks_changes_nothing(samples, name):
    data = samples[name]
    expected, whole = inspected(data, len(data))
    for size in (188, 1316, 188 * 350):
        points, inspector = inspected(data, size)
        assert [index for index, _ in points] == [index for index, _ in expected]
        if size > 188 * 100:
            assert points == expected
        assert inspector.signs == whole.signs
        assert (inspector.layout, inspector.bytes) == (whole.layout, len(data))


def test_a_picture_that_comes_after_long_sei_is_looked_for_in_the_next_packets():
    sei = b"\0\0\1\x06\x05\xff\xff\x20" + b"\x11" * 500 + b"\x80"
    body = b"\0\0\1\x67\x42\0\0\1\x68\xce" + sei + IDR + b"\x22" * 100
    first, rest = body[:170], body[170:]
    unit = [pes(256, first)]
    for number, at in enumerate(range(0, len(rest), 184)):
        unit += [packet(257, b"\0" * 184), packet(256, rest[at : at + 184], counter=number + 1)]
    data = tables(stream(0x1B, 256)) + b"".join(unit)
    assert inspected(data, len(data))[0] == [(2, True)]
    assert inspected(data, 188)[0] == [(2, False)]  # parameter sets, the picture is not there yet
    doubled = tables(stream(0x1B, 256)) + b"".join(whole * 2 for whole in unit[:4])
    assert inspected(doubled, len(doubled))[0][0] == (2, False)


def test_a_flag_alone_is_an_open_point_and_a_codec_unknown_here_needs_it():
    for kind, body in ((0x1B, P_SLICE), (0xEA, b"\0\0\1\x0f")):
        assert inspected(tables(stream(kind, 256)) + pes(256, body))[0] == []
        assert inspected(tables(stream(kind, 256)) + pes(256, body, flags=0x40))[0] == [(2, False)]


def test_radio_can_be_joined_at_every_audio_frame_packet(samples):
    points, inspector = inspected(samples["radio"])
    pid = inspector.layout.first(Kind.AUDIO).pid
    starts = [
        index for index, whole in enumerate(packets(samples["radio"]))
        if whole[1] & 0x40 and (whole[1] & 0x1F) << 8 | whole[2] == pid
    ]  # fmt: skip
    assert points == [(index, True) for index in starts]
    signs = inspector.signs
    assert (signs.audio_units, signs.video_units, signs.has_video, signs.gop) == (len(starts), 0, False, None)


def test_without_any_access_point_every_picture_serves_after_the_patience():
    clock = ManualClock()
    inspector = TsInspector(clock=clock, patience=15)
    frames = [pes(256, P_SLICE, counter) for counter in range(4)]
    inspector.feed(tables(stream(0x1B, 256)))
    assert inspector.feed(frames[0])[0].points == ()
    clock.advance(14.9)
    assert inspector.feed(frames[1])[0].points == ()
    clock.advance(0.2)
    points = inspector.feed(frames[2] + frames[3])[0].points
    assert points == (AccessPoint(0, closed=False), AccessPoint(1, closed=False))
    assert not inspector.keyframes_seen
    assert inspector.signs.gops == 0
    assert inspector.feed(pes(256, IDR, 4))[0].points == (AccessPoint(0, closed=True),)
    assert inspector.keyframes_seen
    assert inspector.feed(pes(256, P_SLICE, 5))[0].points == ()


def test_scrambled_pictures_are_counted_and_are_no_access_points():
    clear = tables(stream(0x1B, 256), stream(0x0F, 257))
    hidden = pes(256, IDR, flags=0x40, scrambled=True) + packet(257, b"\1" * 184, scrambled=True)
    other = packet(300, b"\1" * 184, scrambled=True)
    points, inspector = inspected(clear + hidden + other, patience=0)
    assert points == []
    assert inspector.signs.scrambled == 2
    radio = tables(stream(0x0F, 257)) + pes(257, b"", scrambled=True) + pes(257, b"", 1)
    assert inspected(radio)[0] == [(3, True)]


def test_no_access_point_before_the_tables_are_known():
    assert where(pes(256, IDR) + tables(stream(0x1B, 256)) + pes(256, IDR, 1)) == [3]


def test_a_run_ends_where_the_layout_changes():
    new = section_packets(4096, pmt(stream(0x1B, 257)), 1)
    data = tables(stream(0x1B, 256)) + pes(256, IDR) + pes(257, IDR) + new + pes(256, IDR, 1) + pes(257, IDR, 1)
    runs = TsInspector(clock=ManualClock()).feed(data)
    assert [run.headers.count for run in runs] == [2, 3, 2]
    assert [run.layout and run.layout.first(Kind.VIDEO).pid for run in runs] == [None, 256, 257]
    assert [run.points for run in runs] == [(), (AccessPoint(0, closed=True),), (AccessPoint(1, closed=True),)]


def test_lost_and_repeated_packets_are_told_by_their_places(samples):
    whole = packets(samples["h264"])
    video = [index for index, each in enumerate(whole) if each[1] & 0x1F == 1 and each[2] == 0 and each[3] & 0x10]
    lost, twice = video[500], video[700]
    data = b"".join(whole[:lost] + whole[lost + 1 : twice] + [whole[twice]] * 2 + whole[twice + 1 :])
    runs = TsInspector(clock=ManualClock()).feed(data)
    at = runs[0].headers.count
    assert [run.broken for run in runs] == [(), (video[501] - 1 - at,)]
    assert [run.repeated for run in runs] == [(), (twice - at,)]


def test_a_repeated_start_of_a_picture_is_no_second_one():
    data = tables(stream(0x1B, 256)) + pes(256, IDR) * 2 + pes(256, P_SLICE, 1) * 3
    points, inspector = inspected(data, 188 * 3)
    assert points == [(2, True)]
    assert inspector.signs.video_units == 2


class TestTables:
    def test_ids_languages_and_sections_are_in_the_layout(self):
        table = pmt(stream(0x1B, 256), stream(0x0F, 257, b"\x0a\x04fra\0"), program=7)
        data = section_packets(0, pat({7: 4096}, 1234), 0) + section_packets(4096, table, 0)
        layout = inspected(data)[1].layout
        assert (layout.section, layout.program, layout.transport_stream) == (table, 7, 1234)
        assert [entry.language for entry in layout.streams] == ["", "fra"]

    @pytest.mark.parametrize("double", [1, 2])
    def test_a_pmt_over_two_packets_cut_anywhere_and_sent_twice(self, double):
        many = [stream(0x1B, 256), *(stream(0x0F, 300 + number) for number in range(50))]
        head = b"".join(whole * double for whole in packets(tables(*many)))
        for size in (188, 376, len(head)):
            assert len(inspected(head + pes(256, IDR), size)[1].layout.streams) == 51

    def test_broken_and_future_tables_change_nothing(self):
        good = tables(stream(0x1B, 256))
        broken = bytearray(section_packets(4096, pmt(stream(0x1B, 257)), 1))
        broken[20] ^= 1
        future = section(2, 1, pmt(stream(0x1B, 258))[8:-4], current=False)
        other = pmt(stream(0x1B, 259), program=2)
        data = good + bytes(broken) + section_packets(4096, future, 2) + section_packets(4096, other, 3)
        data += section_packets(0, section(0, 1, pat({2: 4097})[8:-4], current=False), 1)
        runs = TsInspector(clock=ManualClock()).feed(data + pes(256, IDR))
        assert len(runs) == 2
        assert runs[1].points

    def test_a_program_of_another_number_or_place_is_followed(self):
        old, new = tables(stream(0x1B, 256)), pmt(stream(0x1B, 257))
        moved = section_packets(0, pat({1: 4097}), 1) + section_packets(4097, new, 0)
        assert inspected(old + moved)[1].layout.pmt_pid == 4097
        renamed = section_packets(0, pat({5: 4096}), 1) + section_packets(4096, pmt(stream(0x1B, 257), program=5), 1)
        assert inspected(old + renamed)[1].layout.program == 5
        again = section_packets(0, pat({1: 4096}, 77), 1)
        assert inspected(old + again)[1].layout.transport_stream == 77

    def test_a_version_that_counts_up_alone_changes_nothing(self):
        """Each change costs 0.1 ms, and there is room for thousands in a second."""
        table = pmt(stream(0x1B, 256))
        other = table[:5] + bytes([table[5] ^ 2]) + table[6:-4]
        other += section_crc(other).to_bytes(4, "big")
        inspector = TsInspector(clock=ManualClock())
        inspector.feed(tables(stream(0x1B, 256)))
        layout = inspector.layout
        assert len(inspector.feed(section_packets(4096, other, 1) + section_packets(4096, table, 2))) == 1
        assert inspector.layout is layout


class TestPrograms:
    SOUND, PICTURE, DATA = stream(0x0F, 300), stream(0x1B, 256), stream(0x06, 400)

    def served(self, programs, sent):
        """Program that is served of a PAT, with the PMTs that are `sent` in that order."""
        data = section_packets(0, pat({number: 4096 + number for number in programs}), 0)
        for count, number in enumerate(sent):
            table = pmt(*programs[number], program=number)
            data += section_packets(4096 + number, table, count)
        layout = inspected(data)[1].layout
        return layout.program if layout else None

    def test_the_first_with_video_then_the_first_with_sound(self):
        assert self.served({1: [self.SOUND], 2: [self.PICTURE], 3: [self.PICTURE]}, [1, 2]) == 2
        assert self.served({1: [self.SOUND], 2: [self.PICTURE], 3: [self.PICTURE]}, [3, 2, 1]) == 2
        assert self.served({1: [self.DATA], 2: [self.SOUND], 3: [self.SOUND]}, [3, 2, 1]) == 2
        assert self.served({1: [self.DATA]}, [1]) is None

    def test_a_program_whose_pmt_may_still_come_is_waited_for(self):
        programs = {1: [self.PICTURE], 2: [self.PICTURE]}
        assert self.served(programs, [2, 2, 2]) is None
        assert self.served(programs, [2, 2, 2, 1]) == 1
        assert self.served(programs, [2, 2, 2, 2]) == 2

    def test_many_programs_are_not_all_followed(self):
        programs = {number: [self.SOUND] for number in range(1, 40)} | {30: [self.PICTURE]}
        assert self.served(programs, list(programs)) == 1

    def test_it_is_kept_while_the_pat_names_it(self):
        one, two = pmt(self.SOUND, program=1), pmt(self.PICTURE, program=2)
        first = section_packets(0, pat({2: 4098}), 0) + section_packets(4098, two, 0)
        both = section_packets(0, pat({1: 4097, 2: 4098}), 1) + section_packets(4097, one, 0)
        assert inspected(first + both)[1].layout.program == 2
        dark = section_packets(4098, pmt(self.SOUND, program=2), 1)
        assert inspected(first + both + dark)[1].layout.streams[0].kind is Kind.AUDIO
        gone = section_packets(0, pat({1: 4097}), 2) + section_packets(4097, one, 1)
        assert inspected(first + both + gone)[1].layout.program == 1

    def test_a_real_multiplex(self, samples):
        points, inspector = inspected(samples["two"])
        assert inspector.layout.program == 2
        assert {entry.codec for entry in inspector.layout.streams} == {"h264", "aac"}
        assert len(points) == 12


class TestTime:
    HEAD = tables(stream(0x1B, 256), stream(0x0F, 257))

    def signs(self, *clocks):
        """After packets of (PID, PCR)."""
        data = b"".join(packet(pid, pcr=pcr % WRAP) for pid, pcr in clocks)
        return inspected(self.HEAD + data, 376)[1].signs

    def test_media_is_what_was_received(self, samples):
        data = samples["h264"]
        signs = inspected(data)[1].signs
        assert 11.8 < signs.media < 12.1
        assert signs.jumps == 0
        assert signs.packets == len(data) // 188
        assert 0.7 < signs.video_bytes / len(data) < 0.95
        assert signs.audio_units > 20

    def test_wraps_are_followed_and_jumps_left_out(self):
        steps = [(256, WRAP - SECOND + index * SECOND // 2) for index in range(6)]
        assert (self.signs(*steps).media, self.signs(*steps).jumps) == (2.5, 0)
        back = self.signs((256, 100 * SECOND), (256, 101 * SECOND), (256, 50 * SECOND), (256, 51 * SECOND))
        assert (back.media, back.jumps) == (2.0, 1)
        ahead = self.signs((256, 0), (256, 5 * SECOND), (256, 10 * SECOND + 300), (256, 11 * SECOND + 300))
        assert (ahead.media, ahead.jumps) == (6.0, 1)

    def test_another_pid_serves_while_the_declared_one_has_none(self):
        assert self.signs(*((257, index * SECOND) for index in range(5))).media == 4
        assert self.signs(*((300, index * SECOND) for index in range(5))).media == 0
        mixed = [(257, 0), (257, SECOND), (256, 50 * SECOND), (257, 2 * SECOND), (256, 51 * SECOND)]
        signs = self.signs(*mixed)
        assert (signs.media, signs.jumps) == (2, 0)

    def test_rates(self, samples):
        _, inspector = inspected(samples["radio"])
        pid = inspector.layout.first(Kind.AUDIO).pid
        assert 128_000 < inspector.rates[pid] < 145_000
        assert set(inspector.rates) >= {0, 4096, pid}


PIECES = st.lists(st.binary(min_size=187, max_size=187), min_size=1, max_size=30)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(PIECES, st.sampled_from([0x1B, 0x24, 0x02, 0x0F]), st.integers(1, 7))
def test_rubbish_in_packets_raises_nothing(bodies, kind, size):
    data = tables(stream(kind, 256)) + b"".join(b"\x47" + body for body in bodies)
    inspected(data, 188 * size)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    st.sampled_from(["h264", "hevc", "mpeg2", "radio", "two"]),
    st.lists(st.tuples(st.integers(0, 1499), st.integers(1, 187), st.integers(0, 255)), max_size=60),
    st.lists(st.integers(0, 1499), max_size=10),
    st.lists(st.integers(1, 400), min_size=1, max_size=30),
)
def test_a_damaged_stream_raises_nothing_and_is_judged_alike_however_it_is_cut(samples, name, damage, lost, sizes):
    whole = [bytearray(each) for each in packets(samples[name][: 188 * 1500])]
    for index, at, value in damage:
        whole[index % len(whole)][at] = value
    data = b"".join(each for index, each in enumerate(whole) if index not in lost)
    once, cut = TsInspector(clock=ManualClock()), TsInspector(clock=ManualClock())
    runs = once.feed(data)
    assert all(0 <= point.index < run.headers.count for run in runs for point in run.points)
    at = 0
    while at < len(data):
        for size in sizes:
            cut.feed(data[at : at + 188 * size])
            at += 188 * size
    # A cut can hide a picture behind its parameter sets; nothing else may depend on it.
    assert once.layout == cut.layout
    same = ("media", "packets", "video_units", "audio_units", "video_bytes", "broken", "jumps", "scrambled")
    assert [getattr(once.signs, field) for field in same] == [getattr(cut.signs, field) for field in same]


def test_what_is_kept_is_bounded():
    inspector = TsInspector(clock=ManualClock())
    inspector.feed(tables(stream(0x1B, 256)))
    for round_ in range(3):
        for first in range(0, 0x2000, 512):
            inspector.feed(b"".join(packet(pid, b"\1" * 184, counter=round_) for pid in range(first, first + 512)))
    for counter in range(3000):
        inspector.feed(packet(4096, b"\0\x02\xbf\xff" + b"\1" * 180, counter=counter, start=not counter))
    assert len(inspector._continuity._last) == 0x2000
    assert len(inspector._tables._readers[4096]._buffer) < 4096 + 184
