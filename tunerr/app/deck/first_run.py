"""The deck's page for the first run, joined to the running parts."""

from __future__ import annotations

from tunerr.app.core import Core
from tunerr.app.deck.providers import probe_of, provider_rows
from tunerr.app.operator_acts import OperatorActs
from tunerr.app.sampling import Memory
from tunerr.deck.page import Asked, Page
from tunerr.views.first_run import FirstRunView, first_run_view


def first_run_pages(core: Core, acts: OperatorActs, memory: Memory) -> tuple[Page, ...]:
    """The way from nothing to a picture."""

    async def view(asked: Asked) -> FirstRunView:
        summary, lineup = await core.offering.plans.summary(), core.lineup.current
        recipe = core.offering.planner.in_force.programming
        devices = core.offering.devices
        return first_run_view(
            cards=await provider_rows(core, acts),
            probe=probe_of(acts),
            known=summary.channels if summary else 0,
            offered=len(lineup.channels) if lineup else 0,
            limit=devices.limit * devices.count,
            chosen=bool(recipe.selected_categories or recipe.excluded_categories or recipe.included_channel_ids),
            changes=acts.draft.count,
            asked=memory.callers.latest,
            urls=asked.urls,
            demo=core.demo,
        )

    return (Page("/start", "start.html", view, live=True),)
