"""Reports on streams at the described system's paths, for programs on this machine only."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Protocol

from aiohttp import web

from tunerr.gateway.timeline import StreamAttempt
from tunerr.model.status import TunerStatus
from tunerr.model.url import Zone
from tunerr.outputs.web import json_response
from tunerr.support.clock import Clock
from tunerr.support.zones import zone_of
from tunerr.views.streams import active_view, attempts_view, relays_view


class Gateway(Protocol):
    """What we need of the gateway."""

    def attempts(self) -> tuple[StreamAttempt, ...]:
        """Sessions, newest first; those at work included."""
        ...

    def status(self) -> tuple[TunerStatus, ...]:
        """One entry for each tuner."""
        ...


def routes(*, gateway: Gateway, clock: Clock) -> list[web.RouteDef]:
    """GET routes of the reports. This port has no login: only loopback peers with a loopback Host get an answer."""

    def guarded(request: web.Request) -> None:
        # The Host too: a web page that names this machine by a name of its own must not read them.
        if not (_is_loopback(request.remote or "") and _is_loopback(_host(request))):
            raise web.HTTPForbidden

    async def attempts(request: web.Request) -> web.Response:
        guarded(request)
        return json_response(attempts_view(gateway.attempts(), request.query.get("limit", "")))

    async def active(request: web.Request) -> web.Response:
        guarded(request)
        return json_response(active_view(gateway.attempts(), len(gateway.status())))

    async def relays(request: web.Request) -> web.Response:
        guarded(request)
        return json_response(relays_view(gateway.attempts(), clock.now().isoformat(timespec="seconds")))

    return [
        web.get("/debug/stream-attempts.json", attempts),
        web.get("/debug/active-streams.json", active),
        web.get("/debug/shared-relays.json", relays),
    ]


def _host(request: web.Request) -> str:
    host = request.host
    return host[1 : host.index("]")] if host.startswith("[") and "]" in host else host.partition(":")[0]


def _is_loopback(address: str) -> bool:
    if address.lower() == "localhost":
        return True
    try:
        return zone_of(ip_address(address)) is Zone.LOOPBACK
    except ValueError:
        return False
