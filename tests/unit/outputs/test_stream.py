import asyncio
import contextlib

import aiohttp
import pytest

from tests.tools.until import until
from tests.unit.outputs.faces import PACKET, ROWS, SmallGateway, lineup, raw, serving
from tunerr.errors import ContentProtected, NoVideoData, TuneFailed
from tunerr.model.status import Client
from tunerr.outputs.stream import routes
from tunerr.support.snapshot import Published


@contextlib.asynccontextmanager
async def streaming(gateway, current=None):
    published = Published(lineup() if current is None else current)
    async with serving(routes(lineup=published, gateway=gateway)) as base:
        yield base


async def fetch(base, path, method="GET", headers=None):
    async with (
        aiohttp.ClientSession(auto_decompress=False) as session,
        session.request(method, base + path, headers=headers) as answer,
    ):
        return answer, await answer.read()


@pytest.mark.parametrize(
    "path",
    [
        "/auto/v5.1",
        "/tuner0/v5.1",
        "/device/2/auto/v5.1",
        "/device/2/tuner0/v5.1",
        "/stream/5.1",
        "/stream/5.1.ts",
        f"/stream/{ROWS[2].channel.id}",
        f"/stream/{ROWS[2].channel.id}.ts",
        "/auto/v5.1?transcode=internet720&x=y",
    ],
)
async def test_every_path_plays(path):
    gateway = SmallGateway()
    async with streaming(gateway) as base:
        answer, body = await fetch(base, path, headers={"Range": "bytes=0-", "Accept-Encoding": "gzip"})
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "video/mp2t"
    assert answer.headers["X-HDHomeRun-Resource"] == "tuner0"
    assert answer.headers["Connection"] == "close"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert not {"Content-Length", "Content-Encoding", "Transfer-Encoding", "Content-Range"} & set(answer.headers)
    assert body == PACKET * 21
    assert (gateway.tunes, gateway.viewers) == (1, 0)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
async def test_the_end_of_the_connection_ends_the_stream(version):
    async with streaming(SmallGateway()) as base:
        answer = await raw(base, f"GET /auto/v1 HTTP/{version}\nHost: a\n\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"Transfer-Encoding" not in head
    assert b"keep-alive" not in head
    assert body == PACKET * 21  # no chunk marks, nothing after the last packet


@pytest.mark.parametrize("path", ["/auto/v99", "/auto/ch549000000-3", "/tuner0/v99", "/tuner1/ch5", "/stream/x"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_unknown_channels(path, method):
    gateway = SmallGateway()
    async with streaming(gateway) as base:
        answer, body = await fetch(base, path, method)
    assert (answer.status, body) == (404, b"")
    assert answer.headers["X-HDHomeRun-Error"] == "801 Unknown Channel"
    assert gateway.tunes == 0


async def test_a_tuner_that_does_not_exist_is_404():
    async with streaming(SmallGateway()) as base:
        answer, body = await fetch(base, "/tuner9/v1")
    assert (answer.status, body) == (404, b"")


async def test_no_free_tuner_is_805_with_an_empty_body():
    gateway = SmallGateway(busy=[ROWS[1], ROWS[3]])
    async with streaming(gateway) as base:
        answer, body = await fetch(base, "/auto/v1")
        assert (answer.status, body, answer.headers["Content-Length"]) == (503, b"", "0")
        assert answer.headers["X-HDHomeRun-Error"] == "805 All Tuners In Use"
        busy, _ = await fetch(base, "/tuner1/v1")
        assert (busy.status, busy.headers["X-HDHomeRun-Error"]) == (503, "804 Tuner In Use")
        shared, _ = await fetch(base, "/auto/v2")
        assert shared.status == 200


@pytest.mark.parametrize("error", [TuneFailed("x"), NoVideoData("x"), ContentProtected("x"), RuntimeError("x")])
async def test_a_failed_tune_has_an_empty_body(error):
    class Failing(SmallGateway):
        @contextlib.asynccontextmanager
        async def watch(self, row, *, client, tuner=None):
            raise error
            yield

    async with streaming(Failing()) as base:
        answer, body = await fetch(base, "/auto/v1")
    assert body == b""
    if isinstance(error, RuntimeError):
        assert answer.status == 500
    else:
        assert (answer.status, answer.headers["X-HDHomeRun-Error"]) == (503, error.header)


async def test_head_takes_no_tuner():
    gateway = SmallGateway(busy=[ROWS[1], ROWS[3]])
    async with streaming(gateway) as base:
        for _ in range(100):
            answer, body = await fetch(base, "/auto/v1", "HEAD")
            assert (answer.status, answer.headers["Content-Type"], body) == (200, "video/mp2t", b"")
            assert "Content-Length" not in answer.headers
    assert gateway.tunes == 0


@pytest.mark.parametrize("reset", [False, True])
async def test_a_viewer_that_leaves_frees_its_tuner(reset):
    gateway = SmallGateway(packets=None)
    async with streaming(gateway) as base:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(base.rpartition(":")[2]))
        writer.write(b"GET /auto/v1 HTTP/1.1\r\nHost: a\r\n\r\n")
        await reader.readuntil(PACKET)
        assert gateway.viewers == 1
        if reset:
            writer.transport.abort()
        else:
            writer.close()
        await until(lambda: gateway.viewers == 0, deadline=1)


async def test_a_viewer_that_leaves_while_tuning_frees_its_tuner():
    class Slow(SmallGateway):
        waiting = 0

        @contextlib.asynccontextmanager
        async def watch(self, row, *, client, tuner=None):
            self.waiting += 1
            try:
                await asyncio.Event().wait()
                yield
            finally:
                self.waiting -= 1

    gateway = Slow()
    async with streaming(gateway) as base:
        _, writer = await asyncio.open_connection("127.0.0.1", int(base.rpartition(":")[2]))
        writer.write(b"GET /auto/v1 HTTP/1.1\r\nHost: a\r\n\r\n")
        await until(lambda: gateway.waiting == 1, deadline=1)
        writer.close()
        await until(lambda: gateway.waiting == 0, deadline=1)


async def test_a_fault_in_mid_stream_just_ends_it():
    async with streaming(SmallGateway(fault=RuntimeError("upstream"))) as base:
        answer = await raw(base, "GET /auto/v1 HTTP/1.1\nHost: a\n\n")
    assert answer.partition(b"\r\n\r\n")[2] == PACKET * 21


@pytest.mark.parametrize(
    ("query", "bounded"),
    [("?duration=0.3", True), ("?duration=nan", False), ("?duration=-1", False), ("?duration=x", False)],
)
async def test_duration(query, bounded):
    async with streaming(SmallGateway(packets=None if bounded else 3)) as base:
        async with asyncio.timeout(3):
            answer, body = await fetch(base, "/auto/v1" + query)
    assert answer.status == 200
    assert len(body) % 188 == 0
    assert (len(body) == 21 * 188) is not bounded


async def test_a_peer_that_never_reads_is_cut_off_after_the_end(monkeypatch):
    class Flooding(SmallGateway):
        transport = None

        @contextlib.asynccontextmanager
        async def watch(self, row, *, client, tuner=None):
            yield self

        tuner = 0

        async def deliver(self, transport, *, duration=None):
            self.transport = transport
            transport.write(PACKET * 200_000)

    monkeypatch.setattr("tunerr.support.video._LINGER_SECONDS", 0.2)
    gateway = Flooding()
    async with streaming(gateway) as base:
        _, writer = await asyncio.open_connection("127.0.0.1", int(base.rpartition(":")[2]), limit=1000)
        writer.write(b"GET /auto/v1 HTTP/1.1\r\nHost: a\r\n\r\n")
        await until(lambda: gateway.transport is not None, deadline=2)
        assert gateway.transport.get_write_buffer_size() > 0
        await until(lambda: gateway.transport.get_write_buffer_size() == 0, deadline=2)
        writer.transport.abort()


async def test_the_client_is_named_by_address_and_program():
    gateway = SmallGateway()
    async with streaming(gateway) as base:
        await fetch(base, "/auto/v1", headers={"User-Agent": "Lavf/60.16.100"})
        await raw(base, f"GET /auto/v1 HTTP/1.1\nHost: a\nUser-Agent: Kodi\t\x80\x9b31m {'x' * 200}\n\n")
        await raw(base, "GET /auto/v1 HTTP/1.0\n\n")
    programs = ["Lavf/60.16.100", f"Kodi 31m {'x' * 31}", ""]
    assert gateway.clients == [Client("127.0.0.1", program) for program in programs]


async def test_before_the_first_lineup_the_system_is_busy():
    async with serving(routes(lineup=Published(None), gateway=SmallGateway())) as base:
        answer, body = await fetch(base, "/auto/v1")
    assert (answer.status, answer.headers["X-HDHomeRun-Error"], body) == (503, "803 System Busy", b"")
