"""The channel scan that a wizard asks for. It finds what the lineup holds and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from tunerr.support.clock import Clock

# Long enough for the wizard to show progress, well below the 10 s after which clients lose patience.
_SECONDS = 3.0
_PERCENT = 100


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """A scan on its way: percent done and channels found."""

    percent: int
    found: int


class Scan:
    """At most one scan; it ends by itself as the clock goes on."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._started: float | None = None

    def start(self) -> None:
        """Begin, unless a scan is on its way."""
        if self._elapsed() is None:
            self._started = self._clock.monotonic()

    def abort(self) -> None:
        """End it now."""
        self._started = None

    def progress(self, channels: int) -> ScanProgress | None:
        """How far it is among `channels`; None when none is running."""
        elapsed = self._elapsed()
        if elapsed is None:
            return None
        share = elapsed / _SECONDS
        return ScanProgress(percent=int(share * _PERCENT), found=int(share * channels))

    def _elapsed(self) -> float | None:
        if self._started is None:
            return None
        elapsed = self._clock.monotonic() - self._started
        return elapsed if elapsed < _SECONDS else None
