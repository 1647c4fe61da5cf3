"""What happened in a session, in words."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from tunerr.gateway.outcome import PlaybackOutcome
from tunerr.model.channel import ChannelId
from tunerr.model.status import Client
from tunerr.support.clock import Clock

_MOST_EVENTS = 200


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a timeline. `kind` is one word: viewer, live, lost, failed, switch, better, asked, slate."""

    at: datetime
    kind: str
    text: str


class Timeline:
    """The last 200 events of one session."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._events: deque[Event] = deque(maxlen=_MOST_EVENTS)

    def note(self, kind: str, text: str) -> None:
        """Add an event that happens now; `text` holds no secret."""
        self._events.append(Event(self._clock.now(), kind, text))

    @property
    def events(self) -> tuple[Event, ...]:
        """Oldest first."""
        return tuple(self._events)


@dataclass(frozen=True, slots=True)
class StreamAttempt:
    """One session from its first viewer to its end, or so far. Times in seconds, `id` as in `r000001`.

    `status` is empty while it runs, then one of: ok, all_tuners_in_use, upstream_concurrency_limited,
    all_upstreams_failed, stream_ended_after_progress, rejected.
    """

    id: str
    channel: ChannelId
    number: str
    name: str
    started_at: datetime
    duration: float
    status: str
    state: str
    tuner: int | None
    source: str  # redacted upstream that plays or played last
    viewers: tuple[Client, ...]
    bytes: int
    switches: int
    outcomes: tuple[PlaybackOutcome, ...]
    events: tuple[Event, ...]
    rates: tuple[tuple[int, int], ...] = ()  # PIDs of the source that plays, and their bits per second lately
    keyframes: bool = True  # whether it has shown an access point; else any picture start serves as one
    left_out: int = 0  # pictures and frames of sound that were damaged and not passed on
