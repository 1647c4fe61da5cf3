"""What became of one attempt to play one upstream."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tunerr.model.channel import ChannelId, Stream


@dataclass(frozen=True, slots=True)
class PlaybackOutcome:
    """Emitted once for each upstream that was tried, when that is over.

    `reason` is that of the UpstreamError, or "stopped" when it ended because the viewers left. Those of the gateway
    itself: "ended", "empty" (answered without a picture), "stalled" (fell silent), "timeout" (no answer in time).
    """

    channel: ChannelId
    stream: Stream
    began_at: datetime
    reason: str
    status: int | None  # HTTP status of a refusal
    picture_after: float | None  # seconds from the request to the first access point; None: never
    played: float  # seconds after that
    bytes: int
    continuity_errors: int
