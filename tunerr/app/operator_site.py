"""What the operator uses: the Control Deck, and the socket by which commands reach the running server."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from ipaddress import ip_address

import structlog
from aiohttp import web

from tunerr import __version__
from tunerr.actions.audit import Audit
from tunerr.actions.operators import OneTimeCode, Operators
from tunerr.actions.refresh import accept_shrink, refresh_sources
from tunerr.actions.streams import clear_attempts, stop_stream
from tunerr.app.control import control_application, start_control
from tunerr.app.core import Core
from tunerr.app.sites import start_tcp
from tunerr.deck.gate import Gate, add_security_headers
from tunerr.deck.pages import Pages
from tunerr.deck.sessions import Sessions
from tunerr.deck.streams import routes as stream_routes
from tunerr.deck.throttle import Throttle
from tunerr.errors import ActionRefused
from tunerr.model.channel import SourceId
from tunerr.support.lan import lan_address
from tunerr.views.device import ClientUrls, at_port, authority, base_url, client_urls
from tunerr.views.status import HomeView, home_view

log = structlog.get_logger(__name__)

_LOOPBACK = "127.0.0.1"


async def start_operator_site(core: Core, stack: AsyncExitStack) -> None:
    """Open the control socket and, unless it is switched off, the deck."""
    deck = core.settings.deck
    audit = Audit(state=core.state, clock=core.clock)
    operators = Operators(
        state=core.state,
        clock=core.clock,
        audit=audit,
        user=deck.user,
        fixed_password=deck.password.get_secret_value() if deck.password else None,
    )
    stack.callback(operators.close)
    code = OneTimeCode()
    control = await start_control(_control(core, audit, operators, code), core.folder.socket)
    stack.push_async_callback(control.cleanup)
    if deck.disabled:
        return
    runner = await start_tcp(
        _deck(core, audit, operators, code),
        host="" if deck.allow_lan else _LOOPBACK,
        port=deck.port,
        name="Control Deck",
        setting="IPTV_TUNERR_WEBUI_PORT",
    )
    stack.push_async_callback(runner.cleanup)
    url = deck_url(core)
    log.info("control deck is up", url=url, user=deck.user)
    if not await operators.password_is_set():
        # Worth nothing once it is used, and asked for again by `deck code`: so a log may hold it.
        log.warning("set the deck's password with this one-time code", code=code.renew(), url=url)


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


def _control(core: Core, audit: Audit, operators: Operators, code: OneTimeCode) -> web.Application:
    who = "command line"

    async def refresh(arguments: Mapping[str, str]) -> str:
        source = arguments.get("source")
        return await refresh_sources(core.cycle, audit, who=who, source=SourceId(source) if source else None)

    async def accept(arguments: Mapping[str, str]) -> str:
        return await accept_shrink(core.cycle, audit, who=who, source=SourceId(arguments.get("source", "")))

    async def renew_code(_: Mapping[str, str]) -> str:
        if operators.fixed:
            raise ActionRefused("The password is set by IPTV_TUNERR_WEBUI_PASS.", hint="Change it there.")
        await audit.note(who=who, act="deck-code", subject=operators.user)
        return f"The one-time code is {code.renew()}; set a new password with it at {deck_url(core)}setup"

    return control_application({"refresh": refresh, "accept-refresh": accept, "deck-code": renew_code})


def _deck(core: Core, audit: Audit, operators: Operators, code: OneTimeCode) -> web.Application:
    gate = Gate(operators, Sessions(clock=core.clock), Throttle(clock=core.clock))

    def view() -> HomeView:
        return home_view(
            lineup=core.lineup.current,
            edition=core.edition.current,
            statuses=core.statuses.current,
            tuners=core.gateway.status(),
            attempts=core.gateway.attempts(),
            version=__version__,
            demo=core.settings.is_demo,
        )

    def urls(request: web.Request) -> ClientUrls:
        """The address by which the operator came, unless that is of use on this machine only."""
        configured, port = core.settings.server.base_url, core.settings.server.addr.port
        if configured:
            return client_urls(configured)
        asked = base_url(configured="", host=request.host, local=(_LOOPBACK, port))
        here = any(name in asked for name in ("//localhost", "//127.", "//[::1]"))
        return client_urls(tuner_url(core) if here else at_port(asked, port))

    pages = Pages(
        gate=gate,
        code=code,
        view=view,
        urls=urls,
        refresh=lambda who, source: refresh_sources(core.cycle, audit, who=who, source=source),
        accept_shrink=lambda who, source: accept_shrink(core.cycle, audit, who=who, source=source),
        stop_stream=lambda who, channel: stop_stream(core.gateway, audit, who=who, channel=channel),
    )
    application = web.Application(middlewares=[gate.middleware])
    application.on_response_prepare.append(add_security_headers)
    application.add_routes(pages.routes())
    application.add_routes(
        stream_routes(
            gateway=core.gateway,
            clock=core.clock,
            user=operators.user,
            stop=lambda who, request, channel: stop_stream(
                core.gateway, audit, who=who, request=request, channel=channel
            ),
            clear=lambda who: clear_attempts(core.gateway, audit, who=who),
        )
    )
    return application
