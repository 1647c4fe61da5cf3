import json
import random
import re
import subprocess
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.gateway.video_format import picture_size

H264, HEVC, MPEG2 = ("libx264", "h264", "h264"), ("libx265", "hevc", "hevc"), ("mpeg2video", "mpegvideo", "mpeg2")
_QUIET = "log-level=none"
ENCODINGS = [
    *((H264, size, "yuv420p", ()) for size in ("1920x1080", "1280x720", "854x480", "720x576", "640x362", "98x66")),
    (H264, "3840x2160", "yuv420p", ()),
    (H264, "1366x768", "yuv420p", ("-profile:v", "baseline")),
    (H264, "1920x1080", "yuv420p", ("-x264-params", "interlaced=1:fake-interlaced=0")),
    (H264, "720x486", "yuv420p", ("-x264-params", "cqm=jvt")),
    (H264, "722x402", "yuv422p", ("-profile:v", "high422", "-x264-params", "cqm=jvt:interlaced=1")),
    (H264, "721x401", "yuv444p", ("-profile:v", "high444", "-x264-params", "cqm=jvt")),
    (H264, "722x402", "yuv420p10le", ("-profile:v", "high10")),
    (H264, "722x402", "gray", ()),
    *((HEVC, size, "yuv420p", ("-x265-params", _QUIET)) for size in ("1920x1080", "1280x720", "718x574")),
    (HEVC, "722x402", "yuv420p10le", ("-x265-params", f"{_QUIET}:temporal-layers=1")),
    (HEVC, "722x401", "yuv422p", ("-x265-params", _QUIET)),
    (HEVC, "721x401", "yuv444p", ("-x265-params", f"{_QUIET}:scaling-list=default")),
    (HEVC, "722x402", "gray", ("-x265-params", _QUIET)),
    *((MPEG2, size, "yuv420p", ()) for size in ("720x576", "1920x1080", "98x66", "704x480")),
    (MPEG2, "1920x1080", "yuv422p", ("-flags", "+ilme+ildct")),
    (MPEG2, "4112x64", "yuv420p", ("-strict", "unofficial")),
]


def encoded(folder, encoding):
    """The first bytes of the elementary stream, and its size as ffprobe says it."""
    (encoder, form, _), size, pixels, options = encoding
    path = folder / "stream"
    speed = ("-preset", "ultrafast") if encoder.startswith("lib") else ()
    source = ("-f", "lavfi", "-i", f"color=s={size}:r=25,format={pixels}")
    muxer = "mpeg2video" if form == "mpegvideo" else form
    command = ["ffmpeg", "-v", "error", "-nostdin", *source, "-frames:v", "1", "-c:v", encoder, *speed]
    command += [*options, "-f", muxer, str(path)]
    subprocess.run(command, check=True, timeout=60)
    command = ["ffprobe", "-v", "error", "-show_streams", "-of", "json", "-f", form, str(path)]
    told = json.loads(subprocess.run(command, check=True, timeout=60, capture_output=True).stdout)["streams"][0]
    return path.read_bytes()[:16384], (told["width"], told["height"])


@pytest.mark.parametrize("encoding", ENCODINGS, ids=lambda one: "-".join((one[0][2], one[1], one[2], *one[3][1::2])))
def test_the_size_is_what_ffprobe_says(tmp_path, encoding):
    head, size = encoded(tmp_path, encoding)
    assert picture_size(encoding[0][2], head) == size
    assert f"{size[0]}x{size[1]}" == encoding[1]


# Delimiter and parameter sets, or sequence header and extension.
HEADS = {
    "h264": bytes.fromhex("0000000109f0000000016764001facb200a00b760220000003002000000651e30649000000000168ebe3cb22c0"),
    "hevc": bytes.fromhex(
        "00000001420101016000000300900000030000030078a003c08010e5965aa4932bc05a02000003000200000300783010"
    ),
    "mpeg2": bytes.fromhex("000001b32d02403323ffe010000001b514820001 0000".replace(" ", "")),
}


def test_sizes_that_are_written_down():
    assert {codec: picture_size(codec, head) for codec, head in HEADS.items()} == {
        "h264": (1280, 720),
        "hevc": (1920, 1080),
        "mpeg2": (720, 576),
    }


@pytest.mark.parametrize("codec", HEADS)
def test_what_is_cut_off_says_nothing_or_the_same(codec):
    head = HEADS[codec]
    sizes = {picture_size(codec, head[:end]) for end in range(len(head) + 1)}
    assert sizes == {None, picture_size(codec, head)}


def test_codecs_not_known_here_and_streams_without_headers_say_nothing():
    assert picture_size("vvc", HEADS["h264"]) is None
    assert picture_size("", b"") is None
    for codec in HEADS:
        assert picture_size(codec, b"\0\0\1\x41" + bytes(range(1, 200))) is None


def test_a_parameter_set_of_an_enhancement_layer_is_passed_over():
    layered = bytearray(HEADS["hevc"])
    layered[5] |= 0x08
    assert picture_size("hevc", bytes(layered)) is None
    assert picture_size("hevc", bytes(layered) + HEADS["hevc"]) == (1920, 1080)


def test_sizes_that_no_picture_has_are_none():
    assert picture_size("mpeg2", bytes.fromhex("000001b3000240")) is None
    assert picture_size("mpeg2", bytes.fromhex("000001b32d000033")) is None
    window = (0, 9, 0, 0)
    assert picture_size("h264", h264_set(code(2), size=(1, 1), window=window)) is None
    assert picture_size("h264", h264_set(code(2), size=(10, 1), window=window)) == (142, 16)
    assert picture_size("h264", h264_set(code(2), size=(1025, 1))) is None


def code(number):
    """An Exp-Golomb code."""
    bits = f"{number + 1:b}"
    return "0" * (len(bits) - 1) + bits


def signed(number):
    return code(2 * number - 1 if number > 0 else -2 * number)


def unit(header, bits):
    """A NAL unit with its start code and emulation prevention."""
    bits += "1"
    body = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
    return b"\0\0\0\1" + header + re.sub(rb"\0\0(?=[\0-\3])", b"\0\0\3", body)


def h264_set(order, *, chroma=1, lists="", size=(45, 18), fields=False, window=()):
    """A parameter set of the profile High 4:4:4; `order` are the fields of its picture order count."""
    bits = f"{244:08b}{0:08b}{40:08b}{code(0)}{code(chroma)}{'0' if chroma == 3 else ''}{code(0)}{code(0)}0"
    bits += "1" + lists if lists else "0"
    bits += f"{code(0)}{order}{code(4)}0{code(size[0] - 1)}{code(size[1] - 1)}{'01' if fields else '1'}1"
    return unit(b"\x67", f"{bits}1{''.join(map(code, window))}0" if window else f"{bits}00")


FLAT16, FLAT64 = "1" + signed(0) * 16, "1" + signed(0) * 64
DEFAULT, SHORT = "1" + signed(-8), "1" + signed(5) + signed(-3) + signed(-10)


@pytest.mark.parametrize(
    "lists", ["", "0" * 8, FLAT16 * 6 + FLAT64 * 2, f"0{DEFAULT}{SHORT}0{FLAT16}0{FLAT64}0"], ids=len
)
@pytest.mark.parametrize(
    "order", [code(2), code(0) + code(3), f"{code(1)}0{signed(-3)}{signed(4)}{code(2)}{signed(1)}{signed(-1)}"]
)
def test_what_precedes_the_size_of_an_h264_picture_is_passed_over(lists, order):
    for chroma, step in ((0, (1, 1)), (1, (2, 2)), (2, (2, 1)), (3, (1, 1))):
        every = lists + "0" * 4 if lists and chroma == 3 else lists
        for fields in (False, True):
            made = h264_set(order, chroma=chroma, lists=every, fields=fields, window=(1, 2, 3, 0))
            rows = 2 if fields else 1
            assert picture_size("h264", made) == (720 - 3 * step[0], (288 - 3 * step[1]) * rows)


def test_a_cycle_of_picture_orders_without_end_says_nothing():
    assert picture_size("h264", h264_set(code(1) + "0" + code(0) * 2 + code(256) + code(0) * 300)) is None


@pytest.mark.parametrize("layers", range(7))
def test_sub_layers_of_hevc_are_passed_over(layers):
    flags = [("10", "01", "11", "00")[layer % 4] for layer in range(layers)]
    bits = f"{0:04b}{layers:03b}0" + "0" * 96 + "".join(flags) + "00" * (8 - layers) * (layers > 0)
    bits += "".join("1" * (88 * (flag[0] == "1") + 8 * (flag[1] == "1")) for flag in flags)
    bits += code(0) + code(1) + code(1920) + code(1088) + "1" + code(0) * 3 + code(4)
    assert picture_size("hevc", unit(b"\x42\x01", bits)) == (1920, 1080)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.sampled_from(sorted(HEADS)), st.binary(max_size=3000))
def test_rubbish_raises_nothing(codec, rubbish):
    opening = {"h264": b"\0\0\1\x67", "hevc": b"\0\0\1\x42\x01", "mpeg2": b"\0\0\1\xb3"}[codec]
    for head in (rubbish, opening + rubbish, opening + bytes(len(rubbish)) + rubbish):
        size = picture_size(codec, head)
        assert size is None or all(0 < side <= 16384 for side in size)


@pytest.mark.parametrize("codec", HEADS)
def test_damaged_parameter_sets_raise_nothing(codec):
    chance = random.Random(codec)
    for _ in range(3000):
        head = bytearray(HEADS[codec])
        for _ in range(chance.randint(1, 6)):
            head[chance.randrange(4, len(head))] = chance.randrange(256)
        size = picture_size(codec, bytes(head))
        assert size is None or all(0 < side <= 16384 for side in size)


@pytest.mark.parametrize("filling", [b"\xff", b"\x00", b"\xaa", b"\0\0\3", b"\0\0\1", b"\0\0\1\x67\x64\0\x28"])
def test_the_longest_rubbish_takes_no_time(filling):
    body = (filling * 4000)[:4000]
    began = time.process_time()
    for _ in range(20):
        for codec, start in (("h264", b"\0\0\1\x67\x64"), ("hevc", b"\0\0\1\x42\x01"), ("mpeg2", b"\0\0\1\xb3")):
            picture_size(codec, start + body)
    assert (time.process_time() - began) / 60 < 0.005
