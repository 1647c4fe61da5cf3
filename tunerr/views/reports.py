"""What a report is: a question by path and query, plain data as the answer. Both ports have the same ones."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

from tunerr.errors import QueryRefused

Query = Mapping[str, str]
Report = Callable[[Query], Awaitable[dict[str, Any]]]
"""Takes the query's values, answers what JSON can hold. Raises QueryRefused and other errors of `views.problems`."""
Reports = Mapping[str, Report]
"""Reports by path."""

_DIGITS = 6
_LENGTH = re.compile(r"(\d{1,6})([smhd]?)", re.ASCII)
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def count(query: Query, name: str, default: int, *, most: int) -> int:
    """Return a whole number from 0 to `most`; `default` when it isn't given. Raises QueryRefused."""
    text = query.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS and int(text) <= most):
        raise QueryRefused(f"{name} is no usable number.", hint=f"Give a whole number from 0 to {most}.")
    return int(text)


def length(query: Query, name: str, default: int, *, most: int) -> int:
    """Return seconds, written `1800`, `30m`, `2h` or `1d`, from 0 to `most`. Raises QueryRefused."""
    text = query.get(name, "").strip().lower()
    if not text:
        return default
    found = _LENGTH.fullmatch(text)
    seconds = int(found[1]) * _UNITS[found[2]] if found else most + 1
    if seconds > most:
        raise QueryRefused(
            f"{name} is no usable length of time.", hint=f"Write it as 90s, 30m or 2h; {most // 3600}h is the longest."
        )
    return seconds


def choice(query: Query, name: str, default: str, *, allowed: Collection[str]) -> str:
    """Return one of the words `allowed`. Raises QueryRefused."""
    text = query.get(name, "").strip().lower() or default
    if text not in allowed:
        raise QueryRefused(f"{name} is none of the words that are known.", hint=f"Give one of: {', '.join(allowed)}.")
    return text


def flag(query: Query, name: str) -> bool:
    """Return whether `name` is set; nothing is no. Raises QueryRefused."""
    return choice(query, name, "0", allowed=("0", "1", "false", "true", "no", "yes")) in {"1", "true", "yes"}
