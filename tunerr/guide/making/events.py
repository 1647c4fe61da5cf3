"""The event that an event channel is named after: one bounded programme made of the channel's name. Pure.

Providers give such channels no guide but names like `PPV 3: UFC 300 | Sat 13 Apr 10:00 PM ET`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tunerr.lineup.rules.event_time import event_time

_HOUR = 3600
_BASE = 3 * _HOUR
_FINAL_BONUS = _HOUR // 2
_DAY = 24 * _HOUR
# Hours from contract §5.6, the first that fits; American football is none of them and takes the base.
_SPORTS = (
    (re.compile(r"\b(?:nfl|ncaaf|cfl|american football|super bowl)\b", re.IGNORECASE), _BASE),
    (re.compile(r"\b(?:mlb|milb|baseball|npb|kbo|world series)\b", re.IGNORECASE), 9 * _HOUR // 2),
    (re.compile(r"\b(?:w?nba|ncaa[bmw]|basketball|euroleague|nhl|hockey|ahl|khl|shl|ohl|whl)\b", re.IGNORECASE),
     7 * _HOUR // 2),
    (re.compile(
        r"\b(?:soccer|football|f[uú]tbol|epl|mls|uefa|fifa|premier league|champions league|europa league|la ?liga"
        r"|bundesliga|serie a|ligue 1|eredivisie|efl|fa cup)\b", re.IGNORECASE), 5 * _HOUR // 2),
)  # fmt: skip
_FINAL = re.compile(r"\bfinals?\b", re.IGNORECASE)
# A feed's own name: letters and a number, then what is on it. `NFL 01: Bills @ Jets`.
_FEED = re.compile(r"[^\d:|]{1,30}\d{1,4}\s{0,3}(?::|\||-\s)\s{0,3}(?=\S)")
_HOLE = "\0"  # stands where the time was
_LEAD = re.compile(
    r"\b(?:start|begins?|kick-?off|(?:mon|tue|wed|thu|fri|sat|sun)(?:day|s|sday|rs|rsday|nesday|urday)?)"
    r"[\s.,:=]{0,4}(?=\0)",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"[(\[{][\s|,;:@/\0-]{1,20}[)\]}]")
_AROUND = re.compile(r"\s{0,3}[@,|/-]{0,3}\s{0,3}\0")
_EDGE = " \t|,;:@/~*#\u2022\u2013\u2014_-"
# Where nothing is said, an event is announced in the time of the broadcasters of its country.
_ZONES = {
    "au": "Australia/Sydney", "at": "Europe/Vienna", "be": "Europe/Brussels", "br": "America/Sao_Paulo",
    "bg": "Europe/Sofia", "ca": "America/Toronto", "ch": "Europe/Zurich", "cz": "Europe/Prague", "de": "Europe/Berlin",
    "dk": "Europe/Copenhagen", "es": "Europe/Madrid", "fi": "Europe/Helsinki", "fr": "Europe/Paris",
    "gb": "Europe/London", "gr": "Europe/Athens", "hr": "Europe/Zagreb", "hu": "Europe/Budapest",
    "ie": "Europe/Dublin", "il": "Asia/Jerusalem", "in": "Asia/Kolkata", "it": "Europe/Rome", "mx":
    "America/Mexico_City", "nl": "Europe/Amsterdam", "no": "Europe/Oslo", "nz": "Pacific/Auckland",
    "pl": "Europe/Warsaw", "pt": "Europe/Lisbon", "ro": "Europe/Bucharest", "rs": "Europe/Belgrade",
    "se": "Europe/Stockholm", "tr": "Europe/Istanbul", "us": "America/New_York", "za": "Africa/Johannesburg",
}  # fmt: skip


class Event(NamedTuple):
    """What the name says is on: half-open, Unix seconds."""

    start: int
    stop: int
    title: str


def event_of(name: str, now: float, country: str = "") -> Event | None:
    """Return the event that a channel is named after, None when its name tells no time.

    A time without a zone is that of `country` (ISO 3166 alpha-2, lower case), else Eastern; see `event_time` for what
    is read. The title is the name without the time and without a leading feed number. Where the name gives no end, the
    kind of sport does: 3 h, baseball 4.5 h, soccer 2.5 h, basketball and hockey 3.5 h, half an hour more for finals.
    """
    told = event_time(name, datetime.fromtimestamp(now, UTC), _zone(country))
    if told is None:
        return None
    start = int(told.start.timestamp())
    stop = int(told.stop.timestamp()) if told.stop else 0
    if not start < stop <= start + _DAY:
        stop = start + _seconds(name)
    return Event(start, stop, _title(name, told.words))


def _zone(country: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(_ZONES[country]) if country in _ZONES else None
    except ZoneInfoNotFoundError:  # a machine without a database of time zones
        return None


def _seconds(name: str) -> int:
    base = next((seconds for words, seconds in _SPORTS if words.search(name)), _BASE)
    return base + (_FINAL_BONUS if _FINAL.search(name) else 0)


def _title(name: str, words: tuple[tuple[int, int], ...]) -> str:
    text = name.replace(_HOLE, " ")
    for begin, end in reversed(words):
        text = f"{text[:begin]}{_HOLE}{text[end:]}"
    text = _BRACKETS.sub(_HOLE, _LEAD.sub("", text))
    title = " ".join(_AROUND.sub(" ", text).split()).strip(_EDGE)
    return _FEED.sub("", title, count=1).strip(_EDGE) if _FEED.match(title) else title or name
