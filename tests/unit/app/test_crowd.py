"""A port that many besiege, over real sockets."""

import asyncio
import contextlib

import pytest
from aiohttp import web

from tests.tools.until import until
from tunerr.app.ports import Ports
from tunerr.app.sites import start_tcp

MOST = 8
ASKED = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture
async def site():
    """The port of a site of eight connections, its runner, and the loop's turns in which requests began."""
    ports, began, turns = Ports(), [], [0]

    async def answer(_):
        began.append(turns[0])
        return web.Response(text="ok")

    async def count():
        while True:
            turns[0] += 1
            await asyncio.sleep(0)

    application = web.Application()
    application.router.add_get("/", answer)
    runner = await start_tcp(
        application, host="127.0.0.1", port=0, name="test", setting="--none", ports=ports, most=MOST
    )
    counting = asyncio.create_task(count())
    yield runner.addresses[0][1], runner, began
    counting.cancel()
    await runner.cleanup()
    ports.close()


@pytest.fixture
async def connect(site):
    """Opens one more connection to the site; all are closed with the test."""
    made = []

    async def one():
        made.append(await asyncio.open_connection("127.0.0.1", site[0]))
        return made[-1]

    yield one
    for _, writer in made:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def opened(connect, runner):
    """As many connections as there may be, of which the server knows."""
    found = [await connect() for _ in range(MOST)]
    await until(lambda: len(runner.server.connections) == MOST, what="the connections")
    return found


async def test_requests_that_come_together_begin_one_by_one(site, connect):
    _, runner, began = site
    made = await opened(connect, runner)
    for _, writer in made:
        writer.write(ASKED)
    for reader, _ in made:
        assert (await asyncio.wait_for(reader.readline(), 5)).startswith(b"HTTP/1.1 200")
    assert len(set(began)) == MOST, "two began in one turn of the loop"


async def test_who_only_waits_shuts_nobody_out(site, connect):
    _, runner, _ = site
    made = await opened(connect, runner)
    reader, _ = await connect()
    for waiting, why in [(reader, "one too many is closed"), *((one, "and so are those that wait") for one, _ in made)]:
        with contextlib.suppress(ConnectionResetError):
            assert await asyncio.wait_for(waiting.read(), 5) == b"", why
    await until(lambda: not runner.server.connections, what="room")
    reader, writer = await connect()
    writer.write(ASKED)
    assert (await asyncio.wait_for(reader.readline(), 5)).startswith(b"HTTP/1.1 200")
