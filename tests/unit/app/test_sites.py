import asyncio
import logging

import pytest
from aiohttp import web

from tunerr.app.sites import start_tcp


async def answered(port, request):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


@pytest.fixture
async def port():
    async def broken(_):
        raise RuntimeError("ours")

    application = web.Application()
    application.router.add_get("/broken", broken)
    runner = await start_tcp(application, host="127.0.0.1", port=0, name="test", setting="--none")
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
