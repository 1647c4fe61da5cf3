"""One channel's times put in order: afterwards no two programmes overlap and each has an end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

UNKNOWN = 0
"""Stands for a stop time that the guide did not give."""

# A programme without an end and without a successor is taken for half an hour, the unit of a television grid.
_UNSTATED = 1800
LONGEST = 24 * 3600
"""In seconds. Longer "programmes" are filler over whole days; clients draw them badly and they hide gaps."""


def settle(slots: Sequence[tuple[int, int]], repaired: Counter[str]) -> list[tuple[int, int]]:
    """Give each (start, stop) its final stop and count by reason what had to be changed.

    `slots` are sorted, each start occurs once; stop is UNKNOWN or after start. A programme ends at the latest when the
    next one begins, and after 24 hours. Nothing is dropped.
    """
    settled = []
    for index, (start, stop) in enumerate(slots):
        following = slots[index + 1][0] if index + 1 < len(slots) else None
        end, reason = _end(start, stop, following)
        if reason:
            repaired[reason] += 1
        settled.append((start, end))
    return settled


def end_before(start: int, stop: int, following: int | None, repaired: Counter[str]) -> int:
    """The stop as far as it can be told while more of the channel may come: settled later, it is the same.

    `following`: start of the next programme in the document, None at the end of the channel. UNKNOWN stays where only
    `settle` can tell.
    """
    latest = start + LONGEST
    if stop <= latest and stop != UNKNOWN and (following is None or stop <= following):
        return stop
    if stop == UNKNOWN and (following is None or following > latest):
        return UNKNOWN
    end, reason = _end(start, stop, following)
    repaired[reason] += 1
    return end


def _end(start: int, stop: int, following: int | None) -> tuple[int, str]:
    latest = start + LONGEST
    if stop == UNKNOWN:
        return (following if following is not None and following <= latest else start + _UNSTATED), "no stop time"
    if following is not None and following < stop and following <= latest:
        return following, "overlap"
    return (stop, "") if stop <= latest else (latest, "longer than 24 hours")
