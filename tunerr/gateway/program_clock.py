"""The time of a program by its PCR."""

from __future__ import annotations

from collections.abc import Iterable

from tunerr.gateway.headers import Headers
from tunerr.gateway.psi import Layout
from tunerr.gateway.timestamps import PCR_CYCLE, PCR_SECOND, read_pcr

# A PCR is due each 0.1 s; what is further apart are two clocks, not one.
_LONGEST_STEP = 5 * PCR_SECOND


class ProgramClock:
    """Adds up the time between the PCRs of the layout's PCR PID; wraps are followed.

    A step back or of more than 5 s adds nothing and is counted in `jumps`. While the declared PID carries none, the
    first PID of the program that carries one serves.
    """

    def __init__(self) -> None:
        self.jumps = 0
        self._ticks = 0
        self._layout: Layout | None = None
        self._pid: int | None = None
        self._last: int | None = None

    @property
    def media(self) -> float:
        """Seconds of program received."""
        return self._ticks / PCR_SECOND

    def feed(self, headers: Headers, layout: Layout, adapted: Iterable[tuple[int, int]]) -> None:
        """Take one run of packets; `adapted` as in Headers."""
        if layout is not self._layout:
            self._layout = layout
            if self._pid != layout.pcr_pid:
                self._pid = None
        for index, pid in adapted:
            pcr = read_pcr(headers.packet(index))
            if pcr is not None and self._follows(pid, layout):
                self._take(pcr)

    def _follows(self, pid: int, layout: Layout) -> bool:
        if pid == self._pid:
            return True
        stands_in = self._pid is None and any(stream.pid == pid for stream in layout.streams)
        if pid == layout.pcr_pid or stands_in:
            self._pid, self._last = pid, None
            return True
        return False

    def _take(self, pcr: int) -> None:
        if self._last is not None:
            step = (pcr - self._last) % PCR_CYCLE
            if step > _LONGEST_STEP:
                self.jumps += 1
            else:
                self._ticks += step
        self._last = pcr
