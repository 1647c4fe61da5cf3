"""The deck of one running program under attack: what goes on, what is too much, and the stream that must not suffer."""

import asyncio
import contextlib
import gzip
import re

import aiohttp
import pytest_asyncio

from tests.functional.test_deck_security import FIXED, act, log_in, visitor
from tests.tools.server import running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory):
    """One program for all tests of this file."""
    async with running(tmp_path_factory.mktemp("siege") / "data", env=FIXED) as program:
        yield program


async def opened(server, head):
    """A bare connection to the deck that has sent `head`."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.deck_port)
    writer.write(head.encode())
    return reader, writer


async def head_of(reader):
    return (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).decode()


async def test_what_goes_on_ends_with_the_session(server):
    """Live parts, the log as it grows, and a preview: each was let in once, and its session ends meanwhile."""
    async with visitor(server) as admin, visitor(server) as otto:
        csrf = await log_in(admin)
        await act(admin, "user-add", csrf, user="otto", role="operator", password="first password")
        await log_in(otto, "otto", "first password")
        async with otto.get("/api/v1/channels") as answer:
            channel = re.search(r"dna-[0-9a-f]+", await answer.text())[0]
        events = {"Accept": "text/event-stream"}
        async with contextlib.AsyncExitStack() as stack:
            asked = [
                otto.get("/live", headers=events),
                otto.get("/diagnostics/logs/tail"),
                otto.get(f"/preview/{channel}.ts"),
            ]
            going = [await stack.enter_async_context(one) for one in asked]
            assert [answer.status for answer in going] == [200] * 3
            await going[2].content.readexactly(188 * 100)
            await act(admin, "user-role", csrf, user="otto", role="viewer")
            async with asyncio.timeout(10):
                for answer in going:
                    with contextlib.suppress(aiohttp.ClientPayloadError):
                        await answer.read()
    await server.idle()


async def test_a_head_has_no_body_wherever_the_answer_goes_on(server):
    """Bytes behind the head would be read as the answer to the next request of the same connection, maybe another's."""
    async with visitor(server) as admin:
        await log_in(admin)
        (cookie,) = (f"{one.key}={one.value}" for one in admin.cookie_jar if "session" in one.key)
    common = f"Host: a\r\nCookie: {cookie}\r\nAccept: text/event-stream\r\n"
    for path in ("/", "/live", "/guide/doctor", "/diagnostics/logs/tail", "/diagnostics/bundle.zip"):
        reader, writer = await opened(
            server, f"HEAD {path} HTTP/1.1\r\n{common}\r\nGET /healthz HTTP/1.1\r\n{common}Connection: close\r\n\r\n"
        )
        assert "text/event-stream" not in await head_of(reader), path
        assert (await head_of(reader)).startswith("HTTP/1.1 200 "), path
        assert await asyncio.wait_for(reader.read(), 10) == b'{"status": "ok"}', path
        writer.close()


async def test_nobody_takes_back_what_he_may_not_do(server):
    async with visitor(server) as admin, visitor(server) as olga:
        csrf = await log_in(admin)
        await act(admin, "user-add", csrf, user="olga", role="operator", password="first password")
        page = await act(admin, "setting-set", csrf, name="LOG_LEVEL", value="debug")
        assert "LOG_LEVEL is debug now." in page
        number = re.search(r'name="act" value="(\d+)"', page)[1]
        secret = re.search(r"tnr_[\w-]{43}", await act(admin, "token-make", csrf, name="x", scope="channels"))[0]
        assert "You may not take back" in await act(
            olga, "undo", await log_in(olga, "olga", "first password"), act=number
        )
        program = {"headers": {"Authorization": f"Bearer {secret}"}}
        async with visitor(server) as there, there.post("/api/v1/acts/undo", json={"act": number}, **program) as answer:
            assert answer.status == 403
        assert "was taken back" in await act(admin, "undo", csrf, act=number)
        async with visitor(server) as there, there.post("/api/v1/acts/redo", **program) as answer:
            assert answer.status == 403


async def test_a_stream_goes_on_while_the_deck_is_besieged(server):
    """Two thousand connections that ask at once, forms that are all fields, and bodies that grow when unpacked."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    bodies = (
        (b"a=1&" * 200_000, kind, 413),
        (part * 15_000 + b"--x--\r\n", {"Content-Type": "multipart/form-data; boundary=x"}, 400),
        (gzip.compress(bytes(100 << 20)), {**kind, "Content-Encoding": "gzip"}, 400),
    )
    async with visitor(server, connector=aiohttp.TCPConnector(limit=0)) as crowd, aiohttp.ClientSession() as client:
        url = (await server.json("/lineup.json"))[0]["URL"]
        async with client.get(url) as stream:
            await stream.content.readexactly(188 * 1000)
            for body, headers, status in bodies:
                async with crowd.post("/login", data=body, headers=headers) as answer:
                    assert answer.status == status, headers

            async def ask():
                try:
                    async with crowd.get("/login") as answer:
                        return answer.status
                except aiohttp.ClientError:
                    return 0

            statuses = await asyncio.gather(*(ask() for _ in range(2000)))
            assert set(statuses) <= {0, 200}
            assert 200 in statuses
            async with asyncio.timeout(10):
                await stream.content.readexactly(188 * 1000)
            assert await ask() == 200, "and whoever comes later is served"
    assert "Traceback" not in server.log
