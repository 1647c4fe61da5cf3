"""How far a source is ahead of real time."""

from __future__ import annotations

from collections import deque

from tunerr.support.clock import Clock

_STEP = 0.25  # seconds between two points of the history
_HISTORY = 12.0  # seconds; windows are up to 10 s
_DRIFT = 0.001  # of real time: MPEG allows clocks 0.003 %, cheap encoders are ten times worse
_SURVEY = 60.0  # seconds over which the lowest lead is taken: several cycles of any burst
_RESERVE = 1.5  # seconds: leads that never fall under it may be an illusion of a fast clock
_REAL = 10.0  # seconds: those that never fall under it are none, and what is read ahead so far is paced by them


class Lead:
    """Seconds of media received minus wall seconds since the first media.

    About 0 for a source in real time, 10 to 0 in each cycle of one that sends 10 s at a time, falling for one that
    starves. A source's clock may be 0.1 % wrong for days: once a minute the zero point moves by up to 0.1 % towards a
    lowest lead of 0 to 1.5 s, unless it is above 10 s.
    """

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._media = 0.0
        self._jumps = 0
        self._began = False
        self._zero = 0.0  # when the lead is 0 without media
        self._moved = 0.0  # when media came last
        self._lowest = 0.0  # in this survey
        self._surveyed = 0.0  # when it began
        self._history: deque[tuple[float, float]] = deque(maxlen=int(_HISTORY / _STEP))  # (time, media) after a take

    @property
    def began(self) -> bool:
        """Whether there has been media."""
        return self._began

    def take(self, media: float, jumps: int) -> None:
        """`media` seconds have come in all, with `jumps` of the PCR whose length nobody knows."""
        now = self._clock.monotonic()
        grown = media - self._media
        if grown <= 0:
            return
        jumped, self._jumps = jumps > self._jumps, jumps
        if not self._began:
            self._began = True
            self._zero = self._surveyed = now
        else:
            self._survey(now)
            if jumped:
                self._zero += max(now - self._moved - grown, 0.0)
        self._media, self._moved = media, now
        if len(self._history) > 1 and now - self._history[-2][0] < _STEP:
            self._history.pop()
        self._history.append((now, media))

    @property
    def value(self) -> float:
        """The lead at this moment, 0 before there is media."""
        return self._at(self._clock.monotonic(), self._media)

    @property
    def silent(self) -> float:
        """Seconds without media, 0 before the first."""
        return self._clock.monotonic() - self._moved if self._began else 0.0

    def peak(self, seconds: float) -> float:
        """The highest lead in the last `seconds` (up to 10), now included."""
        since = self._clock.monotonic() - seconds
        return max([self._at(time, media) for time, media in self._history if time >= since], default=self.value)

    def rate(self, seconds: float) -> float:
        """Media in each second of the last `seconds` (up to 10); 1 while less than one second has passed."""
        now = self._clock.monotonic()
        since = now - seconds
        time, media = next(
            ((time, media) for time, media in reversed(self._history) if time <= since),
            self._history[0] if self._history else (now, 0.0),
        )
        return (self._media - media) / (now - time) if now - time >= 1 else 1.0

    def burst(self, seconds: float) -> bool:
        """Whether the newest media came in a burst: in the second before it `seconds` or more arrived."""
        before = next((media for time, media in reversed(self._history) if time <= self._moved - 1), 0.0)
        return self._media - before >= seconds

    def _at(self, time: float, media: float) -> float:
        return media - (time - self._zero) if self._began else 0.0

    def _survey(self, now: float) -> None:
        """Just before media is added: that is where the lead is lowest."""
        self._lowest = min(self._lowest, self.value)
        if now - self._surveyed >= _SURVEY:
            most = _DRIFT * (now - self._surveyed)
            wrong = min(self._lowest, 0.0) or (max(self._lowest - _RESERVE, 0.0) if self._lowest < _REAL else 0.0)
            self._zero -= max(min(wrong, most), -most)
            self._lowest, self._surveyed = self.value, now
