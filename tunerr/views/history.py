"""The last 24 hours as charts, sums and the described system's telemetry draw them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, pairwise
from statistics import fmean, median
from types import MappingProxyType
from typing import Any, Final

from tunerr.errors import QueryRefused
from tunerr.model.samples import KEPT_S, MINUTE_S, Sample, Samples, percent
from tunerr.views.reports import Query

_MEGABITS = "Mbit/s"
SERIES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "tuners": ("Tuners in use", ""),
        "viewers": ("Viewers", ""),
        "bits_per_second": ("Sent", _MEGABITS),
        "slots": ("Open", ""),
        "slot_limit": ("Allowed", ""),
        "channels": ("Channels", ""),
        "guide_linked": ("Found in a guide", "%"),
        "guide_real": ("With real programmes", "%"),
        "starts": ("With a picture", ""),
        "starts_failed": ("Without", ""),
        "picture_ms": ("Median of the minute", "ms"),
        "interruptions": ("Seen by viewers", ""),
        "repaired": ("Repaired unseen", ""),
        "continuity_errors": ("Packets missing", ""),
        "lag_ms": ("99 % are below", "ms"),
    }
)
"""The label and the unit of each by the name of its field in a sample."""
_BUCKET_S = 1800
_BUCKETS = KEPT_S // _BUCKET_S
_QUARTER_S = 900
_QUARTERS = KEPT_S // _QUARTER_S
# Two minutes without a row are a time in which the program was down: a line must not bridge it.
_GAP_S = 2 * MINUTE_S

Trend = tuple[float | None, ...]
"""One value for each half hour of the last 24, the present one last; None where nothing is known."""


@dataclass(frozen=True, slots=True)
class Trends:
    """What the tiles of Home draw and sum up. `minutes`: how many are known; `picture_ms`: the median of 24 hours."""

    minutes: int
    tuners: Trend
    picture: Trend
    interruptions: Trend
    guide: Trend
    slots: Trend
    channels: Trend
    picture_ms: int | None
    interrupted: int
    repaired: int


def trends(samples: Samples) -> Trends:
    """Sum up the samples."""
    pictures = [(one.picture_ms, max(one.starts, 1)) for one in samples if one.picture_ms is not None]
    return Trends(
        minutes=len(samples),
        tuners=_trend(samples, lambda one: one.tuners, max),
        picture=_trend(samples, lambda one: one.picture_ms, fmean),
        interruptions=_trend(samples, lambda one: one.interruptions, sum),
        guide=_trend(samples, lambda one: one.guide_real, fmean),
        slots=_trend(samples, lambda one: one.slots, max),
        channels=_trend(samples, lambda one: one.channels, max),
        picture_ms=round(median(ms for ms, times in pictures for _ in range(times))) if pictures else None,
        interrupted=sum(one.interruptions for one in samples),
        repaired=sum(one.repaired for one in samples),
    )


def history(samples: Samples, query: Query) -> dict[str, Any]:
    """Return `{"times": [Unix seconds], "series": [{"name", "label", "unit", "values": [number or null]}]}`.

    A time in which nothing was known is one row of nulls. `series` of the query: names of `SERIES` parted by commas,
    all of them without it. Raises QueryRefused.
    """
    asked = [name.strip() for name in query.get("series", "").split(",") if name.strip()]
    if any(name not in SERIES for name in asked):
        raise QueryRefused("series names none that is kept.", hint=f"Give some of: {', '.join(SERIES)}.")
    rows = list(_with_gaps(samples))
    return {
        "times": [at for at, _ in rows],
        "series": [_series(name, [row for _, row in rows]) for name in dict.fromkeys(asked or SERIES)],
    }


def _series(name: str, rows: Sequence[Sample | None]) -> dict[str, Any]:
    label, unit = SERIES[name]
    values = [None if row is None else getattr(row, name) for row in rows]
    if unit == _MEGABITS:
        values = [None if value is None else round(value / 1_000_000, 2) for value in values]
    return {"name": name, "label": label, "unit": unit, "values": values}


def telemetry(samples: Samples, generated_at: datetime) -> dict[str, Any]:
    """Return the quarter hours under the names of the described system, oldest first, 96 at most.

    `guide_percent`: channels with real programmes, `stream_percent`: starts that got a picture, `ops_percent`: minutes
    in which the program was ready; null where nothing is known. There is no recorder.
    """
    quarters = [_quarter(list(rows)) for _, rows in groupby(samples, key=lambda one: one.at // _QUARTER_S)]
    quarters = quarters[-_QUARTERS:]
    return {
        "generated_at": generated_at.isoformat(timespec="seconds"),
        "count": len(quarters),
        "samples": quarters,
    }


def _trend(samples: Samples, value: Callable[[Sample], float | None], of: Callable[[Sequence[float]], float]) -> Trend:
    if not samples:
        return (None,) * _BUCKETS
    first = samples[-1].at // _BUCKET_S - _BUCKETS + 1
    found: dict[int, list[float]] = {}
    for one in samples:
        if (known := value(one)) is not None:
            found.setdefault(one.at // _BUCKET_S - first, []).append(known)
    return tuple(round(of(found[place]), 1) if place in found else None for place in range(_BUCKETS))


def _with_gaps(samples: Samples) -> Iterable[tuple[int, Sample | None]]:
    for before, after in pairwise((*samples, None)):
        if before is None:
            return
        yield before.at, before
        if after is not None and after.at - before.at > _GAP_S:
            yield before.at + MINUTE_S, None


def _quarter(rows: Sequence[Sample]) -> dict[str, Any]:
    starts, failed = sum(one.starts for one in rows), sum(one.starts_failed for one in rows)
    guide = [one.guide_real for one in rows if one.guide_real is not None]
    return {
        "sampled_at": datetime.fromtimestamp(rows[-1].at, UTC).isoformat(timespec="seconds"),
        "health_ok": rows[-1].ready,
        "guide_percent": round(fmean(guide), 1) if guide else None,
        "stream_percent": percent(starts, starts + failed),
        "recorder_percent": None,
        "ops_percent": percent(sum(one.ready for one in rows), len(rows)),
    }
