"""Loosely typed JSON: panels send one thing as text, as a number, as null or not at all. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo

from tunerr.providers.text import LONGEST_NAME, plain

Object = Mapping[str, object]

_TRUE = frozenset({"1", "true", "yes", "on"})
_LARGEST = 1 << 53
_CLOCKS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y-%m-%d:%H-%M")


def text(value: object, longest: int = LONGEST_NAME) -> str:
    """Return what a person reads: one clean line; empty for null and for what is no text or number."""
    if isinstance(value, str):
        return plain(value, longest)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return str(value)


def integer(value: object) -> int | None:
    """Return a whole number that is not below 0; None where none is said."""
    if isinstance(value, str):
        try:
            value = float(value) if "." in value else int(value)
        except ValueError:
            return None
    if isinstance(value, float):
        value = int(value) if math.isfinite(value) else None
    return int(value) if isinstance(value, int) and 0 <= value <= _LARGEST else None


def number(value: object) -> float:
    """Return a finite number; 0 where none is said."""
    try:
        found = float(value) if isinstance(value, str | int | float) else 0.0
    except (ValueError, OverflowError):
        return 0.0
    return found if math.isfinite(found) else 0.0


def flag(value: object) -> bool:
    """Whether it says yes: true, 1, "1"."""
    return value == 1 or (isinstance(value, str) and value.strip().lower() in _TRUE)


def moment(value: object, zone: tzinfo = UTC) -> datetime | None:
    """Return a time given in Unix seconds or as ISO text; `zone` is that of text without one. None where none is said.

    0 is how panels write that there is none.
    """
    if isinstance(value, str) and not value.strip().replace(".", "", 1).isdigit():
        return _written(value.strip(), zone)
    seconds = integer(value.strip() if isinstance(value, str) else value)
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None


def obj(value: object) -> Object:
    """Return an object; PHP sends `[]` for an empty one, and null for a missing one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    """Return a list; PHP sends an object with numbers as names when one row of an array was taken out."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _written(value: str, zone: tzinfo) -> datetime | None:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        for form in _CLOCKS:
            try:
                found = datetime.strptime(value, form)  # noqa: DTZ007 - its zone is set below
                break
            except ValueError:
                continue
        else:
            return None
    try:
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
