import aiohttp
import pytest
from aiohttp import web

from tests.tools.until import until
from tests.unit.outputs.faces import raw, serving
from tunerr.errors import ActionRefused, AllTunersInUse, DataFolderError, TunerrError, UnknownChannel
from tunerr.outputs.web import error_response, request_base


@pytest.mark.parametrize(
    ("error", "status", "header"),
    [(UnknownChannel("x"), 404, "801 Unknown Channel"), (AllTunersInUse("x"), 503, "805 All Tuners In Use")],
)
def test_a_tune_error_is_a_header_without_a_body(error, status, header):
    answer = error_response(error)
    assert (answer.status, answer.headers["X-HDHomeRun-Error"], answer.body) == (status, header, None)


@pytest.mark.parametrize(
    ("error", "status"),
    [(ActionRefused("No.", hint="Do."), 409), (DataFolderError("No."), 503), (TunerrError("No."), 500)],
)
def test_other_errors_are_json_problems(error, status):
    answer = error_response(error)
    assert answer.status == status
    assert answer.content_type == "application/json"
    assert answer.body == b'{"error":"No.","hint":"%s"}' % error.hint.encode()


async def test_an_unexpected_error_has_an_empty_body():
    async def broken(_):
        raise ZeroDivisionError

    async with (
        serving([web.get("/", broken)]) as base,
        aiohttp.ClientSession() as session,
        session.get(base) as answer,
    ):
        assert (answer.status, await answer.read()) == (500, b"")


@pytest.mark.parametrize("error", [ZeroDivisionError(), TunerrError("No.")])
async def test_an_error_after_the_first_byte_only_ends_the_answer(error):
    async def broken(request):
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"begun")
        raise error

    async with serving([web.get("/", broken)]) as base:
        answer = await raw(base, "GET / HTTP/1.1\nHost: a\n\n")
    assert answer.partition(b"\r\n\r\n")[2] == b"begun"


async def test_a_client_that_left_is_no_error(caplog):
    ended = []

    async def endless(request):
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                request.transport.close()
                await response.write(b"x")
        finally:
            ended.append(True)

    async with serving([web.get("/", endless)]) as base:
        await raw(base, "GET / HTTP/1.1\nHost: a\n\n")
        await until(lambda: ended, deadline=2)
    assert caplog.records == []


async def test_ipv6_clients_get_ipv6_urls():
    async def base_of(request):
        return web.Response(text=request_base(request, ""))

    async with serving([web.get("/", base_of)], host="::1") as base, aiohttp.ClientSession() as session:
        port = base.rpartition(":")[2]
        async with session.get(f"http://[::1]:{port}/", headers={"Host": "/"}) as answer:
            assert await answer.text() == f"http://[::1]:{port}"
