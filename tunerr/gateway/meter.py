"""Bits per second of something that comes in pieces."""

from __future__ import annotations

_WINDOW = 2.0


class Meter:
    """Mean rate over the last full window of 2 s; falls to 0 when nothing comes."""

    def __init__(self, now: float) -> None:
        self._began = now
        self._bytes = 0
        self._rate = 0

    def add(self, size: int, now: float) -> None:
        """Count `size` bytes that came at `now`."""
        self._turn(now)
        self._bytes += size

    def rate(self, now: float) -> int:
        """Bits per second."""
        self._turn(now)
        return self._rate

    def _turn(self, now: float) -> None:
        elapsed = now - self._began
        if elapsed >= _WINDOW:
            self._rate = int(self._bytes * 8 / elapsed)
            self._began, self._bytes = now, 0
