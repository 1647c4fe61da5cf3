"""PCR, PTS and DTS inside packets (ISO/IEC 13818-1, 2.4.3.5 and 2.4.3.7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tunerr.gateway.ts import HAS_PCR, PACKET, PCR_PER_BASE, SYNC, adaptation_flags, payload_offset

CYCLE: Final = 1 << 33  # ticks of 90 kHz after which PTS, DTS and the base of a PCR start again
SECOND: Final = 90_000
PCR_SECOND: Final = SECOND * PCR_PER_BASE
PCR_CYCLE: Final = CYCLE * PCR_PER_BASE

_HALF = CYCLE >> 1
_PCR_BYTES = 7  # of the adaptation field: flags and PCR
_PES_FIXED = 9
_STAMP = 5
# Stream ids whose PES has no optional header (table 2-21).
_BARE = frozenset({0xBC, 0xBE, 0xBF, 0xF0, 0xF1, 0xF2, 0xF8, 0xFF})
_KEPT_WITHOUT_PCR = 0x60  # random access and priority; other fields lie behind the PCR and go with it


@dataclass(frozen=True, slots=True)
class PesHeader:
    """Start of a PES. `length`: of the whole PES in bytes, 0 when unbounded. `decoded`: DTS, without one the PTS.

    `readable` is false when the stamps it announces are not in the packet.
    """

    length: int
    shown: int | None = None  # PTS
    decoded: int | None = None
    explicit: bool = False  # it has a DTS of its own
    readable: bool = True


def apart(later: int, earlier: int) -> int:
    """Signed distance of two stamps in ticks, the shorter way round the cycle."""
    return (later - earlier + _HALF) % CYCLE - _HALF


def read_pes(packet: memoryview) -> PesHeader | None:
    """The PES header at the start of the payload, None when no PES starts there."""
    start = payload_offset(packet)
    head = bytes(packet[start : start + _PES_FIXED + 2 * _STAMP])
    if len(head) < _PES_FIXED - 3 or head[:3] != b"\0\0\1":
        return None
    length = int.from_bytes(head[4:6], "big")
    length = length and length + 6
    if head[3] in _BARE:
        return PesHeader(length)
    stamps = head[7] >> 6 if len(head) > 7 else 0b11  # noqa: PLR2004 (the byte of the flags)
    if not stamps & 0b10:
        return PesHeader(length)
    explicit = stamps == 0b11  # noqa: PLR2004 (both bits)
    if len(head) < _PES_FIXED + (2 if explicit else 1) * _STAMP:
        return PesHeader(length, readable=False)
    shown = _stamp(head, _PES_FIXED)
    return PesHeader(length, shown, _stamp(head, _PES_FIXED + _STAMP) if explicit else shown, explicit)


def shift_pes(packet: memoryview, header: PesHeader, offset: int) -> None:
    """Move PTS and DTS of the PES that starts in `packet` by `offset` ticks."""
    at = payload_offset(packet) + _PES_FIXED
    for stamp in (header.shown, header.decoded) if header.explicit else (header.shown,):
        if stamp is not None:
            value = (stamp + offset) % CYCLE
            packet[at] = packet[at] & 0xF1 | (value >> 29 & 0xE)
            packet[at + 1 : at + 3] = (value >> 14 & 0xFFFE | 1).to_bytes(2, "big")
            packet[at + 3 : at + 5] = (value << 1 & 0xFFFE | 1).to_bytes(2, "big")
        at += _STAMP


def read_pcr(packet: bytes | memoryview) -> int | None:
    """The PCR of a packet in ticks of 27 MHz."""
    if not adaptation_flags(packet) & HAS_PCR or packet[4] < _PCR_BYTES:
        return None
    field = int.from_bytes(packet[6:12], "big")
    return (field >> 15) * PCR_PER_BASE + (field & 0x1FF)


def write_pcr(packet: memoryview, pcr: int) -> None:
    """Set the PCR of a packet that has one; `pcr` may be beyond the cycle."""
    packet[6:12] = _pcr_field(pcr)


def remove_pcr(packet: memoryview) -> None:
    """Turn a packet's PCR and what follows it in the adaptation field into stuffing."""
    length = min(packet[4], PACKET - 5)
    packet[5] &= _KEPT_WITHOUT_PCR
    packet[6 : 5 + length] = b"\xff" * (length - 1)


def pcr_packet(pid: int, pcr: int) -> bytes:
    """A packet without payload that carries a PCR; its continuity counter is 0."""
    head = bytes((SYNC, pid >> 8, pid & 0xFF, 0x20, PACKET - 5, HAS_PCR))
    return (head + _pcr_field(pcr)).ljust(PACKET, b"\xff")


def _pcr_field(pcr: int) -> bytes:
    base, extension = divmod(pcr % PCR_CYCLE, PCR_PER_BASE)
    return (base << 15 | 0x7E00 | extension).to_bytes(6, "big")


def _stamp(head: bytes, at: int) -> int:
    return (
        (head[at] >> 1 & 0x7) << 30
        | (int.from_bytes(head[at + 1 : at + 3], "big") >> 1) << 15
        | int.from_bytes(head[at + 3 : at + 5], "big") >> 1
    )
