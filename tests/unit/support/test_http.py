import asyncio
import base64
import contextlib
import json
import socket
import ssl
import subprocess
from ipaddress import ip_address

import pytest
import uvloop
from aiohttp import web

from tests.tools.until import until
from tests.tools.world import Names, answering, pretended_zone, serving
from tunerr.errors import AddressRefused, Truncated, Unreachable
from tunerr.model.url import SecretUrl, Zone
from tunerr.support.http import HttpClients, Reach
from tunerr.support.zones import zone_of

OPERATOR = Reach(Zone.LOOPBACK)
INTERNET = Reach(Zone.INTERNET)
LAN_SETTING = "IPTV_TUNERR_PROVIDER_ALLOW_LAN"


def url(host, port, path="/", *, account="", scheme="http"):
    return SecretUrl(f"{scheme}://{account}{host}:{port}{path}")


async def read(clients, target, reach=OPERATOR, **options):
    async with clients.request(target, reach=reach, **options) as answer:
        return answer, b"".join([chunk async for chunk in answer.chunks()])


async def echo(request):
    return web.json_response({"headers": dict(request.headers), "path": request.raw_path, "method": request.method})


class TestAnswers:
    async def test_an_answer_has_status_headers_final_url_zone_and_raw_body(self, clients):
        async def handler(_):
            return web.Response(status=418, body=b"x" * 100_000, headers={"X-It": "is"})

        async with serving(handler, "127.0.0.2") as port:
            answer, body = await read(clients, url("127.0.0.2", port))
        assert (answer.status, answer.headers["x-it"], answer.zone) == (418, "is", Zone.INTERNET)
        assert body == b"x" * 100_000

    async def test_a_compressed_body_is_handed_on_as_it_came(self, clients):
        async def handler(_):
            return web.Response(body=b"\x1f\x8bnot really", headers={"Content-Encoding": "gzip"})

        async with serving(handler) as port:
            _, body = await read(clients, url("127.0.0.1", port))
        assert body == b"\x1f\x8bnot really"

    async def test_it_names_itself_asks_for_no_compression_and_lets_the_caller_say_otherwise(self, clients):
        async with serving(echo) as port:
            _, plain = await read(clients, url("127.0.0.1", port))
            _, own = await read(
                clients, url("127.0.0.1", port), headers=[("User-Agent", "VLC"), ("accept-encoding", "gzip")]
            )
        assert b'"User-Agent": "Tunerr/test"' in plain
        assert b'"Accept-Encoding": "identity"' in plain
        assert b'"User-Agent": "VLC"' in own
        assert b"identity" not in own

    async def test_the_agent_of_a_host_wins_where_no_visitor_has_a_say(self):
        class Own:
            def dress(self, url, headers):
                return headers

            def answered(self, url, headers):
                pass

        known = {}
        made = HttpClients(user_agent="Tunerr/test", agents=known, zone_of=pretended_zone)
        async with serving(echo) as port:
            before = await read(made, url("127.0.0.1", port))
            known["127.0.0.1"] = "Kodi/21"
            asked = [
                await read(made, url("127.0.0.1", port), headers=[("user-agent", "Own/1")], **more)
                for more in ({}, {"visitor": Own()})
            ]
        await made.aclose()
        agents = [
            dict(map(str.lower, pair) for pair in json.loads(body)["headers"].items()) for _, body in (before, *asked)
        ]
        assert [one["user-agent"] for one in agents] == ["tunerr/test", "kodi/21", "own/1"]

    @pytest.mark.parametrize(
        ("path", "wire"),
        [
            ("", "/"),
            ("?a=1", "/?a=1"),
            ("/a%2Fb/%7Euser?sig=a%2Bb/c==&x=%20", "/a%2Fb/%7Euser?sig=a%2Bb/c==&x=%20"),
            ("/live/ü ser/1.ts", "/live/%C3%BC%20ser/1.ts"),
            ("/a?b|c{d}", "/a?b|c{d}"),
            ("/a/../b#fragment", "/a/../b"),
        ],
    )
    async def test_a_signed_url_goes_out_as_it_stands(self, clients, path, wire):
        async with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as port:
            seen = []
            original = clients._client(OPERATOR)._session.request

            async def spy(method, target, **rest):
                seen.append(target.raw_path_qs)
                return await original(method, target, **rest)

            clients._client(OPERATOR)._session.request = spy
            await read(clients, url("127.0.0.1", port, path))
        assert seen == [wire]

    async def test_head_is_asked_as_head(self, clients):
        methods = []

        async def handler(request):
            methods.append(request.method)
            return web.Response(text="body")

        async with serving(handler) as port:
            answer, body = await read(clients, url("127.0.0.1", port), method="HEAD")
        assert (methods, answer.status, body) == (["HEAD"], 200, b"")

    async def test_leaving_early_closes_the_connection(self, clients):
        gone = asyncio.Event()

        async def handler(request):
            response = web.StreamResponse()
            await response.prepare(request)
            try:
                while True:
                    await response.write(b"x" * 1000)
                    await asyncio.sleep(0.01)
            finally:
                gone.set()

        async with serving(handler) as port:
            async with clients.request(url("127.0.0.1", port), reach=OPERATOR) as answer:
                assert await anext(answer.chunks())
            await asyncio.wait_for(gone.wait(), 5)

    async def test_more_than_a_hundred_streams_at_once(self, clients):
        async def handler(request):
            response = web.StreamResponse()
            await response.prepare(request)
            await response.write(b"x")
            await asyncio.sleep(30)

        async with serving(handler) as port, asyncio.timeout(20):
            opened = [clients.request(url("127.0.0.1", port), reach=OPERATOR) for _ in range(120)]
            answers = [await one.__aenter__() for one in opened]
            assert {answer.status for answer in answers} == {200}
            for one in opened:
                await one.__aexit__(None, None, None)

    def test_it_works_on_uvloop(self):
        async def main():
            made = HttpClients(user_agent="x", zone_of=pretended_zone)
            try:
                async with serving(echo, "127.0.0.1", "127.0.0.2") as port:
                    answer, _ = await read(made, url("localhost", port))
                    with pytest.raises(AddressRefused):
                        await read(made, url("127.0.0.1", port), INTERNET)
                    return answer.zone
            finally:
                await made.aclose()

        assert uvloop.run(main()) is Zone.LOOPBACK


class TestGuard:
    @pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.3", "127.0.0.4", "localhost", "0.0.0.0", "169.254.169.254"])
    async def test_an_internet_document_names_no_inner_address(self, clients, host):
        reached = []

        async def handler(request):
            reached.append(request.host)
            return web.Response()

        async with serving(handler, "0.0.0.0") as port:
            with pytest.raises(AddressRefused) as refused:
                await read(clients, url(host, port), INTERNET)
        assert host in str(refused.value)
        assert LAN_SETTING in refused.value.hint
        assert reached == []

    @pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1"])
    async def test_other_spellings_of_loopback_do_not_help(self, clients, host):
        async with serving(echo) as port:
            with pytest.raises((AddressRefused, Unreachable)):
                await read(clients, url(host, port), INTERNET)
            with contextlib.suppress(AddressRefused, Unreachable):
                address = await clients.check(host, port, reach=INTERNET)
                assert zone_of(ip_address(address)) is Zone.INTERNET

    @pytest.mark.parametrize(
        ("reach", "host", "allowed"),
        [
            (OPERATOR, "127.0.0.1", True),
            (OPERATOR, "127.0.0.4", False),
            (Reach(Zone.LOOPBACK, typed_host="127.0.0.4"), "127.0.0.4", True),
            (Reach(Zone.LOOPBACK, typed_host="other"), "127.0.0.4", False),
            (Reach(Zone.PRIVATE), "127.0.0.3", True),
            (Reach(Zone.PRIVATE), "127.0.0.2", True),
            (Reach(Zone.PRIVATE), "127.0.0.1", False),
            (Reach(Zone.INTERNET, allow_lan=True), "127.0.0.3", True),
            (Reach(Zone.INTERNET, allow_lan=True), "127.0.0.1", False),
            (Reach(Zone.LOOPBACK, allow_lan=True), "127.0.0.1", True),
        ],
    )
    async def test_each_reach(self, clients, reach, host, allowed):
        async with serving(echo, "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4") as port:
            if allowed:
                answer, _ = await read(clients, url(host, port), reach)
                assert answer.status == 200
            else:
                with pytest.raises(AddressRefused):
                    await read(clients, url(host, port), reach)

    async def test_the_reserved_address_of_a_typed_name_counts_as_private(self):
        made = HttpClients(user_agent="x", zone_of=pretended_zone, resolver=Names(box_lan=[["127.0.0.4"]]))
        async with serving(echo, "127.0.0.4") as port:
            answer, _ = await read(made, url("box.lan", port), Reach(Zone.LOOPBACK, typed_host="box.lan"))
            with pytest.raises(AddressRefused, match=r"box\.lan \(127\.0\.0\.4\)"):
                await read(made, url("box.lan", port), OPERATOR)
        await made.aclose()
        assert answer.zone is Zone.PRIVATE

    async def test_a_name_that_turns_inward_later_is_refused(self):
        names = Names(rebind_example=[["127.0.0.2"], ["127.0.0.1"]])
        made = HttpClients(user_agent="x", zone_of=pretended_zone, resolver=names)
        async with serving(echo, "127.0.0.1", "127.0.0.2") as port:
            address = await made.check("rebind.example", port, reach=INTERNET)
            with pytest.raises(AddressRefused) as refused:
                await read(made, url("rebind.example", port), INTERNET)
        await made.aclose()
        assert address == "127.0.0.2"
        assert "rebind.example (127.0.0.1)" in str(refused.value)

    async def test_of_several_addresses_only_the_permitted_are_tried(self):
        names = Names(both_example=[["127.0.0.1", "127.0.0.3", "127.0.0.2"]])
        made = HttpClients(user_agent="x", zone_of=pretended_zone, resolver=names)
        reached = []

        async def handler(request):
            reached.append(request.transport.get_extra_info("sockname")[0])
            return web.Response()

        async with serving(handler, "127.0.0.1", "127.0.0.2", "127.0.0.3") as port:
            await read(made, url("both.example", port), INTERNET)
        await made.aclose()
        assert reached == ["127.0.0.2"]

    async def test_a_connection_is_not_reused_by_a_document_it_is_closed_to(self, clients):
        peers = []

        async def handler(request):
            peers.append(request.transport.get_extra_info("peername"))
            return web.Response(text="ok")

        async with serving(handler) as port:
            await read(clients, url("127.0.0.1", port))
            await read(clients, url("127.0.0.1", port))
            with pytest.raises(AddressRefused):
                await read(clients, url("127.0.0.1", port), INTERNET)
        assert len(peers) == 2
        assert peers[0] == peers[1], "one reach reuses its connections"


class TestCheck:
    async def test_it_gives_a_numeric_address(self, clients):
        assert await clients.check("localhost", 1935, reach=OPERATOR) in ("127.0.0.1", "::1")
        assert await clients.check("239.1.1.1", 1234, reach=Reach(Zone.PRIVATE)) == "239.1.1.1"
        assert await clients.check("[::1]", 1234, reach=OPERATOR) == "::1"

    async def test_it_refuses_and_does_not_find(self, clients):
        with pytest.raises(AddressRefused, match="localhost"):
            await clients.check("localhost", 1935, reach=INTERNET)
        with pytest.raises(AddressRefused):
            await clients.check("239.1.1.1", 1234, reach=INTERNET)
        with pytest.raises(Unreachable, match="not found"):
            await clients.check("nothing.invalid", 1, reach=OPERATOR)


def redirecting(location, status=302):
    async def handler(request):
        if request.path == "/start":
            return web.Response(status=status, headers={"Location": location(request)})
        return await echo(request)

    return handler


class TestRedirects:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    async def test_they_are_followed_to_the_final_url(self, clients, status):
        async with serving(redirecting(lambda _: "../b/c?x=1", status)) as port:
            answer, body = await read(clients, url("127.0.0.1", port, "/start"))
        assert answer.url.reveal() == f"http://127.0.0.1:{port}/b/c?x=1"
        assert b'"path": "/b/c?x=1"' in body

    @pytest.mark.parametrize(("source", "allowed"), [("127.0.0.1", True), ("127.0.0.3", False), ("127.0.0.2", False)])
    async def test_one_into_loopback_is_a_word_of_the_address_it_came_from(self, clients, source, allowed):
        handler = redirecting(lambda request: f"http://127.0.0.1:{request.url.port}/inner")
        async with serving(handler, "127.0.0.1", "127.0.0.2", "127.0.0.3") as port:
            if allowed:
                answer, _ = await read(clients, url(source, port, "/start"))
                assert answer.status == 200
            else:
                with pytest.raises(AddressRefused, match=r"127\.0\.0\.1"):
                    await read(clients, url(source, port, "/start"))

    async def test_allow_lan_holds_for_redirects(self, clients):
        handler = redirecting(lambda request: f"http://127.0.0.3:{request.url.port}/lan")
        async with serving(handler, "127.0.0.2", "127.0.0.3") as port:
            with pytest.raises(AddressRefused):
                await read(clients, url("127.0.0.2", port, "/start"), INTERNET)
            answer, _ = await read(clients, url("127.0.0.2", port, "/start"), Reach(Zone.INTERNET, allow_lan=True))
        assert answer.zone is Zone.PRIVATE

    async def test_it_never_widens_the_reach(self, clients):
        """A LAN document may not go through a LAN redirect where an internet document may not go."""
        handler = redirecting(lambda request: f"http://127.0.0.3:{request.url.port}/lan")
        async with serving(handler, "127.0.0.2", "127.0.0.3") as port:
            with pytest.raises(AddressRefused):
                await read(clients, url("127.0.0.2", port, "/start"), Reach(Zone.PRIVATE))

    async def test_a_typed_name_that_turns_inward_after_a_redirect_is_refused(self):
        names = Names(tv_example=[["127.0.0.2"], ["127.0.0.1"]])
        made = HttpClients(user_agent="x", zone_of=pretended_zone, resolver=names)
        handler = redirecting(lambda request: f"http://tv.example:{request.url.port}/again")
        async with serving(handler, "127.0.0.1", "127.0.0.2") as port:
            with pytest.raises(AddressRefused):
                await read(made, url("tv.example", port, "/start"), Reach(Zone.LOOPBACK, typed_host="tv.example"))
        await made.aclose()

    @pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "rtmp://127.0.0.1/x", "data:,x"])
    async def test_they_do_not_leave_http(self, clients, target):
        async with serving(redirecting(lambda _: target)) as port:
            with pytest.raises(AddressRefused, match="only http and https"):
                await read(clients, url("127.0.0.1", port, "/start"))

    async def test_a_circle_ends(self, clients):
        asked = []

        async def handler(request):
            asked.append(request.path)
            return web.Response(status=302, headers={"Location": "/again"})

        async with serving(handler) as port:
            with pytest.raises(Unreachable, match="more than 10 times"):
                await read(clients, url("127.0.0.1", port))
        assert len(asked) == 11

    async def test_one_without_a_target_is_an_answer(self, clients):
        async with answering(b"HTTP/1.1 302 Found\r\nContent-Length: 2\r\n\r\nhi") as port:
            answer, body = await read(clients, url("127.0.0.1", port))
        assert (answer.status, body) == (302, b"hi")


class TestCredentials:
    async def test_those_of_the_url_go_as_basic_auth_and_stay_at_their_origin(self, clients):
        seen = []

        async def handler(request):
            seen.append(
                (request.host.split(":")[0], request.headers.get("Authorization"), request.headers.get("Cookie"))
            )
            target = {"/a": "/b", "/b": f"http://127.0.0.2:{request.url.port}/c"}.get(request.path)
            return web.Response(status=302, headers={"Location": target}) if target else web.Response()

        async with serving(handler, "127.0.0.1", "127.0.0.2") as port:
            target = url("127.0.0.1", port, "/a", account="me:p%40ss@")
            answer, _ = await read(clients, target, headers=[("Cookie", "sid=1")])
        basic = "Basic " + base64.b64encode(b"me:p@ss").decode()
        assert seen == [("127.0.0.1", basic, "sid=1"), ("127.0.0.1", basic, "sid=1"), ("127.0.0.2", None, None)]
        assert "p%40ss" not in answer.url.reveal()

    async def test_other_headers_travel_on(self, clients):
        handler = redirecting(lambda request: f"http://127.0.0.2:{request.url.port}/c")
        async with serving(handler, "127.0.0.1", "127.0.0.2") as port:
            _, body = await read(clients, url("127.0.0.1", port, "/start"), headers=[("Referer", "http://a.example/")])
        assert b'"Referer": "http://a.example/"' in body

    async def test_no_error_shows_them(self, clients):
        target = url("127.0.0.1", 1, "/live/me/secret/1.ts?token=secret", account="me:secret@")
        with pytest.raises(Unreachable) as failed:
            await read(clients, target)
        assert "secret" not in str(failed.value)

    async def test_cookies_of_an_answer_are_not_kept(self, clients):
        async def handler(request):
            response = web.Response(text=request.headers.get("Cookie", "none"))
            response.set_cookie("sid", "1")
            return response

        async with serving(handler) as port:
            await read(clients, url("127.0.0.1", port))
            _, body = await read(clients, url("127.0.0.1", port))
        assert body == b"none"


@pytest.fixture
def own_certificate(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2",
         "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


class TestFailures:
    async def test_unknown_name(self, clients):
        with pytest.raises(Unreachable, match="name was not found"):
            await read(clients, url("nothing.invalid", 80))

    async def test_refused(self, clients):
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            port = held.getsockname()[1]
            with pytest.raises(Unreachable, match=rf"127\.0\.0\.1:{port} refused the connection") as failed:
                await read(clients, url("127.0.0.1", port))
        assert failed.value.hint

    async def test_reset_before_an_answer(self, clients):
        async with answering(None) as port:
            with pytest.raises(Unreachable, match="closed the connection"):
                await read(clients, url("127.0.0.1", port))

    async def test_closed_before_an_answer(self, clients):
        async with answering(b"") as port:
            with pytest.raises(Unreachable, match="closed the connection"):
                await read(clients, url("127.0.0.1", port))

    async def test_no_http(self, clients):
        async with answering(b"SSH-2.0-OpenSSH_9.2\r\n") as port:
            with pytest.raises(Unreachable, match="no HTTP"):
                await read(clients, url("127.0.0.1", port))

    async def test_silence_before_and_within_the_body(self, clients):
        async def handler(request):
            if request.path == "/body":
                response = web.StreamResponse()
                await response.prepare(request)
                await response.write(b"abc")
            await asyncio.sleep(5)

        async with serving(handler) as port:
            with pytest.raises(Unreachable, match="silent"):
                await read(clients, url("127.0.0.1", port), read_timeout=0.1)
            with pytest.raises(Unreachable, match="silent after 3 bytes"):
                await read(clients, url("127.0.0.1", port, "/body"), read_timeout=0.1)

    async def test_nobody_accepts(self, clients):
        with socket.socket() as full:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            port = full.getsockname()[1]
            fillers = [socket.socket() for _ in range(4)]
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(("127.0.0.1", port))
            with pytest.raises(Unreachable, match=r"did not answer|stayed silent"):
                await read(clients, url("127.0.0.1", port), connect_timeout=0.2, read_timeout=0.2)
            for filler in fillers:
                filler.close()

    async def test_a_certificate_that_is_not_valid(self, clients, own_certificate):
        server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=own_certificate)
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Unreachable, match=r"localhost:\d+ has a certificate that is not valid: self.signed"):
            await read(clients, url("localhost", port, scheme="https"))
        server.close()
        await server.wait_closed()

    async def test_tls_asked_of_a_plain_port(self, clients):
        async with serving(echo) as port:
            with pytest.raises(Unreachable, match="does not speak TLS"):
                await read(clients, url("127.0.0.1", port, scheme="https"))

    @pytest.mark.parametrize("bad", ["rtmp://h/x", "http://", "nothing", "http://[::1/x", "http://h:99999/"])
    async def test_what_is_no_url(self, clients, bad):
        with pytest.raises(Unreachable):
            await read(clients, SecretUrl(bad))

    async def test_a_header_that_http_does_not_allow(self, clients):
        async with serving(echo) as port:
            with pytest.raises(Unreachable, match="does not allow"):
                await read(clients, url("127.0.0.1", port), headers=[("X", "a\r\nInjected: yes")])

    @pytest.mark.parametrize(
        "cut",
        [b"Content-Length: 10\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"],
    )
    async def test_a_body_that_ends_early(self, clients, cut):
        async with answering(b"HTTP/1.1 200 OK\r\n" + cut) as port:
            with pytest.raises(Truncated, match="after 3 bytes"):
                await read(clients, url("127.0.0.1", port))

    async def test_cancellation_closes_the_connection(self, clients):
        ended = asyncio.Event()

        async def handler(_):
            try:
                await asyncio.sleep(30)
            finally:
                ended.set()

        async with serving(handler) as port:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await read(clients, url("127.0.0.1", port))
            await until(lambda: not any(c._session.connector._acquired for c in clients._clients.values()))
