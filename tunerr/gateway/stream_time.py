"""The time of a stream at its packets, as its own clock says."""

from __future__ import annotations

from collections.abc import Iterator

from tunerr.gateway.headers import Headers
from tunerr.gateway.timestamps import PCR_SECOND, apart, read_pcr
from tunerr.gateway.ts import DISCONTINUITY, PCR_PER_BASE, adaptation_flags

_LONGEST_STEP_SECONDS = 1.0  # between two PCRs; more is a jump
_OTHERS = 10  # PCRs of other PIDs in a row, after which the one that was followed is taken to have gone


class StreamTime:
    """Sans-I/O: `seconds` of stream have been taken, by the PCRs of the first PID with any; wraps are followed.

    Where the PCR goes back or jumps, as at the start of the next round, time goes on by one step of the usual size.
    Another PID takes over when the one that was followed carries none any more.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._pid: int | None = None
        self._last = 0
        self._step = 0.0
        self._others = 0

    def feed(self, headers: Headers) -> Iterator[tuple[int, float]]:
        """Index of each packet whose PCR counts, and the second of stream there."""
        for index, pid in headers.adapted():
            packet = headers.packet(index)
            pcr = read_pcr(packet)
            if pcr is None or not self._follows(pid):
                continue
            jumps = self._pid != pid or bool(adaptation_flags(packet) & DISCONTINUITY)
            if self._pid is not None:
                self._move(pcr, jumps=jumps)
            self._pid, self._last = pid, pcr
            yield index, self.seconds

    def _follows(self, pid: int) -> bool:
        if self._pid is None or pid == self._pid or self._others >= _OTHERS:
            self._others = 0
            return True
        self._others += 1
        return False

    def _move(self, pcr: int, *, jumps: bool) -> None:
        step = apart(pcr // PCR_PER_BASE, self._last // PCR_PER_BASE) * PCR_PER_BASE / PCR_SECOND
        if 0.0 <= step <= _LONGEST_STEP_SECONDS and not jumps:
            self._step = step
        self.seconds += self._step
