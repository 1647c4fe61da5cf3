"""Edits of the programming recipe by channel, as programs ask for them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tunerr.errors import ActionRefused

LISTS = (
    "selected_categories",
    "excluded_categories",
    "included_channel_ids",
    "excluded_channel_ids",
    "preferred_backup_ids",
    "custom_order",
)
"""The recipe's lists, of ids of groups and of channels."""


def with_channel(recipe: Mapping[str, Any], action: str, channel: str) -> dict[str, Any]:
    """Return the recipe with a channel put in (`include`), left out (`exclude`) or as its group is (`remove`)."""
    included = [one for one in recipe.get("included_channel_ids", ()) if one != channel]
    excluded = [one for one in recipe.get("excluded_channel_ids", ()) if one != channel]
    match action:
        case "include":
            included.append(channel)
        case "exclude":
            excluded.append(channel)
        case "remove":
            pass
        case _:
            raise _unknown(action, "include, exclude or remove")
    return _filled({**recipe, "included_channel_ids": included, "excluded_channel_ids": excluded})


def with_place(recipe: Mapping[str, Any], action: str, channel: str) -> dict[str, Any]:
    """Return the recipe with a channel first (`prepend`) or last (`append`) in its own order, or not in it (`remove`).

    An own order that is not empty is in force.
    """
    order = [one for one in recipe.get("custom_order", ()) if one != channel]
    match action:
        case "prepend":
            order.insert(0, channel)
        case "append":
            order.append(channel)
        case "remove":
            pass
        case _:
            raise _unknown(action, "prepend, append or remove")
    return _filled({**recipe, "custom_order": order, "order_mode": "custom" if order else "source"})


def sent_recipe(lists: Mapping[str, list[str]], order_mode: str, *, collapse: bool) -> dict[str, Any]:
    """Return a recipe as a program sent it, by the lists' names; the check of the rules refuses the rest."""
    recipe = {name: lists[name] for name in LISTS if lists.get(name)}
    return _filled({**recipe, "order_mode": order_mode or "source", "collapse_exact_backups": collapse})


def _filled(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is as the default."""
    return {name: value for name, value in recipe.items() if value and value != "source"}


def _unknown(action: str, known: str) -> ActionRefused:
    return ActionRefused(f"There is no action {action[:40]!r} here.", hint=f"Send {known}.")
