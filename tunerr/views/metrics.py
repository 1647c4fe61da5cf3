"""The charts of the last 24 hours, each with a table that says the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import fmean
from typing import Final

from tunerr.model.samples import Sample, Samples

CHARTS: Final = (
    ("watching", ("tuners", "viewers")),
    ("out", ("bits_per_second",)),
    ("picture", ("picture_ms",)),
    ("starts", ("starts", "starts_failed")),
    ("interruptions", ("interruptions", "repaired", "continuity_errors")),
    ("accounts", ("slots", "slot_limit")),
    ("guide", ("guide_linked", "guide_real")),
    ("loop", ("lag_ms",)),
)
_COUNTED = frozenset({"starts", "starts_failed", "interruptions", "repaired", "continuity_errors"})


@dataclass(frozen=True, slots=True)
class Line:
    """One series in figures: its last minute, the mean and the most of a minute; `total` of what is counted.

    None where nothing is known.
    """

    name: str
    latest: float | None
    mean: float | None
    most: float | None
    total: int | None


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart; `series` as the history wants them, `known` whether there is anything to draw."""

    name: str
    series: str
    known: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class MetricsView:
    """`since`: the first minute that is known; None without any."""

    minutes: int
    since: datetime | None
    charts: tuple[Chart, ...]


def metrics_view(samples: Samples) -> MetricsView:
    """Sum up every series; walks over all samples, which is a matter of milliseconds."""
    charts = []
    for name, series in CHARTS:
        lines = tuple(_line(one, samples) for one in series)
        known = any(line.most is not None for line in lines)
        charts.append(Chart(name, ",".join(series), known, lines))
    since = datetime.fromtimestamp(samples[0].at, UTC) if samples else None
    return MetricsView(len(samples), since, tuple(charts))


def _line(name: str, samples: Sequence[Sample]) -> Line:
    values = [value for one in samples if (value := getattr(one, name)) is not None]
    return Line(
        name=name,
        latest=getattr(samples[-1], name) if samples else None,
        mean=round(fmean(values), 1) if values else None,
        most=max(values, default=None),
        total=sum(values) if name in _COUNTED and values else None,
    )
