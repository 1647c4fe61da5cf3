"""One channel's programmes out of several guides, and blocks for channels that no guide knows."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from tunerr.guide.markup import element
from tunerr.guide.store import Programme

_HOUR = 3600
_DAY = 24 * _HOUR
BLOCK = 4 * _HOUR
"""Length of a placeholder in seconds; windows are aligned to it, so that a guide stays the same between two blocks."""


def merge(guides: Iterable[Sequence[Programme]]) -> list[Programme]:
    """Programmes of all guides, best guide first, in order of time.

    A programme is taken when its half-open interval overlaps nothing taken before it. Nothing is cut, nothing invented.
    """
    taken: list[Programme] = []
    starts: list[int] = []
    for programmes in guides:
        for programme in programmes:
            place = bisect_right(starts, programme.start)
            free_before = place == 0 or taken[place - 1].stop <= programme.start
            if free_before and bisect_left(starts, programme.stop) == place:
                taken.insert(place, programme)
                starts.insert(place, programme.start)
    return taken


def placeholders(title: str, now: float) -> list[Programme]:
    """Blocks of 4 hours, aligned to UTC, from 24 hours ago to 7 days ahead, titled like the channel.

    Blocks instead of one long row, because the grid of a television shows nothing for a programme that began days ago.
    They are told from programmes by having a title only, and by being the only rows of their channel.
    """
    body = element("title", title).encode()
    first, last = aligned(now - _DAY, now + 7 * _DAY)
    return [Programme(start, start + BLOCK, body) for start in range(first, last, BLOCK)]


def aligned(start: float, stop: float) -> tuple[int, int]:
    """Widen an interval to whole blocks."""
    return int(start // BLOCK) * BLOCK, int(-(-stop // BLOCK)) * BLOCK
