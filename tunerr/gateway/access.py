"""Whether decoding can start with a picture."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator

from tunerr.gateway.bits import START_CODE, Bits, plain

_PES_HEADER = 9

# ITU-T H.264 table 7-1.
_H264_SLICES = (1, 2)
_H264_IDR, _H264_SEI, _H264_SPS, _H264_PPS, _H264_DELIMITER = 5, 6, 7, 8, 9
_INTRA_SLICES = (2, 4, 7, 9)  # table 7-6: I and SI
_SLICE_HEAD = 12  # bytes in which first_mb_in_slice and slice_type end, emulation prevention included
# ITU-T H.265 table 7-1.
_HEVC_SLICES, _HEVC_IRAP, _HEVC_CLOSED = range(32), range(16, 24), range(16, 21)
_HEVC_PARAMETERS, _HEVC_SEI = (32, 33), 39
_RECOVERY_POINT = 6  # payload type of a SEI message
# ITU-T H.262: start codes and the picture_coding_type of an I picture.
_SEQUENCE, _GROUP, _PICTURE, _INTRA = 0xB3, 0xB8, 0x00, 1


class Opening(enum.Enum):
    """What a picture is to a decoder that has seen nothing before."""

    NONE = enum.auto()
    OPEN = enum.auto()  # it decodes; pictures after it may not
    CLOSED = enum.auto()


Verdict = tuple[Opening, bool]


def elementary(payload: bytes) -> bytes:
    """What follows the header of the PES that begins with `payload`; nothing when that is no PES."""
    if len(payload) < _PES_HEADER or not payload.startswith(START_CODE):
        return b""
    return payload[_PES_HEADER + payload[8] :]


def opening(codec: str, head: bytes) -> Verdict:
    """What the access unit that begins with `head` is, and whether more of it can't change that.

    Parameter sets without a picture behind them are taken for the start of one that opens decoding. Codecs not known
    here are NONE: they need random_access_indicator.
    """
    scan = _SCANS.get(codec)
    return scan(head) if scan else (Opening.NONE, True)


def _codes(head: bytes) -> Iterator[int]:
    """Where start codes are that have the byte which says what they start."""
    at = head.find(START_CODE)
    while 0 <= at < len(head) - 3:
        yield at
        at = head.find(START_CODE, at + 3)


def _h264(head: bytes) -> Verdict:
    kinds: set[int] = set()
    recovery = intra = False
    for at in _codes(head):
        kind = head[at + 3] & 0x1F
        if kind == _H264_IDR:
            return Opening.CLOSED, True
        if kind in _H264_SLICES:
            if recovery or not kinds.issuperset((_H264_SPS, _H264_PPS)):
                return (Opening.OPEN if recovery else Opening.NONE), True
            if at + 4 + _SLICE_HEAD > len(head):
                break
            if _slice_type(head[at + 4 : at + 4 + _SLICE_HEAD]) not in _INTRA_SLICES:
                return Opening.NONE, True
            intra = True
        elif kind == _H264_SEI:
            recovery = recovery or _tells_recovery(head, at + 4)
        elif kind == _H264_DELIMITER and intra:
            break
        kinds.add(kind)
    if intra:
        return Opening.OPEN, True
    return (Opening.OPEN if recovery or _H264_SPS in kinds else Opening.NONE), False


def _hevc(head: bytes) -> Verdict:
    parameters = recovery = False
    for at in _codes(head):
        kind = (head[at + 3] >> 1) & 0x3F
        if kind in _HEVC_IRAP:
            return (Opening.CLOSED if kind in _HEVC_CLOSED else Opening.OPEN), True
        if kind in _HEVC_SLICES:
            return (Opening.OPEN if recovery else Opening.NONE), True
        parameters = parameters or kind in _HEVC_PARAMETERS
        recovery = recovery or (kind == _HEVC_SEI and _tells_recovery(head, at + 5))
    return (Opening.OPEN if parameters or recovery else Opening.NONE), False


def _mpeg2(head: bytes) -> Verdict:
    sequence = closed = False
    for at in _codes(head):
        code = head[at + 3]
        if code == _GROUP and at + 7 < len(head):
            closed = bool(head[at + 7] & 0x40)
        elif code == _PICTURE and at + 5 < len(head):
            if not sequence or (head[at + 5] >> 3) & 0x7 != _INTRA:
                return Opening.NONE, True
            return (Opening.CLOSED if closed else Opening.OPEN), True
        sequence = sequence or code == _SEQUENCE
    return (Opening.OPEN if sequence else Opening.NONE), False


_SCANS: dict[str, Callable[[bytes], Verdict]] = {"h264": _h264, "hevc": _hevc, "mpeg2": _mpeg2, "mpeg1": _mpeg2}


def _slice_type(header: bytes) -> int:
    """slice_type, the second Exp-Golomb code of an H.264 slice header; -1 when it isn't in there."""
    bits = Bits(plain(header))
    try:
        bits.code()
        return bits.code()
    except ValueError:
        return -1


def _tells_recovery(head: bytes, start: int) -> bool:
    """Whether one of the SEI messages from `start` to the end of their NAL unit is a recovery point."""
    end = head.find(START_CODE, start)
    messages = plain(head[start : end if end >= 0 else len(head)])
    at = 0
    while at < len(messages):
        kind, at = _extended(messages, at)
        if kind == _RECOVERY_POINT:
            return at < len(messages)
        size, at = _extended(messages, at)
        at += size
    return False


def _extended(messages: bytes, at: int) -> tuple[int, int]:
    """A number of a SEI message, in which each byte of 255 says that it goes on, and where it ends."""
    total = 0
    while at < len(messages) and messages[at] == 0xFF:  # noqa: PLR2004 - named in the sentence above
        total += 0xFF
        at += 1
    return (total + messages[at] if at < len(messages) else total), at + 1
