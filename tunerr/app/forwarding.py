"""Who asks, by which name, and below which path: settled once for each request, before anything else sees it."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from tunerr.deck.gate import PREFIX
from tunerr.deck.hosts import BEHIND_PROXY
from tunerr.outputs.web import came_to
from tunerr.support.addresses import Network, plain_address
from tunerr.support.forwarded import asked
from tunerr.views.device import authority


def settle_who_asks(trusted: Sequence[Network]) -> Middleware:
    """Make the middleware that has `remote`, `scheme` and `host` of a request say what its client did.

    Behind a `trusted` proxy that is what the proxy forwards. A request without a Host has that of the address which it
    came to, and one that names the host in its first line has its Host header all the same. `host` may be any text.
    The deck finds the path below which a proxy shows it, and whether there is one on another machine, in the request.
    """

    @web.middleware
    async def settle(request: web.Request, handler: Handler) -> web.StreamResponse:
        told = asked(request.remote or "", request.headers, trusted)
        host = told.host if told else request.headers.get(hdrs.HOST, "")
        settled = request.clone(
            rel_url=request.rel_url,
            scheme=told.scheme if told else "http",
            host=host or _came_to(request),
            remote=told.client if told else request.remote or "",
        )
        if told:
            settled[PREFIX] = told.prefix
            settled[BEHIND_PROXY] = not plain_address(request.remote or "").is_loopback
        return await handler(settled)

    return settle


def _came_to(request: web.Request) -> str:
    local = came_to(request)
    return authority(*local) if local else "localhost"
