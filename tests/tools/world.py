"""Pretended zones on loopback addresses, names with written answers, small servers."""

import asyncio
import socket
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.abc import AbstractResolver

from tunerr.model.url import Zone
from tunerr.support import zones

# Loopback addresses that play the world, so that every zone has a real server.
WORLD = {"127.0.0.2": Zone.INTERNET, "127.0.0.3": Zone.PRIVATE, "127.0.0.4": None}


def pretended_zone(address):
    return WORLD[str(address)] if str(address) in WORLD else zones.zone_of(address)


class Names(AbstractResolver):
    """A resolver whose answers the test writes; each look-up takes the next list, the last one stays."""

    def __init__(self, **names):
        self.answers = {name.replace("_", "."): list(rows) for name, rows in names.items()}
        self.asked = []

    async def resolve(self, host, port=0, family=socket.AF_INET):
        self.asked.append(host)
        rows = self.answers.get(host)
        if rows is None:
            raise OSError(None, "Domain name not found")
        addresses = rows.pop(0) if len(rows) > 1 else rows[0]
        return [
            {"hostname": host, "host": row, "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}
            for row in addresses
        ]

    async def close(self):
        pass


@asynccontextmanager
async def serving(handler, *hosts):
    """Serve every path with `handler` on each of `hosts`, all on one free port; gives the port."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        port = 0
        for host in hosts or ("127.0.0.1",):
            site = web.TCPSite(runner, host, port)
            await site.start()
            port = port or site._server.sockets[0].getsockname()[1]
        yield port
    finally:
        await runner.cleanup()


@asynccontextmanager
async def answering(*answers, host="127.0.0.1"):
    """A server that sends one of the raw `answers` to each connection, in turn, and closes it; gives the port."""
    left = list(answers)

    async def talk(reader, writer):
        try:
            await reader.readuntil(b"\r\n\r\n")
            answer = left.pop(0) if len(left) > 1 else left[0]
            if answer is None:  # a reset instead of an answer
                writer.transport.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"
                )
            else:
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, host, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
