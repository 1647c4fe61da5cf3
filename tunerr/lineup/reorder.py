"""Another order of channels, as the fewest places (`ChannelOverride.order`) that make it. Pure.

Places are chosen before `custom_order` of the programming recipe because they count last: what the operator sees is
what comes, whatever recipe or shape sorted before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tunerr.errors import ActionRefused
from tunerr.model.channel import ChannelId
from tunerr.support.subsequence import rising

_STEP = 100
"""Between places that are given anew, so that a channel finds room between two others later."""

_FARTHEST = 1_000_000


def in_order(channels: Sequence[ChannelId], places: Mapping[ChannelId, int]) -> list[ChannelId]:
    """Return channels in the order in which the rules put them: those with places first."""
    return sorted(channels, key=lambda one: (one not in places, places.get(one, 0)))


def places_for(
    wanted: Sequence[ChannelId], *, base: Sequence[ChannelId], places: Mapping[ChannelId, int]
) -> dict[ChannelId, int]:
    """Return the places to be given or changed so that `in_order(base, …)` is `wanted`, which has the same channels.

    Channels at the end that come as in `base` need none.
    """
    named = wanted[: _unnamed_from(wanted, base, places)]
    held = [place for place, one in enumerate(named) if one in places]
    kept = [held[index] for index in rising([places[named[place]] for place in held])]
    given = _between(named, kept, places)
    if given is None:
        step = max(1, min(_STEP, _FARTHEST // (len(named) + 1)))
        given = {one: place * step for place, one in enumerate(named, 1)}
    return {one: place for one, place in given.items() if places.get(one) != place}


def moved(order: Sequence[ChannelId], block: Sequence[ChannelId], to: int) -> list[ChannelId]:
    """Return the order with a block of channels together, its first one at place `to` (from 1)."""
    taken = set(block)
    rest = [one for one in order if one not in taken]
    at = min(max(to - 1, 0), len(rest))
    return [*rest[:at], *block, *rest[at:]]


def rearranged(order: Sequence[ChannelId], part: Sequence[ChannelId]) -> list[ChannelId]:
    """Return the order with the channels of `part` on the places that they had, in the order of `part`.

    Those that are not in `order` are passed over. Raises ActionRefused when a channel is named twice.
    """
    if len(set(part)) < len(part):
        raise ActionRefused("A channel is named twice in the order.", hint="Load the page again.")
    known = set(order)
    following = iter([one for one in part if one in known])
    named = set(part)
    return [next(following) if one in named else one for one in order]


def group_above(
    order: Sequence[ChannelId], group: Callable[[ChannelId], str], title: str
) -> tuple[list[ChannelId], int]:
    """Return the channels of a group, and the place that puts them before the group that comes before them.

    Groups are in the order of their first channels.
    """
    block = [one for one in order if group(one) == title]
    firsts: dict[str, int] = {}
    for place, one in enumerate(order, 1):
        firsts.setdefault(group(one), place)
    before = [place for other, place in firsts.items() if other != title and place < firsts.get(title, 1)]
    return block, max(before, default=1)


def _unnamed_from(wanted: Sequence[ChannelId], base: Sequence[ChannelId], places: Mapping[ChannelId, int]) -> int:
    """Return where the end begins that has no places and stands as in `base`."""
    natural = {one: place for place, one in enumerate(base)}
    start = len(wanted)
    following = len(base)
    for one in reversed(wanted):
        if one in places or natural[one] > following:
            break
        following = natural[one]
        start -= 1
    return start


def _between(
    named: Sequence[ChannelId], kept: Sequence[int], places: Mapping[ChannelId, int]
) -> dict[ChannelId, int] | None:
    """Give places to the channels between those that keep theirs; None where there is too little room."""
    given: dict[ChannelId, int] = {}
    ends = [*kept, len(named)]
    low, begin = None, 0
    for end in ends:
        gap = named[begin:end]
        high = places[named[end]] if end < len(named) else None
        numbers = _spread(len(gap), low, high)
        if numbers is None:
            return None
        given |= dict(zip(gap, numbers, strict=True))
        if high is not None:
            given[named[end]] = low = high
        begin = end + 1
    return given


def _spread(count: int, low: int | None, high: int | None) -> list[int] | None:
    """Return `count` whole numbers between two, as far apart as they may be; None when they don't fit."""
    if low is None and high is None:
        low = 0
    if low is None:
        low = max((high or 0) - _STEP * (count + 1), -_FARTHEST - 1)
    if high is None:
        high = min(low + _STEP * (count + 1), _FARTHEST + 1)
    step = (high - low) // (count + 1)
    return [low + step * place for place in range(1, count + 1)] if step or not count else None
