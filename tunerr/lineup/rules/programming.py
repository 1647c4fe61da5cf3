"""The programming recipe's two stages: what is picked, and in which order it comes."""

from __future__ import annotations

from collections.abc import Sequence

from tunerr.lineup.rules.candidate import Candidate
from tunerr.lineup.rules.groups import group_ids
from tunerr.lineup.rules.locals import region_score
from tunerr.lineup.rules.stage import Given, Outcome, leave_out


def picks(channels: Sequence[Candidate], given: Given) -> Outcome | None:
    """Keep chosen groups and included channels. An excluded channel goes whatever else says, an included one stays."""
    recipe = given.rules.programming
    selected, unwanted = frozenset(recipe.selected_categories), frozenset(recipe.excluded_categories)
    included, excluded = frozenset(recipe.included_channel_ids), frozenset(recipe.excluded_channel_ids)
    if not selected and not unwanted and not excluded:
        return None

    def reason(channel: Candidate) -> str:
        if channel.id in excluded:
            return "the programming recipe excludes this channel"
        if channel.id in included:
            return ""
        ids = group_ids(channel)
        if not unwanted.isdisjoint(ids):
            return f"group '{channel.group}' is excluded"
        return (
            f"group '{channel.group}' is not among the chosen groups" if selected.isdisjoint(ids) and selected else ""
        )

    return leave_out(channels, reason, summary="not picked by the programming recipe")


def order(channels: Sequence[Candidate], given: Given) -> Outcome | None:
    """Put channels in the recipe's order: custom (named ones first) or recommended (as locals_first)."""
    recipe = given.rules.programming
    if recipe.order_mode == "recommended":
        scores = {channel.id: region_score(channel, given)[0] for channel in channels}
        ranked = sorted(channels, key=lambda channel: -scores[channel.id])
        return Outcome(ranked, kept=dict.fromkeys(scores, "in the recommended order"), summary="recommended order")
    if recipe.order_mode == "custom" and recipe.custom_order:
        places = {channel: place for place, channel in enumerate(dict.fromkeys(recipe.custom_order))}
        ranked = sorted(channels, key=lambda channel: places.get(channel.id, len(places)))
        named = {channel.id: "by your own order" for channel in channels if channel.id in places}
        return Outcome(ranked, kept=named, summary="your own order")
    return None
