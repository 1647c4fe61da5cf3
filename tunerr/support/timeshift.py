"""How a guide's times are moved, as the operator writes it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

_HOURS = re.compile(r"([+-]?)(\d{1,2})(?:\.(\d{1,2})|:([0-5]\d))?", re.ASCII)
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}", re.ASCII)
MOST_SECONDS = 24 * 3600
"""The furthest that hours may move."""


@dataclass(frozen=True, slots=True)
class TimeShift:
    """By `seconds`, or to `zone`: the times are that zone's local ones, whatever offset they state."""

    seconds: int = 0
    zone: ZoneInfo | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read hours (`+1`, `-2.5`, `5:30`; at most 24) or a zone (`Europe/Berlin`); empty is no shift.

        Raises ValueError.
        """
        word = text.strip()
        if not word:
            return cls()
        hours = _HOURS.fullmatch(word)
        if hours is not None:
            sign, whole, decimals, minutes = hours.groups()
            part = int(minutes) * 60 if minutes else round(float(f"0.{decimals or 0}") * 3600)
            seconds = int(whole) * 3600 + part
            if seconds <= MOST_SECONDS:
                return cls(seconds=-seconds if sign == "-" else seconds)
        elif _ZONE.fullmatch(word) is not None:
            try:
                return cls(zone=ZoneInfo(word))
            except (ZoneInfoNotFoundError, ValueError, OSError):
                pass  # OSError: a folder of zones, such as Europe
        alike = get_close_matches(word[:40], sorted(available_timezones()), n=1, cutoff=0.8)
        raise ValueError(
            f"{word[:40]!r} is neither hours such as +1 or -2.5 (24 at most) nor a time zone such as Europe/Berlin"
            + (f"; perhaps {alike[0]}" if alike else "")
        )

    def __bool__(self) -> bool:
        return bool(self.seconds) or self.zone is not None

    def moved(self, unix: int) -> int:
        """Move a time that was read as UTC. Of an hour that a zone has twice the first one is meant."""
        if self.zone is None:
            return unix + self.seconds
        return int(datetime.fromtimestamp(unix, UTC).replace(tzinfo=self.zone).timestamp())


def checked_shift(text: str) -> str:
    """Return a shift as it was written, without blanks around it. Raises ValueError as `TimeShift.parse` does."""
    TimeShift.parse(text)
    return text.strip()
