import zlib
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.tools.hdhr_packets import GOLDEN
from tunerr.errors import MalformedPacket
from tunerr.hdhomerun.packet import MOST_FRAME, MOST_PAYLOAD, Packet, PacketReader, PacketType, Tag, decode, text_of

FIELDS = st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=300)), max_size=4).map(tuple)
PACKETS = st.builds(Packet, st.integers(0, 0xFFFF).filter(lambda kind: kind != PacketType.UPGRADE_REQUEST), FIELDS)
GET = GOLDEN["get model"]


def sealed(kind, payload, announced=None):
    """A frame with a good CRC, whatever is in it."""
    head = kind.to_bytes(2, "big") + (len(payload) if announced is None else announced).to_bytes(2, "big")
    return head + payload + zlib.crc32(head + payload).to_bytes(4, "little")


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_packets_are_read_and_written_byte_for_byte(name):
    packet = decode(GOLDEN[name])
    assert packet.encode() == GOLDEN[name]
    assert packet.type == PacketType(int.from_bytes(GOLDEN[name][:2], "big"))


@settings(derandomize=True)
@given(PACKETS)
@example(Packet(2, ((1, b""), (1, b"x" * 127), (1, b"y" * 128), (0xFE, b""))))
def test_what_is_written_is_read(packet):
    assert decode(packet.encode()) == packet


def test_lengths_have_one_byte_or_two():
    assert Packet(4, ((3, b"x" * 127),)).encode()[4:6] == b"\x03\x7f"
    assert Packet(4, ((3, b"x" * 128),)).encode()[4:7] == b"\x03\x80\x01"
    assert Packet(4, ((3, b"x" * 300),)).encode()[4:7] == b"\x03\xac\x02"


def test_U05_a_short_field_may_have_a_length_of_two_bytes():
    assert decode(sealed(2, b"\x01\x84\x00abcd")).first(Tag.DEVICE_TYPE) == b"abcd"
    assert decode(sealed(2, b"\x01\x80\x00")).first(Tag.DEVICE_TYPE) == b""


def test_a_repeated_field_keeps_its_order():
    packet = decode(sealed(5, b"\x03\x01a\x99\x00\x03\x01b"))
    assert packet.fields == ((3, b"a"), (0x99, b""), (3, b"b"))
    assert (packet.first(Tag.GETSET_NAME), list(packet.all(Tag.GETSET_NAME))) == (b"a", [b"a", b"b"])
    assert (packet.first(Tag.GETSET_VALUE), list(packet.all(Tag.GETSET_VALUE))) == (None, [])


def test_the_longest_packet_and_one_that_is_longer():
    full = Packet(5, ((4, b"x" * (MOST_PAYLOAD - 3)),))
    assert len(full.encode()) == MOST_FRAME == 1460
    assert decode(full.encode()) == full
    for more in (((4, b"x" * (MOST_PAYLOAD - 2)),), ((4, b"x" * 40_000),), ((4, b"x" * 125),) * 12):
        with pytest.raises(ValueError, match="too long"):
            Packet(5, more).encode()


def test_U03_what_is_no_frame_is_refused():
    good = GOLDEN["any"]
    bad = [
        b"",
        good[:7],
        good[:-1],
        good + b"\0",
        bytes([good[0] ^ 1]) + good[1:],
        good[:-1] + bytes([good[-1] ^ 1]),
        sealed(2, good[4:-4], announced=13),
        sealed(2, b"\x01"),
        sealed(2, b"\x01\x80"),
        sealed(2, b"\x01\x05abcd"),
        sealed(2, b"\x01\xff\xffabcd"),
        sealed(2, b"\x01\x00" * 727),
        b"\x00" * 65_507,
    ]
    for frame in bad:
        with pytest.raises(MalformedPacket):
            decode(frame)


def test_every_flipped_bit_is_noticed():
    for at in range(len(GET) * 8):
        flipped = bytearray(GET)
        flipped[at // 8] ^= 1 << at % 8
        with pytest.raises(MalformedPacket):
            decode(bytes(flipped))


@settings(derandomize=True, max_examples=300)
@given(st.one_of(st.binary(max_size=1500), st.builds(sealed, st.integers(2, 7), st.binary(max_size=1452))))
def test_U03_random_bytes_raise_nothing_else(frame):
    try:
        packet = decode(frame)
    except MalformedPacket:
        return
    assert decode(packet.encode()).fields == packet.fields


def test_C08_firmware_is_recognized_and_not_kept():
    assert decode(sealed(6, b"\xff\xff\xff\xff")) == Packet(PacketType.UPGRADE_REQUEST)
    assert decode(sealed(6, b"\0\0\4\0" + b"\xff" * 1024)) == Packet(PacketType.UPGRADE_REQUEST)


@settings(derandomize=True)
@given(st.lists(PACKETS, max_size=4), st.lists(st.integers(0, 1500), max_size=12))
def test_C04_a_stream_may_be_cut_anywhere(packets, cuts):
    stream = b"".join(packet.encode() for packet in packets)
    reader = PacketReader()
    ends = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    assert [found for begin, end in pairwise(ends) for found in reader.feed(stream[begin:end])] == packets
    assert not reader.waiting


def test_C04_single_bytes_and_two_at_once():
    reader, found = PacketReader(), []
    for at in range(len(GET)):
        found += reader.feed(GET[at : at + 1])
        assert reader.waiting == (at + 1 < len(GET))
    found += reader.feed(GET + GOLDEN["get tuner"] + GET[:3])
    assert [packet.encode() for packet in found] == [GET, GET, GOLDEN["get tuner"]]
    assert reader.waiting


def test_what_was_not_read_yet_comes_with_the_next_piece():
    reader = PacketReader()
    reader.feed(GET)  # nobody looks
    first = reader.feed(GOLDEN["get tuner"] + GET)
    assert next(first).encode() == GET
    assert [packet.encode() for packet in reader.feed(GOLDEN["model"])] == [
        GOLDEN["get tuner"],
        GET,
        GOLDEN["model"],
    ]
    assert list(first) == []


@pytest.mark.parametrize(
    "bad",
    [
        GET[:-1] + b"\0",
        sealed(4, b"\x03"),
        b"\x00\x04\xff\xff",
        b"GET / HTTP/1.1\r\n",
    ],
    ids=["CRC", "field", "C05 length 65535", "HTTP"],
)
def test_C05_good_frames_before_a_bad_one_are_read_and_none_after_it(bad):
    reader = PacketReader()
    found = reader.feed(GET + bad + GET)
    assert next(found).encode() == GET
    with pytest.raises(MalformedPacket):
        next(found)
    for data in (GET, b""):
        with pytest.raises(MalformedPacket):
            list(reader.feed(data))


def test_C05_less_than_a_frame_is_kept():
    reader, stream, read = PacketReader(), GET * 40_000, 0
    for at in range(0, len(stream), 64 << 10):
        read += sum(1 for _ in reader.feed(stream[at : at + (64 << 10)]))
        assert len(reader._rest) < len(GET)
    assert read == 40_000


@pytest.mark.timeout(30)
def test_many_small_frames_in_one_piece_cost_no_more_than_one_by_one():
    stream = sealed(2, b"") * 300_000  # 2.4 MB; moving the rest for each frame would take hours
    assert sum(1 for _ in PacketReader().feed(stream)) == 300_000


@settings(derandomize=True)
@given(st.binary(max_size=200))
@example(b"\xff" * 9)
@example("�é".encode())
def test_a_text_never_takes_more_bytes_than_it_came_with(value):
    assert len(text_of(value).encode()) <= len(value)
    assert "\0" not in text_of(value)


def test_a_text_ends_at_its_nul_or_where_the_field_ends():
    assert [text_of(value) for value in (b"a\0", b"a", b"a\0b\0", b"\0", b"", "é\0".encode(), b"\xc3\0")] == [
        *("a", "a", "a", "", "", "é", "?"),
    ]
