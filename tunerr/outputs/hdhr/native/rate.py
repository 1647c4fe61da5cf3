"""How often one may ask: token buckets in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass

from tunerr.support.clock import Clock

# Addresses that are remembered.
_MOST_SOURCES = 1024


@dataclass(frozen=True, slots=True)
class Allowance:
    """`burst` at once, then `per_second`."""

    burst: float
    per_second: float


class RateLimit:
    """One bucket for each source and one for all together, all of them full at the start.

    Only the sources seen last are remembered. One that is forgotten begins anew, which is why there is the bucket for
    all.
    """

    def __init__(self, clock: Clock, *, each: Allowance, total: Allowance) -> None:
        self._clock = clock
        self._each = each
        self._sources: dict[str, _Bucket] = {}
        self._total = _Bucket(total, clock.monotonic())

    def source_may(self, source: str) -> bool:
        """Take one token of `source`; false when it has none."""
        now = self._clock.monotonic()
        # Taken out and put back, so that the first in the dictionary is the one seen longest ago.
        bucket = self._sources.pop(source, None) or _Bucket(self._each, now)
        if len(self._sources) >= _MOST_SOURCES:
            del self._sources[next(iter(self._sources))]
        self._sources[source] = bucket
        return bucket.take(now)

    def all_may(self) -> bool:
        """Take one token of what all sources share; false when there is none."""
        return self._total.take(self._clock.monotonic())


class _Bucket:
    __slots__ = ("_allowance", "_at", "_tokens")

    def __init__(self, allowance: Allowance, now: float) -> None:
        self._allowance = allowance
        self._tokens = allowance.burst
        self._at = now

    def take(self, now: float) -> bool:
        allowance = self._allowance
        self._tokens = min(allowance.burst, self._tokens + (now - self._at) * allowance.per_second)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
