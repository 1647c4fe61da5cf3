import asyncio
import ssl
import subprocess

import pytest
import uvloop
from aiohttp import web

from tests.tools.proxy import proxy
from tests.tools.world import Names, pretended_zone, serving
from tunerr.errors import AddressRefused, Unreachable
from tunerr.model.source import Access
from tunerr.model.url import SecretUrl, Zone
from tunerr.support.fetch import Validators, fetch_document
from tunerr.support.http import HttpClients, Reach

OPERATOR = Reach(Zone.LOOPBACK)
INTERNET = Reach(Zone.INTERNET)
LAN = Reach(Zone.PRIVATE)
KINDS = ["http", "socks5", "socks5h"]


async def read(clients, target, through, reach=OPERATOR, **options):
    where = SecretUrl(through) if through else None
    async with clients.request(SecretUrl(target), reach=reach, proxy=where, **options) as answer:
        return answer, b"".join([chunk async for chunk in answer.chunks()])


async def echo(request):
    headers = {name.lower(): value for name, value in request.headers.items()}
    return web.json_response({"path": request.raw_path, "headers": headers})


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """(server context of the name localhost, its certificate's file)"""
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


class TestThrough:
    @pytest.mark.parametrize("kind", KINDS)
    async def test_requests_go_through_it_and_names_are_its_business(self, kind):
        names = Names()
        clients = HttpClients(user_agent="Tunerr/test", zone_of=pretended_zone, resolver=names)
        async with serving(echo) as port, proxy(names={"tv.example": "127.0.0.1"}) as through:
            answer, body = await read(clients, f"http://tv.example:{port}/a?b=%20c", through.url(kind), INTERNET)
        await clients.aclose()
        how = "GET" if kind == "http" else "SOCKS name"
        assert through.forwarded == [(how, "tv.example", port)]
        assert (answer.status, answer.zone) == (200, Zone.INTERNET)
        assert b'"path": "/a?b=%20c"' in body
        assert b'"user-agent": "Tunerr/test"' in body
        assert b"proxy-" not in body
        assert names.asked == []

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
    def test_https_goes_through_it_end_to_end(self, kind, loop, certificates, monkeypatch):
        context, certificate = certificates
        trusting = ssl.create_default_context(cafile=str(certificate))
        monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusting)

        async def main():
            clients = HttpClients(user_agent="x", zone_of=pretended_zone)
            app = web.Application()
            app.router.add_get("/{path:.*}", echo)
            runner = web.AppRunner(app, shutdown_timeout=0.1)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
            port = runner.addresses[0][1]
            try:
                async with proxy(names={"localhost": "127.0.0.1"}) as through:
                    _, body = await read(clients, f"https://localhost:{port}/a", through.url(kind))
                    through.names["other.example"] = "127.0.0.1"
                    with pytest.raises(Unreachable, match=r"^other\.example:\d+ has a certificate that is not valid"):
                        await read(clients, f"https://other.example:{port}/a", through.url(kind))
                    return body, [how for how, _, _ in through.forwarded]
            finally:
                await clients.aclose()
                await runner.cleanup()

        run = uvloop.run if loop == "uvloop" else asyncio.run
        body, how = run(main())
        assert b'"path": "/a"' in body
        assert how == ["CONNECT" if kind == "http" else "SOCKS name"] * 2

    @pytest.mark.parametrize("target", ["http", "https"])
    async def test_a_proxy_behind_tls(self, clients, certificates, monkeypatch, target):
        context, certificate = certificates
        trusting = ssl.create_default_context(cafile=str(certificate))
        monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusting)
        app = web.Application()
        app.router.add_get("/{path:.*}", echo)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context if target == "https" else None).start()
        async with proxy(tls=context) as through:
            url = f"https://localhost:{through.port}"
            _, body = await read(clients, f"{target}://localhost:{runner.addresses[0][1]}/a", url)
            assert b'"path": "/a"' in body
            assert len(through.forwarded) == 1
        await runner.cleanup()

    @pytest.mark.parametrize("kind", KINDS)
    async def test_redirects_keep_it(self, clients, kind):
        async def handler(request):
            if request.path == "/a":
                return web.Response(status=302, headers={"Location": f"http://two.example:{request.url.port}/b"})
            return await echo(request)

        names = {"one.example": "127.0.0.1", "two.example": "127.0.0.1"}
        async with serving(handler) as port, proxy(names=names) as through:
            answer, _ = await read(clients, f"http://one.example:{port}/a", through.url(kind))
        assert answer.url.reveal() == f"http://two.example:{port}/b"
        assert [host for _, host, _ in through.forwarded] == ["one.example", "two.example"]

    @pytest.mark.parametrize("kind", KINDS)
    async def test_it_is_told_its_credentials_and_the_provider_is_not(self, clients, kind):
        async with serving(echo) as port, proxy(login=("me", "p@ss")) as through:
            _, body = await read(clients, f"http://127.0.0.1:{port}/", through.url(kind, "me:p%40ss@"))
        assert b"authorization" not in body
        assert through.forwarded

    async def test_with_and_without_do_not_share_connections(self, clients):
        async with serving(echo) as port, proxy() as through:
            await read(clients, f"http://127.0.0.1:{port}/", None)
            assert through.forwarded == []
            await read(clients, f"http://127.0.0.1:{port}/", through.url("socks5"))
            await read(clients, f"http://127.0.0.1:{port}/", through.url("socks5"))
            assert len(through.forwarded) == 1, "one connection is used twice"

    async def test_documents_are_fetched_through_it_with_the_headers_of_their_source(self, clients, tmp_path):
        seen = []

        async def handler(request):
            seen.append(request.headers["User-Agent"])
            return web.Response(text="#EXTM3U\n")

        async with serving(handler) as port, proxy() as through:
            fetched = await fetch_document(
                clients,
                SecretUrl(f"http://127.0.0.1:{port}/list.m3u"),
                target=tmp_path / "list",
                reach=OPERATOR,
                validators=Validators(),
                access=Access(headers=(("User-Agent", "VLC"),), proxy=SecretUrl(through.url("http"))),
                limit_bytes=1000,
                timeout=5,
            )
        assert fetched.changed
        assert seen == ["VLC"]
        assert len(through.forwarded) == 1


class TestGuard:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize(
        "host",
        ["127.0.0.1", "127.0.0.3", "127.0.0.4", "169.254.169.254", "127.1", "0x7f000001", "2130706433", "localhost",
         "a.localhost", "localhost.", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1."],
    )  # fmt: skip
    async def test_an_internet_document_reaches_no_inner_address_through_it(self, clients, kind, host):
        async with proxy() as through:
            with pytest.raises((AddressRefused, Unreachable)):
                await read(clients, f"http://{host}:80/", through.url(kind), INTERNET)
        assert through.forwarded == []

    @pytest.mark.parametrize(
        ("reach", "host", "zone"),
        [
            (OPERATOR, "127.0.0.1", Zone.LOOPBACK),
            (OPERATOR, "localhost", Zone.LOOPBACK),
            (OPERATOR, "tv.lan", Zone.INTERNET),
            (LAN, "127.0.0.3", Zone.PRIVATE),
            (Reach(Zone.INTERNET, allow_lan=True), "127.0.0.3", Zone.PRIVATE),
            (INTERNET, "127.0.0.2", Zone.INTERNET),
            (Reach(Zone.LOOPBACK, typed_host="127.0.0.4"), "127.0.0.4", Zone.PRIVATE),
        ],
    )
    async def test_what_may_be_reached_and_what_it_counts_as(self, clients, reach, host, zone):
        served = serving(echo, "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4")
        async with served as port, proxy(names={"tv.lan": "127.0.0.3", "localhost": "127.0.0.1"}) as through:
            answer, _ = await read(clients, f"http://{host}:{port}/", through.url("http"), reach)
        assert answer.zone is zone

    @pytest.mark.parametrize("kind", KINDS)
    async def test_a_redirect_leads_no_further_in(self, clients, kind):
        async def handler(request):
            return web.Response(status=302, headers={"Location": f"http://127.0.0.3:{request.url.port}/"})

        async with serving(handler) as port, proxy(names={"tv.example": "127.0.0.1"}) as through:
            with pytest.raises(AddressRefused):
                await read(clients, f"http://tv.example:{port}/", through.url(kind))
        assert len(through.forwarded) == 1


class TestFailures:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("target", ["http", "https"])
    @pytest.mark.parametrize(
        "wrong",
        [
            ({"refuses": True}, "", "does not allow connections to tv.example:8080"),
            ({"login": ("me", "secret")}, "me:wrong@", "refuses its user name or password"),
            ({"names": {"tv.example": "127.0.0.9"}}, "", "could not connect to tv.example:8080"),
        ],
    )
    async def test_it_refuses(self, clients, kind, target, wrong):
        options, account, said = wrong
        async with proxy(**options) as through:
            with pytest.raises(Unreachable) as failed:
                await read(clients, f"{target}://tv.example:8080/get.php?p=hidden", through.url(kind, account))
        assert failed.value.message.startswith(f"The proxy 127.0.0.1:{through.port} {said}")
        assert failed.value.cause == "proxy"
        assert failed.value.hint
        assert "wrong" not in str(failed.value)
        assert "hidden" not in str(failed.value)

    @pytest.mark.parametrize("kind", ["http", "https", "socks5"])
    @pytest.mark.parametrize("target", ["http", "https"])
    async def test_it_is_not_there(self, clients, kind, target):
        with pytest.raises(Unreachable, match=r"^The proxy 127\.0\.0\.1:1 refused the connection\.") as failed:
            await read(clients, f"{target}://tv.example/", f"{kind}://me:secret@127.0.0.1:1")
        assert failed.value.cause == "proxy"
        assert "secret" not in str(failed.value)

    @pytest.mark.parametrize("kind", ["http", "socks5"])
    async def test_its_name_is_unknown(self, clients, kind):
        with pytest.raises(Unreachable, match=r"^The proxy nothing\.invalid:1080") as failed:
            await read(clients, "http://tv.example/", f"{kind}://nothing.invalid:1080")
        assert failed.value.cause == "proxy"

    async def test_it_has_no_good_certificate(self, clients, certificates):
        async with proxy(tls=certificates[0]) as through:
            with pytest.raises(Unreachable, match=r"^The proxy localhost:\d+ has a certificate that is not valid"):
                await read(clients, "http://tv.example/", f"https://localhost:{through.port}")

    @pytest.mark.parametrize("kind", KINDS)
    async def test_it_stays_silent(self, clients, kind):
        async with proxy(silent=True) as through:
            url = through.url(kind)
            with pytest.raises(Unreachable, match=r"did not answer|stayed silent"):
                await read(clients, "https://tv.example/", url, connect_timeout=0.2, read_timeout=0.2)

    async def test_it_speaks_something_else(self, clients):
        async with serving(echo) as port:
            with pytest.raises(Unreachable, match=r"^The proxy 127\.0\.0\.1:\d+ does not speak SOCKS 5"):
                await read(clients, "http://tv.example/", f"socks5://127.0.0.1:{port}")

    @pytest.mark.parametrize("kind", KINDS)
    async def test_an_error_of_the_provider_is_no_error_of_the_proxy(self, clients, kind):
        async def handler(_):
            return web.Response(status=502)

        async with serving(handler) as port, proxy() as through:
            answer, _ = await read(clients, f"http://127.0.0.1:{port}/", through.url(kind))
        assert answer.status == 502

    @pytest.mark.parametrize("url", ["ftp://proxy.example", "proxy.example:1080", "socks5://", "http://a:b:c"])
    async def test_a_url_that_names_none(self, clients, url):
        with pytest.raises(Unreachable, match="proxy of this source"):
            await read(clients, "http://tv.example/", url)
