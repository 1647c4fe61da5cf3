"""Reports at the described system's paths, for programs on this machine; those that are open to all who watch."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from tunerr.model.url import Zone
from tunerr.outputs.web import json_response
from tunerr.support.zones import zone_of
from tunerr.views.reports import Report, Reports

OPEN: Final = frozenset({"/guide/aliases.json"})
"""Answered to everybody."""


def routes(*, reports: Reports) -> list[web.RouteDef]:
    """GET routes of the reports. This port has no login: only loopback peers with a loopback Host get an answer."""
    return [web.get(path, _face(report, is_open=path in OPEN)) for path, report in reports.items()]


def _face(report: Report, *, is_open: bool) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        # The Host too: a web page that names this machine by a name of its own must not read them.
        if not is_open and not (_is_loopback(request.remote or "") and _is_loopback(_host(request))):
            raise web.HTTPForbidden
        return json_response(await report(request.query))

    return answer


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
