"""Whether the operator may give a number to a channel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from tunerr.errors import ActionRefused
from tunerr.model.channel import ChannelId
from tunerr.model.numbers import GuideNumber

ReservedBy = Callable[[GuideNumber], Awaitable[ChannelId | None]]
"""The channel to which a number belongs for ever, None when it is free to be given."""

Names = Callable[[Sequence[str]], Awaitable[Mapping[str, str]]]
"""The names of those channels that exist, by id."""


def by_number(numbers: Iterable[tuple[str, str | None]]) -> dict[str, list[str]]:
    """Turn (channel, number) into the channels of each number."""
    found: dict[str, list[str]] = {}
    for channel, number in numbers:
        if number is not None:
            found.setdefault(number, []).append(channel)
    return found


async def check_number(
    number: str, channel: str, *, reserved_by: ReservedBy, given: Mapping[str, Sequence[str]], names: Names
) -> None:
    """Raise ActionRefused when a number belongs to another channel.

    `given`: the channels to which the operator gave a number, by number.
    """
    owner = await reserved_by(GuideNumber.parse(number))
    if owner is not None and owner != channel:
        raise ActionRefused(
            f"Number {number} belongs to {await _name(owner, names)}: clients know it by that.",
            hint="Give that channel another number first, or choose a free one.",
            field="number",
        )
    other = next((one for one in given.get(number, ()) if one != channel), None)
    if other is not None:
        raise ActionRefused(
            f"You gave number {number} to {await _name(other, names)} already.",
            hint="Take it back there first (by command: `channel clear`).",
            field="number",
        )


async def _name(channel: str, names: Names) -> str:
    return (await names([channel])).get(channel, channel)
