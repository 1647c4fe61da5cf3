import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.packet_walk import PACKET, crc32, dts_of, pcr_of
from tunerr.gateway.scte35 import shift_splice_information
from tunerr.gateway.timestamps import (
    CYCLE,
    PesHeader,
    apart,
    pcr_packet,
    read_pcr,
    read_pes,
    remove_pcr,
    shift_pes,
    write_pcr,
)

ticks = st.integers(0, CYCLE - 1)


def stamp(prefix, value):
    low, middle = value << 1 & 0xFFFE | 1, value >> 14 & 0xFFFE | 1
    return bytes([prefix << 4 | value >> 29 & 0xE | 1]) + middle.to_bytes(2, "big") + low.to_bytes(2, "big")


def pes_packet(*, shown, decoded=None, length=0):
    flags, stamps = (0x80, stamp(2, shown)) if decoded is None else (0xC0, stamp(3, shown) + stamp(1, decoded))
    head = b"\0\0\1\xe0" + length.to_bytes(2, "big") + bytes([0x80, flags, len(stamps)]) + stamps
    return memoryview(bytearray((b"\x47\x41\x00\x10" + head).ljust(PACKET, b"\xaa")))


@given(ticks, ticks, st.integers(-CYCLE, CYCLE))
@settings(derandomize=True, max_examples=200)
def test_stamps_are_read_and_moved_round_the_cycle(shown, decoded, offset):
    packet = pes_packet(shown=shown, decoded=decoded)
    header = read_pes(packet)
    assert (header.shown, header.decoded, header.explicit) == (shown, decoded, True)
    untouched = bytes(packet[23:])
    shift_pes(packet, header, offset)
    assert read_pes(packet).shown == (shown + offset) % CYCLE
    assert dts_of(bytes(packet)) == (decoded + offset) % CYCLE
    assert bytes(packet[23:]) == untouched


def test_a_pes_with_a_pts_only():
    packet = pes_packet(shown=90_000, length=50)
    assert read_pes(packet) == PesHeader(56, 90_000, 90_000)
    shift_pes(packet, read_pes(packet), -1)
    assert dts_of(bytes(packet)) == 89_999


def test_what_is_no_pes_and_what_has_no_stamps():
    assert read_pes(memoryview(b"\x47\x41\x00\x10".ljust(PACKET, b"\xff"))) is None
    assert read_pes(memoryview(b"\x47\x41\x00\x10\0\0\1\xbf\0\x08".ljust(PACKET, b"\xff"))) == PesHeader(14)
    short = b"\x47\x41\x00\x30\xac\0".ljust(PACKET - 11, b"\xff") + b"\0\0\1\xe0\0\0\x80\x80\5\x21\0"
    assert read_pes(memoryview(short)).readable is False


@given(st.integers(0, CYCLE * 300 - 1), st.integers(0, CYCLE * 600))
@settings(derandomize=True, max_examples=200)
def test_a_pcr_is_written_read_and_removed(first, second):
    packet = memoryview(bytearray(pcr_packet(0x123, first)))
    assert len(packet) == PACKET
    assert read_pcr(packet) == pcr_of(bytes(packet)) == first
    write_pcr(packet, second)
    assert pcr_of(bytes(packet)) == second % (CYCLE * 300)
    remove_pcr(packet)
    assert read_pcr(packet) is None
    assert bytes(packet[6:]) == b"\xff" * (PACKET - 6)


@pytest.mark.parametrize(
    ("later", "earlier", "distance"), [(5, 3, 2), (3, 5, -2), (1, CYCLE - 1, 2), (CYCLE - 1, 1, -2)]
)
def test_distances_go_the_shorter_way(later, earlier, distance):
    assert apart(later, earlier) == distance


def splice_packet(adjustment):
    body = b"\xfc\x30\x11\x00" + (0x7E << 32 | adjustment).to_bytes(5, "big") + b"\x00\xff\xf0\x00\x00\x00\x00"
    section = body + crc32(body).to_bytes(4, "big")
    return memoryview(bytearray((b"\x47\x41\xf0\x10\x00" + section).ljust(PACKET, b"\xff")))


def test_the_time_of_a_splice_is_adjusted():
    packet = splice_packet(CYCLE - 10)
    assert shift_splice_information(packet, 25)
    assert int.from_bytes(packet[9:14], "big") == 0x7E << 32 | 15
    assert crc32(bytes(packet[5:25])) == 0


def test_a_splice_section_that_is_not_whole_can_t_be_adjusted():
    packet = splice_packet(0)
    packet[7] = 0xF0
    assert not shift_splice_information(packet, 25)
