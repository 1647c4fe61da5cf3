"""Reports at the described system's paths, for programs on this machine; those that are open to all who watch."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

from aiohttp import hdrs, web
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
        if not is_open and not _is_from_here(request):
            raise web.HTTPForbidden
        return json_response(await report(request.query))

    return answer


def _is_from_here(request: web.Request) -> bool:
    # The name too: a web page that calls this machine by a name of its own must not read them. And its own Host beside
    # what a proxy forwards: a page can write all headers but this one.
    names = (request.host, *request.headers.getall(hdrs.HOST, ()))
    return _is_loopback(request.remote or "") and all(_is_loopback(_name(host)) for host in names)


def _name(host: str) -> str:
    return host[1 : host.index("]")] if host.startswith("[") and "]" in host else host.partition(":")[0]


def _is_loopback(address: str) -> bool:
    if address.lower() == "localhost":
        return True
    try:
        return zone_of(ip_address(address)) is Zone.LOOPBACK
    except ValueError:
        return False
