import gzip
import logging

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.tools.clock import ManualClock
from tests.unit.catalog.lists import first_channels
from tunerr.catalog.reader import CatalogReader
from tunerr.catalog.refresh import CatalogRefresher
from tunerr.model.channel import SourceId
from tunerr.model.source import Source
from tunerr.model.status import SourceState
from tunerr.model.url import SecretUrl, Zone
from tunerr.storage.accounts import AccountStore
from tunerr.storage.connection import open_server
from tunerr.storage.facts import Facts
from tunerr.storage.folder import open_folder
from tunerr.storage.sources import SourceStore
from tunerr.support.http import HttpClients
from tunerr.support.snapshot import Published
from tunerr.support.worker_client import Worker


def playlist(names):
    return "#EXTM3U\n" + "".join(f'#EXTINF:-1 tvg-id="{name}",{name}\nhttp://h/9/{name}.ts\n' for name in names)


class Provider:
    """A provider whose next answer the test chooses."""

    def __init__(self):
        self.body = playlist("ABCDEFGHIJ").encode()
        self.status = 200
        self.etag = '"1"'
        self.asked = []

    async def answer(self, request):
        self.asked.append(request.headers.get("If-None-Match"))
        if self.status != 200:
            return web.Response(status=self.status)
        if request.headers.get("If-None-Match") == self.etag:
            return web.Response(status=304, headers={"ETag": self.etag})
        return web.Response(body=self.body, headers={"ETag": self.etag})


class World:
    """A refresher with a real provider, real databases and the real worker."""

    def __init__(self, folder, state, clients, url):
        self.provider = Provider()
        self.folder, self.state, self.clients = folder, state, clients
        self.clock = ManualClock()
        self.url = url

    async def start(self):
        self.catalog = await open_server(self.folder.catalog_db, kind="catalog", readonly=True)
        self.reader = CatalogReader(catalog=self.catalog, sources=Published((self.source(),)))
        self.refresher = CatalogRefresher(
            folder=self.folder,
            sources=SourceStore(self.state),
            accounts=AccountStore(self.state),
            reader=self.reader,
            clients=self.clients,
            worker=Worker(),
            clock=self.clock,
            on_account=lambda _account: None,
        )

    def source(self, url=None, **more):
        location = SecretUrl(url or f"{self.url}?username=alice&password=hunter2")
        return Source(id=SourceId("m3u"), kind="playlist", location=location, timeout=10, **more)

    async def refresh(self, url=None, *, accept_shrink=False, **more):
        status = await self.refresher.refresh(self.source(url, **more), accept_shrink=accept_shrink)
        assert list(self.folder.spool_dir.iterdir()) == []
        assert await SourceStore(self.state).statuses() == (status,)
        assert "hunter2" not in repr(status)
        return status

    async def names(self):
        return [channel.name for channel in await self.channels()]

    async def channels(self):
        return await first_channels(self.reader, 100)


@pytest.fixture
async def world(tmp_path):
    folder = open_folder(tmp_path / "data")
    state = await open_server(folder.state_db, kind="state")
    clients = HttpClients(user_agent="test")
    app = web.Application()
    server = TestServer(app)
    built = World(folder, state, clients, "")
    app.router.add_get("/get.php", built.provider.answer)
    await server.start_server()
    built.url = str(server.make_url("/get.php"))
    await built.start()
    yield built
    await built.catalog.close()
    await server.close()
    await clients.aclose()
    await state.close()


async def test_a_playlist_comes_in_and_an_unchanged_one_is_not_sent_again(world):
    status = await world.refresh()
    assert (status.state, status.entries, status.channels) == (SourceState.OK, 10, 10)
    assert status.message == "10 channels: 10 added."
    assert "alice" not in status.label
    world.clock.advance(3600)
    again = await world.refresh()
    assert (again.state, again.channels, again.message) == (SourceState.OK, 10, "Nothing changed.")
    assert again.succeeded_at > status.succeeded_at
    assert world.provider.asked == [None, '"1"']


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (404, b"", "404"),
        (401, b"", "401"),
        (500, b"", "500"),
        (200, b"<html>Your subscription expired</html>", "web page"),
        (200, b"#EXTM3U\n", "no channel"),
        (200, gzip.compress(playlist("ABC" * 500).encode(), mtime=0)[:-20], "ends early"),
    ],
)
async def test_a_failure_keeps_the_last_good_catalog(world, status, body, words):
    good = await world.refresh()
    world.provider.status, world.provider.body, world.provider.etag = status, body, '"2"'
    failed = await world.refresh()
    assert failed.state is SourceState.FAILED
    assert words in failed.message
    assert failed.hint
    assert (failed.channels, failed.succeeded_at) == (good.channels, good.succeeded_at)
    assert await world.names() == list("ABCDEFGHIJ")
    world.provider.status, world.provider.etag = 200, '"1"'
    assert (await world.refresh()).state is SourceState.OK


async def test_an_unreachable_provider_is_a_status(world):
    await world.refresh()
    failed = await world.refresh("http://127.0.0.1:9/get.php?password=hunter2")
    assert failed.state is SourceState.FAILED
    assert await world.names() == list("ABCDEFGHIJ")


async def test_a_shrunken_answer_is_refused_until_it_has_stood(world):
    await world.refresh()
    world.provider.body, world.provider.etag = playlist("ABC").encode(), '"2"'
    for _ in range(3):
        refused = await world.refresh()
        assert refused.state is SourceState.REFUSED
        assert "3 channels, 10 before" in refused.message
        assert refused.channels == 10
        world.clock.advance(8 * 3600)
    assert (await world.refresh()).state is SourceState.OK
    assert await world.names() == list("ABC")


async def test_the_operator_accepts_a_shrunken_answer(world):
    await world.refresh()
    world.provider.body, world.provider.etag = playlist("ABC").encode(), '"2"'
    await world.refresh()
    assert (await world.refresh(accept_shrink=True)).channels == 3


async def test_a_lost_catalog_is_fetched_again_in_full(world):
    await world.refresh()
    await world.catalog.close()
    for path in world.folder.root.glob("catalog.db*"):
        path.unlink()
    await world.start()
    assert (await world.refresh()).channels == 10
    assert await world.names() == list("ABCDEFGHIJ")


async def test_a_file_is_a_source_of_the_operators_zone(world, tmp_path):
    path = tmp_path / "own list.m3u"
    path.write_text(playlist("AB"))
    assert (await world.refresh(str(path))).channels == 2
    assert [channel.streams[0].zone for channel in await world.channels()] == [Zone.LOOPBACK] * 2
    assert (await world.refresh(str(path))).message == "Nothing changed."


async def test_no_secret_reaches_the_log(world, caplog, capsys):
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)  # the provider's own log
    with caplog.at_level(logging.DEBUG):
        await world.refresh()
        await Facts(world.state).set("session_key", "hunter2")
    said = caplog.text + "".join(capsys.readouterr())
    assert "hunter2" not in said
