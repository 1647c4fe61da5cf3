"""What an answer is, by its first bytes; the content type decides only where the bytes do not."""

from __future__ import annotations

import enum

HEAD_BYTES = 3 * 204
"""Enough for three sync bytes of any packet size."""

_SYNC = 0x47
_PACKET_SIZES = (188, 192, 204)
_TEXT_BYTES = bytes((*b"\t\r\n", *range(0x20, 0x7F)))
_ADTS_MASK, _ADTS_SYNC = 0xFFF6, 0xFFF0  # 12 bits of sync, layer 0
_BOM = b"\xef\xbb\xbf"


class Kind(enum.Enum):
    """What came."""

    EMPTY = "empty"
    TS = "ts"
    HLS = "hls"
    DASH = "dash"
    TEXT = "text"  # HTML, JSON, a sentence: never a stream
    MEDIA = "media"  # some other container: MP3, AAC, FLV, MP4, Matroska


def is_ts(head: bytes) -> bool:
    """Whether three packets in a row begin with the sync byte somewhere in `head` (or the one packet there is)."""
    if len(head) < 2 * max(_PACKET_SIZES) + 1:
        return head[:1] == bytes((_SYNC,))
    return any(
        head[start] == _SYNC and head[start + size] == _SYNC and head[start + 2 * size] == _SYNC
        for size in _PACKET_SIZES
        for start in range(min(size, len(head) - 2 * size))
    )


def sniff(head: bytes, content_type: str) -> Kind:
    """Decide what `head`, the first bytes of an answer, belongs to."""
    text = head.removeprefix(_BOM).lstrip()[:512]
    if not head:
        return Kind.EMPTY
    if text.startswith(b"#EXTM3U"):
        return Kind.HLS
    if text.startswith(b"<"):
        return Kind.DASH if b"<MPD" in text else Kind.TEXT
    if is_ts(head):
        return Kind.TS
    declared = content_type.partition(";")[0].strip().lower()
    if declared.startswith("text/") or declared.endswith(("json", "xml", "mpegurl")) or text[:1] in b"{[":
        return Kind.TEXT
    return Kind.MEDIA if text.translate(None, _TEXT_BYTES) else Kind.TEXT


def is_packed(head: bytes) -> bool:
    """Whether an HLS segment is packed audio (ID3 or ADTS) or a piece of fMP4 instead of a transport stream."""
    adts = int.from_bytes(head[:2], "big") & _ADTS_MASK == _ADTS_SYNC
    return adts or head.startswith(b"ID3") or head[4:8] in (b"ftyp", b"styp", b"moof", b"sidx", b"emsg", b"prft")
