"""Whether the tuner is of use, and if not, why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tunerr.model.channel import Lineup
from tunerr.model.status import SourceState, SourceStatus


@dataclass(frozen=True, slots=True)
class Health:
    """`reason` is a sentence for a person, empty when all is well; it may be set on a tuner that is ready."""

    ready: bool
    channels: int
    last_refresh: datetime | None
    reason: str


def health(lineup: Lineup | None, sources: Sequence[SourceStatus]) -> Health:
    """Ready means: there is a lineup and it has channels."""
    channels = len(lineup.channels) if lineup else 0
    successes = [status.succeeded_at for status in sources if status.succeeded_at is not None]
    return Health(
        ready=channels > 0,
        channels=channels,
        last_refresh=max(successes, default=None),
        reason=_reason(lineup, sources),
    )


def _reason(lineup: Lineup | None, sources: Sequence[SourceStatus]) -> str:
    troubled = [status for status in sources if status.state in (SourceState.FAILED, SourceState.REFUSED)]
    if troubled:
        return " ".join(f"{status.id}: {status.message} {status.hint}".strip() for status in troubled)
    if lineup is None:
        return "The first refresh is still running."
    return "" if lineup.channels else "The lineup has no channels."
