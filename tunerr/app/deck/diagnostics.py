"""Diagnostics in the deck: overview, streams, log, who did what, workflows, debug bundle."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from aiohttp import web

from tunerr.app.core import Core
from tunerr.app.debug_bundle import Part, debug_bundle
from tunerr.app.operator_acts import OperatorActs
from tunerr.deck.download import bundle_routes
from tunerr.deck.gate import Gate
from tunerr.deck.log_tail import log_routes
from tunerr.deck.page import Asked, Page
from tunerr.model.operator import Role
from tunerr.model.status import SourceState
from tunerr.storage.audit import AuditReader
from tunerr.views.diagnostics import (
    ROWS,
    AttemptsView,
    AuditView,
    LogsView,
    Overview,
    as_event,
    attempts_page,
    first,
    logs_view,
    overview,
    paged,
)
from tunerr.views.guide_doctor import doctor_view
from tunerr.views.reports import Reports
from tunerr.views.workflows import WORKFLOWS, Known, WorkflowView, workflow_reports, workflow_view

_LONGEST = 100  # characters of a filter


def diagnostics_pages(core: Core) -> tuple[Page, ...]:
    """All but the metrics, which are the history's."""
    reader = AuditReader(core.desk.state)

    async def first_page(_: Asked) -> Overview:
        listed = ((one.name, one.title, one.about) for one in WORKFLOWS.values())
        return overview(core.gateway.attempts(), core.desk.logs.records, await reader.count(), listed)

    async def logs(asked: Asked) -> LogsView:
        # 2,000 lines are searched in some milliseconds, which video need not wait for.
        return await asyncio.to_thread(
            logs_view, core.desk.logs.records, **_filters(asked, "level", "channel", "request", "q", "page", "follow")
        )

    async def streams(asked: Asked) -> AttemptsView:
        return attempts_page(core.gateway.attempts(), **_filters(asked, "status", "q", "page"))

    async def audit(asked: Asked) -> AuditView:
        chosen = _filters(asked, "who", "act")
        pages = paged(await reader.count(**chosen), asked.query.get("page", ""), chosen)
        rows = await reader.page(**chosen, after=first(pages), limit=ROWS)
        return AuditView(people=await reader.people(), acts=await reader.acts(), rows=rows, pages=pages, **chosen)

    async def workflow(asked: Asked) -> WorkflowView:
        return workflow_view(asked.match["name"], known(core))

    return (
        Page("/diagnostics", "diagnostics.html", first_page),
        Page("/diagnostics/logs", "logs.html", logs, Role.OPERATOR),
        Page("/diagnostics/streams", "attempts.html", streams),
        Page("/diagnostics/audit", "audit.html", audit, Role.ADMIN),
        Page("/diagnostics/workflows/{name}", "workflow.html", workflow),
    )


def diagnostics_routes(
    core: Core, acts: OperatorActs, *, gate: Gate, samples: Callable[[], Awaitable[Any]] | None = None
) -> list[web.RouteDef]:
    """The log as it grows, and the debug bundle, with the `samples` of the last 24 hours where there are some."""

    async def doctor() -> dict[str, Any]:
        return doctor_view(await acts.guide.diagnoses.current(core.edition.current))

    more: dict[str, Part] = {"guide-doctor.json": doctor}
    if samples is not None:
        more["samples.json"] = samples

    async def make(who: str) -> tuple[str, bytes]:
        return await debug_bundle(core, who=who, more=more)

    return [
        *log_routes(gate=gate, log=core.desk.logs, tell=as_event),
        *bundle_routes(gate=gate, make=make),
    ]


def diagnostics_reports(core: Core) -> Reports:
    """The workflows as documents, for the deck's port."""
    return workflow_reports(partial(known, core), core.ground.clock)


def known(core: Core) -> Known:
    """What the workflows say of now."""
    lineup, edition, statuses = core.lineup.current, core.edition.current, core.statuses.current
    return Known(
        channels=len(lineup.channels) if lineup else 0,
        linked=edition.linked if edition else None,
        sources=len(statuses),
        ill=sum(one.state in (SourceState.FAILED, SourceState.REFUSED) for one in statuses),
        attempts=core.gateway.attempts(),
    )


def _filters(asked: Asked, *names: str) -> dict[str, str]:
    return {name: asked.query.get(name, "").strip()[:_LONGEST] for name in names}
