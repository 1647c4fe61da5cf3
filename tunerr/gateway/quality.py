"""How good a reception is, as tuners tell it."""

from __future__ import annotations

from collections import deque

_SECONDS = 10


class Quality:
    """Which of the last 10 s were clean: a source was there and told of nothing missing. Times are monotonic."""

    def __init__(self) -> None:
        self._since: int | None = None  # the second of the first picture
        self._lost: int | None = None  # the second from which on there is no source
        self._flawed: deque[int] = deque(maxlen=_SECONDS)

    def found(self, now: float) -> None:
        """There is a source with a picture."""
        second = int(now)
        if self._since is None:
            self._since = second
        if self._lost is not None:
            self._flawed.extend(range(max(self._lost, second - _SECONDS), second + 1))
            self._lost = None

    def lost(self, now: float) -> None:
        """The source is gone."""
        if self._lost is None:
            self._lost = int(now)

    def flaw(self, now: float) -> None:
        """Something is missing in what the source sends."""
        second = int(now)
        if not self._flawed or self._flawed[-1] != second:
            self._flawed.append(second)

    def percent(self, now: float) -> int:
        """Share of clean ones among the last 10 s, or those since the first picture; 0 before it."""
        if self._since is None:
            return 0
        last = int(now)
        first = max(self._since, last - _SECONDS + 1)
        bad = {second for second in self._flawed if second >= first}
        if self._lost is not None:
            bad.update(range(max(self._lost, first), last + 1))
        return 100 - 100 * len(bad) // (last + 1 - first)
