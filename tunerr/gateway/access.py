"""Whether decoding can start at a PES packet."""

from __future__ import annotations

from tunerr.gateway.ts import payload_offset

_START_CODE = b"\0\0\1"
_PES_HEADER = 9

# ITU-T H.264 table 7-1: IDR slice, sequence parameter set. SPS comes before PPS, SEI and slices of an access unit.
_H264 = frozenset({5, 7})
# ITU-T H.265 table 7-1: IRAP pictures 16-23, VPS, SPS.
_HEVC = frozenset({*range(16, 24), 32, 33})
# ITU-T H.262: start codes.
_SEQUENCE = 0xB3
_PICTURE = 0x00
_INTRA = 1


def opens_decoding(codec: str, packet: bytes) -> bool:
    """Whether the first packet of a video PES shows a point from which `codec` decodes.

    Only the first packet is looked at: parameter sets and sequence headers come first in an access unit, and the
    answer then doesn't depend on how the stream is cut into chunks. Unknown codecs answer False: they need
    random_access_indicator.
    """
    start = payload_offset(packet)
    pes = packet[start:]
    if len(pes) < _PES_HEADER or not pes.startswith(_START_CODE):
        return False
    return _opens(codec, pes[_PES_HEADER + pes[8] :])


def _opens(codec: str, elementary: bytes) -> bool:
    sequence = False
    at = elementary.find(_START_CODE)
    while 0 <= at < len(elementary) - 3:
        code = elementary[at + 3]
        if (codec == "h264" and code & 0x1F in _H264) or (codec == "hevc" and (code >> 1) & 0x3F in _HEVC):
            return True
        if codec in {"mpeg2", "mpeg1"}:
            if code == _PICTURE and at + 5 < len(elementary):
                return sequence and (elementary[at + 5] >> 3) & 0x7 == _INTRA
            sequence = sequence or code == _SEQUENCE
        at = elementary.find(_START_CODE, at + 3)
    return sequence
