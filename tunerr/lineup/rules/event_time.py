"""When the event of a channel takes place, as far as its name tells. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Names come from strangers; what tells a time stands at their beginning or is no name.
_LONGEST = 300
_TIME = re.compile(
    r"(?<![\d:.])(?:(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2})?(?:\s{0,3}(?P<half>[ap])(?:\.?m\b\.?|\b))?"
    r"|(?P<hour2>\d{1,2})(?:\.(?P<minute2>\d{2}))?\s{0,3}(?P<half2>[ap])\.?m\b\.?)(?![\d:])",
    re.IGNORECASE,
)
_ISO_DATE = re.compile(r"\b(20\d{2})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
# Not 24/7, which is a promise.
_SHORT_DATE = re.compile(
    r"(?<![\d/:.-])(?!24/7\b)(\d{1,2})([/.])(\d{1,2})(?:\2(?:20)?(\d{2}))?(?![\d/:]|\s?[ap]m)", re.IGNORECASE
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED_DATE = re.compile(
    rf"\b(?P<month>{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?\s{{1,3}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:\d)"
    rf"|\b(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\s{{1,3}}(?P<month2>{'|'.join(_MONTHS)})[a-z]{{0,6}}\b\.?",
    re.IGNORECASE,
)
# Behind the time; elsewhere the same letters are countries and words.
_ZONE = re.compile(r"\s{0,3}[(\[]?(UTC|GMT|UK|BST|CES?T|EES?T|MSK|AE[SD]T|[ECMP][SD]?T|A[SD]T)\b", re.IGNORECASE)
_STOP = re.compile(r"\b(?:stop|end)s?\s{0,2}[:=]", re.IGNORECASE)
# Name and hours from UTC, for machines without a database of time zones.
_ZONES = {
    "E": ("America/New_York", -5),
    "C": ("America/Chicago", -6),
    "M": ("America/Denver", -7),
    "P": ("America/Los_Angeles", -8),
    "A": ("America/Halifax", -4),
    "UK": ("Europe/London", 0),
    "CET": ("Europe/Paris", 1),
    "EET": ("Europe/Athens", 2),
    "MSK": ("Europe/Moscow", 3),
    "AEST": ("Australia/Sydney", 10),
}
_TWINS = {"BST": "UK", "CEST": "CET", "EEST": "EET", "AEDT": "AEST"}
_NOON = 12
_HALF_YEAR = timedelta(days=182)
_TWELVE_MONTHS = 12


class EventTime(NamedTuple):
    """When an event starts and, where the name says so, stops. `words`: the (begin, end) in the name that told it."""

    start: datetime
    stop: datetime | None
    words: tuple[tuple[int, int], ...]


def event_start(name: str, now: datetime) -> datetime | None:
    """Return the start that a name tells, None without a time of day. Times without a zone are Eastern."""
    found = event_time(name, now)
    return found.start if found else None


def event_time(name: str, now: datetime, home: tzinfo | None = None) -> EventTime | None:
    """Return what a name tells, None without a time of day. Times without a zone are those of `home`, else Eastern.

    Without a date it is the occurrence nearest to `now`; without a year the one nearest to this year's. In `1/2` the
    month is first where the clock has twelve hours or is American.
    """
    name = name[:_LONGEST]
    stop = _STOP.search(name)
    if stop is None:
        return _read(name, now, home)
    begun, ended = _read(name[: stop.start()], now, home), _read(name[stop.end() :], now, home)
    if begun is None:
        return None
    return begun._replace(
        stop=ended.start if ended and ended.start > begun.start else None,
        words=(*begun.words, (stop.start(), len(name))),
    )


def _read(name: str, now: datetime, home: tzinfo | None) -> EventTime | None:
    found = _TIME.search(name)
    if found is None:
        return None
    hour, minute = int(found["hour"] or found["hour2"]), int(found["minute"] or found["minute2"] or 0)
    half = (found["half"] or found["half2"] or "").lower()
    if half and 1 <= hour <= _NOON:
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    mark = _ZONE.match(name, found.end())
    zone = _zone_of(mark[1]) if mark else home or _zone("E")
    try:
        local = now.astimezone(zone)
        date, place = _date_in(name, local, month_first=bool(half) or _is_american(zone))
        start = (date or local).replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)
        start = start if date else _nearest(start, local)
    except (ValueError, OverflowError):  # no such hour or day: it was no time
        return None
    time = (found.start(), mark.end() if mark else found.end())
    return EventTime(start, None, tuple(sorted(filter(None, (place, time)))))


def _nearest(start: datetime, local: datetime) -> datetime:
    days = (start - timedelta(days=1), start, start + timedelta(days=1))
    return min(days, key=lambda day: abs(day - local))


def _date_in(name: str, local: datetime, *, month_first: bool) -> tuple[datetime, tuple[int, int]] | tuple[None, None]:
    year = None
    if found := _ISO_DATE.search(name):
        year, month, day = map(int, found.groups())
    elif found := _NAMED_DATE.search(name):
        month = _MONTHS.index((found["month"] or found["month2"]).lower()[:3]) + 1
        day = int(found["day"] or found["day2"])
    elif found := _SHORT_DATE.search(name):
        month, day = int(found[1]), int(found[3])
        if month > _TWELVE_MONTHS or (day <= _TWELVE_MONTHS and not month_first):
            month, day = day, month
        year = 2000 + int(found[4]) if found[4] else None
    else:
        return None, None
    if year is not None:
        return local.replace(year=year, month=month, day=day), found.span()
    date = local.replace(month=month, day=day)
    if abs(date - local) > _HALF_YEAR:
        date = date.replace(year=date.year + (1 if date < local else -1))
    return date, found.span()


def _zone_of(mark: str) -> tzinfo:
    mark = _TWINS.get(mark.upper(), mark.upper())
    if mark in {"UTC", "GMT"}:
        return UTC
    return _zone(mark if mark in _ZONES else mark[0])


def _is_american(zone: tzinfo) -> bool:
    return str(zone).startswith("America/")


@lru_cache
def _zone(mark: str) -> tzinfo:
    place, hours = _ZONES[mark]
    try:
        return ZoneInfo(place)
    except ZoneInfoNotFoundError:
        return timezone(timedelta(hours=hours), place)
