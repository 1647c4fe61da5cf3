"""Continuity counters of all PIDs."""

from __future__ import annotations

import numpy as np

from tunerr.gateway.headers import Headers, Octets
from tunerr.gateway.ts import DISCONTINUITY, NULL_PID, PID_COUNT

_UNSEEN = 0xFF


class Continuity:
    """Follows the counters (ISO/IEC 13818-1, 2.4.3.3) and counts the breaks that no flag announces in `errors`."""

    def __init__(self) -> None:
        self.errors = 0
        self._last: Octets = np.full(PID_COUNT, _UNSEEN, np.uint8)

    def feed(self, headers: Headers) -> None:
        """Take the packets of one chunk, at least one."""
        order = headers.pid.argsort(kind="stable")
        pid = headers.pid[order]
        counter = headers.counter[order]
        changes = np.flatnonzero(pid[1:] != pid[:-1])
        before = np.empty_like(counter)
        before[1:] = counter[:-1]
        before[changes + 1] = self._last[pid[changes + 1]]
        before[0] = self._last[pid[0]]
        # A packet with payload counts one up, or repeats the one before it; one without payload stands still.
        broken = (counter != ((before + headers.has_payload[order]) & np.uint8(0xF))) & (counter != before)
        if broken.any():
            broken &= (before != _UNSEEN) & (pid != NULL_PID) & ((headers.adaptation()[order] & DISCONTINUITY) == 0)
            self.errors += int(np.count_nonzero(broken))
        self._last[pid[changes]] = counter[changes]
        self._last[pid[-1]] = counter[-1]

    def before(self, headers: Headers, index: int, pid: int) -> int:
        """The last counter of `pid` before packet `index` of the chunk that is fed next; 15 when there was none."""
        earlier = np.flatnonzero(headers.pid[:index] == pid)
        return int(headers.counter[earlier[-1]] if len(earlier) else self._last[pid]) & 0xF

    def seen(self) -> frozenset[int]:
        """The PIDs that occurred, null packets left out."""
        return frozenset(np.flatnonzero(self._last != _UNSEEN).tolist()) - {NULL_PID}
