"""What every answer of the tuner port has in common: headers, errors, the base URL of the one who asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import orjson
import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from tunerr.errors import TuneError, TunerrError
from tunerr.model.channel import LineupChannel
from tunerr.views.device import base_url, is_foreign
from tunerr.views.problems import problem

log = structlog.get_logger(__name__)

RETRY_SECONDS: Final = 5
DEVICE_PATHS: Final = ("", "/device/{device:[0-9]{1,3}}")
"""Routes of the main device have the addresses of the hardware, those of each further one are below its own path."""

Served = Callable[[Sequence[LineupChannel]], None]
"""Hears which channels a client has fetched, at every GET; must not block."""

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


def install(app: web.Application) -> None:
    """Give `app` the error map and the common headers."""
    app.middlewares.append(_map_errors)
    app.on_response_prepare.append(_common_headers)


def request_base(request: web.Request, configured: str) -> str:
    """Build the base URL for the client that sent `request`, whose scheme and host are those that the client used."""
    return base_url(
        configured=configured,
        scheme=request.scheme,
        host=request.host,
        local=came_to(request) or ("127.0.0.1", 80),
    )


def came_to(request: web.Request) -> tuple[str, int] | None:
    """Our address and port that `request` was sent to; None when its connection is gone or has neither."""
    transport = request.transport
    local = transport.get_extra_info("sockname") if transport else None
    return (local[0], local[1]) if isinstance(local, tuple) else None


def not_ready(headers: Mapping[str, str] = _NONE) -> web.Response:
    """Answer while there is nothing yet: no body, because clients store any body as lineup or guide."""
    return web.Response(
        status=503, headers={hdrs.RETRY_AFTER: str(RETRY_SECONDS), hdrs.CACHE_CONTROL: "no-store", **headers}
    )


def json_response(value: object, *, status: int = 200, headers: Mapping[str, str] = _NONE) -> web.Response:
    """`value` as JSON."""
    return web.Response(
        body=orjson.dumps(value), status=status, content_type="application/json", charset="utf-8", headers=headers
    )


def is_from_another_site(request: web.Request) -> bool:
    """Whether a web page of another origin sent it. Browsers name the origin in every POST."""
    return is_foreign(request.headers.get(hdrs.ORIGIN), request.host)


def accepts_gzip(request: web.Request) -> bool:
    """Whether the client takes a gzip Content-Encoding; `q=0` is a no."""
    for choice in request.headers.get(hdrs.ACCEPT_ENCODING, "").lower().split(","):
        name, _, weight = choice.partition(";")
        if name.strip() == "gzip":
            return weight.replace(" ", "").rstrip("0.") != "q="
    return False


def is_known(request: web.Request, etag: str) -> bool:
    """Whether the client already has the version `etag` (weak comparison, as RFC 9110 §13.1.2 asks)."""
    return any(known.value in (etag, "*") for known in request.if_none_match or ())


def error_response(error: TunerrError) -> web.Response:
    """Map our errors to answers: a tuner's codes, else `views.problems`."""
    if isinstance(error, TuneError):
        return web.Response(status=error.status, headers={"X-HDHomeRun-Error": error.header})
    status, body = problem(error)
    return json_response(body, status=status)


@web.middleware
async def _map_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        allow = error.headers.get(hdrs.ALLOW)
        return web.Response(status=error.status, headers={hdrs.ALLOW: allow} if allow else None)
    except TunerrError as error:
        if _has_begun(request):
            raise
        return error_response(error)
    except Exception as error:  # the edge of a request: the framework's error text would be stored as guide or video
        if isinstance(error, ConnectionError) and _is_gone(request):
            return web.Response()  # to nobody
        if _has_begun(request):
            raise
        log.exception("request failed", path=request.path)
        return web.Response(status=500)


def _is_gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _has_begun(request: web.Request) -> bool:
    return request.writer.output_size > 0


async def _common_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers[hdrs.SERVER] = "HDHomeRun/1.0"  # some clients look for the real device's name
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault(hdrs.CACHE_CONTROL, "no-cache")
