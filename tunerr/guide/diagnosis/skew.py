"""Whether the times of one guide differ from those of another by a fixed amount. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

Showing = tuple[int, str]
"""Start in Unix seconds, and the title."""

# A wrong offset is a number of quarters of an hour; a few programmes move by other amounts.
_STEP = 900
_FURTHEST = 14 * 3600
_LEAST_PAIRS = 8
_LEAST_SHARE = 0.6


def skew(channels: Iterable[tuple[Sequence[Showing], Sequence[Showing]]]) -> int:
    """Return by how many seconds the second guide's times are later than the first one's, 0 for not by a fixed amount.

    Each pair are the programmes of one channel in both guides. Those count that each guide has once under one title.
    """
    found = Counter(gap for first, second in channels for gap in _gaps(first, second))
    if found.total() < _LEAST_PAIRS:
        return 0
    gap, count = found.most_common(1)[0]
    return gap if gap % _STEP == 0 and count >= _LEAST_SHARE * found.total() else 0


def _gaps(first: Sequence[Showing], second: Sequence[Showing]) -> Iterable[int]:
    ours, theirs = _once(first), _once(second)
    for title, start in ours.items():
        if title in theirs and abs(gap := theirs[title] - start) <= _FURTHEST:
            yield gap


def _once(showings: Sequence[Showing]) -> dict[str, int]:
    """Titles that come exactly once: a series that runs thrice a day tells nothing."""
    titles = Counter(title for _, title in showings)
    return {title: start for start, title in showings if titles[title] == 1}
