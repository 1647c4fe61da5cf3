"""Reports and acts for operators' programs, on the deck's port at the described system's paths."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler

from tunerr.deck.forms import form_of, in_time
from tunerr.deck.gate import SESSION
from tunerr.deck.render import json_answer, json_refusal
from tunerr.errors import TunerrError
from tunerr.views.reports import Report, Reports

Fields = Mapping[str, str]


class Operation(NamedTuple):
    """One act: what it does in a sentence, and the act, which takes who asks and the fields and returns a sentence."""

    about: str
    act: Callable[[str, Fields], Awaitable[str]]


def routes(*, reports: Reports, operations: Mapping[str, Operation], user: str) -> list[web.RouteDef]:
    """GET routes of the reports, POST routes of the operations by name; `user` is who a program with Basic is."""

    async def known(_: web.Request) -> web.Response:
        return json_answer({"actions": [{"name": name, "about": one.about} for name, one in operations.items()]})

    async def act(request: web.Request) -> web.Response:
        operation = operations.get(request.match_info["name"])
        if operation is None:
            raise web.HTTPNotFound
        session = request.get(SESSION)
        fields = await _fields(request)
        try:
            said = await operation.act(session.user if session is not None else user, fields)
        except TunerrError as error:
            return json_refusal(error)
        return json_answer({"ok": True, "message": said})

    return [
        *(web.get(path, _face(report)) for path, report in reports.items()),
        web.get("/ops/actions/status.json", known),
        web.post("/ops/actions/{name}", act),
    ]


def _face(report: Report) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return json_answer(await report(request.query))
        except TunerrError as error:
            return json_refusal(error)

    return answer


async def _fields(request: web.Request) -> Fields:
    """Text fields of the query, a form or a JSON object."""
    if request.content_type != "application/json":
        return {**request.query, **await form_of(request)}
    try:
        async with in_time():
            body = await request.read()
        sent = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        raise web.HTTPBadRequest(text="The body is no JSON.") from error
    if not isinstance(sent, dict):
        raise web.HTTPBadRequest(text="The body is no JSON object.")
    return {**request.query, **{name: value for name, value in sent.items() if isinstance(value, str)}}
