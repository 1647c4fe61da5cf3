"""The log as it grows, as server-sent events: one JSON object for each line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Any, Protocol

import orjson
from aiohttp import hdrs, web

from tunerr.deck.gate import VISITOR, Gate
from tunerr.model.operator import Role

# Longer without a word, and proxies take a connection for dead.
_HEARTBEAT_S = 15.0
# So soon is seen that the browser has gone, or its session: few may follow at once.
_LOOK_S = 0.5


# What is logged meanwhile goes out together: a flood of lines must not take the event loop.
_PAUSE_S = 0.2

Following = Callable[[], Awaitable[Sequence[Any]]]
"""Waits for the next lines."""


class Log(Protocol):
    """Where lines come from."""

    def follow(self) -> AbstractContextManager[Following]:
        """What waits for the next lines. Raises ActionRefused when too many follow already."""
        ...


def log_routes(*, gate: Gate, log: Log, tell: Callable[[Any], Mapping[str, object]]) -> list[web.RouteDef]:
    """The route of `t-log`. `tell` puts a line as those who follow get it."""

    async def tail(request: web.Request) -> web.StreamResponse:
        gate.allows(request[VISITOR], Role.OPERATOR, "diagnostics")
        with log.follow() as following:
            answer = web.StreamResponse(headers={hdrs.CONTENT_TYPE: "text/event-stream"})
            with suppress(ConnectionResetError):  # the reader has gone
                await answer.prepare(request)
                await answer.write(b"retry: 2000\n\n")
                await send(request, answer, following)
        return answer

    async def send(request: web.Request, answer: web.StreamResponse, following: Following) -> None:
        quiet = 0.0
        while listens(request):
            try:
                async with asyncio.timeout(_LOOK_S):
                    lines = await following()
            except TimeoutError:
                quiet += _LOOK_S
                if quiet < _HEARTBEAT_S:
                    continue
                said = b": still here\n\n"
            else:
                said = b"".join(b"data: %s\n\n" % orjson.dumps(tell(line), default=str) for line in lines)
            quiet = 0.0
            if listens(request):  # a session may have ended while nothing was logged
                await answer.write(said)
            await asyncio.sleep(_PAUSE_S)

    def listens(request: web.Request) -> bool:
        return request.transport is not None and not request.transport.is_closing() and gate.stands(request)

    # The answer to a HEAD has no body: what goes on would be taken for the answer to the next request.
    return [web.get("/diagnostics/logs/tail", tail, allow_head=False)]
