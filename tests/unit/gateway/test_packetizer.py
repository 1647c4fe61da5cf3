import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.media import PICTURE, ffmpeg
from tests.unit.gateway.ts_rig import packets
from tunerr.gateway.packetizer import Packetizer

STREAM = b"".join(bytes([0x47, 0x01, number, 0x10]) + bytes([number]) * 184 for number in range(200))


# Wherever the sync byte of the next packet is looked for: the last packet leaves when it is there.
NEXT = b"\x47" * 17
FORMS = {
    "m2ts": (4, 0), "trailing": (0, 4), "reed-solomon": (0, 16), "bare": (0, 0),
}  # fmt: skip


def formed(name, stream=STREAM, filler=b"\x5a"):
    """The stream with something before and after each packet."""
    before, after = FORMS[name]
    return b"".join(filler * before + packet + filler * after for packet in packets(stream))


def fed(packetizer, data, sizes):
    at, out = 0, []
    for size in sizes:
        out.append(packetizer.feed(data[at : at + size]))
        at += size
    out += [packetizer.feed(data[at:]), packetizer.feed(NEXT)]
    assert all(len(piece) % 188 == 0 for piece in out)
    return b"".join(out)


def test_a_packet_passes_when_the_next_one_begins():
    packetizer = Packetizer()
    packetizer.feed(STREAM[:1880])
    assert packetizer.feed(STREAM[1880:3760]) == STREAM[1880 - 188 : 3760 - 188]


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 3000), max_size=30), st.binary(max_size=700).filter(lambda data: b"\x47" not in data))
def test_any_cut_and_any_start_gives_the_same_packets(sizes, garbage):
    packetizer = Packetizer()
    out = fed(packetizer, garbage + STREAM, sizes)
    assert out == STREAM
    assert packetizer.lost == len(garbage)


@settings(derandomize=True, max_examples=80, deadline=None)
@given(st.sampled_from(sorted(FORMS)), st.lists(st.integers(0, 3000), max_size=30), st.integers(0, 60))
def test_longer_packets_are_made_ordinary_ones_however_they_are_cut(form, sizes, garbage):
    packetizer = Packetizer()
    out = fed(packetizer, b"\x11" * garbage + formed(form), sizes)
    assert out == STREAM
    assert garbage - 16 <= packetizer.lost <= garbage + 4


@pytest.mark.parametrize("form", ["m2ts", "reed-solomon", "bare"])
def test_at_the_end_the_last_packet_leaves_too(form):
    packetizer = Packetizer()
    assert packetizer.feed(formed(form)) + packetizer.finish() == STREAM
    assert packetizer.finish() == b""
    assert Packetizer().finish() == b""


def test_the_packet_size_may_change():
    packetizer = Packetizer()
    mixed = [formed(form) for form in ("m2ts", "bare", "reed-solomon", "trailing")]
    out = fed(packetizer, (b"\x22" * 333).join(mixed), [4000] * 30)
    assert out.count(STREAM[:-188]) == 4
    assert len(out) - 4 * len(STREAM) in range(-3 * 188, 188, 188)
    assert abs(packetizer.lost - 3 * (333 + 188)) < 300


def test_a_real_m2ts_file(tmp_path):
    path = tmp_path / "clip.m2ts"
    ffmpeg(*PICTURE, "-t", 1, "-c:v", "mpeg2video", "-f", "mpegts", "-mpegts_m2ts_mode", 1, path)
    data = path.read_bytes()
    packetizer = Packetizer()
    assert fed(packetizer, data, [1000, 10_000]) == b"".join(data[at + 4 : at + 192] for at in range(0, len(data), 192))
    assert packetizer.lost == 0


def test_starts_at_the_first_whole_packet():
    packetizer = Packetizer()
    assert fed(packetizer, STREAM[100:], [900]) == STREAM[188:]
    assert packetizer.lost == 88


def test_finds_the_packets_again_after_garbage_and_counts_what_was_lost():
    packetizer = Packetizer()
    garbage = random.Random(7).randbytes(1000).replace(b"\x47", b"\x48")
    out = fed(packetizer, STREAM[:18800] + garbage + STREAM[18800:], [5000, 5000, 5000])
    assert out == STREAM[:18612] + STREAM[18800:]
    assert packetizer.lost == 1188


def test_bytes_put_into_a_packet_cost_it():
    packetizer = Packetizer()
    out = fed(packetizer, STREAM[:18850] + bytes(77) + STREAM[18850:], [7, 700])
    assert out == STREAM[:18800] + STREAM[18988:]
    assert packetizer.lost == 188 + 77


def test_bytes_taken_out_of_a_packet_cost_it():
    packetizer = Packetizer()
    out = fed(packetizer, STREAM[:18850] + STREAM[18900:], [7, 700])
    assert out == STREAM[:18800] + STREAM[18988:]
    assert packetizer.lost == 188 - 50


def test_a_wrong_sync_byte_costs_its_packet_and_the_one_before():
    broken = bytearray(STREAM)
    broken[188 * 50] = 0
    packetizer = Packetizer()
    assert len(packets(fed(packetizer, bytes(broken), []))) == 198


def test_garbage_without_end_is_not_kept():
    packetizer = Packetizer()
    for _ in range(50):
        assert packetizer.feed(b"<html>" * 1000) == b""
    assert len(packetizer._rest) < 613
    assert packetizer.lost > 50 * 6000 - 613


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=1500), max_size=20))
def test_whatever_comes_what_leaves_is_packets(pieces):
    packetizer = Packetizer()
    out = b"".join(packetizer.feed(piece) for piece in pieces)
    assert not out or packets(out)
    assert len(out) + packetizer.lost + len(packetizer._rest) == sum(map(len, pieces))


@settings(derandomize=True, max_examples=100, deadline=None)
@given(
    st.sampled_from(sorted(FORMS)),
    st.lists(st.tuples(st.integers(0, 37_000), st.binary(max_size=400)), max_size=6),
    st.lists(st.integers(0, 9000), max_size=20),
)
def test_a_damaged_stream_leaves_as_packets_and_little_is_kept(form, insertions, sizes):
    data = formed(form)
    for at, garbage in insertions:
        data = data[:at] + garbage + data[at:]
    packetizer = Packetizer()
    out = fed(packetizer, data, sizes)
    assert not out or packets(out)
    assert len(packetizer._rest) < 613


def test_lost_syncs_in_a_long_buffer_do_not_cost_its_length_each():
    stream = bytearray(STREAM * 50)
    stream[:: 188 * 6] = bytes(len(stream[:: 188 * 6]))
    began = time.process_time()
    out = Packetizer().feed(bytes(stream))
    assert time.process_time() - began < 2
    assert len(out) == len(stream) // 188 // 6 * 4 * 188
