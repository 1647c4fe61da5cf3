"""Any bytes in, whole transport stream packets out."""

from __future__ import annotations

import numpy as np

from tunerr.gateway.ts import PACKET, SYNC

# Bare packets; with a time stamp of four bytes (M2TS); with 16 bytes of Reed-Solomon code (DVB-ASI).
_UNITS = (PACKET, 192, 204)
# One sync byte in 256 random bytes is chance; four in a row at packet distance are not.
_CONFIRMING_PACKETS = 4
_LONGEST_CONFIRMATION = (_CONFIRMING_PACKETS - 1) * _UNITS[-1] + 1
_SEARCH = 4096  # bytes looked at in one go, so that bad syncs in a long buffer don't cost its length each


def _first_packet(block: bytes) -> tuple[int, int] | None:
    """Offset at which confirmed packets start, and their distance; the earliest when there are several."""
    sync = np.frombuffer(block, np.uint8) == SYNC
    found = []
    for unit in _UNITS:
        places = len(block) - (_CONFIRMING_PACKETS - 1) * unit
        if places <= 0:
            break
        start = sync[:places].copy()
        for packet in range(1, _CONFIRMING_PACKETS):
            start &= sync[packet * unit : packet * unit + places]
        if start.any():
            found.append((int(start.argmax()), unit))
    return min(found, default=None)


class Packetizer:
    """Sans-I/O: aligns a byte stream to packets, skips garbage and finds the packets again after it.

    Packets may be 192 or 204 bytes apart; what stands between them is dropped. `lost` counts the bytes that were thrown
    away: garbage, and the packet before it, which may be damaged. The last packet is held back until the next one
    begins; altogether less than `_LONGEST_CONFIRMATION` is.
    """

    def __init__(self) -> None:
        self.lost = 0
        self._rest = b""
        self._unit = 0  # distance of the packets, 0 while it is unknown; each packet ends its unit

    def feed(self, data: bytes) -> bytes:
        """Whole packets (n times 188 bytes, n may be 0) that became complete with `data`."""
        buffer = self._rest + data if self._rest else data
        pieces: list[bytes] = []
        while True:
            if not self._unit:
                buffer = self._search(buffer)
                if not self._unit:
                    break
            good, in_step = self._units_in_step(buffer)
            pieces.append(self._packets_of(buffer, self._unit, good))
            buffer = buffer[good * self._unit :]
            if in_step:
                break
            self._unit = 0
        self._rest = buffer
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def finish(self) -> bytes:
        """The packet that was held back, where the stream has come to its end behind it."""
        rest, unit = self._rest, self._unit
        self._rest, self._unit = b"", 0
        return self._packets_of(rest, unit, 1) if 0 < unit <= len(rest) else b""

    def _units_in_step(self, buffer: bytes) -> tuple[int, bool]:
        """Number of sound units at the start of `buffer`, and whether all that can be judged are sound.

        A unit is sound when its packet and the one after it begin with a sync byte: bytes that were put in or taken
        out show in the next one only.
        """
        unit = self._unit
        count = (len(buffer) - 1 - (unit - PACKET)) // unit + 1  # of sync bytes that are there
        if count < 1:
            return 0, True
        sync = np.frombuffer(buffer, np.uint8)[unit - PACKET :: unit][:count] == SYNC
        if np.count_nonzero(sync) == count:
            return count - 1, True
        return max(int(sync.argmin()) - 1, 0), False

    @staticmethod
    def _packets_of(buffer: bytes, unit: int, count: int) -> bytes:
        if unit == PACKET:
            return buffer[: count * PACKET]
        units = np.frombuffer(buffer, np.uint8, count * unit).reshape(count, unit)
        return units[:, unit - PACKET :].tobytes()

    def _search(self, buffer: bytes) -> bytes:
        """Drop what precedes the next packets; without any keep only what may be their start."""
        for begin in range(0, len(buffer), _SEARCH):
            found = _first_packet(buffer[begin : begin + _SEARCH + _LONGEST_CONFIRMATION - 1])
            if found is not None:
                start, self._unit = begin + found[0], found[1]
                return self._from_unit(buffer, start - (self._unit - PACKET))
        drop = max(len(buffer) - _LONGEST_CONFIRMATION + 1, 0)
        self.lost += drop
        return buffer[drop:]

    def _from_unit(self, buffer: bytes, start: int) -> bytes:
        """The buffer from the unit at `start` on; what a first unit lacks (`start` < 0) is made up."""
        if start < 0:
            return bytes(-start) + buffer
        self.lost += start
        return buffer[start:]
