"""The Unix socket in the data folder: how commands reach the running server. Who may open it owns the folder."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import orjson
from aiohttp import web

from tunerr.app.arguments import Act, Arguments
from tunerr.deck.render import json_answer, json_refusal
from tunerr.errors import ActionRefused, TunerrError
from tunerr.support.unix_socket import reachable

_LARGEST_REQUEST = 32 << 20  # bytes; an import of choices for every channel of a large provider


def control_application(acts: Mapping[str, Act]) -> web.Application:
    """`POST /act/<name>` with a JSON object; answers `{"message"}`, `{"data"}` or `{"error", "hint"}`."""

    async def act(request: web.Request) -> web.Response:
        chosen = acts.get(request.match_info["name"])
        try:
            if chosen is None:
                raise ActionRefused("This server does not know that act.", hint=f"It knows: {', '.join(sorted(acts))}.")
            answer = await chosen(_arguments(await request.read()))
        except TunerrError as error:
            return json_refusal(error)
        return json_answer({"message": answer} if isinstance(answer, str) else {"data": answer})

    application = web.Application(client_max_size=_LARGEST_REQUEST)
    application.router.add_post("/act/{name}", act)
    return application


async def start_control(application: web.Application, path: Path) -> web.AppRunner:
    """Serve on a Unix socket at `path`; the caller cleans the runner up."""
    # The folder's lock is held, so a socket in the way is a dead server's.
    await asyncio.to_thread(path.unlink, missing_ok=True)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    with reachable(path) as short:
        await web.UnixSite(runner, short).start()
    return runner


def _arguments(body: bytes) -> Arguments:
    try:
        parsed = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        raise ActionRefused("The request is no JSON.", hint="Send a JSON object, or nothing.") from error
    if not isinstance(parsed, dict):
        raise ActionRefused("The request is no JSON object.")
    return Arguments(parsed)
