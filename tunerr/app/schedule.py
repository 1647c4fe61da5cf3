"""When which sources are asked again. Pure."""

from __future__ import annotations

import math
import random
from collections.abc import Collection

from tunerr.model.channel import SourceId

# A provider that is ill is asked again soon, then ever more rarely.
_FIRST_RETRY_S = 30.0
_MOST_DOUBLINGS = 12  # 34 hours: longer than any regular interval in use
# Spread of the regular interval, so that many installations do not ask one provider in the same second.
_JITTER = 0.1


class Schedule:
    """All sources at the regular `interval` (seconds; 0 = once), those that are ill sooner.

    In between the others are left alone: providers lock out accounts that ask too often. Times are seconds on one
    monotonic clock.
    """

    def __init__(self, *, sources: Collection[SourceId], interval: float) -> None:
        self.due = frozenset(sources)
        self._all = self.due
        self._interval = interval
        self._all_at = math.inf
        self._failures = 0

    def begin(self, now: float) -> frozenset[SourceId]:
        """The sources to ask now."""
        if self.due == self._all:
            spread = random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - spreads load, guards nothing
            self._all_at = now + self._interval * spread if self._interval else math.inf
        return self.due

    def end(self, ill: Collection[SourceId], now: float) -> float | None:
        """Seconds until `begin` is due again, None when never; `ill` are those that failed just now."""
        self._failures = self._failures + 1 if ill else 0
        retry = _FIRST_RETRY_S * (1 << min(self._failures - 1, _MOST_DOUBLINGS)) if ill else math.inf
        regular = max(self._all_at - now, 0.0)
        self.due = frozenset(ill) if retry < regular else self._all
        delay = min(retry, regular)
        return None if math.isinf(delay) else delay
