import zlib
from dataclasses import replace
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.hdhr_packets import GOLDEN
from tests.tools.identities import MAIN, SECOND
from tunerr.hdhomerun.discovery import MOST_BASE_URL, MOST_DEVICE_AUTH, MOST_LINEUP_URL, read_tuner
from tunerr.hdhomerun.packet import MOST_FRAME, Packet, PacketType, Tag, decode
from tunerr.model.device_id import DeviceId
from tunerr.outputs.hdhr.native.responder import Responder

ANY_OF_ANY, REPLY = GOLDEN["any"], GOLDEN["tuner"]
REQUESTS = ("any", "tuners", "one", "any, no id", "tuners, no id", "several")
ADDRESS = ip_address("192.0.2.2")
ONE = Responder((MAIN,), http_port=5004)
TWO = Responder((MAIN, SECOND), http_port=5004)


def request(*fields, kind=PacketType.DISCOVER_REQUEST):
    return Packet(kind, fields).encode()


def word(number):
    return number.to_bytes(4, "big")


def test_U01_a_wildcard_request_has_the_hardwares_reply():
    assert ONE.answer(ANY_OF_ANY, ADDRESS) == (REPLY,)
    packet = decode(REPLY)
    assert packet.type == PacketType.DISCOVER_REPLY
    assert [tag for tag, _ in packet.fields] == [0x01, 0x02, 0x2B, 0x2A, 0x10, 0x27]
    assert zlib.crc32(REPLY[:-4]).to_bytes(4, "little") == REPLY[-4:]


@pytest.mark.parametrize("asked", [*map(GOLDEN.get, REQUESTS), request()])
def test_U02_every_form_of_request_has_the_same_reply(asked):
    assert ONE.answer(asked, ADDRESS) == (REPLY,)


@pytest.mark.parametrize(
    "datagram",
    [
        request((Tag.DEVICE_TYPE, word(1)), (Tag.DEVICE_ID, word(0x12345674))),
        request((Tag.DEVICE_TYPE, word(5)), (Tag.DEVICE_ID, word(0xFFFFFFFF))),
        request((Tag.DEVICE_TYPE, word(5)), (Tag.DEVICE_ID, word(0x1040FE50))),
        request((Tag.MULTI_TYPE, word(5) + word(6))),
        request((Tag.DEVICE_ID, b"\x10\x40\xfe")),
        request((Tag.MULTI_TYPE, b"\0\0\0\1\0")),
        request(kind=PacketType.DISCOVER_REPLY),
        request(kind=PacketType.GETSET_REQUEST),
        request(kind=PacketType.UPGRADE_REQUEST),
        REPLY,
        ANY_OF_ANY[:-1] + b"\0",
        ANY_OF_ANY[:-1],
        ANY_OF_ANY + b"\0",
        ANY_OF_ANY[:12],
        b"",
        b"\0\2",
        bytes(MOST_FRAME + 1),
        b"\xff" * 65507,
        b"M-SEARCH * HTTP/1.1\r\n\r\n",
    ],
)
def test_U03_whatever_is_no_request_for_our_tuner_has_no_reply(datagram):
    assert TWO.answer(datagram, ADDRESS) == ()


def sealed(body):
    """A frame with a right CRC, so that what is wrong inside is met."""
    return body + zlib.crc32(body).to_bytes(4, "little")


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.binary(max_size=1500))
def test_U03_random_bytes_have_no_reply(data):
    assert TWO.answer(data, ADDRESS) == ()


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_U03_random_fields_in_a_sound_frame_raise_nothing(payload):
    TWO.answer(sealed(b"\0\2" + len(payload).to_bytes(2, "big") + payload), ADDRESS)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.sampled_from([GOLDEN[name] for name in REQUESTS]), st.data())
def test_U03_a_changed_bit_silences_us(golden, data):
    bit = data.draw(st.integers(0, len(golden) * 8 - 1))
    changed = bytearray(golden)
    changed[bit // 8] ^= 1 << bit % 8
    assert TWO.answer(bytes(changed), ADDRESS) == ()


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.sampled_from([GOLDEN[name] for name in REQUESTS]), st.data())
def test_U03_a_mutated_and_sealed_request_raises_nothing(golden, data):
    body = bytearray(golden[:-4])
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    for reply in TWO.answer(sealed(bytes(body)), ADDRESS):
        assert read_tuner(reply).device_id in {MAIN.device_id.value, SECOND.device_id.value}


def test_U04_the_reply_fits_old_clients():
    for address, port in (("255.255.255.255", 50040), ("192.168.100.200", 65535)):
        (reply,) = Responder((replace(MAIN, tuner_count=255),), http_port=port).answer(ANY_OF_ANY, ip_address(address))
        tuner = read_tuner(reply)
        assert tuner.base_url == f"http://{address}:{port}"
        assert len(tuner.base_url) <= MOST_BASE_URL
        assert len(tuner.device_auth) <= MOST_DEVICE_AUTH
        assert len(tuner.lineup_url) <= MOST_LINEUP_URL
        assert tuner.tuner_count == 255
        assert DeviceId(tuner.device_id) == MAIN.device_id
        for tag in (Tag.DEVICE_AUTH, Tag.BASE_URL, Tag.LINEUP_URL):
            assert b"\0" not in decode(reply).first(tag)


def test_U05_unknown_tags_and_long_lengths_are_skipped():
    fields = ((0x77, b"x" * 300), (Tag.DEVICE_TYPE, word(1)), (0xFE, b""), (Tag.DEVICE_ID, word(0xFFFFFFFF)))
    assert ONE.answer(request(*fields), ADDRESS) == (REPLY,)


def test_each_device_has_a_datagram_of_its_own():
    main, second = (read_tuner(reply) for reply in TWO.answer(GOLDEN["tuners"], ADDRESS))
    assert (main.device_id, main.base_url) == (0x1040FE50, "http://192.0.2.2:5004")
    assert (second.device_id, second.base_url) == (0x105A1B22, "http://192.0.2.2:5004/device/2")
    assert second.lineup_url == "http://192.0.2.2:5004/device/2/lineup.json"
    assert len(second.lineup_url) <= MOST_LINEUP_URL


def test_a_device_is_found_by_its_id():
    asked = request((Tag.DEVICE_TYPE, word(0xFFFFFFFF)), (Tag.DEVICE_ID, word(SECOND.device_id.value)))
    (reply,) = TWO.answer(asked, ADDRESS)
    assert read_tuner(reply).device_id == SECOND.device_id.value


def test_an_ipv6_address_stands_in_brackets():
    (reply,) = ONE.answer(ANY_OF_ANY, ip_address("fd00::2"))
    assert read_tuner(reply).base_url == "http://[fd00::2]:5004"
