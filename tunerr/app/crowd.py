"""A port for pages, besieged: so many connections and no more, and requests that begin one by one.

What arrives together is worked off within one turn of the event loop, which carries video: without bounds two thousand
requests, that nobody need be logged in for, hold it for seconds.
"""

from __future__ import annotations

import asyncio
import socket
import time

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

log = structlog.get_logger(__name__)

# Closing what waits costs a look at every connection.
_SWEEP_EVERY_S = 1.0


class Crowd:
    """Those who are connected to one port: at most `most`."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._turn = asyncio.Lock()
        self._busy: set[object] = set()
        self._swept_at = -_SWEEP_EVERY_S

    @property
    def middleware(self) -> Middleware:
        """The middleware that begins one request in each turn of the event loop, in the order of their coming."""

        @web.middleware
        async def begin(request: web.Request, handler: Handler) -> web.StreamResponse:
            connection = request.protocol
            self._busy.add(connection)
            try:
                async with self._turn:
                    await asyncio.sleep(0)
                return await handler(request)
            finally:
                self._busy.discard(connection)

        return begin

    def has_room(self, server: web.Server) -> bool:
        """Whether one more may connect. When not, those without a request end, as browsers are used to.

        So nobody shuts others out by connecting and waiting.
        """
        connections = server.connections
        if len(connections) < self.most:
            return True
        if time.monotonic() - self._swept_at >= _SWEEP_EVERY_S:
            self._swept_at = time.monotonic()
            idle = [one for one in connections if one not in self._busy]
            log.warning("too many connections to the pages", open=len(connections), closed=len(idle))
            for one in idle:
                one.force_close()
        return False


class CrowdedSite(web.SockSite):
    """A listening socket for a crowd; a connection too many is closed as it comes."""

    def __init__(self, runner: web.BaseRunner, sock: socket.socket, crowd: Crowd) -> None:
        super().__init__(runner, sock)
        self._crowd = crowd

    async def start(self) -> None:
        """Listen."""
        await web.BaseSite.start(self)
        self._server = await asyncio.get_running_loop().create_server(
            self._received, sock=self._sock, backlog=self._backlog
        )

    def _received(self) -> asyncio.Protocol:
        server = self._runner.server
        return server() if server is not None and self._crowd.has_room(server) else _Refused()


class _Refused(asyncio.Protocol):
    """A connection that is over before it began."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()  # uvloop's transports are none of asyncio's classes, so there is no abort() to be sure of
