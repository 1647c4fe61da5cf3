"""The time that the guide's grid shows: three hours in the visitor's zone, and the ways to other times. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tunerr.errors import QueryRefused

STEP = timedelta(minutes=5)
"""What one column is wide."""

COLUMNS = 36
SPAN = STEP * COLUMNS

_HALF = timedelta(minutes=30)
_EVENING = time(20)
_DAYS = 7
_YEARS = range(1971, 2200)  # a day more or less is a time on every machine


@dataclass(frozen=True, slots=True)
class Heading:
    """Half an hour at the top of the grid. `zone`: the name of the time where the clocks change, else empty."""

    start: datetime
    columns: int
    zone: str


def asked_time(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Read `now`, or a local time in ISO 8601 (`2026-10-25T20:00`, with an offset if need be). Raises QueryRefused."""
    if text in {"", "now"}:
        return now
    try:
        # A plus sign in a URL is a blank to those who read it.
        moment = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or moment.year not in _YEARS:
        raise QueryRefused(f"{text[:40]!r} is no time.", hint="Write now, or a time such as 2026-10-25T20:00.")
    return moment.replace(tzinfo=moment.tzinfo or zone).astimezone(UTC)


def window_at(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return when the window begins that shows `moment` first: the full or half hour before, on the local clock."""
    local = moment.astimezone(zone)
    into = timedelta(minutes=local.minute % 30, seconds=local.second, microseconds=local.microsecond)
    return moment.astimezone(UTC) - into


def local_text(moment: datetime, zone: ZoneInfo) -> str:
    """Write a moment so that `asked_time` reads it; with its offset only in the hour that the clock has twice."""
    local = moment.astimezone(zone).replace(second=0, microsecond=0)
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return local.isoformat(timespec="minutes") if twice else local.replace(tzinfo=None).isoformat(timespec="minutes")


def headings(start: datetime, zone: ZoneInfo) -> tuple[Heading, ...]:
    """Return the half hours of a window; the time's name is told where it is not the same all along."""
    starts = [start + _HALF * place for place in range(SPAN // _HALF)]
    names = [moment.astimezone(zone).tzname() or "" for moment in starts]
    changes = len({moment.astimezone(zone).utcoffset() for moment in [*starts, start + SPAN]}) > 1
    return tuple(
        Heading(moment, _HALF // STEP, name if changes else "") for moment, name in zip(starts, names, strict=True)
    )


def tonight(now: datetime, zone: ZoneInfo) -> datetime:
    """20:00 of this day on the visitor's clock."""
    return _at(now.astimezone(zone).date(), _EVENING, zone)


def same_time_on_days(start: datetime, now: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Return the local time of `start` on this day and the six after it."""
    today, clock = now.astimezone(zone).date(), start.astimezone(zone).time()
    return tuple(_at(today + timedelta(days=day), clock, zone) for day in range(_DAYS))


def day_of(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when the local day of `moment` begins and ends."""
    today = moment.astimezone(zone).date()
    return _at(today, time(), zone), _at(today + timedelta(days=1), time(), zone)


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock.replace(fold=0), zone).astimezone(UTC)
