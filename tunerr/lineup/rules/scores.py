"""How much a channel can be trusted: its guide and its streams, 0 to 50 each. Pure."""

from __future__ import annotations

from typing import Literal, NamedTuple

from tunerr.catalog.served import CatalogRow
from tunerr.lineup.rules.coverage import GuideCoverage

Tier = Literal["excellent", "good", "fair", "poor"]

_TIERS: tuple[tuple[int, Tier], ...] = ((85, "excellent"), (70, "good"), (50, "fair"))


class Score(NamedTuple):
    """`guide`: 25 linked, 15 tvg-id, 10 number. `stream`: 20 for one, 20 for a second, 10 for an identity."""

    guide: int
    stream: int

    @property
    def total(self) -> int:
        """Both together."""
        return self.guide + self.stream

    @property
    def tier(self) -> Tier:
        """What people call it."""
        return next((tier for least, tier in _TIERS if self.total >= least), "poor")


def score(row: CatalogRow, coverage: GuideCoverage | None) -> Score:
    """Judge one channel; without coverage no channel counts as linked."""
    linked = coverage is not None and row.channel_id in coverage.linked
    return Score(
        25 * linked + 15 * bool(row.tvg_id) + 10 * bool(row.chno),
        20 * (row.streams > 0) + 20 * (row.streams > 1) + 10 * bool(row.channel_id),
    )
