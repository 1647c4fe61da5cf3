"""Fixtures that boot the real program."""

import pytest
import pytest_asyncio

from tests.tools import failover_run
from tests.tools.media import make_ts
from tests.tools.origin import origin
from tests.tools.server import start


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def demo(tmp_path_factory):
    """One program with the demo provider, shared by all tests that only read or play."""
    server = start(tmp_path_factory.mktemp("demo") / "data")
    try:
        yield await server.ready()
        assert server.stop() == 0, server.log
    finally:
        if server.process.poll() is None:
            server.kill()


@pytest_asyncio.fixture
async def boot(tmp_path):
    """A factory of programs that are ended with the test: `await boot(env={...})`."""
    servers = []

    async def factory(*flags, folder="data", wait=True, **options):
        server = start(tmp_path / folder, *flags, logs=tmp_path, **options)
        servers.append(server)
        return await server.ready() if wait else server

    yield factory
    for server in servers:
        if server.process.poll() is None:
            try:
                server.stop()
            finally:
                if server.process.poll() is None:
                    server.kill()


@pytest.fixture(scope="session")
def media(tmp_path_factory):
    """Sixty seconds of real H.264 and AAC in a transport stream."""
    return make_ts(tmp_path_factory.mktemp("media") / "live.ts", seconds=60).read_bytes()


@pytest_asyncio.fixture
async def provider(media):
    """A provider whose answers the test sets."""
    async with origin(media, 60) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def matrix(request, tmp_path_factory):
    """What came of each cell of the failover matrix that was asked for, by its name; all of them run at once."""
    asked = [getattr(item, "callspec", None) for item in request.session.items]
    cells = [spec.params["cell"] for spec in asked if spec is not None and "cell" in spec.params]
    return await failover_run.run(cells, tmp_path_factory.mktemp("matrix"))
