"""/healthz says that the program answers, /readyz that it is of use."""

from __future__ import annotations

from aiohttp import web

from tunerr.model.channel import Lineup
from tunerr.model.status import SourceStatus
from tunerr.outputs.web import json_response
from tunerr.support.snapshot import Published
from tunerr.views.health import health


def routes(*, lineup: Published[Lineup | None], sources: Published[tuple[SourceStatus, ...]]) -> list[web.RouteDef]:
    """Routes of the probes. A liveness probe must not restart a server that waits for its provider: always 200."""

    async def healthz(_: web.Request) -> web.Response:
        view = health(lineup.current, sources.current)
        return json_response(
            {
                "status": "ok" if view.ready else "loading",
                "source_ready": view.ready,
                "channels": view.channels,
                "last_refresh": view.last_refresh.isoformat(timespec="seconds") if view.last_refresh else None,
            }
        )

    async def readyz(_: web.Request) -> web.Response:
        ready = health(lineup.current, sources.current).ready
        return json_response({"status": "ready" if ready else "not_ready"}, status=200 if ready else 503)

    return [web.get("/healthz", healthz), web.get("/readyz", readyz)]
