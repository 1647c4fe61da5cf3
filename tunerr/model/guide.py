"""What is known of the guide of each offered channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from tunerr.model.channel import ChannelId, SourceId

MatchMethod = Literal["chosen", "own", "id", "alias", "name", "words", "timeshift", "call_sign", "number"]
"""How a channel was found in a guide.

In the order in which they are tried: the operator said so; a panel's or device's own list of this very channel; the
same id; an alias file; the same name; the same words in another order or form; the name without `+1`, an hour later;
the call sign; the number.
"""

GuideStatus = Literal["healthy", "good", "sparse", "placeholder_only", "matched_no_programmes", "unlinked"]
"""Of one channel: real programmes and a match; real programmes without one; fewer real programmes than the minimum;
rows, none of them real; a match, and nothing in it; nothing at all."""


@dataclass(frozen=True, slots=True)
class GuideLink:
    """One channel found in one guide. `guide_id` as the guide writes it; `shift` in seconds, of a `+1` channel."""

    source: SourceId
    guide_id: str
    method: MatchMethod
    reason: str
    shift: int = 0


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """The guide of one offered channel, in one edition.

    `links`: best guide first. `programmes`: rows that came from guides, `real` those of them that say more than the
    channel's name, `placeholders`: blocks of ours. `first` and `last`: Unix seconds, start and stop of what came from
    guides, 0 without any.
    """

    channel_id: ChannelId
    number: str
    name: str
    tvg_id: str
    status: GuideStatus
    links: tuple[GuideLink, ...] = ()
    programmes: int = 0
    real: int = 0
    placeholders: int = 0
    first: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class GuideHealth:
    """Health of all channels of the edition that was made of this version of the lineup, in the lineup's order."""

    edition: str
    lineup_version: str
    made_at: datetime
    channels: tuple[ChannelHealth, ...]
    by_id: Mapping[ChannelId, ChannelHealth] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", MappingProxyType({row.channel_id: row for row in self.channels}))
