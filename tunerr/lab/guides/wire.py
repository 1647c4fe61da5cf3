"""The guide provider's HTTP face: guides by conditional GET, in every form, or what ails them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from email.utils import format_datetime
from typing import cast

from aiohttp import web

from tunerr.errors import TunerrError
from tunerr.lab.faults.answers import NOT_KEPT, PlainStream, cut
from tunerr.lab.guides.bodies import body, size
from tunerr.lab.guides.document import Window
from tunerr.lab.guides.faults import GuideFault
from tunerr.lab.guides.forms import CONTENT_TYPES, FORMS, Form
from tunerr.lab.guides.state import Asked, Offered, State
from tunerr.support.clock import Clock

_DRIP_SECONDS = 1.0
_ELSEWHERE = "http://169.254.169.254/latest/meta-data"
_STATUSES = {GuideFault.SERVER_ERROR: 500, GuideFault.NOT_FOUND: 404, GuideFault.LOGIN_WANTED: 401}


class Wire:
    """The site. Guides are made while they are sent. `ail` arms a fault by names, and raises TunerrError."""

    def __init__(self, state: State, clock: Clock, ail: Callable[[str, str], None]) -> None:
        self._state = state
        self._clock = clock
        self._ail = ail

    def app(self) -> web.Application:
        """Everything; the runner needs `handler_cancellation`."""
        app = web.Application()
        forms = "|".join(FORMS).replace(".", r"\.")
        app.add_routes(
            [
                web.get(rf"/{{name:[\w-]+}}.{{form:{forms}}}", self._guide),
                web.get("/lab/state.json", self._facts),
                web.put("/lab/guides/{name}/{fault}", self._arm),
                web.delete("/lab/guides/{name}", self._disarm),
            ]
        )
        return app

    async def _guide(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        guide = self._state.guides.get(name)
        if guide is None:
            raise web.HTTPNotFound
        conditional = "If-None-Match" in request.headers or "If-Modified-Since" in request.headers
        asked = Asked(name, request.path_qs, self._clock.monotonic(), conditional, guide.fault)
        self._state.asked.append(asked)
        if guide.fault is GuideFault.SILENT:
            await asyncio.Event().wait()
        short = _refusal(request, guide.fault) if guide.fault else _unchanged(request, guide)
        if short is not None:
            asked.status = short.status
            return short
        return await self._send(request, guide, asked)

    async def _send(self, request: web.Request, guide: Offered, asked: Asked) -> web.StreamResponse:
        form, fault, window = cast("Form", request.match_info["form"]), guide.fault, _window(request)
        response = PlainStream() if fault is GuideFault.CUT else web.StreamResponse()
        response.content_type = "text/html" if fault is GuideFault.LOGIN_PAGE else CONTENT_TYPES[form]
        if fault is None:
            response.headers.update(_validators(guide))
        if fault in {GuideFault.CUT_SHORT, GuideFault.RESET}:
            response.content_length = size(guide.shape, form, window)
        asked.status = response.status
        await response.prepare(request)
        for piece in body(guide.shape, form, fault, window):
            await response.write(piece)
            asked.sent += len(piece)
            if fault is GuideFault.SLOW:
                await asyncio.sleep(_DRIP_SECONDS)
        if fault in {GuideFault.CUT_SHORT, GuideFault.RESET}:
            cut(request, reset=fault is GuideFault.RESET)
        else:
            await response.write_eof()
        return response

    async def _facts(self, _request: web.Request) -> web.Response:
        return web.json_response(self._state.document(), headers=NOT_KEPT)

    async def _arm(self, request: web.Request) -> web.Response:
        try:
            self._ail(request.match_info["name"], request.match_info["fault"])
        except TunerrError as error:
            raise web.HTTPBadRequest(text=f"{error}\n") from error
        return web.json_response({"armed": request.match_info["fault"]})

    async def _disarm(self, request: web.Request) -> web.Response:
        guide = self._state.guides.get(request.match_info["name"])
        if guide is None:
            raise web.HTTPNotFound
        guide.fault = None
        return web.json_response({"disarmed": request.match_info["name"]})


def _refusal(request: web.Request, fault: GuideFault) -> web.Response | None:
    """The answer of faults that send no body of a guide's size."""
    if fault in _STATUSES:
        return web.Response(status=_STATUSES[fault], text="no\n")
    if fault is GuideFault.REDIRECT_LOOP:
        further = request.rel_url.update_query(turn=int(request.query.get("turn", "0")) + 1)
        return web.Response(status=302, headers=NOT_KEPT | {"Location": str(further)})
    if fault is GuideFault.REDIRECT_PRIVATE:
        return web.Response(status=302, headers=NOT_KEPT | {"Location": _ELSEWHERE})
    return None


def _validators(guide: Offered) -> dict[str, str]:
    return {"ETag": guide.etag, "Last-Modified": format_datetime(guide.changed_at, usegmt=True)}


def _unchanged(request: web.Request, guide: Offered) -> web.Response | None:
    """304 for who has this guide; by the date only where no ETag was sent along (RFC 9110 §13.1.3)."""
    known, since = request.headers.get("If-None-Match"), request.if_modified_since
    same = guide.etag == known if known is not None else since is not None and guide.changed_at <= since
    return web.Response(status=304, headers=_validators(guide)) if same else None


def _window(request: web.Request) -> Window | None:
    """The rows that `?from=…&to=…` (Unix seconds) asks for; None for all."""
    query = request.query
    if "from" not in query and "to" not in query:
        return None
    try:
        return float(query.get("from", "-inf")), float(query.get("to", "inf"))
    except ValueError as error:
        raise web.HTTPBadRequest(text="from and to are Unix seconds\n") from error
