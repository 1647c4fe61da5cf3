"""Programmes of one channel as an iCalendar file (RFC 5545). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import tunerr
from tunerr.guide.making.airing import Airing
from tunerr.guide.rows.programme import details_of
from tunerr.model.channel import LineupChannel

_LINE_BYTES = 75  # RFC 5545 §3.1
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


def calendar(row: LineupChannel, airings: Iterable[Airing], *, stamp: datetime) -> bytes:
    """Write the airings, in UTC. `stamp`: when the guide was made.

    The UID of a programme is made of channel and start: whoever subscribes sees a changed title as a change.
    """
    name = f"{row.number} {row.channel.name}"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//IPTV Tunerr {tunerr.__version__}//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}",
        *(line for airing in airings for line in _event(row, airing, stamp)),
        "END:VCALENDAR",
    ]
    return b"".join(b"\r\n ".join(_folded(line)) + b"\r\n" for line in lines)


def _event(row: LineupChannel, airing: Airing, stamp: datetime) -> Iterator[str]:
    details = details_of(airing.body)
    title = f"{details.title}: {details.sub_title}" if details.sub_title else details.title
    yield "BEGIN:VEVENT"
    yield f"UID:{row.channel.id}-{airing.start}@tunerr"
    yield f"DTSTAMP:{_time(stamp.timestamp())}"
    yield f"DTSTART:{_time(airing.start)}"
    yield f"DTEND:{_time(airing.stop)}"
    yield f"SUMMARY:{_text(title)}"
    if details.description:
        yield f"DESCRIPTION:{_text(details.description)}"
    if details.categories:
        yield f"CATEGORIES:{','.join(map(_text, details.categories))}"
    yield f"LOCATION:{_text(f'{row.number} {row.channel.name}')}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    """Escape one value (RFC 5545 §3.3.11); control characters have no place in it."""
    kept = "".join(letter for letter in text if letter == "\n" or letter.isprintable())
    return kept.translate(_ESCAPES)


def _folded(line: str) -> Iterator[bytes]:
    """Cut a line into pieces of at most 75 octets, the leading space of a continuation among them, between letters."""
    piece = b""
    room = _LINE_BYTES
    for letter in line:
        written = letter.encode(errors="replace")
        if len(piece) + len(written) > room:
            yield piece
            piece, room = b"", _LINE_BYTES - 1
        piece += written
    yield piece
