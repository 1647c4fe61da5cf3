"""Who guesses passwords is made to wait."""

from __future__ import annotations

from collections import OrderedDict

from tunerr.support.clock import Clock

FAILURES = 8
WINDOW_S = 900.0
# Addresses remembered at most; the oldest are forgotten, so a flood of addresses can't grow our memory.
_ADDRESSES = 4096


class Throttle:
    """Counts failed logins per address: eight within 15 minutes block it until the window has passed."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, tuple[float, ...]] = OrderedDict()

    def blocked_for(self, address: str) -> float:
        """Seconds that this address has to wait; 0 when it may try."""
        recent = self._recent(address)
        return recent[-FAILURES] + WINDOW_S - self._clock.monotonic() if len(recent) >= FAILURES else 0.0

    def failed(self, address: str) -> None:
        """Count one failure."""
        self._failures[address] = (*self._recent(address), self._clock.monotonic())[-FAILURES:]
        self._failures.move_to_end(address)
        while len(self._failures) > _ADDRESSES:
            self._failures.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """Forget this address's failures."""
        self._failures.pop(address, None)

    def _recent(self, address: str) -> tuple[float, ...]:
        since = self._clock.monotonic() - WINDOW_S
        return tuple(at for at in self._failures.get(address, ()) if at > since)
