"""What a channel shows, without a gap in which it could not be chosen: programmes of guides, and placeholders. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from tunerr.guide.making.events import Event, event_of
from tunerr.guide.making.merge import merge
from tunerr.guide.rows.markup import clean, element
from tunerr.guide.store import Programme

_HOUR = 3600
BLOCK = 4 * _HOUR
"""Length of a placeholder in seconds; windows are aligned to it, so that a guide stays the same within a block."""

_PAST = 24 * _HOUR
_FUTURE = 7 * 24 * _HOUR
# Shorter gaps are the slack between two programmes.
_SHORTEST = 300


class Airing(NamedTuple):
    """One row: Unix seconds, half-open, and the children of `<programme>`. `source` is empty for a placeholder."""

    start: int
    stop: int
    body: bytes
    source: str


def airings(
    guides: Sequence[tuple[str, Sequence[Programme]]],
    *,
    name: str,
    start: int,
    stop: int,
    now: float,
    country: str = "",
) -> list[Airing]:
    """The channel's rows that touch start to stop (Unix seconds), in order, none overlapping another.

    `guides`: source and programmes, best first. Gaps of five minutes and more that lie between 24 hours ago and 7 days
    ahead have placeholders: blocks of four hours, aligned to UTC, titled like the channel, cut where programmes begin
    and end. A channel that is named after an event has that event between its blocks (see `event_of`), unless a guide
    has something at that time. `now` counts by whole blocks, so that equal guides give equal rows for four hours.
    """
    listed = [
        [Airing(begin, end, body, source) for begin, end, body in rows if begin < stop and end > start]
        for source, rows in guides
    ]
    name = clean(name)
    if (event := event_in(start, stop, name=name, now=now, country=country)) is not None:
        listed.append([Airing(event.start, event.stop, _titled(event.title), "")])
    rows = merge(listed)
    first, last = aligned(now - _PAST, now + _FUTURE)
    blocks = list(_blocks(rows, max(first, start), min(last, stop), _titled(name)))
    return sorted([*rows, *blocks]) if blocks else rows


def event_in(start: int, stop: int, *, name: str, now: float, country: str) -> Event | None:
    """Return the event that a clean name tells when it touches start to stop, as `airings` would show it."""
    event = event_of(name, aligned(now, now)[0], country)
    return event if event is not None and event.start < stop and event.stop > start else None


def aligned(start: float, stop: float) -> tuple[int, int]:
    """Widen an interval to whole blocks, the one included that begins at `stop`: it changes with the block only."""
    return int(start // BLOCK) * BLOCK, int(stop // BLOCK + 1) * BLOCK


def _titled(title: str) -> bytes:
    return element("title", title).encode()


def _blocks(rows: Sequence[Airing], first: int, last: int, body: bytes) -> Iterator[Airing]:
    for begin, end in _gaps(rows, first, last):
        # A cut is left out where it would leave a piece that is too short.
        inside = range((begin + _SHORTEST + BLOCK - 1) // BLOCK * BLOCK, end - _SHORTEST + 1, BLOCK)
        for start, stop in pairwise((begin, *inside, end)):
            yield Airing(start, stop, body, "")


def _gaps(rows: Sequence[Airing], first: int, last: int) -> list[tuple[int, int]]:
    """The times between first and last at which nothing is on, those of five minutes and more."""
    between = [(before.stop, after.start) for before, after in pairwise(rows) if after.start - before.stop >= _SHORTEST]
    gaps = [(first, rows[0].start), *between, (rows[-1].stop, last)] if rows else [(first, last)]
    clipped = ((max(begin, first), min(end, last)) for begin, end in gaps)
    return [(begin, end) for begin, end in clipped if end - begin >= _SHORTEST]
