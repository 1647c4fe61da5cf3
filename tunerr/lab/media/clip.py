"""A loop of packets that can be sent for ever: the timestamps and counters of each turn follow from its number."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from tunerr.gateway.ts import PACKET

SLOTS_PER_SECOND: Final = 25
SLOT_TICKS: Final = 90_000 // SLOTS_PER_SECOND
STAMP_MASK: Final = (1 << 33) - 1

Packets = npt.NDArray[np.uint8]
"""Rows of 188 bytes."""
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stamps:
    """Where timestamps are, and what they are in the first turn, in ticks of 90 kHz.

    `pcr_rows` carry a PCR; a PTS or DTS is at byte `columns` of packet `rows`.
    """

    pcr_rows: Indices
    pcr_ticks: Indices
    rows: Indices
    columns: Indices
    ticks: Indices


@dataclass(frozen=True, eq=False)
class Clip:
    """A clip of `slots` slots of 40 ms; slot n is packets `starts[n]` to `starts[n + 1]`.

    `steps`: how far the continuity counter of each packet's PID moves in one turn. `key_slots` are those in which
    a video access point begins (radio: all). `packet` is the size on the wire: 188, 192 or 204.
    """

    packets: Packets
    starts: Indices
    stamps: Stamps
    steps: Indices
    key_slots: frozenset[int]
    video_pid: int | None
    stream_pids: tuple[int, ...]
    packet: int

    @property
    def slots(self) -> int:
        """Slots in one turn."""
        return len(self.starts) - 1

    @property
    def seconds(self) -> float:
        """Length of one turn."""
        return self.slots / SLOTS_PER_SECOND

    @cached_property
    def bitrate(self) -> float:
        """Bits per second on the wire."""
        return len(self.packets) * self.packet * 8 / self.seconds

    def turn(self, number: int, shift: int) -> Packets:
        """All packets of turn `number`; `shift` ticks are added to every timestamp."""
        packets = self.packets.copy()
        moved = number * self.slots * SLOT_TICKS + shift
        counters = (packets[:, 3].astype(np.int64) + number % 16 * self.steps) & 0x0F
        packets[:, 3] = packets[:, 3] & 0xF0 | counters.astype(np.uint8)
        _write_pcr(packets, self.stamps.pcr_rows, (self.stamps.pcr_ticks + moved) & STAMP_MASK)
        _write_stamps(packets, self.stamps.rows, self.stamps.columns, (self.stamps.ticks + moved) & STAMP_MASK)
        return packets

    def framed(self, packets: Packets) -> bytes:
        """Packets as they go over the wire."""
        if self.packet == PACKET:
            return packets.tobytes()
        wide = np.zeros((len(packets), self.packet), np.uint8)
        at = 4 if self.packet == PACKET + 4 else 0
        wide[:, at : at + PACKET] = packets
        return wide.tobytes()


def pids(packets: Packets) -> Indices:
    """The PID of each packet."""
    return (packets[:, 1].astype(np.int64) & 0x1F) << 8 | packets[:, 2]


def _write_pcr(packets: Packets, rows: Indices, ticks: Indices) -> None:
    for column, shift in enumerate((25, 17, 9, 1), start=6):
        packets[rows, column] = ticks >> shift & 0xFF
    packets[rows, 10] = (ticks & 1) << 7 | 0x7E
    packets[rows, 11] = 0


def _write_stamps(packets: Packets, rows: Indices, columns: Indices, ticks: Indices) -> None:
    kind = packets[rows, columns] & 0xF0
    packets[rows, columns] = kind | (ticks >> 29 & 0x0E | 1).astype(np.uint8)
    packets[rows, columns + 1] = ticks >> 22 & 0xFF
    packets[rows, columns + 2] = ticks >> 14 & 0xFE | 1
    packets[rows, columns + 3] = ticks >> 7 & 0xFF
    packets[rows, columns + 4] = ticks << 1 & 0xFE | 1
