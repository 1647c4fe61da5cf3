"""How fast a stream is sent, so that what is in reserve neither runs out nor grows."""

from __future__ import annotations

import math

_SURVEY_SECONDS = 30.0  # several cycles of any burst: between bursts the reserve is at its lowest
_WANTED_SECONDS = 0.3
# 0.5 % slower at most: a source's clock is wrong by far less, and receivers follow it.
_BUILD_SECONDS = 60.0
# Much in reserve harms nobody: it goes slowly, unless the source is for good faster than real time.
_HURRY_SECONDS = 1000.0
_MOST_HURRY = 0.02


class Drift:
    """`rate`: seconds of stream to send in each second, set every 30 s by the lowest reserve in them.

    A lowest reserve of 0.3 s leaves it at 1. Below, it is 1 to 0.995. Above, it is one thousandth more for each second,
    at most 1.02.
    """

    def __init__(self) -> None:
        self.rate = 1.0
        self._lowest = math.inf
        self._until: float | None = None

    def see(self, reserve: float, now: float) -> None:
        """`reserve`: seconds of stream that are there and not sent."""
        if self._until is None:
            self._until = now + _SURVEY_SECONDS
        self._lowest = min(self._lowest, reserve)
        if now < self._until:
            return
        excess = self._lowest - _WANTED_SECONDS
        self.rate = 1.0 + (excess / _BUILD_SECONDS if excess < 0 else min(excess / _HURRY_SECONDS, _MOST_HURRY))
        self._lowest, self._until = math.inf, now + _SURVEY_SECONDS
