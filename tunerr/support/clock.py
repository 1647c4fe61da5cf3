"""Time as a value that is handed in, so that bounds in seconds are proved without waiting."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where a component reads time."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary start, never going back."""
        ...

    def now(self) -> datetime:
        """Wall time, aware, UTC."""
        ...


class SystemClock:
    """The machine's clocks."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary start, never going back."""
        return time.monotonic()

    def now(self) -> datetime:
        """Wall time, aware, UTC."""
        return datetime.now(UTC)


class ManualClock:
    """A clock for tests: it stands until `advance` moves it."""

    def __init__(self, start: datetime | None = None) -> None:
        self._elapsed = 0.0
        self._start = start or datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        """Seconds advanced so far."""
        return self._elapsed

    def now(self) -> datetime:
        """Start plus the seconds advanced so far."""
        return datetime.fromtimestamp(self._start.timestamp() + self._elapsed, UTC)

    def advance(self, seconds: float) -> None:
        """Move both clocks forward."""
        self._elapsed += seconds
