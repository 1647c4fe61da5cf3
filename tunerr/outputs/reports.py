"""Reports on streams at the described system's paths, for programs on this machine only."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from tunerr.model.url import Zone
from tunerr.outputs.web import json_response
from tunerr.support.clock import Clock
from tunerr.support.zones import zone_of
from tunerr.views.streams import Gateway, stream_reports


def routes(*, gateway: Gateway, clock: Clock) -> list[web.RouteDef]:
    """GET routes of the reports. This port has no login: only loopback peers with a loopback Host get an answer."""

    def face(report: Callable[[str], dict[str, Any]]) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            # The Host too: a web page that names this machine by a name of its own must not read them.
            if not (_is_loopback(request.remote or "") and _is_loopback(_host(request))):
                raise web.HTTPForbidden
            return json_response(report(request.query.get("limit", "")))

        return answer

    return [web.get(path, face(report)) for path, report in stream_reports(gateway, clock).items()]


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
