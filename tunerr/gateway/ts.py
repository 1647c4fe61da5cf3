"""MPEG transport stream packets (ISO/IEC 13818-1): constants and pure helpers."""

from __future__ import annotations

import zlib
from typing import Final

PACKET: Final = 188
SYNC: Final = 0x47
PAT_PID: Final = 0x0000
NULL_PID: Final = 0x1FFF
PID_COUNT: Final = 0x2000
# Flags of the adaptation field.
DISCONTINUITY: Final = 0x80
RANDOM_ACCESS: Final = 0x40
HAS_PCR: Final = 0x10
# Bits of the fourth byte.
SCRAMBLED: Final = 0xC0  # transport_scrambling_control
ADAPTATION: Final = 0x20
PAYLOAD: Final = 0x10
PCR_PER_BASE: Final = 300  # 27 MHz ticks in one of 90 kHz


# The CRC of sections takes each byte's highest bit first, zlib's the lowest.
_MIRRORED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def section_crc(data: bytes) -> int:
    """CRC-32/MPEG-2 of `data`; 0 over a whole section, its own CRC included, when that is intact."""
    mirrored = zlib.crc32(data.translate(_MIRRORED)) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)


def payload_offset(packet: bytes | memoryview) -> int:
    """Where the payload of one packet starts; PACKET when it has none or its adaptation field is broken."""
    if not packet[3] & PAYLOAD:
        return PACKET
    return min(5 + packet[4], PACKET) if packet[3] & ADAPTATION else 4


def adaptation_flags(packet: bytes | memoryview) -> int:
    """Flags of the adaptation field of one packet, 0 without one."""
    return packet[5] if packet[3] & ADAPTATION and packet[4] else 0


def section_packets(pid: int, section: bytes, last_counter: int) -> bytes:
    """Packets that carry one PSI section; the continuity counter of the last one is `last_counter`."""
    body = b"\0" + section
    pieces = [body[start : start + PACKET - 4] for start in range(0, len(body), PACKET - 4)]
    packets = []
    for index, piece in enumerate(pieces):
        counter = (last_counter - (len(pieces) - 1 - index)) & 0xF
        start_flag = 0x40 if index == 0 else 0
        header = bytes((SYNC, start_flag | pid >> 8, pid & 0xFF, 0x10 | counter))
        packets.append(header + piece.ljust(PACKET - 4, b"\xff"))
    return b"".join(packets)


def discontinuity_packet(pid: int, counter: int) -> bytes:
    """A packet without payload that announces a discontinuity on `pid`; the next one there counts `counter` + 1."""
    header = bytes((SYNC, pid >> 8, pid & 0xFF, 0x20 | counter & 0xF, PACKET - 5, DISCONTINUITY))
    return header.ljust(PACKET, b"\xff")
