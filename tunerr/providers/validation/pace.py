"""How often hosts are asked: one token bucket for each."""

from __future__ import annotations

from tunerr.support.clock import Clock

# A person who zaps asks for a stream every other second. A provider can't tell a test in this pace from a viewer; in
# the seed's case twelve testers at full speed had used up the CDN after 136 streams.
INTERVAL_S = 2.0
# What one tune of an HLS channel asks for at once: master, variant, segment.
BURST = 3


class Pace:
    """A bucket of `BURST` tokens for each host, one new token every `INTERVAL_S`, and a count of what was asked."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        # Per host the time when its bucket is full again (the generic cell rate algorithm): all that a bucket needs.
        self._full_at: dict[str, float] = {}
        self._asked: dict[str, int] = {}

    @property
    def asked(self) -> dict[str, int]:
        """Requests by host."""
        return dict(self._asked)

    def wait(self, host: str) -> float:
        """Seconds until `host` may be asked; 0 when it may be now."""
        now = self._clock.monotonic()
        return max(self._full_at.get(host, now) - (BURST - 1) * INTERVAL_S - now, 0.0)

    def take(self, host: str) -> float:
        """Take the next token of `host` and return the seconds to wait until it may be used."""
        now, wait = self._clock.monotonic(), self.wait(host)
        self._full_at[host] = max(self._full_at.get(host, now), now + wait) + INTERVAL_S
        self._asked[host] = self._asked.get(host, 0) + 1
        return wait

    def hold(self, host: str, seconds: float) -> None:
        """Leave `host` alone for `seconds`, and come back with one request."""
        until = self._clock.monotonic() + seconds + (BURST - 1) * INTERVAL_S
        self._full_at[host] = max(self._full_at.get(host, until), until)
