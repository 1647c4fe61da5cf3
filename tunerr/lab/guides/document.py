"""The XMLTV of a shape, as a stream that takes no memory. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from itertools import zip_longest
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from tunerr.lab.guides.shape import Flaw, Shape
from tunerr.lab.guides.shows import Show, children, shows

_PIECE = 1 << 16
_HOUR = 3600
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE tv SYSTEM "xmltv.dtd">\n<tv generator-info-name="lab">\n'
_END = "</tv>\n"
# Zones as guides write them, with the hours that each is ahead of UTC.
_ZONES = (("+0545", 5.75), ("-0330", -3.5), ("UTC", 0), ("+0200", 2), ("Z", 0), ("-1100", -11), ("+1400", 14))

Window = tuple[float, float]
"""Unix seconds; rows that touch the half-open time between them belong to it."""


class _Row(NamedTuple):
    start: int
    stop: int
    show: Show
    episode: int


def document(shape: Shape, window: Window | None = None) -> Iterator[bytes]:
    """The guide in UTF-8, in pieces of about 64 KB; only rows of the window, where one is given."""
    return _gathered(_parts(shape, window))


def _gathered(parts: Iterable[str]) -> Iterator[bytes]:
    held: list[str] = []
    size = 0
    for part in parts:
        held.append(part)
        size += len(part)
        if size >= _PIECE:
            yield "".join(held).encode()
            held, size = [], 0
    yield "".join(held).encode()


def _parts(shape: Shape, window: Window | None) -> Iterator[str]:
    yield _HEAD
    listed = (_channel(shape, number) for number in range(shape.channels))
    if not shape.channels_last:
        yield from listed
    channels = [_channel_rows(shape, number, window) for number in range(shape.channels)]
    if shape.order == "time":
        for rows in zip_longest(*channels, fillvalue=""):
            yield from rows
    else:
        for one in channels:
            yield from one if shape.order == "channel" else reversed([*one])
    yield from listed  # nothing more when they came first
    yield _END


def _channel(shape: Shape, number: int) -> str:
    return (
        f"  <channel id={quoteattr(shape.id(number))}>\n"
        f'    <display-name lang="en">{escape(shape.name(number))}</display-name>\n'
        f'    <icon src="https://images.example.com/channels/{number}.png"/>\n  </channel>\n'
    )


def _channel_rows(shape: Shape, number: int, window: Window | None) -> Iterator[str]:
    """Rows of one channel as XML, in order of time."""
    xmltv_id = quoteattr(shape.id(number))
    flaws = sorted(shape.flaws)
    for index, row in enumerate(_schedule(shape, number)):
        if window is None or (row.start < window[1] and row.stop > window[0]):
            # Each flaw has rows of its own; all of them come once in `every` rows or in as many as there are.
            turn = index % max(shape.every, len(flaws))
            yield _xml(shape, xmltv_id, row, flaws[turn] if turn < len(flaws) else None)


def _schedule(shape: Shape, number: int) -> Iterator[_Row]:
    """Programmes of one channel without a gap; depends on nothing but the seed and the channel."""
    chance = random.Random(f"{shape.seed} {number}")  # noqa: S311 - a television schedule is no secret
    known = shows(shape.seed)
    start = shape.first
    for index in range(shape.rows(number)):
        show = known[int(chance.random() * len(known))]
        stop = start + (shape.hours * _HOUR or show.minutes * 60)
        yield _Row(start, stop, show, index + 1)
        start = stop


def _xml(shape: Shape, xmltv_id: str, row: _Row, flaw: Flaw | None) -> str:
    start, stop, inside = _time(row.start), _time(row.stop), children(row.show, row.episode, shape.title)
    match flaw:
        case Flaw.NO_STOP:
            return f'<programme start="{start}" channel={xmltv_id}>\n{inside}</programme>\n'
        case Flaw.STOP_BEFORE_START:
            stop = _time(row.start - _HOUR)
        case Flaw.OVERLAP:
            stop = _time(row.stop + _HOUR // 2)
        case Flaw.UNREADABLE_START:
            start = "soon"
        case Flaw.NO_TITLE:
            inside = "  <title></title>\n"
        case Flaw.BARE_AMPERSAND:
            inside = inside.replace("</title>", " & more</title>", 1)
        case Flaw.CONTROL_CHARACTER:
            inside = inside.replace("</title>", "\x02</title>", 1)
        case Flaw.ZONES:
            start, stop = _elsewhere(row.start, row.episode), _elsewhere(row.stop, row.episode + 1)
        case None:
            pass
    return f'<programme start="{start}" stop="{stop}" channel={xmltv_id}>\n{inside}</programme>\n'


@cache
def _time(unix: int) -> str:
    return datetime.fromtimestamp(unix, UTC).strftime("%Y%m%d%H%M%S +0000")


def _elsewhere(unix: int, turn: int) -> str:
    zone, hours = _ZONES[turn % len(_ZONES)]
    moment = datetime.fromtimestamp(unix, timezone(timedelta(hours=hours)))
    return f"{moment:%Y%m%d%H%M%S} {zone}"
