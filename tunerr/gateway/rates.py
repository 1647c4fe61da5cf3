"""How many bits per second each PID takes."""

from __future__ import annotations

from collections import Counter

from tunerr.gateway.ts import PACKET

_WINDOW = 2.0  # seconds of program


class Rates:
    """Bit rates by the program's own clock; `last` maps PIDs to bits per second over the last whole window."""

    def __init__(self) -> None:
        self.last: dict[int, int] = {}
        self._counted: Counter[int] = Counter()
        self._began = 0.0

    def feed(self, packets: Counter[int], media: float) -> None:
        """Take the number of packets of each PID and the seconds of program so far."""
        span = media - self._began
        if span >= _WINDOW:
            recent = packets - self._counted
            self.last = {pid: int(count * PACKET * 8 / span) for pid, count in recent.items()}
            self._counted = packets.copy()
            self._began = media
