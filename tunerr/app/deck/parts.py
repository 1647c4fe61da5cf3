"""Every page, act and report of the deck, by subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from tunerr.actions.undo import Undoing
from tunerr.app.core import Core
from tunerr.app.deck.autopilot import autopilot_operations, autopilot_pages
from tunerr.app.deck.channels import channels_operations, channels_pages
from tunerr.app.deck.diagnostics import diagnostics_pages, diagnostics_reports, diagnostics_routes
from tunerr.app.deck.draft import draft_operations, draft_pages
from tunerr.app.deck.first_run import first_run_pages
from tunerr.app.deck.guide import guide_operations, guide_pages
from tunerr.app.deck.home import HomeDesk
from tunerr.app.deck.live import live_operations, live_pages, live_routes
from tunerr.app.deck.programming import programming_posts, programming_reports
from tunerr.app.deck.providers import number, provider_operations, provider_pages
from tunerr.app.deck.settings import deck_settings, settings_operations, settings_pages
from tunerr.app.deck.users import users_operations, users_pages
from tunerr.app.operator_acts import OperatorActs
from tunerr.app.sampling import Memory
from tunerr.deck import logos
from tunerr.deck.gate import Gate
from tunerr.deck.operations import Fields, Operation
from tunerr.deck.page import Page
from tunerr.model.channel import Channel, ChannelId
from tunerr.model.operator import Role
from tunerr.model.samples import Samples
from tunerr.storage.choices import KINDS, Kind
from tunerr.support.pictures import Pictures
from tunerr.support.tasks import Supervisor
from tunerr.views.reports import Reports

_OF_CHANNELS: frozenset[Kind] = frozenset({"channel", "identity", "lineup"})
_TAKES_BACK: Mapping[Role, frozenset[Kind]] = {Role.OPERATOR: KINDS - {"setting"}, Role.ADMIN: KINDS}


@dataclass(frozen=True, slots=True)
class Parts:
    """What the deck is made of.

    `described`: acts by method and path of the described system. `routes`: streams, pictures and downloads.
    """

    pages: tuple[Page, ...]
    operations: Mapping[str, Operation]
    described: Mapping[tuple[str, str], Operation]
    reports: Reports
    routes: tuple[web.RouteDef, ...]


def parts_of(core: Core, acts: OperatorActs, memory: Memory, gate: Gate, background: Supervisor) -> Parts:
    """Ask every subject for its own; `background` runs what nobody waits for."""
    home = HomeDesk(core, memory)
    figures = home.operations()

    async def samples() -> Samples:
        return memory.sampler.samples.current

    settings_report, settings_act = deck_settings(core)
    pictures = Pictures(folder=core.ground.folder.logo_dir, clients=core.ground.clients, background=background)
    return Parts(
        pages=(
            *home.pages(),
            *first_run_pages(core, acts, memory),
            *live_pages(core),
            *draft_pages(core, acts),
            *channels_pages(core, acts),
            *guide_pages(core, acts),
            *provider_pages(core, acts),
            *autopilot_pages(core, acts),
            *diagnostics_pages(core),
            *settings_pages(core, acts),
            *users_pages(core),
        ),
        operations={
            **figures,
            **live_operations(core),
            **draft_operations(core, acts),
            **channels_operations(core, acts),
            **guide_operations(acts),
            **provider_operations(acts),
            **autopilot_operations(core),
            **settings_operations(acts),
            **users_operations(core),
            **_undo(acts.undoing, core.desk.operators.role_of),
        },
        described={
            ("POST", "/deck/settings.json"): settings_act,
            ("DELETE", "/deck/activity.json"): figures["activity-clear"],
            ("DELETE", "/deck/telemetry.json"): figures["telemetry-clear"],
            **{("POST", path): act for path, act in programming_posts(core, acts).items()},
        },
        reports={
            **home.reports(),
            **diagnostics_reports(core),
            **programming_reports(core, acts),
            "/deck/settings.json": settings_report,
        },
        routes=(
            *live_routes(core, gate),
            *diagnostics_routes(core, acts, gate=gate, samples=samples),
            *logos.routes(_finder(core), pictures),
        ),
    )


def _undo(undoing: Undoing, role_of: Callable[[str], Role | None]) -> dict[str, Operation]:
    def kinds(who: str) -> frozenset[Kind]:
        """What somebody may take back: what the own acts change. A token that is for channels gets no further."""
        return _TAKES_BACK.get(role_of(who) or Role.VIEWER, _OF_CHANNELS)

    async def undo(who: str, fields: Fields) -> str:
        return await undoing.undo(number(fields, "act"), who=who, kinds=kinds(who))

    async def redo(who: str, _: Fields) -> str:
        return await undoing.redo(who=who, kinds=kinds(who))

    return {
        "undo": Operation("Take back the act of the journal with the number `act`.", undo, "channels"),
        "redo": Operation("Do again what was taken back last.", redo, "channels"),
    }


def _finder(core: Core) -> logos.Find:
    async def find(channel: ChannelId) -> Channel | None:
        lineup = core.lineup.current
        row = lineup.by_id.get(channel) if lineup is not None else None
        if row is not None:
            return row.channel
        return next(iter(await core.offering.reader.channels([channel])), None)

    return find
