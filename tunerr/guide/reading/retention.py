"""What a new generation of a guide keeps of the one before, and how much of it all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tunerr.guide.rows.times import DAY

# Later than any programme; half of what SQLite can hold.
_NEVER = 1 << 62


class Stay(NamedTuple):
    """Earlier rows that stay: `first <= start < before`, their stop at the latest at `cut`. Unix seconds."""

    first: int
    before: int
    cut: int


@dataclass(frozen=True, slots=True)
class Retention:
    """The window that is kept, half-open, in Unix seconds; `now` in it is where the past ends."""

    since: int
    now: int
    until: int

    def outside(self, start: int, stop: int) -> bool:
        """Whether nothing of a programme is in the window, or it begins behind it."""
        return start >= self.until or stop <= self.since

    def stays(self, first: int, last: int, *, partial: bool) -> list[Stay]:
        """Which rows of one channel stay when the new document has rows of it from `first` to `last` (0: none).

        A whole document is the authority on all that comes, so only what it no longer tells of the past stays. Of a
        part, all that lies outside of it. Rows that stay never reach into the new ones.
        """
        begin = first or _NEVER
        if not partial:
            return [Stay(0, min(begin, self.now), begin)]
        head = Stay(0, min(begin, self.until), begin)
        return [head, Stay(last, self.until, _NEVER)] if first else [head]


def days_to_keep(sizes: Mapping[int, int], largest: int) -> int | None:
    """The first second that is kept no more, so that what is before takes at most `largest` bytes; None for all.

    `sizes`: bytes by day, counted in whole days since 1970. At least one day stays.
    """
    total = 0
    for place, day in enumerate(sorted(sizes)):
        total += sizes[day]
        if place and total > largest:
            return day * DAY
    return None
