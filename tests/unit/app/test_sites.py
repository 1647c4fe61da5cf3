import asyncio
import contextlib
import errno
import gzip
import logging

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from tests.tools.server import free_port
from tunerr.app import sites
from tunerr.app.ports import Ports
from tunerr.app.sites import also_listen, start_tcp


async def answered(port, request):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


@pytest.fixture
def ports():
    opened = Ports()
    yield opened
    opened.close()


@pytest.fixture
async def port(ports):
    async def broken(_):
        raise RuntimeError("ours")

    application = web.Application()
    application.router.add_get("/broken", broken)
    runner = await start_tcp(application, host="127.0.0.1", port=0, name="test", setting="--none", ports=ports)
    yield runner.addresses[0][1]
    await runner.cleanup()


@pytest.mark.parametrize("junk", [b"\x16\x03\x01 tls", b"GET / HTTP/1.1\r\nAuthorization: Basic c2VjcmV0\0\r\n\r\n"])
async def test_bytes_that_are_no_http_leave_nothing_in_the_log(port, caplog, junk):
    with caplog.at_level(logging.DEBUG):
        assert (await answered(port, junk + b"\r\n\r\n")).startswith(b"HTTP/1.0 400")
    assert not caplog.records


async def test_our_own_faults_are_logged(port, caplog):
    assert b" 500 " in await answered(port, b"GET /broken HTTP/1.0\r\n\r\n")
    assert [str(record.exc_info[1]) for record in caplog.records] == ["ours"]


async def test_a_compressed_body_stays_as_it_came(ports):
    """A few hundred kilobytes can become as many megabytes, on the event loop."""

    async def size(request):
        return web.Response(text=str(len(await request.read())))

    application = web.Application()
    application.router.add_post("/", size)
    runner = await start_tcp(application, host="127.0.0.1", port=0, name="test", setting="--none", ports=ports)
    body = gzip.compress(bytes(1 << 20))
    head = f"POST / HTTP/1.0\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    assert (await answered(runner.addresses[0][1], head + body)).endswith(f"\r\n\r\n{len(body)}".encode())
    await runner.cleanup()


@pytest.fixture
async def impatient(monkeypatch, ports):
    """A site that waits half a second for a request; gives its port."""
    monkeypatch.setattr(sites, "_WITHOUT_REQUEST_S", 0.5)

    async def answer(_):
        await asyncio.sleep(0.8)
        return web.Response(text="late")

    application = web.Application()
    application.router.add_get("/late", answer)
    runner = await start_tcp(application, host="127.0.0.1", port=0, name="test", setting="--none", ports=ports)
    yield runner.addresses[0][1]
    await runner.cleanup()


async def half_open(port, *pieces):
    """Send `pieces` one each tenth of a second; the seconds until the site closed, and what it said."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    reading = loop.create_task(reader.read())
    for piece in pieces:
        if reading.done():
            break
        writer.write(piece)
        await asyncio.sleep(0.1)
    try:
        answer = await reading
    except ConnectionResetError:
        answer = b""
    writer.close()
    return loop.time() - begun, answer


@pytest.mark.parametrize(
    "pieces",
    [
        (), (b"GET /late HTTP/1.1\r\nHost: a\r\n",), tuple(b"GET /late HTTP/1.1".split(b"/")), (b"G",) * 50,
        (b"X: y\r\n",) * 50, (b"GET / HTTP/1.1\r\n", *(b"X: y\r\n",) * 50),
    ],
)  # fmt: skip
async def test_a_request_that_never_gets_whole_is_given_up(impatient, pieces):
    seconds, answer = await half_open(impatient, *pieces)
    assert seconds < 2
    assert answer == b"" or b" 400 " in answer


async def test_a_late_answer_is_not_cut_off_and_an_idle_connection_is(impatient):
    seconds, answer = await half_open(impatient, b"GET /late HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer.endswith(b"late")
    assert 1.2 < seconds < 3


async def test_half_open_connections_vanish_and_others_are_answered_meanwhile(impatient):
    waiting = asyncio.gather(*(half_open(impatient, b"GET /late HTTP/1.1\r\n") for _ in range(200)))
    assert (await answered(impatient, b"GET /late HTTP/1.0\r\n\r\n")).endswith(b"late")
    assert all(seconds < 3 and answer == b"" for seconds, answer in await waiting)


@pytest.fixture
async def site(ports):
    async def name(request):
        return web.Response(text=request.host)

    application = web.Application()
    application.router.add_get("/", name)
    runner = await start_tcp(application, host="127.0.0.1", port=0, name="tuner", setting="--none", ports=ports)
    yield runner
    await runner.cleanup()


async def test_a_further_address_serves_the_same_and_is_named_to_those_who_came_there(site, ports):
    port = free_port()
    await also_listen(site, host="127.0.0.9", port=port, name="tuner", setting="EXTRA", ports=ports)
    reader, writer = await asyncio.open_connection("127.0.0.9", port)
    writer.write(b"GET / HTTP/1.0\r\n\r\n")
    assert (await reader.read()).endswith(f"\r\n\r\n127.0.0.9:{port}".encode())
    writer.close()
    first = site.addresses[0][1]
    assert (await answered(first, b"GET / HTTP/1.0\r\n\r\n")).endswith(f"\r\n\r\n127.0.0.1:{first}".encode())


async def test_a_further_address_that_is_taken_is_one_warning(site, ports):
    first = site.addresses[0][1]
    with capture_logs() as lines:
        await also_listen(site, host="127.0.0.1", port=first, name="tuner", setting="EXTRA", ports=ports)
    (line,) = lines
    assert line["log_level"] == "warning"
    assert "another program uses that port" in line["problem"]
    assert "EXTRA" in line["hint"]
    assert (await answered(first, b"GET / HTTP/1.0\r\n\r\n")).startswith(b"HTTP/1.0 200")


def test_a_port_that_needs_rights_says_how_to_get_them():
    problem = sites.explained(OSError(errno.EACCES, "Permission denied"), "", 80, "tuner", "EXTRA")
    assert "*:80" in problem.message
    for way in ("CAP_NET_BIND_SERVICE", "systemd", "setcap", "container", "EXTRA"):
        assert way in problem.hint


@pytest.mark.parametrize("cancel", [True, False])
async def test_a_client_that_does_not_read_is_cut_off_and_a_slow_one_is_not(monkeypatch, cancel, ports):
    monkeypatch.setattr(sites, "_WITHOUT_READING_S", 1.0)

    async def large(_):
        return web.Response(body=bytes(16 << 20))

    application = web.Application()
    application.router.add_get("/", large)
    runner = await start_tcp(
        application, host="127.0.0.1", port=0, name="t", setting="-", ports=ports, cancel_handlers=cancel
    )
    port = runner.addresses[0][1]
    deaf = await asyncio.open_connection("127.0.0.1", port, limit=1024)
    slow = await asyncio.open_connection("127.0.0.1", port, limit=1024)
    for _, writer in (deaf, slow):
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
    received = 0
    for _ in range(25):
        received += len(await slow[0].read(1 << 20))
        await asyncio.sleep(0.1)
    assert len(runner.server.connections) == 1
    while data := await slow[0].read(1 << 20):
        received += len(data)
    assert received > 16 << 20
    with contextlib.suppress(ConnectionResetError):
        assert len(await deaf[0].read()) < 16 << 20
    for _, writer in (deaf, slow):
        writer.close()
    await runner.cleanup()


async def test_who_comes_while_one_site_ends_and_the_next_begins_waits_for_it(ports):
    def site(text):
        async def answer(_):
            return web.Response(text=text)

        application = web.Application()
        application.router.add_get("/", answer)
        return start_tcp(application, host="127.0.0.1", port=port, name="t", setting="-", ports=ports)

    port = free_port()
    first = await site("first")
    assert b"first" in await answered(port, b"GET / HTTP/1.0\r\n\r\n")
    await first.cleanup()
    early = asyncio.ensure_future(answered(port, b"GET / HTTP/1.0\r\n\r\n"))
    await asyncio.sleep(0)
    second = await site("second")
    assert b"second" in await early
    await second.cleanup()
    ports.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
