"""Video as an HTTP answer: the head is made here, the body is written by the gateway straight to the transport."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

from aiohttp import web

from tunerr.support.addresses import plain_address
from tunerr.support.forwarded import UNKNOWN

_CONTENT_TYPE = "video/mp2t"
# After the end a client gets this long to read what is still in its socket.
_LINGER_SECONDS = 10.0


class Viewer(Protocol):
    """A client's place in a running session."""

    @property
    def tuner(self) -> int:
        """Index of the tuner that the session holds."""
        ...

    async def deliver(self, transport: asyncio.Transport, *, duration: float | None = None) -> None:
        """Write transport stream until the session ends, the peer is lost or `duration` seconds are over."""
        ...


class VideoResponse(web.StreamResponse):
    """A stream that only the end of the connection ends: no length, no chunks, no compression."""

    _length_check = False  # otherwise the framework chunks every HTTP/1.1 answer without a length

    def __init__(self, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(headers=headers)
        self.content_type = _CONTENT_TYPE
        self.force_close()


async def send_video(
    request: web.Request, viewer: Viewer, *, headers: Mapping[str, str] | None = None, duration: float | None = None
) -> VideoResponse:
    """Answer with what the viewer gets, until it is over or after `duration` seconds; the connection is closed then."""
    response = VideoResponse(headers=headers)
    await response.prepare(request)
    transport = request.transport
    if transport is not None:
        try:
            await viewer.deliver(transport, duration=duration)
        finally:
            _hang_up(transport)
    return response


def address_of(request: web.Request) -> str:
    """Return the address of who asks, in its plain form."""
    try:
        return str(plain_address(request.remote or ""))
    except ValueError:
        return UNKNOWN


def _hang_up(transport: asyncio.Transport) -> None:
    """Close once everything is read, and cut off a peer that doesn't read."""
    transport.close()
    asyncio.get_running_loop().call_later(_LINGER_SECONDS, transport.abort)
