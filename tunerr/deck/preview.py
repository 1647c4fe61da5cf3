"""A look at a channel from the deck: the stream itself, for whoever is logged in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from aiohttp import web

from tunerr.errors import TuneError
from tunerr.support.tasks import Supervisor
from tunerr.support.video import Viewer, address_of, send_video

_LOOK_SECONDS = 0.25
# A page of another site could hold a tuner by a link or a picture.
_OWN_SITE = frozenset({"same-origin", "none"})

Watch = Callable[[str, str], AbstractAsyncContextManager[Viewer]]
"""A viewer of the channel with that id, who asks from that address. Raises TuneError."""


def preview_routes(watch: Watch, *, stands: Callable[[web.Request], bool]) -> list[web.RouteDef]:
    """`/preview/{channel}.ts`: the channel as transport stream. It holds a tuner as any viewer does.

    `stands`: whether who was let in would be let in now; else the stream ends.
    """

    async def preview(request: web.Request) -> web.StreamResponse:
        if request.headers.get("Sec-Fetch-Site", "none") not in _OWN_SITE:
            raise web.HTTPForbidden(text="This request came from another site.")
        try:
            async with (
                _while_wanted(request, stands),
                watch(request.match_info["channel"], address_of(request)) as viewer,
            ):
                return await send_video(request, viewer)
        except TuneError as error:
            return web.Response(status=error.status, text=str(error))
        except TimeoutError:  # nobody is there to read it
            return web.Response(status=499)

    return [web.get(r"/preview/{channel}.ts", preview, allow_head=False)]


@asynccontextmanager
async def _while_wanted(request: web.Request, stands: Callable[[web.Request], bool]) -> AsyncIterator[None]:
    """End the block with TimeoutError when the client has gone, or its session is over.

    The deck's handlers are not cancelled then, for its acts must not be; a wait for a picture would go on without it.
    """
    watching = Supervisor()
    async with asyncio.timeout(None) as bound:
        watching.spawn(_end_without(request, stands, bound), "wait for the end of a preview")
        try:
            yield
        finally:
            await watching.aclose()


async def _end_without(request: web.Request, stands: Callable[[web.Request], bool], bound: asyncio.Timeout) -> None:
    def wanted() -> bool:
        return request.transport is not None and not request.transport.is_closing() and stands(request)

    while wanted():  # noqa: ASYNC110 - nobody tells its end
        await asyncio.sleep(_LOOK_SECONDS)
    bound.reschedule(asyncio.get_running_loop().time())
