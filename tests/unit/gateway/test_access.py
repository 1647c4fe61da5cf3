import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.gateway.access import Opening, elementary, opening

SPS, PPS, AUD = b"\0\0\0\1\x67\x42\xc0\x1e", b"\0\0\0\1\x68\xce\x3c\x80", b"\0\0\0\1\x09\xf0"
IDR = b"\0\0\1\x65\x88\x84\0\x10\0\0\x40\0\0\0\x80\0"
# first_mb_in_slice 0 is the bit 1; slice_type 7 is 0001000, 2 is 011, 5 is 00110, 0 is 1.
I_SLICE, ANY_I_SLICE = b"\0\0\1\x41\x88" + bytes(b"\x11" * 12), b"\0\0\1\x41\xb0" + b"\x11" * 12
P_SLICE, ALL_P_SLICE = b"\0\0\1\x41\xe0" + b"\x11" * 12, b"\0\0\1\x41\x9a" + b"\x11" * 12
RECOVERY = b"\0\0\1\x06\x06\x01\xc4\x80"
LONG_SEI = b"\0\0\1\x06\x05\xff\x2d" + b"\x65" * 300 + b"\x80"
# A message before it that holds 00 00 03 where its own bytes are 00 00.
AFTER_ESCAPES = b"\0\0\1\x06\x04\x06\0\0\3\0\0\3\0\0\3\x06\x01\xc4\x80"
FALSE_RECOVERY = b"\0\0\1\x06\x04\x04\x06\x01\x06\x01\x80"
HEVC_SPS, HEVC_RECOVERY = b"\0\0\1\x42\x01\x01", b"\0\0\1\x4e\x01\x06\x01\xd0\x80"
SEQUENCE = b"\0\0\1\xb3\x14\x00\xf0\x23\xff\xff\xe0\x18"
CLOSED_GROUP, OPEN_GROUP = b"\0\0\1\xb8\0\x08\0\x40", b"\0\0\1\xb8\0\x08\0\0"
I_PICTURE, P_PICTURE = b"\0\0\1\0\x00\x0f\xff\xf8", b"\0\0\1\0\x00\x57\xff\xf8"


def hevc(kind):
    return bytes([0, 0, 1, kind << 1, 1, 0x80, 0x11])


@pytest.mark.parametrize(("codec", "head", "expected", "final"), [
    ("h264", AUD + SPS + PPS + IDR, Opening.CLOSED, True),
    ("h264", IDR, Opening.CLOSED, True),
    ("h264", AUD + SPS + PPS + LONG_SEI + IDR, Opening.CLOSED, True),
    ("h264", AUD + P_SLICE, Opening.NONE, True),
    ("h264", I_SLICE, Opening.NONE, True),  # without parameter sets
    ("h264", SPS + I_SLICE, Opening.NONE, True),
    ("h264", AUD + SPS + PPS + I_SLICE, Opening.OPEN, True),
    ("h264", AUD + SPS + PPS + ANY_I_SLICE, Opening.OPEN, True),
    ("h264", AUD + SPS + PPS + P_SLICE, Opening.NONE, True),
    ("h264", AUD + SPS + PPS + ALL_P_SLICE, Opening.NONE, True),
    ("h264", AUD + SPS + PPS + ANY_I_SLICE + P_SLICE, Opening.NONE, True),
    ("h264", AUD + SPS + PPS + I_SLICE + AUD + P_SLICE, Opening.OPEN, True),  # the next picture doesn't matter
    ("h264", AUD + RECOVERY + P_SLICE, Opening.OPEN, True),
    ("h264", AUD + AFTER_ESCAPES + P_SLICE, Opening.OPEN, True),
    ("h264", AUD + FALSE_RECOVERY + P_SLICE, Opening.NONE, True),
    ("h264", AUD + LONG_SEI + P_SLICE, Opening.NONE, True),
    ("h264", AUD + SPS + PPS + LONG_SEI[:150], Opening.OPEN, False),
    ("h264", AUD + SPS + PPS + I_SLICE[:5], Opening.OPEN, False),
    ("h264", AUD + LONG_SEI[:150], Opening.NONE, False),
    ("h264", AUD + b"\0\0\1", Opening.NONE, False),
    ("h264", b"", Opening.NONE, False),
    ("hevc", HEVC_SPS + hevc(19), Opening.CLOSED, True),
    ("hevc", hevc(20), Opening.CLOSED, True),
    ("hevc", hevc(16), Opening.CLOSED, True),
    ("hevc", hevc(21), Opening.OPEN, True),
    ("hevc", hevc(1), Opening.NONE, True),
    ("hevc", HEVC_SPS + hevc(1), Opening.NONE, True),
    ("hevc", HEVC_RECOVERY + hevc(1), Opening.OPEN, True),
    ("hevc", HEVC_SPS, Opening.OPEN, False),
    ("mpeg2", SEQUENCE + CLOSED_GROUP + I_PICTURE, Opening.CLOSED, True),
    ("mpeg2", SEQUENCE + OPEN_GROUP + I_PICTURE, Opening.OPEN, True),
    ("mpeg1", SEQUENCE + I_PICTURE, Opening.OPEN, True),
    ("mpeg2", SEQUENCE + OPEN_GROUP + P_PICTURE, Opening.NONE, True),
    ("mpeg2", I_PICTURE, Opening.NONE, True),
    ("mpeg2", SEQUENCE + b"\x11" * 64, Opening.OPEN, False),
    ("vc1", b"\0\0\1\x0f", Opening.NONE, True),
])  # fmt: skip
def test_what_a_picture_opens(codec, head, expected, final):
    assert opening(codec, head) == (expected, final)


def test_emulation_prevention_in_a_slice_header_is_undone():
    # first_mb_in_slice 131071 is 17 zeros, 1, 17 zeros: the escape stands between its bytes.
    bits = "0" * 17 + "1" + "0" * 17 + "0001000"  # slice_type 7
    plain = int(bits.ljust(96, "1"), 2).to_bytes(12, "big")
    assert plain.startswith(b"\0\0")
    escaped = plain[:2] + b"\3" + plain[2:]
    assert opening("h264", SPS + PPS + b"\0\0\1\x41" + escaped) == (Opening.OPEN, True)


def test_a_parameter_set_inside_a_payload_is_none():
    """What looks like the type of a NAL unit counts after a start code only."""
    assert opening("h264", AUD + b"\0\0\1\x41\x9a\0\0\3\1\x65\0\0\3\1\x67" + b"\x11" * 20) == (Opening.NONE, True)


def test_elementary_stream_of_a_pes():
    assert elementary(b"\0\0\1\xe0\0\0\x80\x80\x02ab" + IDR) == IDR
    assert elementary(b"\0\0\1\xe0\0\0\x80\x80\xff" + IDR) == b""
    assert elementary(b"\0\0\2\xe0\0\0\x80\0\0" + IDR) == b""
    assert elementary(b"") == b""


@settings(derandomize=True, max_examples=150, deadline=None)
@given(
    st.sampled_from(["h264", "hevc", "mpeg2", "mpeg1", "", "av1"]),
    st.lists(st.sampled_from([
        b"\0\0\1", b"\0\0\3", b"\xff", b"\x06", b"\x41", b"\x65", b"\x67", b"\x68", b"\x4e\1", b"\xb3", b"\xb8", b"\0",
    ]) | st.binary(max_size=9), max_size=40).map(b"".join),
)  # fmt: skip
def test_rubbish_raises_nothing_and_a_final_verdict_stays(codec, head):
    elementary(head)
    for cut in range(0, len(head), 7):
        early, final = opening(codec, head[:cut])
        if final and early is not Opening.OPEN:
            assert opening(codec, head) == (early, True)
