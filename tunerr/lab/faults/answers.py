"""Wrong answers to requests, and the two ways in which a connection ends."""

from __future__ import annotations

import socket
import struct

from aiohttp import web

from tunerr.lab.faults import vocabulary as v

TS_TYPE = "video/mp2t"
HLS_TYPE = "application/vnd.apple.mpegurl"
NOT_KEPT = {"Cache-Control": "no-store"}
_PAGE = "<!DOCTYPE html><html><head><title>Account</title></head><body><h1>Your account has expired</h1></body></html>"


class PlainStream(web.StreamResponse):
    """A body that ends with its connection, as streaming panels send it: neither chunked nor of a known length."""

    _length_check = False

    def __init__(self, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.force_close()


def wrong_answer(fault: v.AnswerFault) -> web.Response | None:
    """The answer that the fault gives in place of the right one; None when it only changes that."""
    match fault:
        case v.Refuse(status=status, retry_after=retry_after):
            headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
            return web.Response(status=status, text="refused\n", headers=NOT_KEPT | headers)
        case v.Html():
            return web.Response(text=_PAGE, content_type="text/html", headers=NOT_KEPT)
        case v.Empty():
            return web.Response(body=b"", content_type=TS_TYPE, headers=NOT_KEPT)
        case v.Redirect(to=name):
            return web.Response(status=302, headers=NOT_KEPT | {"Location": f"/clip/{name}.ts"})
        case _:
            return None


def cut(request: web.Request, *, reset: bool) -> None:
    """End the connection at once: by RST, or by FIN after what was written."""
    transport = request.transport
    if transport is None:
        return
    if reset:
        raw: socket.socket | None = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    else:
        transport.close()
