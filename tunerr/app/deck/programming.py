"""Groups, recipe and order at the described system's paths: read as reports, changed as the deck changes them."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from tunerr.actions.picks import Pick
from tunerr.actions.recipe import LISTS, sent_recipe, with_channel, with_place
from tunerr.app.addresses import tuner_url
from tunerr.app.core import Core
from tunerr.app.deck.groups import Groups
from tunerr.app.deck.providers import flag
from tunerr.app.operator_acts import OperatorActs
from tunerr.deck.operations import Fields, Operation
from tunerr.errors import ActionRefused
from tunerr.views.programming import (
    categories_report,
    channels_report,
    order_report,
    preview_report,
    recipe_report,
)
from tunerr.views.reports import Query, Reports, count

_AREA = "channels"
_MOST_ROWS = 1000


def programming_reports(core: Core, acts: OperatorActs) -> Reports:
    """By path."""
    groups = Groups(core, acts)

    async def categories(query: Query) -> dict[str, Any]:
        page = max(1, count(query, "page", 1, most=100_000))
        rows, total = await groups.listed(page, count(query, "limit", _MOST_ROWS, most=_MOST_ROWS))
        return categories_report(rows, total)

    async def recipe(_: Query) -> dict[str, Any]:
        return recipe_report(await groups.programming())

    async def channels(_: Query) -> dict[str, Any]:
        programming = await groups.programming()
        ids = [*programming.get("included_channel_ids", ()), *programming.get("excluded_channel_ids", ())]
        return channels_report(programming, await acts.finder.named(ids))

    async def order(_: Query) -> dict[str, Any]:
        return order_report(await groups.programming())

    async def preview(query: Query) -> dict[str, Any]:
        limit = count(query, "limit", 100, most=_MOST_ROWS)
        summary, lineup = await core.offering.plans.summary(), core.lineup.current
        return await asyncio.to_thread(preview_report, summary, lineup, base=tuner_url(core), limit=limit)

    return {
        "/programming/categories.json": categories,
        "/programming/recipe.json": recipe,
        "/programming/channels.json": channels,
        "/programming/order.json": order,
        "/programming/preview.json": preview,
    }


def programming_posts(core: Core, acts: OperatorActs) -> dict[str, Operation]:
    """By path: what a POST there does. All of it is staged in the draft."""
    groups, draft = Groups(core, acts), acts.draft
    picks: dict[str, Pick] = {"include": "include", "exclude": "exclude", "remove": "other"}

    async def category(who: str, fields: Fields) -> str:
        pick = picks.get(fields.get("action", ""))
        if pick is None:
            raise ActionRefused("Say what to do with the group.", hint=f"action is one of {', '.join(picks)}.")
        return await groups.stage({fields.get("category_id", ""): pick}, who)

    async def recipe(who: str, fields: Fields) -> str:
        lists = {name: fields.getall(name, []) for name in LISTS}
        collapse = flag(fields, "collapse_exact_backups")
        made = sent_recipe(lists, fields.get("order_mode", ""), collapse=collapse)
        return await draft.stage_programming(lambda _: made, who=who, what="The programming recipe")

    async def channel(who: str, fields: Fields) -> str:
        found = await acts.finder.find(fields.get("channel_id", ""))
        change = partial(with_channel, action=fields.get("action", ""), channel=found.id)
        return await draft.stage_programming(change, who=who, what=found.name)

    async def order(who: str, fields: Fields) -> str:
        found = await acts.finder.find(fields.get("channel_id", ""))
        change = partial(with_place, action=fields.get("action", ""), channel=found.id)
        return await draft.stage_programming(change, who=who, what=found.name)

    return {
        "/programming/categories.json": Operation("Stage one group: include, exclude or remove.", category, _AREA),
        "/programming/recipe.json": Operation("Stage a whole programming recipe.", recipe, _AREA),
        "/programming/channels.json": Operation("Stage one channel: include, exclude or remove.", channel, _AREA),
        "/programming/order.json": Operation(
            "Stage one channel in the recipe's own order: prepend, append or remove.", order, _AREA
        ),
    }
