"""The groups of the catalog, and which of them the operator picked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tunerr.actions.picks import GroupNames, Pick, pick_of
from tunerr.lineup.group_reader import GroupTotal
from tunerr.lineup.rules.groups import GroupCount
from tunerr.views.paging import Pages

Show = Literal["all", "ticked", "left-out"]


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group: its channels, how many of them are offered now, and what the draft says of it."""

    id: str
    title: str
    source: str
    channels: int
    chosen: int
    pick: Pick


@dataclass(frozen=True, slots=True)
class GroupsView:
    """A page of groups and what all ticks come to.

    `ticked`: the groups that are ticked, `left_out` those that never come; `wanted`: the channels of the ticked ones,
    or of all that are not left out when none is ticked. `places`: what all devices carry. `file`: the recipe's file
    that decides in the place of these picks, empty for none.
    """

    rows: tuple[GroupRow, ...]
    pages: Pages
    text: str
    source: str
    show: Show
    sources: tuple[str, ...]
    all: GroupTotal
    ticked: GroupTotal
    left_out: GroupTotal
    wanted: int
    places: int
    devices: int
    file: str


def names_of(groups: Mapping[str, Iterable[GroupCount]]) -> dict[str, GroupNames]:
    """Return the names of groups by id; `groups` has those of one title by the title without its source."""
    return {
        row.id: GroupNames(short, f"{row.source}--{short}", tuple(one.id for one in rows))
        for short, rows in groups.items()
        for row in rows
    }


def group_rows(
    rows: Iterable[GroupCount], names: Mapping[str, GroupNames], programming: Mapping[str, Any]
) -> Iterable[GroupRow]:
    """Say of each group what the recipe makes of it."""
    for row in rows:
        yield GroupRow(row.id, row.title, row.source, row.channels, row.chosen, pick_of(programming, names[row.id]))
