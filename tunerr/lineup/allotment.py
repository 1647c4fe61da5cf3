"""Which of the chosen channels are offered, on which device and under which number. Pure.

1. Channels that hold a number stay on their device: those offered now before those that return, of each reserved
   numbers first, then the longest held.
2. Free places go to new channels in the order given, the first device first.
3. The operator's number for a channel counts, unless it belongs to another channel. A channel that the operator gave
   another number once, and doesn't any more, goes back to the one before.
4. The other holders keep their numbers, but a number that isn't reserved yet yields to the operator's.
5. The rest gets the numbers that it wishes, else the lowest of its device's block, but never one that belongs to
   another channel or that the operator has given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tunerr.lineup.numbering import Former, Holding, Newcomer, number_new
from tunerr.model.channel import ChannelId
from tunerr.model.numbers import GuideNumber


@dataclass(frozen=True, slots=True)
class Promises:
    """What the ledger holds."""

    holdings: tuple[Holding, ...] = ()
    former: tuple[Former, ...] = ()

    def precedence(self, now: float) -> tuple[ChannelId, ...]:
        """Return the holders in the order in which places go to them; `now` in Unix seconds.

        Those offered now before those that were once, of each those with reserved numbers first, then the longest held.
        """
        return tuple(row.channel for row in _ranked(self.holdings, now))


@dataclass(frozen=True, slots=True)
class Demand:
    """What is to be offered: the chosen `channels` in order.

    `fixed`: the operator's numbers of any channels. `wishes`: what new channels want. `waiting`: holders that are not
    gone although they are not in the catalog now; their places and numbers are kept.
    """

    channels: Sequence[ChannelId]
    fixed: Mapping[ChannelId, GuideNumber]
    wishes: Mapping[ChannelId, GuideNumber]
    waiting: Collection[ChannelId] = ()


@dataclass(frozen=True, slots=True)
class Devices:
    """`count` devices with at most `limit` channels on each."""

    limit: int
    count: int = 1


class Place(NamedTuple):
    """Where a channel is offered. `home`: the number that it leaves for this one waits for it."""

    number: GuideNumber
    device: int
    home: bool = False


class Refusal(NamedTuple):
    """A number that the operator gave and the channel didn't get, because it belongs to `owner`."""

    channel: ChannelId
    number: GuideNumber
    owner: ChannelId


@dataclass(frozen=True, slots=True)
class Allotment:
    """The outcome. `crowded`: no place was left; `stranded`: their number is on a device that is not there any more."""

    places: Mapping[ChannelId, Place]
    crowded: tuple[ChannelId, ...]
    stranded: tuple[ChannelId, ...]
    refusals: tuple[Refusal, ...]


def allot(demand: Demand, promises: Promises, devices: Devices, *, now: float) -> Allotment:
    """Place and number the chosen channels; `now` in Unix seconds."""
    held = {row.channel: row for row in promises.holdings if _counts(row, demand, devices, now)}
    stay = _staying([held[one] for one in demand.channels if one in held], devices, now)
    seats = {row.channel: row.device for row in stay}
    full = Counter(seats.values()) + Counter(held[one].device for one in demand.waiting if one in held)
    seats |= free_seats([one for one in demand.channels if one not in held], full, devices)
    numbers, refusals = _operators(seats, held, demand, promises, now)
    taken = set(numbers.values())
    numbers |= {row.channel: row.number for row in stay if row.channel not in numbers and row.number not in taken}
    taken = _taken(numbers, held, demand, promises, now)
    newcomers = [Newcomer(one, device, demand.wishes.get(one)) for one, device in seats.items() if one not in numbers]
    numbers |= number_new(newcomers, taken=taken)
    homes = {row.channel for row in promises.former if row.home}
    left = [one for one in demand.channels if one not in seats]
    return Allotment(
        places={
            one: Place(numbers[one], device, home=numbers[one] == demand.fixed.get(one) and one not in homes)
            for one, device in seats.items()
        },
        crowded=tuple(one for one in left if one not in held or held[one].device <= devices.count),
        stranded=tuple(one for one in left if one in held and held[one].device > devices.count),
        refusals=refusals,
    )


def free_seats(newcomers: Sequence[ChannelId], full: Mapping[int, int], devices: Devices) -> dict[ChannelId, int]:
    """Put newcomers in order on devices that are not `full` (channels by device); those left over get no place."""
    free = (
        device for device in range(1, devices.count + 1) for _ in range(max(0, devices.limit - full.get(device, 0)))
    )
    return dict(zip(newcomers, free, strict=False))


def _counts(row: Holding, demand: Demand, devices: Devices, now: float) -> bool:
    """Tell whether a holding binds us: on a device that is gone only a promise to clients does."""
    return row.device <= devices.count or row.reserved(now) or row.channel in demand.waiting


def _staying(rows: Iterable[Holding], devices: Devices, now: float) -> list[Holding]:
    """Return those that have a place on their device, by number."""
    free = dict.fromkeys(range(1, devices.count + 1), devices.limit)
    stay = []
    for row in _ranked(rows, now):
        if free.get(row.device, 0):
            free[row.device] -= 1
            stay.append(row)
    return sorted(stay, key=lambda row: row.number)


def _ranked(rows: Iterable[Holding], now: float) -> list[Holding]:
    def rank(row: Holding) -> tuple[bool, bool, float, GuideNumber]:
        return (row.absent_since is not None, not row.reserved(now), row.assigned_at, row.number)

    return sorted(rows, key=rank)


def _operators(
    seats: Mapping[ChannelId, int],
    held: Mapping[ChannelId, Holding],
    demand: Demand,
    promises: Promises,
    now: float,
) -> tuple[dict[ChannelId, GuideNumber], tuple[Refusal, ...]]:
    """Return the numbers that the operator's acts give, and those that they can't give."""
    owners = {row.number: row.channel for row in promises.former if row.reserved(now)}
    owners |= {
        row.number: row.channel
        for row in held.values()
        if row.reserved(now) or row.channel in demand.waiting or demand.fixed.get(row.channel) == row.number
    }
    wishes = {row.channel: row.number for row in promises.former if row.home and row.channel in held}
    wishes |= demand.fixed
    numbers, refusals = {}, []
    for one in seats:
        if one not in wishes:
            continue
        owner = owners.setdefault(wishes[one], one)
        if owner == one:
            numbers[one] = wishes[one]
        else:
            refusals.append(Refusal(one, wishes[one], owner))
    return numbers, tuple(refusals)


def _taken(
    numbers: Mapping[ChannelId, GuideNumber],
    held: Mapping[ChannelId, Holding],
    demand: Demand,
    promises: Promises,
    now: float,
) -> set[GuideNumber]:
    """Return what no newcomer may get."""
    chosen = set(demand.channels)
    taken = {*numbers.values(), *demand.fixed.values()}
    taken |= {row.number for row in promises.former if row.reserved(now)}
    taken |= {
        row.number
        for row in held.values()
        if row.channel in chosen or row.channel in demand.waiting or row.reserved(now)
    }
    return taken
