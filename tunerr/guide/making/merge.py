"""One channel's programmes out of several guides. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import Any, Protocol, TypeVar

from tunerr.guide.store import Programme
from tunerr.support.timeshift import TimeShift


class Slot(Protocol):
    """A row of a guide, half-open, in Unix seconds; rows have an order, the first by start."""

    @property
    def start(self) -> int: ...  # noqa: D102 - see the class

    @property
    def stop(self) -> int: ...  # noqa: D102 - see the class

    def __lt__(self, other: Any, /) -> bool: ...


Row = TypeVar("Row", bound=Slot)

_start = attrgetter("start")


def merge(guides: Iterable[Sequence[Row]]) -> list[Row]:
    """Rows of all guides, best guide first, in order of time.

    A row is taken when its half-open interval overlaps nothing taken before it, of one guide the earlier first. Nothing
    is cut, nothing invented, and the order of the rows given doesn't matter.
    """
    taken: list[Row] = []
    starts: list[int] = []
    for rows in guides:
        if not taken and _is_in_order(rows):
            taken = list(rows)
            starts = list(map(_start, taken))
            continue
        for row in sorted(rows):
            _place(row, taken, starts)
    return taken


def moved(rows: Sequence[Programme], shift: TimeShift, seconds: int = 0) -> list[Programme]:
    """The rows by `seconds` later and then shifted; those that a change of the clocks leaves no time are dropped."""
    found = [Programme(shift.moved(start + seconds), shift.moved(stop + seconds), body) for start, stop, body in rows]
    return [row for row in found if row.start < row.stop]


def shift_of(text: str) -> TimeShift:
    """Read a channel's shift; one that can't be read moves nothing."""
    try:
        return TimeShift.parse(text)
    except ValueError:  # refused where it is entered; a document of another version may hold it
        return TimeShift()


def _is_in_order(rows: Sequence[Row]) -> bool:
    return all(before.stop <= after.start for before, after in pairwise(rows))


def _place(row: Row, taken: list[Row], starts: list[int]) -> None:
    start, stop = row.start, row.stop
    place = bisect_right(starts, start)
    free_before = place == 0 or taken[place - 1].stop <= start
    if free_before and bisect_left(starts, stop) == place:
        taken.insert(place, row)
        starts.insert(place, start)
