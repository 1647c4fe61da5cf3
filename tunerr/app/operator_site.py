"""What the operator uses: the Control Deck, and the socket by which commands reach the running server."""

from __future__ import annotations

from contextlib import AsyncExitStack
from functools import partial

import structlog

from tunerr.app.acts import deck_acts
from tunerr.app.addresses import deck_url
from tunerr.app.control import control_application, start_control
from tunerr.app.core import Core
from tunerr.app.deck.site import deck_application
from tunerr.app.operator_acts import OperatorActs
from tunerr.app.ports import Ports
from tunerr.app.sampling import Memory
from tunerr.app.sites import start_tcp
from tunerr.support.tasks import Supervisor
from tunerr.views.reports import Reports

log = structlog.get_logger(__name__)

_LOOPBACK = "127.0.0.1"
# Of all browsers together, each of which opens six at most; as many as can follow pages, and some for pages.
_CONNECTIONS = 256


async def start_operator_site(
    core: Core,
    acts: OperatorActs,
    memory: Memory,
    reports: Reports,
    *,
    ports: Ports,
    background: Supervisor,
    stack: AsyncExitStack,
) -> None:
    """Open the control socket and, unless it is switched off, the deck."""
    deck, desk = core.settings.deck, core.desk
    code_acts = deck_acts(desk.operators, desk.audit, renew_code=desk.code.renew, url=partial(deck_url, core))
    control = await start_control(control_application({**acts.table(), **code_acts}), desk.folder.socket)
    stack.push_async_callback(control.cleanup)
    if deck.disabled:
        return
    runner = await start_tcp(
        deck_application(core, acts, memory, reports, background),
        host="" if deck.allow_lan else _LOOPBACK,
        port=deck.port,
        name="Control Deck",
        setting="IPTV_TUNERR_WEBUI_PORT",
        ports=ports,
        trusted=core.settings.server.trusted_proxies,
        most=_CONNECTIONS,
    )
    stack.push_async_callback(runner.cleanup)
    url = deck_url(core)
    log.info("control deck is up", url=url, user=deck.user)
    if not desk.operators.password_is_set():
        # Worth nothing once it is used, and asked for again by `deck code`: so a log may hold it.
        log.warning("set the deck's password with this one-time code", code=desk.code.renew(), url=url)
