"""The longest part of a sequence that rises as it stands."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence


def rising(values: Sequence[int]) -> list[int]:
    """Return the positions of a longest strictly rising subsequence, in order."""
    lowest_ends: list[int] = []
    positions: list[int] = []
    before: list[int] = []
    for position, value in enumerate(values):
        length = bisect_left(lowest_ends, value)
        before.append(positions[length - 1] if length else -1)
        lowest_ends[length : length + 1] = [value]
        positions[length : length + 1] = [position]
    found = []
    position = positions[-1] if positions else -1
    while position >= 0:
        found.append(position)
        position = before[position]
    return found[::-1]
