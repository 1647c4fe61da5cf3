"""Splice information sections (ANSI/SCTE 35)."""

from __future__ import annotations

from typing import Final

from tunerr.gateway.timestamps import CYCLE
from tunerr.gateway.ts import PACKET, payload_offset, section_crc

STREAM_TYPE: Final = 0x86
_TABLE = 0xFC
_LEAST = 13  # header up to the tier


def shift_splice_information(packet: memoryview, offset: int) -> bool:
    """Add `offset` ticks to pts_adjustment of the section in `packet`; False when it is not whole there."""
    start = payload_offset(packet)
    at = start + 1 + packet[start] if start < PACKET else PACKET
    if at + _LEAST > PACKET or packet[at] != _TABLE:
        return False
    end = at + 3 + ((packet[at + 1] & 0x0F) << 8 | packet[at + 2])
    if end > PACKET or end - at < _LEAST + 4:
        return False
    field = int.from_bytes(packet[at + 4 : at + 9], "big")
    adjusted = (field & -CYCLE) | (field + offset) % CYCLE
    packet[at + 4 : at + 9] = adjusted.to_bytes(5, "big")
    packet[end - 4 : end] = section_crc(bytes(packet[at : end - 4])).to_bytes(4, "big")
    return True
