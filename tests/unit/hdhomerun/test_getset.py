import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.hdhr_packets import GOLDEN
from tunerr.errors import MalformedPacket
from tunerr.hdhomerun.getset import Answer, GetSet, Refusal, read_getset, read_reply
from tunerr.hdhomerun.packet import Packet, PacketReader, PacketType, Tag, decode

TEXT = st.text(st.characters(exclude_characters="\0�", exclude_categories=["Cs"]), max_size=100)
UNKNOWN = "ERROR: unknown getset variable"


@pytest.mark.parametrize(("name", "meant"), [("get model", GetSet("/sys/model")), ("get tuner", GetSet("/tuner0/N"))])
def test_C01_golden_requests(name, meant):
    assert read_getset(decode(GOLDEN[name])) == meant
    assert meant.packet().encode() == GOLDEN[name]


@pytest.mark.parametrize(
    ("name", "meant"), [("model", Answer("/sys/model", "hdhomerun4_atsc")), ("unknown", Refusal(UNKNOWN))]
)
def test_C01_C03_golden_replies(name, meant):
    assert read_reply(decode(GOLDEN[name])) == meant
    assert meant.packet().encode() == GOLDEN[name]


@settings(derandomize=True)
@given(st.builds(GetSet, TEXT, st.none() | TEXT, st.integers(0, 0xFFFFFFFF)))
def test_a_request_that_is_written_is_read(asked):
    assert read_getset(decode(asked.packet().encode())) == asked


@settings(derandomize=True)
@given(st.builds(Answer, TEXT, TEXT) | st.builds(Refusal, TEXT))
def test_a_reply_that_is_written_is_read(said):
    assert read_reply(decode(said.packet().encode())) == said


def test_C04_pipelined_requests_keep_their_order():
    asked = [GetSet("/tuner0/lockkey", "123"), GetSet("/tuner0/channel", "none", 123), GetSet("help"), GetSet("")]
    reader, found = PacketReader(), []
    for byte in b"".join(one.packet().encode() for one in asked):
        found += map(read_getset, reader.feed(bytes([byte])))
    assert found == asked


def test_a_set_to_nothing_is_no_get():
    empty = read_getset(decode(GetSet("/tuner0/target", "").packet().encode()))
    assert empty.value == ""
    bare = Packet(PacketType.GETSET_REQUEST, ((Tag.GETSET_NAME, b"/a"), (Tag.GETSET_VALUE, b"")))
    assert read_getset(bare) == GetSet("/a", "")


def test_strings_end_at_their_nul_the_first_of_a_kind_counts_and_others_are_passed_over():
    fields = (
        *((0x99, b"?"), (Tag.GETSET_VALUE, b"one\0two\0"), (Tag.GETSET_NAME, b"/a"), (Tag.GETSET_NAME, b"/b\0")),
        (Tag.GETSET_VALUE, b"three\0"),
    )
    assert read_getset(Packet(PacketType.GETSET_REQUEST, fields)) == GetSet("/a", "one")
    assert read_reply(Packet(PacketType.GETSET_REPLY, fields)) == Answer("/a", "one")


def test_a_reply_with_an_error_is_one():
    fields = ((Tag.GETSET_NAME, b"/a\0"), (Tag.GETSET_VALUE, b"x\0"), (Tag.ERROR_MESSAGE, b"ERROR: no"))
    assert read_reply(Packet(PacketType.GETSET_REPLY, fields)) == Refusal("ERROR: no")


def test_a_refusal_of_firmware_has_its_own_type():
    frame = Refusal("ERROR: no", PacketType.UPGRADE_REPLY).packet().encode()
    assert frame[:2] == b"\0\7"
    assert decode(frame).first(Tag.ERROR_MESSAGE) == b"ERROR: no\0"


def test_a_request_is_never_too_long_to_be_echoed():
    longest = Packet(PacketType.GETSET_REQUEST, ((Tag.GETSET_NAME, b"n" * 144), (Tag.GETSET_VALUE, b"\xff" * 1300)))
    found = read_getset(decode(longest.encode()))
    assert len(Answer(found.name, found.value).packet().encode()) == 1460
    longer = Packet(PacketType.GETSET_REQUEST, ((Tag.GETSET_NAME, b"n" * 144), (Tag.GETSET_VALUE, b"\xff" * 1301)))
    with pytest.raises(MalformedPacket):
        read_getset(decode(longer.encode()))


@pytest.mark.parametrize(
    "packet",
    [
        Packet(PacketType.GETSET_REQUEST),
        Packet(PacketType.GETSET_REQUEST, ((Tag.GETSET_VALUE, b"x\0"),)),
        Packet(PacketType.GETSET_REQUEST, ((Tag.GETSET_NAME, b"/a\0"), (Tag.LOCK_KEY, b"123"))),
        Packet(PacketType.GETSET_REPLY, ((Tag.GETSET_NAME, b"/a\0"),)),
        Packet(PacketType.DISCOVER_REQUEST),
        Packet(9),
    ],
)
def test_what_is_neither_is_refused(packet):
    for read in (read_getset, read_reply):
        with pytest.raises(MalformedPacket):
            read(packet)


FIELDS = st.lists(st.tuples(st.integers(0, 255) | st.sampled_from([*Tag]), st.binary(max_size=120)), max_size=5)


@settings(derandomize=True, max_examples=300)
@given(st.builds(Packet, st.sampled_from([4, 5]), FIELDS.map(tuple)))
def test_nothing_else_is_ever_raised_and_an_echo_fits(packet):
    for read in (read_getset, read_reply):
        try:
            found = read(packet)
        except MalformedPacket:
            continue
        again = found.packet()
        assert read(decode(again.encode())) == found
        # It may have an empty name and the NULs that the packet lacked, and nothing more.
        assert len(again.encode()) <= len(packet.encode()) + 4
