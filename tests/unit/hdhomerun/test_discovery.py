import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.hdhr_packets import GOLDEN
from tunerr.errors import MalformedPacket
from tunerr.hdhomerun.discovery import (
    ANY,
    MOST_BASE_URL,
    MOST_DEVICE_AUTH,
    MOST_LINEUP_URL,
    TUNER,
    Request,
    Tuner,
    read_request,
    read_tuner,
)
from tunerr.hdhomerun.packet import Packet, PacketType, Tag, decode
from tunerr.model.device_id import DeviceId

OURS = DeviceId.parse("1040FE50")
OTHER = DeviceId.parse("105A1B22")
STORAGE = 5
BASE = "http://192.0.2.2:5004"
GOLDEN_TUNER = Tuner(OURS.value, BASE, f"{BASE}/lineup.json", 2, "A" * 24)

WORDS = st.integers(0, ANY - 1)


def request(*fields):
    return Packet(PacketType.DISCOVER_REQUEST, fields).encode()


def word(number):
    return number.to_bytes(4, "big")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("any", Request()),
        ("tuners", Request(frozenset({TUNER}))),
        ("one", Request(device_id=OURS.value)),
        ("any, no id", Request()),
        ("tuners, no id", Request(frozenset({TUNER}))),
        ("several", Request(frozenset({TUNER, STORAGE}))),
    ],
)
def test_U01_U02_every_golden_request_asks_for_our_tuner(name, wanted):
    found = read_request(GOLDEN[name])
    assert found == wanted
    assert found.asks_for(OURS)
    assert found.asks_for(OTHER) == (name != "one")


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("any", Request()),
        ("tuners", Request(frozenset({TUNER}))),
        ("one", Request(device_id=OURS.value)),
    ],
)
def test_requests_are_written_as_the_vendor_writes_them(name, asked):
    assert asked.encode() == GOLDEN[name]


@settings(derandomize=True)
@given(st.frozensets(WORDS, max_size=5), st.none() | WORDS)
def test_a_request_that_is_written_is_read(types, device_id):
    asked = Request(types, device_id)
    assert read_request(asked.encode()) == asked


@pytest.mark.parametrize(
    ("fields", "asks"),
    [
        ((), True),
        (((Tag.DEVICE_ID, word(OURS.value)),), True),
        (((Tag.DEVICE_ID, word(OTHER.value)),), False),
        (((Tag.DEVICE_ID, word(0)),), False),
        (((Tag.DEVICE_TYPE, word(STORAGE)),), False),
        (((Tag.MULTI_TYPE, word(STORAGE)),), False),
        (((Tag.MULTI_TYPE, word(STORAGE) + word(ANY)),), True),
        (((Tag.DEVICE_TYPE, word(STORAGE)), (Tag.DEVICE_TYPE, word(TUNER))), True),
        (((Tag.DEVICE_TYPE, word(STORAGE)), (Tag.MULTI_TYPE, word(TUNER))), True),
        (((Tag.DEVICE_TYPE, word(TUNER)), (Tag.DEVICE_ID, word(OTHER.value))), False),
    ],
)
def test_U03_who_is_meant(fields, asks):
    assert read_request(request(*fields)).asks_for(OURS) is asks


def test_U05_unknown_and_long_fields_are_passed_over():
    fields = ((0x99, b""), (0x77, b"x" * 300), (Tag.DEVICE_TYPE, word(TUNER)), (0x80, b"\0"))
    assert read_request(request(*fields)) == Request(frozenset({TUNER}))


@pytest.mark.parametrize(
    "datagram",
    [
        request((Tag.DEVICE_TYPE, b"\0\0\1")),
        request((Tag.DEVICE_TYPE, b"")),
        request((Tag.DEVICE_ID, b"\0\0\0\0\1")),
        request((Tag.MULTI_TYPE, b"")),
        request((Tag.MULTI_TYPE, b"\0\0\0\1\0")),
        GOLDEN["tuner"],
        GOLDEN["get model"],
        GOLDEN["any"][:-1] + b"\0",
    ],
)
def test_U03_what_is_no_request_is_refused(datagram):
    with pytest.raises(MalformedPacket):
        read_request(datagram)


def test_U01_the_golden_reply():
    assert GOLDEN_TUNER.encode() == GOLDEN["tuner"]
    assert read_tuner(GOLDEN["tuner"]) == GOLDEN_TUNER
    tags = [tag for tag, _ in decode(GOLDEN["tuner"]).fields]
    assert tags == [0x01, 0x02, 0x2B, 0x2A, 0x10, 0x27]


def test_U04_what_fits_the_older_library_fits_a_packet_and_has_no_nul():
    base = "http://255.255.255.255:65535"
    assert len(base) == MOST_BASE_URL
    tuner = Tuner(OURS.value, base, "x" * MOST_LINEUP_URL, 255, "y" * MOST_DEVICE_AUTH)
    assert read_tuner(tuner.encode()) == tuner
    assert b"\0" not in b"".join(dict(decode(tuner.encode()).fields)[tag] for tag in (0x2A, 0x2B, 0x27))


def test_a_count_is_a_byte():
    assert read_tuner(Tuner(OURS.value, tuner_count=1000).encode()).tuner_count == 255


TEXT = st.text(st.characters(exclude_characters="\0�", exclude_categories=["Cs"]), max_size=60)


@settings(derandomize=True)
@given(st.builds(Tuner, st.integers(0, ANY), TEXT, TEXT, st.integers(0, 255), TEXT))
def test_a_reply_that_is_written_is_read(tuner):
    assert read_tuner(tuner.encode()) == tuner


def reply(*fields):
    return Packet(PacketType.DISCOVER_REPLY, fields).encode()


def test_replies_of_other_makes_are_read_as_far_as_they_go():
    both = ((Tag.MULTI_TYPE, word(STORAGE) + word(TUNER)), (Tag.DEVICE_ID, word(OURS.value)))
    assert read_tuner(reply(*both)) == Tuner(OURS.value)
    more = ((Tag.TUNER_COUNT, b"\1" * 1400), (Tag.BASE_URL, b"http://a\0junk"))
    assert read_tuner(reply(*both, *more)) == Tuner(OURS.value, "http://a")
    assert read_tuner(reply(*both, (Tag.BASE_URL, b"\xff\0"))).base_url == "?"


@pytest.mark.parametrize(
    "datagram",
    [
        reply(),
        reply((Tag.DEVICE_TYPE, word(TUNER))),
        reply((Tag.DEVICE_ID, word(OURS.value))),
        reply((Tag.DEVICE_TYPE, word(STORAGE)), (Tag.DEVICE_ID, word(OURS.value))),
        reply((Tag.DEVICE_TYPE, word(TUNER)), (Tag.DEVICE_ID, b"1")),
        GOLDEN["any"],
        b"<html>",
    ],
)
def test_what_is_no_tuner_s_reply_is_refused(datagram):
    with pytest.raises(MalformedPacket):
        read_tuner(datagram)


FIELDS = st.lists(
    st.tuples(st.sampled_from([*Tag, 0x99]), st.one_of(st.binary(max_size=9), WORDS.map(word))), max_size=6
).map(tuple)


@settings(derandomize=True, max_examples=300)
@given(st.builds(Packet, st.sampled_from(PacketType), FIELDS).map(Packet.encode) | st.binary(max_size=80))
def test_U03_nothing_else_is_ever_raised(datagram):
    for read in (read_request, read_tuner):
        try:
            found = read(datagram)
        except MalformedPacket:
            continue
        assert read(found.encode()) == found
