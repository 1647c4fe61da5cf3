"""The offered channels in their order, and what other numbers would cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tunerr.lineup.renumber import Renumbered
from tunerr.model.channel import ChannelId, Lineup
from tunerr.views.paging import Pages
from tunerr.views.preview import KNOWN, Listed, Row, listed

ROWS = 100
"""Of a page."""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One channel on its place; `was` is its place without the draft, 0 when that is the same."""

    place: int
    channel: ChannelId
    number: str
    name: str
    group: str
    was: int


@dataclass(frozen=True, slots=True)
class GroupPlace:
    """A group by the place of its first channel."""

    title: str
    place: int
    channels: int


@dataclass(frozen=True, slots=True)
class Renumbering:
    """Other numbers in the published order. `known`: of how many of the `changes` clients know the old number.

    `version` names exactly these changes.
    """

    start: int
    changes: Listed
    known: int
    version: str


@dataclass(frozen=True, slots=True)
class OrderView:
    """A page of the order with the draft. `total`: channels that are offered; `staged`: those with another place."""

    rows: tuple[OrderRow, ...]
    pages: Pages
    total: int
    staged: int
    groups: tuple[GroupPlace, ...]
    renumbering: Renumbering | None


def order_view(
    lineup: Lineup,
    base: Sequence[ChannelId],
    order: Sequence[ChannelId],
    pages: Pages,
    renumbering: Renumbering | None,
) -> OrderView:
    """Show a page of the order, which has the channels of the published order `base`."""
    old = {one: place for place, one in enumerate(base, 1)}
    skip = (pages.page - 1) * ROWS
    shown = []
    for place, one in enumerate(order[skip : skip + ROWS], skip + 1):
        held, was = lineup.by_id[one], old[one] if old[one] != place else 0
        shown.append(OrderRow(place, one, str(held.number), held.channel.name, held.channel.group, was))
    return OrderView(
        rows=tuple(shown),
        pages=pages,
        total=len(order),
        staged=sum(old[one] != place for place, one in enumerate(order, 1)),
        groups=group_places(order, lineup),
        renumbering=renumbering,
    )


def group_places(order: Iterable[ChannelId], lineup: Lineup) -> tuple[GroupPlace, ...]:
    """Return the groups in the order of their first channels."""
    places: dict[str, tuple[int, int]] = {}
    for place, one in enumerate(order, 1):
        title = lineup.by_id[one].channel.group
        first, count = places.get(title, (place, 0))
        places[title] = (first, count + 1)
    return tuple(GroupPlace(title, place, count) for title, (place, count) in places.items())


def renumbering_view(
    changes: Sequence[Renumbered], names: Mapping[ChannelId, str], *, start: int, version: str
) -> Renumbering:
    """Say which numbers become others, and what is lost with the old ones."""
    rows = (
        Row(
            one.channel,
            names.get(one.channel, one.channel),
            str(one.new),
            str(one.old),
            str(one.new),
            KNOWN if one.seen else "",
        )
        for one in changes
    )
    return Renumbering(start, listed(rows), sum(one.seen for one in changes), version)
