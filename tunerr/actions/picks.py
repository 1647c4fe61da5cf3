"""Which groups of channels are offered, as the programming recipe says it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

Pick = Literal["include", "exclude", "other"]
"""Offered; left out whatever else says; or as the other rules have it, which leave it out once any group is picked."""


class GroupNames(NamedTuple):
    """What a recipe may call one group: its title alone (`short`) or its source and title (`long`).

    `peers`: the ids of all groups of this title, of which there are several when several sources have it.
    """

    short: str
    long: str
    peers: tuple[str, ...]


def picked(
    programming: Mapping[str, Any], picks: Mapping[str, Pick], groups: Mapping[str, GroupNames]
) -> dict[str, Any]:
    """Return the recipe of `LineupRules.programming` with other picks, by ids of groups.

    Where a recipe names the groups of several sources by their title alone, this name gives way to the ids of all of
    them, so that those that are not picked anew stay as they are.
    """
    selected = dict.fromkeys(programming.get("selected_categories", ()))
    excluded = dict.fromkeys(programming.get("excluded_categories", ()))
    for group, pick in picks.items():
        names = groups[group]
        for listed in (selected, excluded):
            if names.short in listed:
                listed.update(dict.fromkeys(names.peers))
            for name in (names.short, names.long, group):
                listed.pop(name, None)
        if pick != "other":
            (selected if pick == "include" else excluded)[group] = None
    lists = {"selected_categories": list(selected), "excluded_categories": list(excluded)}
    kept = {key: value for key, value in programming.items() if key not in lists}
    return kept | {key: names for key, names in lists.items() if names}


def pick_of(programming: Mapping[str, Any], names: GroupNames) -> Pick:
    """Return the pick of a group."""
    if _among(programming.get("excluded_categories", ()), names):
        return "exclude"
    return "include" if _among(programming.get("selected_categories", ()), names) else "other"


def _among(listed: Any, names: GroupNames) -> bool:
    return names.short in listed or names.long in listed
