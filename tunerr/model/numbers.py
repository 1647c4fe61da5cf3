"""Guide numbers: what a person types on the remote control."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

LARGEST = 99_999
"""The largest whole guide number."""

_FORM = re.compile(r"(\d{1,5})(?:\.(\d{1,4}))?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class GuideNumber:
    """A virtual channel number, `5` or `5.1`. Orders numerically. `minor` 0 means "no minor"."""

    major: int
    minor: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `5` or `5.1`; raises ValueError for anything else, for 0 and for a minor of 0."""
        match = _FORM.fullmatch(text.strip())
        if match is None or int(match[1]) == 0 or (match[2] is not None and int(match[2]) == 0):
            raise ValueError(f"{text[:20]!r} is no guide number; write it as 5 or 5.1")
        return cls(int(match[1]), int(match[2] or 0))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}" if self.minor else str(self.major)
