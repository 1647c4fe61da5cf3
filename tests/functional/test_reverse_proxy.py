"""The real program behind a real nginx, with the configuration that the documentation shows."""

import asyncio
import re
import ssl
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.tools.nginx import certificate, nginx
from tests.tools.server import free_port

pytestmark = pytest.mark.client

PASSWORD = "a long pass phrase"
HOW_TO = Path(__file__).parents[2] / "docs/how-to/behind-a-reverse-proxy.md"
# What an outer proxy, which is on this machine like everything here, says of the one who asks it.
SOMEBODY = {"X-Forwarded-For": "192.0.2.9"}


def documented(folder, port, upstream, name="tv.example"):
    """The server block of the documentation with this machine's certificate and ports."""
    block = re.search(r"```nginx\n(.*?)```", HOW_TO.read_text(), re.DOTALL)[1]
    block = re.sub(r"ssl_certificate .*\n.*ssl_certificate_key .*\n", certificate(folder) + "\n", block)
    own = block.replace("listen 443", f"listen {port}").replace("tv.example", name)
    return own.replace("127.0.0.1:5004", f"127.0.0.1:{upstream}")


def plain(port, upstream, lines=""):
    """A server block without TLS that sets only what `lines` say."""
    return (
        f"server {{ listen {port}; location / {{ {lines} proxy_buffering off;"
        f" proxy_pass http://127.0.0.1:{upstream}; }} }}"
    )


@asynccontextmanager
async def visitor(name, port, **options):
    """A client that finds `name` at nginx on this machine and believes its certificate."""
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    connector = aiohttp.TCPConnector(ssl=trust, resolver=_Here(), force_close=True)
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(
        f"https://{name}:{port}", connector=connector, cookie_jar=jar, **options
    ) as session:
        yield session


class _Here(aiohttp.abc.AbstractResolver):
    async def resolve(self, host, port=0, family=0):
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": 2, "proto": 0, "flags": 0}]

    async def close(self):
        pass


async def text(session, path, **options):
    async with session.get(path, **options) as answer:
        return answer.status, await answer.text()


async def test_H03_addresses_are_the_proxys(demo, tmp_path):
    port = free_port()
    base = f"https://tv.example:{port}"
    async with nginx(tmp_path, documented(tmp_path, port, demo.port)), visitor("tv.example", port) as session:
        async with session.get("/discover.json") as answer:
            told = await answer.json()
        assert (told["BaseURL"], told["LineupURL"]) == (base, f"{base}/lineup.json")
        for path in ("/lineup.json", "/lineup.xml", "/lineup.m3u", "/live.m3u", "/device.xml"):
            status, body = await text(session, path)
            assert status == 200
            urls = re.findall(r"https?://[^\"<\s]+", body.replace("http://www.w3.org", ""))
            assert urls
            assert all(url.startswith(base) for url in urls), (path, urls)
        assert (await text(session, "/nope")) == (404, "")
    assert (await demo.json("/discover.json"))["BaseURL"] == demo.base


async def test_a_stream_comes_through_and_names_its_client(demo, tmp_path):
    port = free_port()
    async with nginx(tmp_path, documented(tmp_path, port, demo.port)):
        async with visitor("tv.example", port, headers=SOMEBODY) as session, session.get("/auto/v1") as answer:
            assert answer.status == 200
            packets = await asyncio.wait_for(answer.content.readexactly(188 * 500), 20)
            assert {packets[at] for at in range(0, len(packets), 188)} == {0x47}
            playing = [row for row in await demo.json("/status.json") if "VctNumber" in row]
            assert [row["TargetIP"] for row in playing] == ["192.0.2.9"]
        await demo.idle()


async def test_reports_are_for_those_who_are_on_this_machine(demo, tmp_path):
    port, bare = free_port(), free_port()
    both = documented(tmp_path, port, demo.port, "localhost") + plain(bare, demo.port)
    async with nginx(tmp_path, both), visitor("localhost", port) as session:
        report = "/debug/active-streams.json"
        assert (await demo.get(report)).status == 200
        assert (await text(session, report))[0] == 200
        assert await text(session, report, headers=SOMEBODY) == (403, "")
        # The chain's last word counts, so nobody makes himself local.
        assert (await text(session, report, headers={"X-Forwarded-For": "127.0.0.1, 192.0.2.9"}))[0] == 403
        assert (await demo.get(report, headers=SOMEBODY)).status == 403
        # A proxy that hides for whom it asks can't be told from a program of this machine: docs say so.
        async with aiohttp.ClientSession() as plainly, plainly.get(f"http://127.0.0.1:{bare}{report}") as answer:
            assert answer.status == 200


async def test_the_deck_behind_https(boot, tmp_path):
    server = await boot(env={"IPTV_TUNERR_WEBUI_PASS": PASSWORD, "IPTV_TUNERR_WEBUI_HOSTS": "deck.example"})
    port = free_port()
    origin = f"https://deck.example:{port}"
    async with nginx(tmp_path, documented(tmp_path, port, server.deck_port, "deck.example")):
        async with visitor("deck.example", port, headers={**SOMEBODY, "Origin": origin}) as session:
            form = {"username": "admin", "password": PASSWORD}
            async with session.post("/login", data=form, allow_redirects=False) as answer:
                assert answer.status == 303
                cookie = answer.headers["Set-Cookie"]
                assert "Secure" in cookie
                assert "HttpOnly" in cookie
            assert (await text(session, "/"))[0] == 200
        async with visitor("deck.example", port, headers=SOMEBODY) as session:
            for status in (*[401] * 8, 429):
                async with session.post("/login", data={"username": "admin", "password": "wrong"}) as answer:
                    assert answer.status == status
            other = {"X-Forwarded-For": "192.0.2.10"}
            async with session.post("/login", data=form, headers=other, allow_redirects=False) as answer:
                assert answer.status == 303
        assert "address=192.0.2.9" in server.log
        basic = {"Authorization": aiohttp.encode_basic_auth("admin", PASSWORD)}
        async with visitor("deck.example", port, headers=basic) as session:
            act = "/ops/actions/stream-attempts-clear"
            for sent, status in ((origin, 200), ("https://evil.example", 403), (f"https://deck.example:{port}1", 403)):
                async with session.post(act, headers={"Origin": sent}) as answer:
                    assert answer.status == status, sent
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{server.deck}/login", data=form, allow_redirects=False) as answer,
    ):
        assert "Secure" not in answer.headers["Set-Cookie"]


async def test_who_is_not_trusted_is_not_believed(boot, tmp_path):
    server = await boot(env={"IPTV_TUNERR_TRUSTED_PROXIES": "none"})
    port = free_port()
    async with nginx(tmp_path, documented(tmp_path, port, server.port)), visitor("tv.example", port) as session:
        assert f'"BaseURL":"http://tv.example:{port}"' in (await text(session, "/discover.json"))[1]
        async with session.get("/auto/v1", headers=SOMEBODY) as answer:
            assert answer.status == 200
            playing = [row for row in await server.json("/status.json") if "VctNumber" in row]
            assert [row["TargetIP"] for row in playing] == ["127.0.0.1"]


async def test_the_header_of_rfc_7239(demo, tmp_path):
    port = free_port()
    line = 'proxy_set_header Forwarded "for=192.0.2.9;proto=https;host=tv.example";'
    async with nginx(tmp_path, plain(port, demo.port, line)), aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port}/discover.json") as answer:
            assert (await answer.json())["BaseURL"] == "https://tv.example"
        async with session.get(f"http://127.0.0.1:{port}/debug/active-streams.json") as answer:
            assert answer.status == 403
