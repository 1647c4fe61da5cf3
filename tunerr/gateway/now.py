"""What a session is doing at this moment, as values: made when somebody asks, about once a second."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from tunerr.gateway.detectors import Condition
from tunerr.gateway.timeline import StreamAttempt
from tunerr.model.channel import SourceId
from tunerr.model.status import Client


class Standing(enum.Enum):
    """How a candidate stands."""

    PLAYING = "playing"
    OPENING = "opening"
    READY = "ready"
    WAITING = "waiting"  # for a while, after it was refused or lost
    FULL = "full"  # its account plays all that it bears, for other channels
    NEVER = "never"  # protected, or of a kind that can't be played


@dataclass(frozen=True, slots=True)
class CandidateNow:
    """One source of the channel, best first. `label` is its redacted URL, `reasons` say why it has its place.

    `wait`: seconds until it may be tried, 0 unless it waits. `trouble`: why it was refused or lost last, and when.
    """

    source: SourceId
    host: str
    label: str
    reasons: tuple[str, ...]
    standing: Standing
    wait: float = 0.0
    trouble: str = ""
    troubled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SupplyNow:
    """The sources of a session. `source`: how the one that feeds does, None while there is none.

    `continuity_errors` and `played` (seconds) are those of the source that feeds; `quality` is in percent.
    `no_other`: why an operator can't have another source now, a sentence; empty when he can.
    """

    candidates: tuple[CandidateNow, ...]
    source: Condition | None
    continuity_errors: int
    played: float
    quality: int
    no_other: str


@dataclass(frozen=True, slots=True)
class ViewerNow:
    """One viewer. Seconds of stream: `cushion` it stays behind the source on purpose, `backlog` it could have taken.

    `lapped`: how often it was so slow that the stream went on without it; `lapped_ago`: seconds of stream since then.
    `dropped`: it was given up.
    """

    request: str
    client: Client
    user: str
    since: datetime
    cushion: float
    backlog: float
    sent: int
    lapped: int
    lapped_ago: float | None
    dropped: bool


@dataclass(frozen=True, slots=True)
class StreamNow:
    """A running session: its record so far, and what holds only now."""

    attempt: StreamAttempt
    bits_per_second: int
    supply: SupplyNow
    viewers: tuple[ViewerNow, ...]
