"""What viewers saw of sessions: how long the first picture took, and which outages were hidden from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from tunerr.gateway.timeline import StreamAttempt
from tunerr.model.samples import Seen

ENDED_UNDER_VIEWERS: Final = "stream_ended_after_progress"
"""Status of a session that ended because no source could be had any more."""


def seen(attempts: Iterable[StreamAttempt], *, since: datetime, until: datetime) -> Seen:
    """Count what sessions showed after `since` and until `until`."""
    pictures, outages = list[float](), list[bool]()
    for attempt in attempts:
        if attempt.status and ended_at(attempt) <= since:
            continue
        pictures += [
            (event.at - attempt.started_at).total_seconds()
            for event in attempt.events
            if event.kind == "live" and since < event.at <= until
        ]
        outages += [shown for at, shown in _outages(attempt) if since < at <= until]
    shown = sum(outages)
    return Seen(tuple(pictures), interruptions=shown, repaired=len(outages) - shown)


def ended_at(attempt: StreamAttempt) -> datetime:
    """When a session that is over ended; of one that runs, now."""
    return attempt.started_at + timedelta(seconds=attempt.duration)


def _outages(attempt: StreamAttempt) -> Iterator[tuple[datetime, bool]]:
    """When viewers were told of each outage, or another source took over before they were, and whether they were."""
    lost = card = False
    for event in attempt.events:
        if event.kind == "slate":
            yield event.at, True
            card = True
        elif event.kind == "switch":
            # Without a loss before it, the session went back to a better source.
            if lost and not card:
                yield event.at, False
            lost = card = False
        elif event.kind == "lost":
            lost = True
    if attempt.status == ENDED_UNDER_VIEWERS and not card:
        yield ended_at(attempt), True
