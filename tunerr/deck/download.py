"""Files that are made when somebody asks for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web

from tunerr.deck.gate import VISITOR, Gate
from tunerr.model.operator import Role


def bundle_routes(*, gate: Gate, make: Callable[[str], Awaitable[tuple[str, bytes]]]) -> list[web.RouteDef]:
    """The debug bundle, for administrators. `make` takes who asks and returns name and bytes of a ZIP."""

    async def bundle(request: web.Request) -> web.Response:
        visitor = request[VISITOR]
        gate.allows(visitor, Role.ADMIN, "diagnostics")
        name, data = await make(visitor.name)
        return web.Response(
            body=data,
            content_type="application/zip",
            headers={hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"', hdrs.CACHE_CONTROL: "no-store"},
        )

    return [web.get("/diagnostics/bundle.zip", bundle, allow_head=False)]
