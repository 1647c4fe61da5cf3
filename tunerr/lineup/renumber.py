"""Other numbers for channels that have one: the operator's explicit act, shown before it is done. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from tunerr.errors import ActionRefused
from tunerr.lineup.allotment import Devices, Place, free_seats
from tunerr.lineup.numbering import Holding, Newcomer, number_new, shifted
from tunerr.model.channel import ChannelId
from tunerr.model.numbers import LARGEST, GuideNumber


@dataclass(frozen=True, slots=True)
class Renumbered:
    """One channel's number before and after.

    `seen`: clients have fetched it under the old number, so media servers lose what they have mapped to it: the guide
    of the channel, its place among favorites, recordings that are set up.
    """

    channel: ChannelId
    old: GuideNumber
    new: GuideNumber
    old_device: int
    new_device: int
    seen: bool

    @property
    def changed(self) -> bool:
        """Whether anything becomes different."""
        return (self.old, self.old_device) != (self.new, self.new_device)


def resequenced(
    holdings: Iterable[Holding],
    *,
    order: Sequence[ChannelId],
    fixed: Collection[GuideNumber],
    devices: Devices,
    start: int = 1,
) -> tuple[Renumbered, ...]:
    """Show the channels of `order` numbered one after the other, the first device filled first.

    Each device counts up from the beginning of its block, the first one from `start` (1 to 99,999). Channels whose
    number is in `fixed` (the operator's) keep it; numbers of channels that are not in `order` are passed over, because
    these have them back when they return. Raises ActionRefused for another `start`.
    """
    if not 1 <= start <= LARGEST:
        raise ActionRefused(
            f"Numbers can't begin at {start}: it would be no channel number.",
            hint=f"Choose a start between 1 and {LARGEST}.",
        )
    held = {row.channel: row for row in holdings}
    movers = [one for one in order if one in held and held[one].number not in fixed]
    stay = held.keys() - set(movers)
    full = Counter(held[one].device for one in stay if held[one].absent_since is None)
    seats = free_seats(movers, full, devices)
    numbers = number_new(
        [Newcomer(one, device) for one, device in seats.items()],
        taken={*fixed, *(row.number for row in held.values() if row.channel not in seats)},
        start=start,
    )
    return tuple(_renumbered(held[one], numbers[one], device) for one, device in seats.items())


def moved_by(holdings: Iterable[Holding], offset: int, *, fixed: Collection[GuideNumber]) -> tuple[Renumbered, ...]:
    """Show all offered channels with `offset` added to their numbers, but those in `fixed` (the operator's).

    Raises ActionRefused when that is no number for one of them, or a number that belongs to a channel that stays.
    """
    rows = tuple(holdings)
    moving = [row for row in rows if row.absent_since is None and row.number not in fixed]
    stay = {row.number for row in rows} - {row.number for row in moving}
    changes = []
    for row in sorted(moving, key=lambda row: row.number):
        number = shifted(row.number, offset)
        if number is None or number in stay:
            raise ActionRefused(
                f"Channel number {row.number} can't become {row.number.major + offset}: "
                + ("it would be no channel number." if number is None else "that belongs to another channel."),
                hint="Choose another offset.",
            )
        changes.append(_renumbered(row, number, row.device))
    return tuple(changes)


def places(changes: Iterable[Renumbered]) -> dict[ChannelId, Place]:
    """Return what NumberLedger.renumber takes."""
    return {row.channel: Place(row.new, row.new_device) for row in changes if row.changed}


def _renumbered(row: Holding, number: GuideNumber, device: int) -> Renumbered:
    return Renumbered(row.channel, row.number, number, row.device, device, seen=row.first_served_at is not None)
