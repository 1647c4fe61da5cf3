"""Streams for operators' programs: reports and acts on the deck's port, at the described system's paths."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import orjson
from aiohttp import web

from tunerr.deck.forms import form_of
from tunerr.deck.gate import SESSION
from tunerr.errors import ActionRefused, TunerrError
from tunerr.gateway.timeline import StreamAttempt
from tunerr.model.status import TunerStatus
from tunerr.support.clock import Clock
from tunerr.views.streams import active_view, attempts_view, relays_view

_ACTIONS = {
    "stream-stop": "End the stream of request_id, or all streams of channel_id.",
    "stream-attempts-clear": "Forget the streams that are over.",
    "shared-relay-replay": "Accepted without effect: a viewer starts at the newest access point, whatever its size.",
}


class Gateway(Protocol):
    """What we need of the gateway."""

    def attempts(self) -> tuple[StreamAttempt, ...]:
        """Sessions, newest first; those at work included."""
        ...

    def status(self) -> tuple[TunerStatus, ...]:
        """One entry for each tuner."""
        ...


def routes(
    *,
    gateway: Gateway,
    clock: Clock,
    user: str,
    stop: Callable[[str, str, str], Awaitable[str]],
    clear: Callable[[str], Awaitable[str]],
) -> list[web.RouteDef]:
    """`stop` takes who asks, a request id and a channel id; `user` is who a program with Basic is."""

    async def attempts(request: web.Request) -> web.Response:
        return _json(attempts_view(gateway.attempts(), request.query.get("limit", "")))

    async def active(_: web.Request) -> web.Response:
        return _json(active_view(gateway.attempts(), len(gateway.status())))

    async def relays(_: web.Request) -> web.Response:
        return _json(relays_view(gateway.attempts(), clock.now().isoformat(timespec="seconds")))

    async def known(_: web.Request) -> web.Response:
        return _json({"actions": [{"name": name, "about": about} for name, about in _ACTIONS.items()]})

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
            return _json({"error": error.message, "hint": error.hint}, 409 if isinstance(error, ActionRefused) else 500)
        return _json({"ok": True, "message": sentence})

    return [
        web.get("/debug/stream-attempts.json", attempts),
        web.get("/debug/active-streams.json", active),
        web.get("/debug/shared-relays.json", relays),
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


def _json(value: object, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(value), status=status, content_type="application/json")
