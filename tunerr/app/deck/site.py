"""The Control Deck as one application: its pages and acts from all parts, behind one gate."""

from __future__ import annotations

from functools import partial

from aiohttp import web

from tunerr.app.addresses import client_addresses
from tunerr.app.core import Core
from tunerr.app.deck.parts import parts_of
from tunerr.app.operator_acts import OperatorActs
from tunerr.app.sampling import Memory
from tunerr.deck.assets import Assets
from tunerr.deck.doors import Doors
from tunerr.deck.entry import Entry
from tunerr.deck.feed import Feeds
from tunerr.deck.gate import Gate
from tunerr.deck.hosts import Hosts
from tunerr.deck.navigation import Facts
from tunerr.deck.operations import OperationRoutes
from tunerr.deck.pages import PageRoutes, level_routes
from tunerr.deck.refusals import explain_refusals
from tunerr.deck.render import Renderer
from tunerr.deck.security import add_security_headers
from tunerr.support.tasks import Supervisor
from tunerr.views.reports import Reports


def deck_application(
    core: Core, acts: OperatorActs, memory: Memory, reports: Reports, background: Supervisor
) -> web.Application:
    """Join everything that the deck's port answers; `background` runs what keeps live parts fresh."""
    desk = core.desk
    assets = Assets()
    renderer = Renderer(asset=assets.url, has_asset=assets.has)
    doors = Doors(renderer)
    gate = Gate(
        operators=desk.operators,
        tokens=desk.tokens,
        sessions=desk.sessions,
        throttle=desk.throttle,
        hosts=Hosts(core.settings.deck.hosts, core.settings.server.base_url),
        refused=doors.refusal,
    )
    feeds = Feeds(background)
    pages = PageRoutes(
        gate=gate,
        renderer=renderer,
        feeds=feeds,
        facts=partial(_facts, core, acts),
        urls=partial(client_addresses, core),
    )
    parts = parts_of(core, acts, memory, gate, background)
    application = web.Application(middlewares=[explain_refusals(pages, doors), gate.middleware])
    application.on_response_prepare.append(add_security_headers)
    application.on_shutdown.append(feeds.end)
    application.on_cleanup.append(renderer.aclose)
    application.add_routes(assets.routes())
    application.add_routes(Entry(gate=gate, doors=doors, code=desk.code).routes())
    application.add_routes(level_routes())
    operations = OperationRoutes(gate=gate, operations=parts.operations, latest_act=desk.choices.latest_by)
    application.add_routes(operations.routes({**reports, **parts.reports}, parts.described))
    application.add_routes(pages.routes(parts.pages))
    application.add_routes(parts.routes)
    return application


def _facts(core: Core, acts: OperatorActs) -> Facts:
    lineup = core.lineup.current
    return Facts(
        streams=core.gateway.facts.active_sessions,
        channels=len(lineup.channels) if lineup else 0,
        changes=acts.draft.count,
    )
