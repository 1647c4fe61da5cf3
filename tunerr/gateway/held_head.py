"""The second head of a ring: what viewers with a cushion may read."""

from __future__ import annotations

from collections.abc import Iterator

from tunerr.gateway.ring import Entry, Ring
from tunerr.support.clock import Clock

_BUILDING = 0.97  # of real time, while the reserve is smaller than the cushion
_HURRYING = 1.05  # while it is larger than a source's bursts account for
_LARGE_SECONDS = 20.0
# A source that is faster than real time for good must not outrun the ring, which drops after 60 s or 32 MB.
_MOST_SECONDS = 40.0
_MOST_BYTES = 24 << 20


class HeldHead:
    """Releases the ring's pieces in real time, some seconds behind the source; the pieces before `end` are released.

    The reserve is what the source is ahead of the viewers, in seconds of stream. While it is smaller than the cushion
    the head runs at 0.97 of real time, also when the source is silent: so the reserve of a real-time source stands
    after cushion / 0.03 seconds, and that of one that comes in bursts tends to stand even before the next burst. Where
    the source has more at once, the head stays a pacer. When it meets the source it waits; no time is owed afterwards.
    """

    def __init__(self, ring: Ring, *, clock: Clock, cushion: float) -> None:
        """`cushion`: seconds to stay behind."""
        self.end = 0
        self._ring = ring
        self._clock = clock
        self._cushion = cushion
        self._time: float | None = None  # seconds of stream that may be released; None while nobody reads
        self._at = 0.0
        self._rate = 1.0  # seconds of stream released in each second from `_at` on

    @property
    def running(self) -> bool:
        """Whether it has a place."""
        return self._time is not None

    @property
    def entry(self) -> Entry | None:
        """Where a viewer joins now; None when there is no such place, or no head."""
        return self._ring.newest(self.end) if self.running else None

    @property
    def reserve(self) -> float:
        """Seconds of stream between it and the source; 0 while nobody reads."""
        return 0.0 if self._time is None else self._ring.time - self._time

    def start(self) -> None:
        """Take a place where a picture comes at once: the newest entry a cushion back, else the oldest one there is.

        Without an entry in the ring it does nothing.
        """
        ring = self._ring
        aim = ring.time - self._cushion
        numbers = [entry.sequence for entry in ring.entries]
        if not numbers:
            return
        self.end = next((number for number in numbers if ring.time_of(number) <= aim), numbers[-1])
        self._time = max(aim, ring.time_of(self.end))
        self._at = self._clock.monotonic()
        self._set_rate()

    def stop(self) -> None:
        """Give the place up: nobody reads."""
        self._time = None

    def advance(self) -> Iterator[int]:
        """Release what is due by now: the number of each piece, which is before `end` when it is yielded."""
        if self._time is None:
            return
        ring = self._ring
        now = self._clock.monotonic()
        due = self._time + (now - self._at) * self._rate
        self._at = now
        self._time = max(min(due, ring.time), ring.time - _MOST_SECONDS)
        self._set_rate()
        self.end = max(self.end, ring.first)
        while self.end < ring.end and (ring.time_of(self.end) <= self._time or ring.bytes_from(self.end) > _MOST_BYTES):
            self.end += 1
            yield self.end - 1

    def _set_rate(self) -> None:
        # For the time to come: what has just arrived must not count as reserve for the time that it took to arrive.
        if self.reserve < self._cushion:
            self._rate = _BUILDING
        else:
            self._rate = _HURRYING if self.reserve > _LARGE_SECONDS else 1.0
