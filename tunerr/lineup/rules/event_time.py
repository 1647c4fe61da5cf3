"""When the event of a channel starts, as far as its name tells. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_TIME = re.compile(
    r"(?<![\d:])(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2})?\s*(?P<half>[ap])?\.?(?:m\b\.?)?"
    r"|(?<![\d:])(?P<hour2>\d{1,2})\s*(?P<half2>[ap])m\b",
    re.IGNORECASE,
)
_ISO_DATE = re.compile(r"\b(20\d{2})[-/.](\d{1,2})[-/.](\d{1,2})\b")
_US_DATE = re.compile(r"(?<![\d/:.])(\d{1,2})/(\d{1,2})(?:/(?:20)?\d{2})?(?![\d/:])")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED_DATE = re.compile(
    rf"\b(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?\s+(?P<day>\d{{1,2}})\b(?!:)"
    rf"|\b(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<month2>{'|'.join(_MONTHS)})",
    re.IGNORECASE,
)
_ZONE = re.compile(r"\b(UTC|GMT|UK|BST|CET|CEST|[ECMPA][SD]?T)\b")
# Name and hours from UTC, for machines without a database of time zones.
_ZONES = {
    "E": ("America/New_York", -5),
    "C": ("America/Chicago", -6),
    "M": ("America/Denver", -7),
    "P": ("America/Los_Angeles", -8),
    "A": ("America/Halifax", -4),
    "UK": ("Europe/London", 0),
    "CET": ("Europe/Paris", 1),
}
_NOON = 12
_HALF_YEAR = timedelta(days=182)


def event_start(name: str, now: datetime) -> datetime | None:
    """Return the start that a name tells, None without a time of day. Times without a zone are Eastern.

    Without a date it is the occurrence nearest to `now`; without a year the one nearest to this year's.
    """
    found = _TIME.search(name)
    if found is None:
        return None
    hour, minute = int(found["hour"] or found["hour2"]), int(found["minute"] or 0)
    half = (found["half"] or found["half2"] or "").lower()
    if half and 1 <= hour <= _NOON:
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    local = now.astimezone(_zone_in(name))
    try:
        date = _date_in(name, local)
        start = (date or local).replace(hour=hour, minute=minute, second=0, microsecond=0)
    except ValueError:  # no such hour or day: it was no time
        return None
    return start if date else _nearest(start, local)


def _nearest(start: datetime, local: datetime) -> datetime:
    days = (start - timedelta(days=1), start, start + timedelta(days=1))
    return min(days, key=lambda day: abs(day - local))


def _date_in(name: str, local: datetime) -> datetime | None:
    if iso := _ISO_DATE.search(name):
        return local.replace(year=int(iso[1]), month=int(iso[2]), day=int(iso[3]))
    if named := _NAMED_DATE.search(name):
        month = _MONTHS.index((named["month"] or named["month2"]).lower()[:3]) + 1
        day = int(named["day"] or named["day2"])
    elif short := _US_DATE.search(name):
        month, day = int(short[1]), int(short[2])
    else:
        return None
    date = local.replace(month=month, day=day)
    if abs(date - local) <= _HALF_YEAR:
        return date
    return date.replace(year=date.year + (1 if date < local else -1))


def _zone_in(name: str) -> tzinfo:
    marks = _ZONE.findall(name)
    mark = marks[-1] if marks else "ET"
    if mark in {"UTC", "GMT"}:
        return UTC
    return _zone({"BST": "UK", "CEST": "CET"}.get(mark, mark if mark in _ZONES else mark[0]))


@lru_cache
def _zone(mark: str) -> tzinfo:
    place, hours = _ZONES[mark]
    try:
        return ZoneInfo(place)
    except ZoneInfoNotFoundError:
        return timezone(timedelta(hours=hours))
