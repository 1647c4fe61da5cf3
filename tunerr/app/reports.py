"""All reports that both ports have, joined to the running parts."""

from __future__ import annotations

from functools import partial
from typing import Any

from tunerr.app.core import Core
from tunerr.app.runtime import runtime_report
from tunerr.lineup.plan import Decision
from tunerr.lineup.rules.coverage import GuidePolicy
from tunerr.lineup.rules.pipeline import GUIDE_POLICY
from tunerr.views.guide_policy import policy_view
from tunerr.views.guide_reports import Diagnoses, GuideReports
from tunerr.views.reports import Reports
from tunerr.views.streams import stream_reports


def all_reports(core: Core, diagnoses: Diagnoses) -> Reports:
    """By path. `diagnoses`: of the guides in force."""
    clock = core.ground.clock
    guide = GuideReports(
        reader=core.guide.reader,
        search=core.guide.search,
        lineup=core.lineup,
        health=core.guide.health,
        edition=core.edition,
        sources=core.ground.sources,
        clock=clock,
        store=core.guide.stored,
        policy=partial(_policy, core),
        diagnoses=diagnoses,
    )
    return {**stream_reports(core.gateway, clock), **guide.table(), "/debug/runtime.json": runtime_report(core)}


async def _policy(core: Core, asked: GuidePolicy | None) -> dict[str, Any]:
    plans, dropped = core.offering.plans, list[Decision]()
    while page := await plans.decisions(stage=GUIDE_POLICY, kept=False, after=dropped[-1].channel if dropped else ""):
        dropped += page
    return policy_view(
        policy=core.offering.planner.in_force.guide_policy,
        summary=await plans.summary(),
        dropped=dropped,
        health=core.guide.health.current,
        asked=asked,
    )
