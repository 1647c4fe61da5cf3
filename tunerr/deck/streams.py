"""Streams for operators' programs: reports and acts on the deck's port, at the described system's paths."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler

from tunerr.deck.forms import form_of
from tunerr.deck.gate import SESSION
from tunerr.deck.render import json_answer, json_refusal
from tunerr.errors import TunerrError
from tunerr.support.clock import Clock
from tunerr.views.streams import Gateway, stream_reports

_ACTIONS = {
    "stream-stop": "End the stream of request_id, or all streams of channel_id.",
    "stream-attempts-clear": "Forget the streams that are over.",
    "shared-relay-replay": "Accepted without effect: a viewer starts at the newest access point, whatever its size.",
}


def routes(
    *,
    gateway: Gateway,
    clock: Clock,
    user: str,
    stop: Callable[[str, str, str], Awaitable[str]],
    clear: Callable[[str], Awaitable[str]],
) -> list[web.RouteDef]:
    """`stop` takes who asks, a request id and a channel id; `user` is who a program with Basic is."""

    def face(report: Callable[[str], dict[str, Any]]) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            return json_answer(report(request.query.get("limit", "")))

        return answer

    async def known(_: web.Request) -> web.Response:
        return json_answer({"actions": [{"name": name, "about": about} for name, about in _ACTIONS.items()]})

    async def act(request: web.Request) -> web.Response:
        session = request.get(SESSION)
        who = session.user if session is not None else user
        fields = await _fields(request)
        try:
            match request.match_info["name"]:
                case "stream-stop":
                    sentence = await stop(who, fields.get("request_id", ""), fields.get("channel_id", ""))
                case "stream-attempts-clear":
                    sentence = await clear(who)
                case "shared-relay-replay":
                    sentence = _ACTIONS["shared-relay-replay"]
                case _:
                    raise web.HTTPNotFound
        except TunerrError as error:
            return json_refusal(error)
        return json_answer({"ok": True, "message": sentence})

    return [
        *(web.get(path, face(report)) for path, report in stream_reports(gateway, clock).items()),
        web.get("/ops/actions/status.json", known),
        web.post("/ops/actions/{name}", act),
    ]


async def _fields(request: web.Request) -> Mapping[str, str]:
    """Text fields of the query, a form or a JSON object."""
    if request.content_type != "application/json":
        return {**request.query, **await form_of(request)}
    try:
        sent = orjson.loads(await request.read() or b"{}")
    except orjson.JSONDecodeError as error:
        raise web.HTTPBadRequest(text="The body is no JSON.") from error
    if not isinstance(sent, dict):
        raise web.HTTPBadRequest(text="The body is no JSON object.")
    return {**request.query, **{name: value for name, value in sent.items() if isinstance(value, str)}}
