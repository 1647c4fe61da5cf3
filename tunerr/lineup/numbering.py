"""Which channels are offered, and under which numbers. Pure.

1. Channels that hold a number stay, reserved numbers first, then the longest held.
2. Free places go to new channels in the order given.
3. A new channel gets the number that it wants (`tvg-chno`) when that is free; of several that want it, the first.
4. The others get the lowest whole number that is neither held nor reserved nor wanted by a channel chosen now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from tunerr.model.channel import Channel, ChannelId
from tunerr.model.numbers import GuideNumber

RESERVED_AFTER = 24 * 3600.0
"""Seconds from the first client's fetch until a number is reserved for ever (architecture.md §3)."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A row of the ledger; times are Unix seconds."""

    number: GuideNumber
    channel: ChannelId
    source: str
    assigned_at: float
    first_served_at: float | None = None

    def reserved(self, now: float) -> bool:
        """Tell whether the number belongs to its channel for ever."""
        return self.first_served_at is not None and now - self.first_served_at >= RESERVED_AFTER


def staying(holdings: Collection[Holding], *, present: Collection[ChannelId], now: float, limit: int) -> list[Holding]:
    """Return the holdings whose channels stay in the lineup: present ones, at most `limit`, by number."""
    held = [holding for holding in holdings if holding.channel in present]
    held.sort(key=lambda holding: (not holding.reserved(now), holding.assigned_at, holding.number))
    return sorted(held[:limit], key=lambda holding: holding.number)


def number_new(
    channels: Sequence[Channel], *, unavailable: Collection[GuideNumber]
) -> Iterator[tuple[GuideNumber, Channel]]:
    """Give each new channel a number that is not in `unavailable`."""
    given: dict[GuideNumber, Channel] = {}
    for channel in channels:
        if channel.wanted_number is not None and channel.wanted_number not in unavailable:
            given.setdefault(channel.wanted_number, channel)
    yield from given.items()
    served = {channel.id for channel in given.values()}
    lowest = (number for number in map(GuideNumber, count(1)) if number not in unavailable and number not in given)
    yield from ((next(lowest), channel) for channel in channels if channel.id not in served)
