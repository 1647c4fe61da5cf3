"""The gateway's numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class GatewayFacts:
    """Totals since start but for the first two, which are now. `tunes_failed`: HDHomeRun code and count."""

    active_sessions: int
    viewers: int
    bytes_sent: int
    bytes_received: int
    tunes_ok: int
    tunes_failed: tuple[tuple[int, int], ...]
    continuity_errors: int
    lapped: int
    dropped: int
    reopened: int


@dataclass(slots=True)
class Tally:
    """What has been counted so far by sessions and viewers; those at work add their part when they end."""

    bytes_sent: int = 0
    bytes_received: int = 0
    tunes_ok: int = 0
    tunes_failed: Counter[int] = field(default_factory=Counter)
    continuity_errors: int = 0
    lapped: int = 0
    dropped: int = 0
    reopened: int = 0
