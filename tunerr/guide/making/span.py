"""The part of the guide that an edition shows. Pure."""

from __future__ import annotations

from typing import NamedTuple, Self

from tunerr.guide.making.airing import aligned
from tunerr.guide.messages import EditionRequest

_HOUR = 3600


class Span(NamedTuple):
    """The part of the guide that counts, half-open, in Unix seconds."""

    start: int
    stop: int

    @classmethod
    def of_edition(cls, asked: EditionRequest) -> Self:
        """Return what an edition shows that is made as it is asked for."""
        return cls(*aligned(asked.now - asked.past_hours * _HOUR, asked.now + asked.future_hours * _HOUR))
