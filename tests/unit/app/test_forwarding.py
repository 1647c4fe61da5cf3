from ipaddress import ip_network

import pytest
from aiohttp import web

from tests.unit.outputs.faces import raw
from tunerr.app.forwarding import settle_who_asks

FORWARDED = "X-Forwarded-For: 192.0.2.9\nX-Forwarded-Proto: https\nX-Forwarded-Host: tv.example\n"


@pytest.fixture
async def ask():
    """Send the text of a request; (remote, scheme, host, path and body) as a handler behind it sees them."""
    runners = []

    async def sent(request, *, trusted="127.0.0.0/8", host="127.0.0.1"):
        async def tell(asking):
            body = await asking.text()
            return web.Response(text="\n".join((asking.remote, asking.scheme, asking.host, asking.path_qs + body)))

        app = web.Application(middlewares=[settle_who_asks((ip_network(trusted),))])
        app.router.add_route("*", "/{path:.*}", tell)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        runners.append(runner)
        await web.TCPSite(runner, host, 0).start()
        sent.port = runner.addresses[0][1]
        answer = await raw(f"http://{host}:{sent.port}", request)
        return tuple(answer.partition(b"\r\n\r\n")[2].decode().split("\n"))

    yield sent
    for runner in runners:
        await runner.cleanup()


async def test_a_proxy_is_believed(ask):
    request = f"GET /a%2Fb?c=%26d HTTP/1.0\nHost: inner\n{FORWARDED}\n"
    assert await ask(request) == ("192.0.2.9", "https", "tv.example", "/a%2Fb?c=%26d")


async def test_anybody_else_is_not(ask):
    request = f"GET / HTTP/1.0\nHost: inner:81\n{FORWARDED}\n"
    assert await ask(request, trusted="10.0.0.0/8") == ("127.0.0.1", "http", "inner:81", "/")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.5", "::1"])
async def test_without_a_host_it_is_the_address_that_was_asked(ask, host):
    told = await ask("GET / HTTP/1.0\n\n", host=host)
    written = f"[{host}]" if ":" in host else host
    assert told == (host.replace("127.0.0.5", "127.0.0.1"), "http", f"{written}:{ask.port}", "/")


async def test_a_body_comes_through(ask):
    request = f"POST /x HTTP/1.0\nHost: inner\nContent-Length: 5\n{FORWARDED}\nhello"
    assert await ask(request) == ("192.0.2.9", "https", "tv.example", "/xhello")


@pytest.mark.parametrize("forwarded", ["", FORWARDED])
@pytest.mark.parametrize("target", ["http://evil.example/x", "https://evil.example:99/x?y"])
async def test_a_host_in_the_first_line_does_not_count(ask, forwarded, target):
    told = await ask(f"GET {target} HTTP/1.0\nHost: inner:81\n{forwarded}\n")
    assert told[1:3] == (("https", "tv.example") if forwarded else ("http", "inner:81"))
    assert told[3].startswith("/x")


async def test_a_forwarded_port_with_a_host_in_the_first_line(ask):
    told = await ask(f"GET http://evil.example/x HTTP/1.0\n{FORWARDED}X-Forwarded-Port: 8443\n\n")
    assert told == ("192.0.2.9", "https", "tv.example:8443", "/x")
