"""Whether the tuner is of use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tunerr.model.channel import Lineup
from tunerr.model.status import SourceStatus


@dataclass(frozen=True, slots=True)
class Health:
    """`last_refresh`: when the newest good answer of any source came."""

    ready: bool
    channels: int
    last_refresh: datetime | None


def health(lineup: Lineup | None, sources: Sequence[SourceStatus]) -> Health:
    """Ready means: there is a lineup and it has channels."""
    channels = len(lineup.channels) if lineup else 0
    successes = [status.succeeded_at for status in sources if status.succeeded_at is not None]
    return Health(ready=channels > 0, channels=channels, last_refresh=max(successes, default=None))
