"""The size of the picture, as the headers of the video say it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tunerr.gateway.bits import START_CODE, Bits, plain

# Of a parameter set: all that precedes the size, an H.264 one with eight scaling lists of its own included.
_MOST_BYTES = 1024
_MOST_PIXELS = 16384  # a side: twice that of the largest television picture

_H264_SPS = 7
_SMALL_LISTS = 6  # of 4 x 4; the others are of 8 x 8
_MOST_FRAMES = 255  # in a cycle of picture order counts
# ITU-T H.264, 7.3.2.1.1: profiles whose parameter sets tell of chroma.
_H264_CHROMA_PROFILES = frozenset({44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244})
_HEVC_SPS = 33
_FULL_CHROMA = 3  # chroma_format_idc
# Table 6-1 of both: width and height of the luma samples that share one chroma sample.
_CHROMA_STEPS = {0: (1, 1), 1: (2, 2), 2: (2, 1), 3: (1, 1)}
# ITU-T H.262: start codes and the id of a sequence extension.
_SEQUENCE, _EXTENSION, _SEQUENCE_EXTENSION = 0xB3, 0xB5, 1
_SEQUENCE_HEAD = 4  # bytes in which both tell of the size

Size = tuple[int, int]


def picture_size(codec: str, head: bytes) -> Size | None:
    """Width and height in pixels of the pictures that the access unit which begins with `head` is among.

    None when it does not say so: that may be damaged, cut off, or of a codec that is not known here.
    """
    read = _READERS.get(codec)
    try:
        size = read(head) if read is not None else None
    except ValueError:
        return None
    return size if size is not None and all(0 < side <= _MOST_PIXELS for side in size) else None


def _units(head: bytes) -> Iterator[bytes]:
    """What follows each start code up to the next one."""
    at = head.find(START_CODE)
    while at >= 0:
        end = head.find(START_CODE, at + 3)
        yield head[at + 3 : end if end >= 0 else len(head)]
        at = end


def _parameters(data: bytes) -> Bits:
    return Bits(plain(data[:_MOST_BYTES]))


def _h264(head: bytes) -> Size | None:
    for unit in _units(head):
        if unit and unit[0] & 0x1F == _H264_SPS:
            return _h264_size(_parameters(unit[1:]))
    return None


def _h264_size(bits: Bits) -> Size:
    profile = bits.number(8)
    bits.skip(16)
    bits.code()
    chroma = 1
    if profile in _H264_CHROMA_PROFILES:
        chroma = _chroma(bits)
        bits.code()
        bits.code()
        bits.skip(1)
        if bits.flag():
            _skip_scaling_lists(bits, 12 if chroma == _FULL_CHROMA else 8)
    bits.code()
    _skip_picture_order(bits)
    bits.code()
    bits.skip(1)
    width, rows = 16 * (bits.code() + 1), 16 * (bits.code() + 1)
    fields = 1 if bits.flag() else 2
    bits.skip(1 if fields == 1 else 2)
    across, down = _CHROMA_STEPS[chroma]
    return _cropped(bits, (width, rows * fields), (across, down * fields))


def _skip_scaling_lists(bits: Bits, count: int) -> None:
    for index in range(count):
        if not bits.flag():
            continue
        last = following = 8
        for _ in range(16 if index < _SMALL_LISTS else 64):
            if following:
                following = (last + bits.signed()) % 256
            last = following or last


def _skip_picture_order(bits: Bits) -> None:
    kind = bits.code()
    if kind == 0:
        bits.code()
    elif kind == 1:
        bits.skip(1)
        bits.code()
        bits.code()
        frames = bits.code()
        if frames > _MOST_FRAMES:
            raise ValueError("too many frames")
        for _ in range(frames):
            bits.code()


def _hevc(head: bytes) -> Size | None:
    for unit in _units(head):
        # The second condition: of the base layer.
        if len(unit) > 1 and unit[0] >> 1 & 0x3F == _HEVC_SPS and not (unit[0] & 1 or unit[1] >> 3):
            return _hevc_size(_parameters(unit[2:]))
    return None


def _hevc_size(bits: Bits) -> Size:
    bits.skip(4)
    layers = bits.number(3)
    bits.skip(1 + 88 + 8)  # the profile and level of all layers
    told = [(bits.flag(), bits.flag()) for _ in range(layers)]
    bits.skip(2 * (8 - layers) if layers else 0)
    bits.skip(sum(88 * profile + 8 * level for profile, level in told))
    bits.code()
    step = _CHROMA_STEPS[_chroma(bits)]
    return _cropped(bits, (bits.code(), bits.code()), step)


def _chroma(bits: Bits) -> int:
    """chroma_format_idc, and the flag for separate planes passed over."""
    chroma = bits.code()
    if chroma not in _CHROMA_STEPS:
        raise ValueError("no chroma format")
    bits.skip(chroma == _FULL_CHROMA)
    return chroma


def _cropped(bits: Bits, size: Size, step: Size) -> Size:
    """The part of the picture that is shown; the window is told in steps."""
    if not bits.flag():
        return size
    left, right, top, bottom = (bits.code() for _ in range(4))
    return size[0] - step[0] * (left + right), size[1] - step[1] * (top + bottom)


def _mpeg2(head: bytes) -> Size | None:
    size: Size | None = None
    for unit in _units(head):
        if len(unit) < _SEQUENCE_HEAD:
            continue
        if size is None and unit[0] == _SEQUENCE:
            size = unit[1] << 4 | unit[2] >> 4, (unit[2] & 0xF) << 8 | unit[3]
        elif size is not None and unit[0] == _EXTENSION and unit[1] >> 4 == _SEQUENCE_EXTENSION:
            across = (unit[2] & 1) << 1 | unit[3] >> 7
            return size[0] | across << 12, size[1] | (unit[3] >> 5 & 3) << 12
    return size


_READERS: dict[str, Callable[[bytes], Size | None]] = {
    "h264": _h264,
    "hevc": _hevc,
    "mpeg2": _mpeg2,
    "mpeg1": _mpeg2,
}
