"""XMLTV times: read leniently, written in one form."""

from __future__ import annotations

import re
import time
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = 86400
"""Seconds of a day."""

# xmltv.dtd: YYYYMMDDhhmmss or an initial substring of it, then optionally a zone. Only the date must be there.
_FORM = re.compile(r"(\d{8})(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:\.\d*)?)?)?)?\s*(.*)", re.ASCII | re.DOTALL)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)?", re.ASCII)
_EPOCH = date(1970, 1, 1).toordinal()
_EPOCH_TIME = datetime(1970, 1, 1)  # noqa: DTZ001 - local times of whatever zone are counted from it
# Clocks change at full quarters of an hour (those of zones in use did so since 1972).
_QUARTER = 900
# Zones in use reach from -12:00 to +14:00.
_WIDEST_OFFSET = 14 * 3600
# Hours east of UTC. The American names are those of RFC 5322 §4.3; the others are in use in European guides and have
# one meaning only.
_NAMED_ZONES = dict.fromkeys(("", "Z", "UTC", "GMT", "WET"), 0) | {
    **dict.fromkeys(("BST", "WEST", "CET"), 1),
    **dict.fromkeys(("CEST", "EET", "SAST"), 2),
    **dict.fromkeys(("EEST", "MSK"), 3),
    "EDT": -4,
    **dict.fromkeys(("EST", "CDT"), -5),
    **dict.fromkeys(("CST", "MDT"), -6),
    **dict.fromkeys(("MST", "PDT"), -7),
    "PST": -8,
}


def parse_time(text: str, zone: ZoneInfo | None = None) -> int | None:
    """Unix seconds of an XMLTV time; None when it can't be read. A missing zone means UTC, 24:00 the day's end.

    With `zone`, day and time are local there, whatever offset is stated; one that can't be read still is an error. What
    the clocks leave out is moved on by as much; of an hour that they repeat the first one is meant (see `in_order`).
    """
    match = _FORM.fullmatch(text.strip())
    if match is None:
        return None
    day, hour, minute, second, stated = match.groups()
    midnight, offset = _midnight(day), _offset(stated.strip())
    minutes, seconds = int(minute or 0), int(second or 0)
    within_day = int(hour or 0) * 3600 + minutes * 60 + seconds
    if midnight is None or offset is None or minutes > 59 or seconds > 60 or within_day > DAY:  # noqa: PLR2004 - clock
        return None
    local = midnight + within_day
    return local - (offset if zone is None else _zone_offset(zone, local // _QUARTER))


def later(unix: int, zone: ZoneInfo) -> int:
    """The same local time when the clocks show it again; `unix` itself when they do so only once."""
    try:
        local = datetime.fromtimestamp(unix, zone)
        return int(local.replace(fold=1).timestamp()) if local.fold == 0 else unix
    except (OverflowError, ValueError):  # the years 1 and 9999, which some write for "without end"
        return unix


def in_order(before: int, start: int, stop: int, zone: ZoneInfo) -> tuple[int, int]:
    """(start, stop) of a row whose local times were read, behind one that ends at `before`; Unix seconds.

    Of an hour that the clocks repeat, a start within the row before it belongs to the second one, as a stop that is
    not after its start does; where even that is too early they stay. A `stop` of 0 is none.
    """
    if start < before <= (again := later(start, zone)):
        start = again
    if 0 < stop <= start:
        stop = later(stop, zone)
    return start, stop


def format_time(seconds: int) -> str:
    """Write Unix seconds as `YYYYMMDDhhmmss +0000`."""
    return time.strftime("%Y%m%d%H%M%S +0000", time.gmtime(seconds))


@lru_cache(maxsize=256)
def _midnight(day: str) -> int | None:
    try:
        return (date(int(day[:4]), int(day[4:6]), int(day[6:])).toordinal() - _EPOCH) * DAY
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _zone_offset(zone: ZoneInfo, quarter: int) -> int:
    """Seconds east of UTC that local times of a quarter of an hour, counted from 1970 on, have there."""
    local = _EPOCH_TIME + timedelta(seconds=quarter * _QUARTER)
    offset = local.replace(tzinfo=zone).utcoffset()
    return 0 if offset is None else round(offset.total_seconds())


@lru_cache(maxsize=256)
def _offset(zone: str) -> int | None:
    if match := _OFFSET.fullmatch(zone):
        seconds = int(match[2]) * 3600 + int(match[3] or 0) * 60
        if int(match[3] or 0) > 59 or seconds > _WIDEST_OFFSET:  # noqa: PLR2004 - minutes of an hour
            return None
        return -seconds if match[1] == "-" else seconds
    hours = _NAMED_ZONES.get(zone.upper())
    return None if hours is None else hours * 3600
