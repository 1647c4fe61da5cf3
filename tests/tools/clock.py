"""Time that a test moves."""

from datetime import UTC, datetime


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
