import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.gateway.rig import packets
from tunerr.gateway.packetizer import Packetizer

STREAM = b"".join(bytes([0x47, 0x01, number, 0x10]) + bytes([number]) * 184 for number in range(200))


def fed(packetizer, data, sizes):
    at, out = 0, []
    for size in sizes:
        out.append(packetizer.feed(data[at : at + size]))
        at += size
    out.append(packetizer.feed(data[at:]))
    assert all(len(piece) % 188 == 0 for piece in out)
    return b"".join(out)


def test_aligned_chunks_pass_as_they_are():
    packetizer = Packetizer()
    packetizer.feed(STREAM[:1880])
    chunk = STREAM[1880:3760]
    assert packetizer.feed(chunk) is chunk or packetizer.feed(chunk) == chunk


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 3000), max_size=30), st.binary(max_size=700).filter(lambda data: b"\x47" not in data))
def test_any_cut_and_any_start_gives_the_same_packets(sizes, garbage):
    packetizer = Packetizer()
    out = fed(packetizer, garbage + STREAM, sizes)
    assert out == STREAM
    assert packetizer.lost == len(garbage)


def test_starts_at_the_first_whole_packet():
    packetizer = Packetizer()
    assert fed(packetizer, STREAM[100:], [900]) == STREAM[188:]
    assert packetizer.lost == 88


def test_finds_the_packets_again_after_garbage_and_counts_what_was_lost():
    packetizer = Packetizer()
    garbage = random.Random(7).randbytes(1000).replace(b"\x47", b"\x48")
    out = fed(packetizer, STREAM[:18800] + garbage + STREAM[18800:], [5000, 5000, 5000])
    assert out == STREAM
    assert packetizer.lost == 1000


def test_lost_bytes_inside_a_packet_damage_it_and_cost_the_next():
    packetizer = Packetizer()
    out = fed(packetizer, STREAM[:18850] + STREAM[18900:], [7, 700])
    assert out[:18800] == STREAM[:18800]
    assert out[18988:] == STREAM[18800 + 2 * 188 :]
    assert packetizer.lost == 188 - 50


def test_a_wrong_sync_byte_costs_one_packet():
    broken = bytearray(STREAM)
    broken[188 * 50] = 0
    packetizer = Packetizer()
    assert len(packets(fed(packetizer, bytes(broken), []))) == 199


def test_garbage_without_end_is_not_kept():
    packetizer = Packetizer()
    for _ in range(50):
        assert packetizer.feed(b"<html>" * 1000) == b""
    assert len(packetizer._rest) < 600
    assert packetizer.lost > 50 * 6000 - 600


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=1500), max_size=20))
def test_whatever_comes_what_leaves_is_packets(pieces):
    packetizer = Packetizer()
    out = b"".join(packetizer.feed(piece) for piece in pieces)
    assert not out or packets(out)
    assert len(out) + packetizer.lost + len(packetizer._rest) == sum(map(len, pieces))
