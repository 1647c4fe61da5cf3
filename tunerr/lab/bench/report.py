"""Figures with their targets, as a table and as JSON."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from os import cpu_count
from pathlib import Path
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured `values` times. `limit`: the most that is wanted, or with `least` the least."""

    case: str
    who: str
    what: str
    values: tuple[float, ...]
    unit: str
    limit: float | None = None
    least: bool = False

    @property
    def median(self) -> float:
        """The middle one."""
        return median(self.values)

    @property
    def verdict(self) -> str:
        """`pass` or `FAIL` by the median; empty without a limit."""
        if self.limit is None:
            return ""
        good = self.median >= self.limit if self.least else self.median <= self.limit
        return "pass" if good else "FAIL"

    @property
    def target(self) -> str:
        """The limit in words."""
        return "" if self.limit is None else f"{'≥' if self.least else '≤'} {short(self.limit)}"

    def cells(self) -> tuple[str, ...]:
        """Its line in the table."""
        spread = f"{short(min(self.values))} to {short(max(self.values))}" if len(self.values) > 1 else ""
        return (self.case, self.who, self.what, short(self.median), spread, self.unit, self.target, self.verdict)

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "case": self.case,
            "who": self.who,
            "what": self.what,
            "unit": self.unit,
            "median": self.median,
            "values": list(self.values),
            "target": self.target or None,
            "passed": self.verdict == "pass" if self.limit is not None else None,
        }


_TITLES = ("case", "who", "what", "median", "spread", "unit", "target", "")


@dataclass(slots=True)
class Report:
    """What a bench found."""

    bench: str
    figures: list[Figure] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, figures: Iterable[Figure]) -> None:
        """Add figures; those without a value are left out."""
        self.figures += [figure for figure in figures if figure.values]

    def document(self) -> dict[str, Any]:
        """As JSON."""
        figures = [figure.document() for figure in self.figures]
        return {"bench": self.bench, **machine(), "figures": figures, "remarks": self.remarks}

    def json(self) -> str:
        """The document as text."""
        return json.dumps(self.document(), indent=1, ensure_ascii=False, allow_nan=True)

    def table(self) -> str:
        """For people."""
        facts = machine()
        head = f"lab bench {self.bench} · {facts['date']} · {facts['machine']} · Python {facts['python']}"
        lines = [_TITLES, *(figure.cells() for figure in self.figures)]
        return "\n".join((head, "", *_aligned(lines), *(f"\n{remark}" for remark in self.remarks)))


def short(value: float) -> str:
    """Three digits that count."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, ...]:
    """How much each of ours is of its partner in the same pair; pairs without one are left out."""
    return tuple(one / other for one, other in zip(ours, theirs, strict=False) if other)


def machine() -> dict[str, str]:
    """Where and when."""
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": f"{cpu_count()} x {model}, Linux {platform.release()}",
        "python": platform.python_version(),
    }


def _aligned(lines: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(line[column]) for line in lines) for column in range(len(_TITLES))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
