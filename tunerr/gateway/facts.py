"""The gateway's numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class GatewayFacts:
    """Totals since start but for the first four, which are now. `tunes_failed`: HDHomeRun code and count.

    `slots`: streams that are open at providers; `switches`: why a source was left (reason of the UpstreamError,
    "better" for going back to a better one, "asked" for an operator's wish) and how often another took over then.
    """

    active_sessions: int
    viewers: int
    cards: int  # sessions that show one
    slots: int
    bytes_sent: int
    bytes_received: int
    tunes_ok: int
    tunes_failed: tuple[tuple[int, int], ...]
    continuity_errors: int
    lapped: int
    dropped: int
    switches: tuple[tuple[str, int], ...]
    cards_shown: int


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
    switches: Counter[str] = field(default_factory=Counter)
    cards_shown: int = 0
