"""The program in figures, one row a minute, and how a row is made of two looks at it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Final

KEPT_S: Final = 86400
MINUTE_S: Final = 60


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at the program: what is now, and, from `bytes_sent` on, totals since its start.

    `slots`: streams open at providers, `slot_limit` what all accounts bear at once (None: not known). `guide_linked`
    and `guide_real`: percent of the channels that were found in a guide, and that have real programmes (None: no guide
    yet). `lag`: seconds by which the event loop was late in the minute before, 99th percentile.
    """

    at: datetime
    ready: bool
    tuners: int
    viewers: int
    slots: int
    slot_limit: int | None
    channels: int
    guide_linked: float | None
    guide_real: float | None
    lag: float
    bytes_sent: int
    starts: int
    starts_failed: int
    continuity_errors: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What viewers saw in a span of time. `pictures`: seconds that each session's first picture took.

    `interruptions`: outages that a card or the end of the stream told them of; `repaired`: those of which they saw
    nothing.
    """

    pictures: tuple[float, ...] = ()
    interruptions: int = 0
    repaired: int = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """The minute that ended at `at` (Unix seconds); the gauges are those of its end, None is not known.

    `starts` and `starts_failed`: viewers that got a picture, and that got none. `picture_ms`: median time from the
    first request for a channel to its picture. `lag_ms`: the event loop's lateness, 99th percentile.
    """

    at: int
    ready: bool
    tuners: int
    viewers: int
    bits_per_second: int
    slots: int
    slot_limit: int | None
    channels: int
    guide_linked: float | None
    guide_real: float | None
    starts: int
    starts_failed: int
    picture_ms: int | None
    interruptions: int
    repaired: int
    continuity_errors: int
    lag_ms: float


Samples = tuple[Sample, ...]
"""Those of the last 24 hours, oldest first: 1,440 at most."""


def sampled(before: Reading, now: Reading, seen: Seen) -> Sample | None:
    """Return the row of the time between two readings; None when the clock did not go on."""
    seconds = (now.at - before.at).total_seconds()
    if seconds <= 0:
        return None
    return Sample(
        at=round(now.at.timestamp()),
        ready=now.ready,
        tuners=now.tuners,
        viewers=now.viewers,
        bits_per_second=round(max(now.bytes_sent - before.bytes_sent, 0) * 8 / seconds),
        slots=now.slots,
        slot_limit=now.slot_limit,
        channels=now.channels,
        guide_linked=now.guide_linked,
        guide_real=now.guide_real,
        starts=max(now.starts - before.starts, 0),
        starts_failed=max(now.starts_failed - before.starts_failed, 0),
        picture_ms=round(median(seen.pictures) * 1000) if seen.pictures else None,
        interruptions=seen.interruptions,
        repaired=seen.repaired,
        continuity_errors=max(now.continuity_errors - before.continuity_errors, 0),
        lag_ms=round(now.lag * 1000, 1),
    )


def kept(samples: Iterable[Sample], newest: Sample) -> Samples:
    """Return the samples with `newest` behind them, without those of 24 hours ago.

    Without those at or after it too: the clock was put back then, and what it called later is yet to come.
    """
    return (*(one for one in samples if newest.at - KEPT_S < one.at < newest.at), newest)


def percent(part: int, whole: int) -> float | None:
    """Return how much of it that is, to one digit; None of nothing."""
    return round(100 * part / whole, 1) if whole else None
