"""When which datagram of a stream is due."""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from tunerr.gateway.headers import Headers
from tunerr.gateway.stream_time import StreamTime
from tunerr.gateway.ts import NULL_PID, PACKET, PAYLOAD, SYNC
from tunerr.outputs.hdhr.native.drift import Drift

# The vendor's client library takes datagrams of this size (hdhr.md, 2.5) and no others.
DATAGRAM_PACKETS: Final = 7
DATAGRAM: Final = DATAGRAM_PACKETS * PACKET

NULL_PACKET: Final = bytes((SYNC, NULL_PID >> 8, NULL_PID & 0xFF, PAYLOAD)).ljust(PACKET, b"\xff")

# Packets wait for the PCR behind them, which tells their time. Where so many are without one their time is guessed.
_MOST_WITHOUT_TIME = 512
_PACKET_SECONDS = PACKET * 8 / 24e6  # the guess before any PCR has told: 24 Mbit/s, more than any broadcast
# What is longer between two looks at the clock was a pause of the process or the machine, for which no time is owed.
_LONGEST_LOOK = 0.08
_USUAL_LOOK = 0.04


Octets: TypeAlias = bytes | bytearray | memoryview


class Datagram(NamedTuple):
    """Seven packets: 1316 bytes in `parts`, due in second `due` of the stream."""

    due: float
    parts: tuple[memoryview, ...]


class Pacer:
    """Sans-I/O: whole packets in, datagrams out when the last packet of each is due by the PCR.

    The second of stream that is now runs with the clock, at the rate that `Drift` sets. It never runs past what has
    come: after a gap in supply it goes on where it stood, so what follows is paced, and nothing is owed.
    """

    def __init__(self, *, start: float) -> None:
        """`start`: monotonic seconds at which the first datagram is due."""
        self._waiting: deque[Datagram] = deque()
        self._parts: deque[memoryview] = deque()  # packets in no datagram yet
        self._next = 0  # number of the first of them
        self._count = 0  # packets taken
        self._clock = StreamTime()
        self._shift = 0.0  # of the times that the PCRs say, where guesses went beyond them
        self._known = 0  # number of the packet up to which times are known, and its time
        self._known_time = 0.0
        self._packet_seconds = _PACKET_SECONDS
        self._drift = Drift()
        self._begun = False
        self._time = 0.0  # second of stream that is now
        self._start = self._looked = start
        self._early = True

    def feed(self, chunk: Octets) -> None:
        """Take whole packets."""
        data = bytes(chunk)
        if not data:
            return
        headers = Headers(data)
        self._parts.append(memoryview(data))
        marks = [(self._count + index, seconds) for index, seconds in self._clock.feed(headers)]
        self._count += headers.count
        if marks:
            self._follow(marks)
        if self._count - self._known > _MOST_WITHOUT_TIME:
            self._guess()

    def finish(self) -> None:
        """Nothing follows: the last datagram is filled up with null packets."""
        missing = -(self._count - self._next) % DATAGRAM_PACKETS
        if missing:
            self._parts.append(memoryview(NULL_PACKET * missing))
            self._count += missing
        self._guess()

    def look(self, now: float, more: float = 0.0) -> None:
        """It is `now`, in monotonic seconds; `more`: seconds of stream that are there and have not been fed."""
        passed = min(max(now - self._looked, 0.0), _LONGEST_LOOK)
        self._looked = max(now, self._looked)
        self._early = now < self._start
        end = self._waiting[-1].due if self._waiting else self._time
        self._time = min(self._time + passed * self._drift.rate, end)
        self._drift.see(end - self._time + more, now)

    @property
    def bytes(self) -> int:
        """Of the datagrams that wait."""
        return len(self._waiting) * DATAGRAM

    @property
    def due(self) -> Datagram | None:
        """The next datagram, None while it is not due."""
        if self._early or not self._waiting or self._waiting[0].due > self._time:
            return None
        return self._waiting[0]

    @property
    def wait(self) -> float | None:
        """Seconds from one look to the next: until a datagram is due, 0.04 at most; None when there is none."""
        if not self._waiting:
            return None
        return min(max(self._waiting[0].due - self._time, 0.0) / self._drift.rate, _USUAL_LOOK)

    def sent(self) -> None:
        """The next datagram has gone."""
        self._waiting.popleft()

    def hold(self) -> None:
        """The next datagram could not go now; what follows it stays as far behind it as it was."""
        self._time = min(self._time, self._waiting[0].due)

    def _follow(self, marks: list[tuple[int, float]]) -> None:
        """The packets with these numbers have a PCR at these seconds; in between time goes by packets."""
        self._shift = max(self._shift, self._known_time - marks[0][1])
        last, seconds = marks[-1][0], marks[-1][1] + self._shift
        numbers = [self._known, *(number for number, _ in marks)]
        times = [self._known_time, *(seconds + self._shift for _, seconds in marks)]
        self._cut(numbers, times)
        if seconds > self._known_time and last > self._known:
            self._packet_seconds = (seconds - self._known_time) / (last - self._known)
        self._known, self._known_time = last, seconds

    def _guess(self) -> None:
        """Time goes on as it went lately, up to the last packet taken."""
        seconds = self._known_time + (self._count - self._known) * self._packet_seconds
        self._cut([self._known, self._count], [self._known_time, seconds])
        self._known, self._known_time = self._count, seconds

    def _cut(self, numbers: list[int], times: list[float]) -> None:
        """Make the datagrams whose last packet is at or before the last of `numbers`."""
        ends = np.arange(self._next + DATAGRAM_PACKETS - 1, min(numbers[-1] + 1, self._count), DATAGRAM_PACKETS)
        for due in np.interp(ends, numbers, times).tolist():
            self._waiting.append(Datagram(due, self._take()))
        self._next += len(ends) * DATAGRAM_PACKETS
        if not self._begun and self._waiting:
            self._begun = True
            self._time = self._waiting[0].due

    def _take(self) -> tuple[memoryview, ...]:
        """The first seven packets of those in no datagram yet."""
        parts: list[memoryview] = []
        missing = DATAGRAM
        while missing:
            part = self._parts.popleft()
            if len(part) > missing:
                self._parts.appendleft(part[missing:])
                part = part[:missing]
            parts.append(part)
            missing -= len(part)
        return tuple(parts)
