"""Sites of the laboratory on loopback."""

from __future__ import annotations

from aiohttp import web

from tunerr.errors import TunerrError

HOST = "127.0.0.1"
_SHUTDOWN_SECONDS = 1.0


async def listen(app: web.Application, *ports: int, who: str) -> web.AppRunner:
    """Serve on these ports, 0 for a free one, until the runner is cleaned up. Raises TunerrError when one is taken."""
    # A viewer that leaves has to be noticed even while no bytes flow, hence the cancellation.
    runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    for port in ports:
        try:
            await web.TCPSite(runner, HOST, port).start()
        except OSError as error:
            await runner.cleanup()
            raise TunerrError(f"{who} can't listen on {HOST}:{port}: {error.strerror}.") from error
    return runner
