"""Listening sockets: started in order, a taken port explained."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
from collections.abc import Sequence

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler

from tunerr.app.crowd import Crowd, CrowdedSite
from tunerr.app.forwarding import settle_who_asks
from tunerr.app.ports import Ports
from tunerr.errors import TunerrError
from tunerr.support.addresses import Network

log = structlog.get_logger(__name__)


def _is_our_fault(record: logging.LogRecord) -> bool:
    """False for bytes that are no HTTP: each would leave a traceback, and maybe a header with credentials."""
    return record.exc_info is None or not isinstance(record.exc_info[1], HttpProcessingError)


# For the framework's own words about a request.
_requests = logging.getLogger(f"{__name__}.requests")
_requests.addFilter(_is_our_fault)

# What is left to a request when the program ends; streams are ended by the gateway before.
_SHUTDOWN_S = 2.0
# A connection that has no whole request for so long is closed: a new one, one between requests, and one that sends a
# request byte by byte. More than proxies keep theirs (nginx 60 s), so that they close first and lose no request.
_WITHOUT_REQUEST_S = 75.0
# A client that takes nothing of its answer for so long is cut off by the kernel, also one whose machine still says that
# it is there. Slow ones go on: each byte taken begins the time anew. Viewers of streams are given up long before.
_WITHOUT_READING_S = 75.0


async def start_tcp(
    application: web.Application,
    *,
    host: str,
    port: int,
    name: str,
    setting: str,
    ports: Ports,
    trusted: Sequence[Network] = (),
    cancel_handlers: bool = False,
    most: int | None = None,
) -> web.AppRunner:
    """Serve `application` on host (empty: every address) and port; the caller cleans the runner up.

    The sockets come from `ports`. `trusted`: the proxies whose word counts about who asks. `cancel_handlers` ends a
    handler when its client has gone. `most`: connections at once, for a port of pages, which are then begun one by one.
    Raises TunerrError that names the setting to change.
    """
    application.middlewares[:0] = [_cut_off_who_does_not_read, settle_who_asks(trusted)]
    crowd = Crowd(most) if most is not None else None
    if crowd is not None:
        application.middlewares.insert(0, crowd.middleware)
    runner = web.AppRunner(
        application,
        handler_cancellation=cancel_handlers,
        shutdown_timeout=_SHUTDOWN_S,
        keepalive_timeout=_WITHOUT_REQUEST_S,
        auto_decompress=False,  # nobody sends compressed bodies, and some kilobytes of zeros hold the loop for a second
        access_log=None,
        logger=_requests,
    )
    await runner.setup()
    try:
        await _listen(runner, ports, host, port, crowd)
    except OSError as error:
        await runner.cleanup()
        raise explained(error, host, port, name, setting) from error
    return runner


async def also_listen(runner: web.AppRunner, *, host: str, port: int, name: str, setting: str, ports: Ports) -> None:
    """Serve what `runner` serves on a further address; one warning when it can't be had."""
    try:
        await _listen(runner, ports, host, port)
    except OSError as error:
        problem = explained(error, host, port, name, setting)
        log.warning("further address not opened", problem=problem.message, hint=problem.hint)
    else:
        log.info("listening on a further address", name=name, host=host or "*", port=port)


@web.middleware
async def _cut_off_who_does_not_read(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.transport is not None:
        milliseconds = int(_WITHOUT_READING_S * 1000)
        own = request.transport.get_extra_info("socket")
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
    return await handler(request)


async def _listen(runner: web.AppRunner, ports: Ports, host: str, port: int, crowd: Crowd | None = None) -> None:
    for one in await asyncio.to_thread(ports.sockets, host, port):  # a host may be a name that is looked up
        await (web.SockSite(runner, one) if crowd is None else CrowdedSite(runner, one, crowd)).start()


def explained(error: OSError, host: str, port: int, name: str, setting: str) -> TunerrError:
    """Say why `name` can't listen there, and which `setting` to look at."""
    where = f"{host or '*'}:{port}"
    # uvloop and asyncio word the same failure differently and may bury errno in the text.
    number = error.errno or 0
    if number == errno.EADDRINUSE or "in use" in str(error):
        return TunerrError(
            f"The {name} can't listen on {where}: another program uses that port.",
            hint=f"End that program or choose another port with {setting}.",
        )
    if number == errno.EACCES:
        return TunerrError(
            f"The {name} may not listen on {where}: ports below 1024 need more rights.",
            hint="Grant CAP_NET_BIND_SERVICE (systemd: AmbientCapabilities=CAP_NET_BIND_SERVICE; by hand: setcap on the"
            f" Python that runs it), publish that port of a container (-p {port}:5004), or choose a higher port with"
            f" {setting}.",
        )
    reason = os.strerror(number) if number > 0 else str(error)
    return TunerrError(f"The {name} can't listen on {where}: {reason}.", hint=f"Check {setting}.")
