"""What a guide of the laboratory is like."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Literal

Order = Literal["channel", "time", "backwards"]
"""How rows follow one another: channel by channel, all channels mixed by time, or each channel's last row first."""


class Flaw(enum.StrEnum):
    """Something wrong with single rows."""

    NO_STOP = enum.auto()
    STOP_BEFORE_START = enum.auto()  # by an hour
    OVERLAP = enum.auto()  # it ends half an hour after the next one has begun
    UNREADABLE_START = enum.auto()  # the start time is a word
    NO_TITLE = enum.auto()  # the title is empty and there is no description
    BARE_AMPERSAND = enum.auto()  # an & that is not escaped
    CONTROL_CHARACTER = enum.auto()  # one that XML does not allow
    ZONES = enum.auto()  # the same moment in another zone: +0545, -0330, UTC, Z …


@dataclass(frozen=True, slots=True)
class Shape:
    """A guide; equal shapes give equal bytes. As it stands it is the large one of performance.md, some 305 MB.

    `first`: when the first programmes begin, Unix seconds. `ids`: XMLTV ids of its first channels, the others are
    numbered. `title` begins all titles, so that guides can be told apart. `hours`: length of each row, 0 for as varied
    as television is. Every `every`th row of a channel has each flaw. Fewer channels than `ids` or than one raise
    ValueError.
    """

    first: int
    channels: int = 5_000
    programmes: int = 535_000
    seed: int = 0
    ids: tuple[str, ...] = ()
    title: str = ""
    hours: int = 0
    order: Order = "channel"
    channels_last: bool = False
    flaws: frozenset[Flaw] = frozenset()
    every: int = 5

    def __post_init__(self) -> None:
        if self.channels < max(1, len(self.ids)):
            raise ValueError(f"{self.channels} channels can't have {len(self.ids)} ids.")

    def id(self, number: int) -> str:
        """XMLTV id of channel `number`, counted from 0."""
        countries = ("uk", "us", "de", "fr")
        return self.ids[number] if number < len(self.ids) else f"channel{number}.{countries[number % 4]}"

    def name(self, number: int) -> str:
        """Display name of channel `number`."""
        return self.ids[number].partition(".")[0] if number < len(self.ids) else f"Channel {number} HD"

    def rows(self, number: int) -> int:
        """How many programmes channel `number` has: as many as the others, or one more."""
        each, more = divmod(self.programmes, self.channels)
        return each + (number < more)
