"""When which sources are asked again. Pure."""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tunerr.model.channel import SourceId

# A provider that is ill is asked again soon, then ever more rarely.
_FIRST_RETRY_S = 30.0
_MOST_DOUBLINGS = 12  # 34 hours: longer than any regular interval in use
# Spread of the regular interval, so that many installations do not ask one provider in the same second.
_JITTER = 0.1


@dataclass(slots=True)
class _Plan:
    """When one source is asked next: at its regular time, or sooner because it was ill."""

    interval: float
    regular: float
    retry: float = math.inf
    failures: int = 0
    asked: float | None = None  # when its regular time was last
    spread: float = 1.0  # of the interval since then

    @property
    def next(self) -> float:
        return min(self.regular, self.retry)

    def use(self, interval: float) -> None:
        """Count another interval from when its time was last."""
        self.interval = interval
        if self.asked is not None:
            self.regular = self.asked + interval * self.spread if interval else math.inf


class Schedule:
    """Each source at its own interval, those that are ill sooner. Times are seconds on one monotonic clock.

    In between a source is left alone: providers lock out accounts that ask too often.
    """

    def __init__(self) -> None:
        self._plans: dict[SourceId, _Plan] = {}

    def keep(self, intervals: Mapping[SourceId, float], now: float, *, anew: Collection[SourceId] = ()) -> None:
        """Hold exactly these sources (seconds between refreshes, 0 = once); new ones and `anew` are due at once.

        Another interval counts from when the source was asked last.
        """
        for source, interval in intervals.items():
            plan = self._plans.get(source)
            if plan is None or source in anew:
                self._plans[source] = _Plan(interval, regular=now)
            elif plan.interval != interval:
                plan.use(interval)
        for source in self._plans.keys() - intervals.keys():
            del self._plans[source]

    def due(self, now: float) -> frozenset[SourceId]:
        """The sources to ask now."""
        return frozenset(source for source, plan in self._plans.items() if plan.next <= now)

    def asked(self, sources: Collection[SourceId], now: float) -> None:
        """Note that these are being asked; those whose regular time it was stay together."""
        spread = random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - spreads load, guards nothing
        for plan in self._of(sources):
            plan.retry = math.inf
            if plan.regular <= now:
                plan.asked, plan.spread = now, spread
                plan.use(plan.interval)

    def answered(self, sources: Collection[SourceId], ill: Collection[SourceId], now: float) -> None:
        """Note that these were asked; `ill` are those of them that failed."""
        for plan in self._of(set(sources) - set(ill)):
            plan.failures = 0
        for plan in self._of(ill):
            plan.failures += 1
            plan.retry = now + _FIRST_RETRY_S * (1 << min(plan.failures - 1, _MOST_DOUBLINGS))

    def wait(self, now: float, *, without: Collection[SourceId] = ()) -> float | None:
        """Seconds until a source is due, None when none will ever be; those in `without` don't count."""
        times = (plan.next for source, plan in self._plans.items() if source not in without)
        soonest = min(times, default=math.inf)
        return None if math.isinf(soonest) else max(soonest - now, 0.0)

    def _of(self, sources: Collection[SourceId]) -> list[_Plan]:
        return [self._plans[source] for source in sources if source in self._plans]
