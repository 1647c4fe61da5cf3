"""Continuity counters of a stream that is put together."""

from __future__ import annotations

import numpy as np

from tunerr.gateway.headers import Octets
from tunerr.gateway.ts import PID_COUNT

_PID = np.uint16(PID_COUNT - 1)
_COUNTER = 0xF
_FLAGS = np.uint8(0xF0)
_PAYLOAD_SHIFT, _ONE = np.uint8(4), np.uint8(1)


class Counters:
    """Counts the packets of every PID anew (ISO/IEC 13818-1, 2.4.3.3): 0 first, one up with each payload."""

    def __init__(self) -> None:
        self._last: dict[int, int] = {}

    def write(self, rows: Octets) -> None:
        """Set the counters of the next packets, at least one; `rows` is n x 188 and writable."""
        pid = rows[:, 1:3].view(">u2")[:, 0].astype(np.uint16) & _PID
        order = pid.argsort(kind="stable")
        ordered = pid.take(order)
        control = rows[:, 3].take(order)
        counter = ((control >> _PAYLOAD_SHIFT) & _ONE).cumsum(dtype=np.uint8)
        first = counted = 0  # `counted`: payloads before this PID's, modulo 256 as all of `counter`
        for end in (*(ordered[1:] != ordered[:-1]).nonzero()[0].tolist(), len(ordered) - 1):
            number, total = ordered.item(end), counter.item(end)
            start = self._last.get(number, _COUNTER) - counted
            counter[first : end + 1] += np.uint8(start & 0xFF)
            self._last[number] = (start + total) & _COUNTER
            first, counted = end + 1, total
        rows[order, 3] = (control & _FLAGS) | (counter & np.uint8(_COUNTER))
