"""Fixtures that boot the real program."""

import pytest
import pytest_asyncio

from tests.tools import failover_run
from tests.tools.clients import client
from tests.tools.media import make_ts
from tests.tools.origin import origin
from tests.tools.server import running, start
from tests.tools.until import until
from tunerr.lab.faults import FaultProvider
from tunerr.lab.media import MediaLibrary, default_folder


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def demo(tmp_path_factory):
    """One program with the demo provider, shared by all tests that only read or play."""
    async with running(tmp_path_factory.mktemp("demo") / "data") as server:
        yield server


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


@pytest_asyncio.fixture
async def sources():
    """The provider of all channels of a soak."""
    async with FaultProvider(media=MediaLibrary(default_folder(), client("ffmpeg"))) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def offered(request, media, tmp_path_factory):
    """A provider of a file's CHANNELS and the program on it with the file's TUNERS: one boot for all of its tests."""
    async with origin(media, 60) as offering:
        url, tuners = offering.playlist(*request.module.CHANNELS), request.module.TUNERS
        env = {"IPTV_TUNERR_M3U_URL": url, "IPTV_TUNERR_TUNER_COUNT": str(tuners)}
        async with running(tmp_path_factory.mktemp("offered") / "data", env=env) as server:
            server.rows = await server.json("/lineup.json")
            yield server, offering


@pytest_asyncio.fixture(loop_scope="module")
async def shared(offered):
    """The same once the test before has left nothing open; the provider counts anew."""
    server, offering = offered
    await server.idle()
    await until(lambda: offering.open_streams == 0, what="upstreams of the test before closed")
    offering.opened_streams = offering.most_open = 0
    offering.requests.clear()
    return server, offering


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def matrix(request, tmp_path_factory):
    """What came of each cell of the failover matrix that was asked for, by its name; all of them run at once."""
    asked = [getattr(item, "callspec", None) for item in request.session.items]
    cells = [spec.params["cell"] for spec in asked if spec is not None and "cell" in spec.params]
    return await failover_run.run(cells, tmp_path_factory.mktemp("matrix"))
