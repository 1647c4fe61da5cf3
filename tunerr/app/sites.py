"""Listening sockets: started in order, a taken port explained."""

from __future__ import annotations

import errno
import logging
import os

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from tunerr.errors import TunerrError

log = structlog.get_logger(__name__)


def _is_our_fault(record: logging.LogRecord) -> bool:
    """False for bytes that are no HTTP: each would leave a traceback, and maybe a header with credentials."""
    return record.exc_info is None or not isinstance(record.exc_info[1], HttpProcessingError)


# For the framework's own words about a request.
_requests = logging.getLogger(f"{__name__}.requests")
_requests.addFilter(_is_our_fault)

# What is left to a request when the program ends; streams are ended by the gateway before.
_SHUTDOWN_S = 2.0


async def start_tcp(
    application: web.Application, *, host: str, port: int, name: str, setting: str, cancel_handlers: bool = False
) -> web.AppRunner:
    """Serve `application` on host (empty: every address) and port; the caller cleans the runner up.

    `cancel_handlers` ends a handler when its client has gone. Raises TunerrError that names the setting to change.
    """
    runner = web.AppRunner(
        application,
        handler_cancellation=cancel_handlers,
        shutdown_timeout=_SHUTDOWN_S,
        access_log=None,
        logger=_requests,
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host or None, port, reuse_address=True).start()
    except OSError as error:
        await runner.cleanup()
        raise _explained(error, host, port, name, setting) from error
    return runner


def _explained(error: OSError, host: str, port: int, name: str, setting: str) -> TunerrError:
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
            hint=f"Choose a higher port with {setting}.",
        )
    reason = os.strerror(number) if number > 0 else str(error)
    return TunerrError(f"The {name} can't listen on {where}: {reason}.", hint=f"Check {setting}.")
