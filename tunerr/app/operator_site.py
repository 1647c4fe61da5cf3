"""What the operator uses: the Control Deck, and the socket by which commands reach the running server."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from functools import partial
from ipaddress import ip_address

import structlog
from aiohttp import web

from tunerr import __version__
from tunerr.actions.streams import clear_attempts, stop_stream
from tunerr.app.acts import deck_acts
from tunerr.app.control import control_application, start_control
from tunerr.app.core import Core
from tunerr.app.operator_acts import OperatorActs
from tunerr.app.sites import start_tcp
from tunerr.deck.gate import Gate, add_security_headers
from tunerr.deck.operations import Fields, Operation
from tunerr.deck.operations import routes as operation_routes
from tunerr.deck.pages import Pages
from tunerr.deck.render import Renderer
from tunerr.deck.sources import SourcePages
from tunerr.deck.throttle import Throttle
from tunerr.support.lan import lan_address
from tunerr.views.device import ClientUrls, at_port, authority, base_url, client_urls
from tunerr.views.reports import Reports
from tunerr.views.status import HomeView, home_view

log = structlog.get_logger(__name__)

_LOOPBACK = "127.0.0.1"
_NO_REPLAY = "Accepted without effect: a viewer starts at the newest access point, whatever its size."


async def start_operator_site(core: Core, acts: OperatorActs, reports: Reports, stack: AsyncExitStack) -> None:
    """Open the control socket and, unless it is switched off, the deck."""
    deck, desk = core.settings.deck, core.desk
    code_acts = deck_acts(desk.operators, desk.audit, renew_code=desk.code.renew, url=partial(deck_url, core))
    control = await start_control(control_application({**acts.table(), **code_acts}), desk.folder.socket)
    stack.push_async_callback(control.cleanup)
    if deck.disabled:
        return
    runner = await start_tcp(
        _deck(core, acts, reports),
        host="" if deck.allow_lan else _LOOPBACK,
        port=deck.port,
        name="Control Deck",
        setting="IPTV_TUNERR_WEBUI_PORT",
        trusted=core.settings.server.trusted_proxies,
    )
    stack.push_async_callback(runner.cleanup)
    url = deck_url(core)
    log.info("control deck is up", url=url, user=deck.user)
    if not await desk.operators.password_is_set():
        # Worth nothing once it is used, and asked for again by `deck code`: so a log may hold it.
        log.warning("set the deck's password with this one-time code", code=desk.code.renew(), url=url)


def tuner_url(core: Core) -> str:
    """The tuner's address as another machine of the house would write it."""
    return core.settings.server.base_url or f"http://{authority(_own_address(core), core.settings.server.addr.port)}"


def deck_url(core: Core) -> str:
    """The deck's address as another machine of the house would write it, or this one where the deck is for it alone."""
    deck = core.settings.deck
    return f"http://{authority(_own_address(core) if deck.allow_lan else _LOOPBACK, deck.port)}/"


def _own_address(core: Core) -> str:
    host = core.settings.server.addr.host
    return (lan_address() or _LOOPBACK) if _is_everywhere(host) else host


def _is_everywhere(host: str) -> bool:
    try:
        return not host or ip_address(host).is_unspecified
    except ValueError:
        return False


def _deck(core: Core, acts: OperatorActs, reports: Reports) -> web.Application:
    desk = core.desk
    gate = Gate(desk.operators, desk.sessions, Throttle(clock=core.ground.clock))
    renderer = Renderer()
    pages = Pages(
        gate=gate,
        renderer=renderer,
        code=desk.code,
        view=partial(_home, core),
        urls=partial(_urls, core),
        refresh=acts.refresh,
        accept_shrink=acts.accept,
        stop_stream=lambda who, channel: stop_stream(core.gateway, desk.audit, who=who, channel=channel),
    )
    sources = SourcePages(
        gate=gate, renderer=renderer, view=acts.sources_view, probe=acts.probe, acts=acts.source_forms()
    )
    application = web.Application(middlewares=[gate.middleware])
    application.on_response_prepare.append(add_security_headers)
    application.add_routes([*pages.routes(), *sources.routes()])
    application.add_routes(
        operation_routes(reports=reports, operations=_operations(core, acts), user=desk.operators.user)
    )
    return application


def _operations(core: Core, acts: OperatorActs) -> Mapping[str, Operation]:
    """What programs may have done, by name."""
    gateway, audit = core.gateway, core.desk.audit

    async def stop(who: str, fields: Fields) -> str:
        request, channel = fields.get("request_id", ""), fields.get("channel_id", "")
        return await stop_stream(gateway, audit, who=who, request=request, channel=channel)

    async def replay(_who: str, _fields: Fields) -> str:
        return _NO_REPLAY

    return {
        "guide-refresh": Operation(
            "Have all guides read again; queued when that is being done.",
            lambda who, _: acts.guide_refresh.queue(who),
        ),
        "stream-stop": Operation("End the stream of request_id, or all streams of channel_id.", stop),
        "stream-attempts-clear": Operation(
            "Forget the streams that are over.", lambda who, _: clear_attempts(gateway, audit, who=who)
        ),
        "shared-relay-replay": Operation(_NO_REPLAY, replay),
    }


def _home(core: Core) -> HomeView:
    return home_view(
        lineup=core.lineup.current,
        edition=core.edition.current,
        statuses=core.statuses.current,
        tuners=core.gateway.status(),
        attempts=core.gateway.attempts(),
        version=__version__,
        demo=core.demo,
    )


def _urls(core: Core, request: web.Request) -> ClientUrls:
    """The address by which the operator came, unless that is of use on this machine only."""
    configured, port = core.settings.server.base_url, core.settings.server.addr.port
    if configured:
        return client_urls(configured)
    asked = base_url(configured="", host=request.host, local=(_LOOPBACK, port))
    here = any(name in asked for name in ("//localhost", "//127.", "//[::1]"))
    return client_urls(tuner_url(core) if here else at_port(asked, port))
