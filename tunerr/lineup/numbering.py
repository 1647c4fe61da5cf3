"""Guide numbers: to whom they belong, and which ones new channels get. Pure.

1. A new channel gets the number that it wants (by the rules, else its `tvg-chno`) when that is free; of several that
   want it, the first.
2. The others get the lowest whole number of their device's block and above that is neither taken nor wanted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from tunerr.model.channel import ChannelId
from tunerr.model.numbers import LARGEST, GuideNumber

RESERVED_AFTER = 24 * 3600.0
"""Seconds from the first client's fetch until a number is reserved for ever (architecture.md §3)."""

BLOCK = 1000
"""From the first number of one device to that of the next: more than twice the 479 channels that one may carry, so
numbers that are kept for channels that left seldom push a device out of its block, and the thousands tell the device.
"""


@dataclass(frozen=True, slots=True)
class Holding:
    """A row of the ledger: a channel and its number; times are Unix seconds.

    `absent_since`: when the channel left the lineup, None while it is in it.
    """

    number: GuideNumber
    channel: ChannelId
    source: str
    assigned_at: float
    first_served_at: float | None = None
    device: int = 1
    absent_since: float | None = None

    def reserved(self, now: float) -> bool:
        """Tell whether the number belongs to its channel for ever."""
        return is_reserved(self.first_served_at, now)


@dataclass(frozen=True, slots=True)
class Former:
    """A number that its channel had before the operator gave it another one.

    `home`: the channel goes back to it when the operator takes that other one back.
    """

    number: GuideNumber
    channel: ChannelId
    first_served_at: float | None
    home: bool

    def reserved(self, now: float) -> bool:
        """Tell whether no other channel may get it."""
        return self.home or is_reserved(self.first_served_at, now)


def upwards(device: int, *, start: int = 1) -> Iterator[GuideNumber]:
    """Count from the beginning of a device's block to the largest number, and then from 1.

    `start`: the first number of the first device.
    """
    first = min(start + (device - 1) * BLOCK, LARGEST)
    return map(GuideNumber, chain(range(first, LARGEST + 1), range(1, first)))


def is_reserved(first_served_at: float | None, now: float) -> bool:
    """Tell whether a number that clients have seen since then belongs to its channel for ever."""
    return first_served_at is not None and now - first_served_at >= RESERVED_AFTER


def shifted(number: GuideNumber, by: int) -> GuideNumber | None:
    """Add `by` to a number; None when the sum is no guide number."""
    major = number.major + by
    return GuideNumber(major, number.minor) if 1 <= major <= LARGEST else None


class Newcomer(NamedTuple):
    """A channel that needs a number on a device; `wish` is the one that it wants."""

    channel: ChannelId
    device: int
    wish: GuideNumber | None = None


def number_new(
    newcomers: Sequence[Newcomer], *, taken: Collection[GuideNumber], start: int = 1
) -> dict[ChannelId, GuideNumber]:
    """Give each newcomer a number that is not `taken`; `start` as for `upwards`."""
    gone = set(taken)
    given: dict[ChannelId, GuideNumber] = {}
    for channel, _, wish in newcomers:
        if wish is not None and wish not in gone:
            given[channel] = wish
            gone.add(wish)
    counted = {newcomer.device: upwards(newcomer.device, start=start) for newcomer in newcomers}
    for channel, device, _ in newcomers:
        if channel not in given:
            given[channel] = next(number for number in counted[device] if number not in gone)
            gone.add(given[channel])
    return given
