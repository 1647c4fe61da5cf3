import asyncio
import socket
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from tests.tools.hls_origin import decoded, serving
from tests.tools.media import ffmpeg, make_ts
from tests.tools.until import until
from tests.unit.gateway.readers_rig import opener, read, stream
from tunerr.errors import UpstreamError
from tunerr.support.cookies import CookieStore
from tunerr.support.sniff import Kind, sniff


@pytest.fixture(scope="session")
def ts(tmp_path_factory):
    return make_ts(tmp_path_factory.mktemp("http") / "a.ts", seconds=3).read_bytes()


@asynccontextmanager
async def answering(handler):
    app = web.Application()
    app.router.add_get("/{path:.*}", handler)
    async with serving(app) as base:
        yield base + "/live.ts"


async def failure(url):
    with pytest.raises(UpstreamError) as caught:
        await read(url)
    return caught.value


async def test_the_body_comes_as_it_was_sent(ts):
    seen = []

    async def handler(request):
        seen.append(request.headers)
        response = web.StreamResponse(headers={"Content-Type": "application/octet-stream"})
        await response.prepare(request)
        await response.write(ts[:100])
        await asyncio.sleep(0.05)
        await response.write(ts[100:])
        return response

    async with answering(handler) as url:
        assert await read(url) == ts
    assert len(seen) == 1
    assert seen[0]["Accept-Encoding"] == "identity"
    assert seen[0]["User-Agent"] == "Tunerr/test"


async def test_leaving_closes_the_connection(ts):
    gone = asyncio.Event()

    async def handler(request):
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(ts)
                await asyncio.sleep(0.01)
        except ConnectionError:
            gone.set()
            raise

    async with answering(handler) as url:
        assert len(await read(url, limit=1_000_000)) >= 1_000_000
        await until(gone.is_set, deadline=2)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "password"),
        (403, "refuses this account"),
        (404, "does not have"),
        (407, "token"),
        (423, "locked"),
        (429, "too often"),
        (458, "limit"),
        (509, "limit"),
        (500, "error of its own"),
        (503, "error of its own"),
        (418, "refused"),
    ],
)
async def test_an_answer_that_is_no_success(status, words):
    async def handler(_request):
        return web.Response(status=status, text="<html>")

    async with answering(handler) as url:
        error = await failure(url)
    assert (error.reason, error.status) == ("status", status)
    assert words in error.message


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"<!DOCTYPE html><html>", "video/mp2t", "html"),
        (b'{"error": "no"}', "application/json", "html"),
        (b"account\nexpired", "video/mp2t", "html"),
        (b"", "video/mp2t", "ended"),
        (b'<?xml version="1.0"?><MPD>', "application/dash+xml", "unsupported"),
        (b"#EXTM3U\n#EXTINF:-1,One\nhttp://127.0.0.1/1\n", "audio/x-mpegurl", "garbage"),
        (b"\x00\x01" * 800, "video/mp2t", "ffmpeg"),
    ],
)
async def test_a_success_that_is_no_stream(body, content_type, reason):
    async def handler(_request):
        return web.Response(body=body, content_type=content_type)

    async with answering(handler) as url:
        assert (await failure(url)).reason == reason


async def test_a_connection_that_breaks_off(ts):
    async def handler(request):
        response = web.StreamResponse(headers={"Content-Length": str(len(ts))})
        await response.prepare(request)
        await response.write(ts[:18800])
        await asyncio.sleep(0.05)
        request.transport.abort()
        return response

    async with answering(handler) as url:
        assert (await failure(url)).reason == "reset"


async def test_a_body_of_the_announced_length_ends_in_order(ts):
    async def handler(_request):
        return web.Response(body=ts[:18800], content_type="text/html")

    async with answering(handler) as url, opener() as opened, opened.open(stream(url)) as upstream:
        assert upstream.program_time is None
        assert b"".join([chunk async for chunk in upstream.chunks()]) == ts[:18800]


async def test_a_redirect_to_a_clip_is_played(ts):
    async def handler(request):
        if request.path != "/clip.ts":
            raise web.HTTPFound("/clip.ts")
        return web.Response(body=ts)

    async with answering(handler) as url:
        assert await read(url) == ts


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "999999"}, 3600),
        ({"Retry-After": "Sun, 22 Nov 2026 10:01:30 GMT", "Date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 90),
        ({"Retry-After": "Sun, 22 Nov 2026 09:00:00 GMT", "Date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 0),
        ({"Retry-After": "soon"}, 0),
        ({"Retry-After": "-5"}, 0),
        ({"Retry-After": "9" * 5000}, 3600),
        ({"Retry-After": f"Sun, 22 Nov {'9' * 20} 10:01:30 GMT", "Date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 0),
        ({}, 0),
    ],
)
async def test_how_long_the_provider_wants_us_to_wait(headers, seconds):
    async def handler(_request):
        return web.Response(status=429, headers=headers)

    async with answering(handler) as url:
        assert (await failure(url)).retry_after == seconds


@pytest.mark.parametrize(
    ("said", "reason", "words"),
    [
        ("805 All Tuners In Use", "account_full", "All tuners"),
        ("804", "account_full", "in use"),
        ("811 Content Protection Required", "drm", "DRM"),
        ("801 Unknown Channel", "status", "does not know"),
        ("807 No Video Data", "status", "signal"),
        ("\u00b2", "status", "refused"),
    ],
)
async def test_what_hdhomerun_hardware_says(said, reason, words):
    async def handler(_request):
        return web.Response(status=503, headers={"X-HDHomeRun-Error": said})

    async with answering(handler) as url:
        error = await failure(url.replace("/live.ts", "/auto/v5.1"))
    assert (error.reason, error.status) == (reason, 503)
    assert words in error.message


async def test_nobody_listens():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}/"
    assert (await failure(url)).reason == "unreachable"


async def test_other_containers_go_through_ffmpeg(tmp_path):
    path = tmp_path / "radio.mp3"
    ffmpeg("-f", "lavfi", "-i", "sine", "-t", "3", "-c:a", "libmp3lame", path)

    async def handler(_request):
        return web.FileResponse(path)

    async with answering(handler) as url:
        errors, seconds = await decoded(await read(url))
    assert errors == ""
    assert seconds == pytest.approx(3, abs=0.2)


async def test_errors_hold_no_credentials():
    async with opener() as opened:
        with pytest.raises(UpstreamError) as caught:
            async with opened.open(stream("http://user:secret@127.0.0.1:1/live/user/secret/1.ts?token=secret")):
                pass
        with pytest.raises(UpstreamError, match="'gopher'"):
            async with opened.open(stream("gopher://user:secret@host/")):
                pass
    assert "secret" not in str(caught.value)


class TestWhoWeAre:
    """Agents, headers and cookies toward two hosts: the panel redirects to the edge."""

    @pytest.fixture
    async def panel(self, ts):
        self.seen = []

        async def handler(request):
            self.seen.append(request.headers)
            if request.path == "/live.ts":
                edge = f"http://127.0.0.1:{request.url.port}/edge.ts"
                raise web.HTTPFound(edge, headers={"Set-Cookie": "token=t1; Path=/"})
            response = web.Response(body=ts)
            response.headers.add("Set-Cookie", "session=s1")
            response.headers.add("Set-Cookie", "clearance=c1; Max-Age=3600")
            return response

        async with answering(handler) as url:
            yield url

    async def test_a_host_has_an_agent_of_its_own(self, panel):
        local = panel.replace("127.0.0.1", "localhost")
        options = {"user_agent": "Global", "host_agents": {"127.0.0.1": "Edge/1"}}
        async with opener(**options) as opened, opened.open(stream(local)):
            pass
        assert [row["User-Agent"] for row in self.seen] == ["Global", "Edge/1"]

    async def test_the_streams_own_headers_win_over_the_configured(self, panel):
        options = {"user_agent": "Global", "headers": [("X-A", "a"), ("Referer", "r")], "sec_fetch": True}
        own = (("user-agent", "Own"), ("referer", "own"))
        async with opener(**options) as opened, opened.open(stream(panel, headers=own)):
            pass
        for row in self.seen:
            assert (row["User-Agent"], row["X-A"], row["Referer"]) == ("Own", "a", "own")
            assert row["Sec-Fetch-Mode"] == "cors"
            assert len(row.getall("User-Agent")) == 1

    async def test_a_cookie_of_the_redirect_goes_to_the_target_beside_the_streams_own(self, panel):
        async with opener() as opened, opened.open(stream(panel, headers=(("Cookie", "own=1"),))):
            pass
        assert [row.get("Cookie") for row in self.seen] == ["own=1", "own=1; token=t1"]

    async def test_a_cookie_does_not_go_to_another_host(self, panel):
        async with opener() as opened, opened.open(stream(panel.replace("127.0.0.1", "localhost"))):
            pass
        assert "Cookie" not in self.seen[1]

    async def test_session_cookies_end_with_the_stream_and_others_stay(self, panel):
        async with opener() as opened:
            for _ in range(2):
                async with opened.open(stream(panel)):
                    pass
        assert self.seen[2]["Cookie"] == "clearance=c1"

    async def test_cookies_outlive_a_restart_in_a_file_for_our_eyes(self, panel, tmp_path):
        path = tmp_path / "cookies.txt"
        for _ in range(2):
            account = panel.replace("http://", "http://user:secret@")
            async with opener(cookies=CookieStore(path)) as opened, opened.open(stream(account)):
                pass
        assert self.seen[2]["Cookie"] == "clearance=c1"
        assert path.stat().st_mode & 0o777 == 0o600
        assert "c1" in path.read_text()
        assert "s1" not in path.read_text()
        assert "secret" not in path.read_text()
        assert list(tmp_path.iterdir()) == [path]


async def test_ipv6_literals(ts):
    async def handler(_request):
        return web.Response(body=ts)

    app = web.Application()
    app.router.add_get("/a.ts", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "::1", 0).start()
    try:
        assert await read(f"http://[::1]:{runner.addresses[0][1]}/a.ts") == ts
    finally:
        await runner.cleanup()


def packets(size, count=4, lead=b""):
    return lead + (b"\x47" + bytes(size - 1)) * count


@pytest.mark.parametrize(
    ("head", "content_type", "kind"),
    [
        (packets(188), "", Kind.TS),
        (packets(192, lead=b"\0\0\0\0"), "", Kind.TS),
        (packets(204), "text/html", Kind.TS),
        (packets(188, lead=bytes(100)), "", Kind.TS),
        (b"\xef\xbb\xbf\n#EXTM3U\n", "", Kind.HLS),
        (b"\n <html>", "", Kind.TEXT),
        (b"Sorry.", "", Kind.TEXT),
        (b"\xc3\xa9", "text/plain; charset=utf-8", Kind.TEXT),
        (b"ID3\x04" + bytes(700), "audio/mpeg", Kind.MEDIA),
        (b"FLV\x01" + bytes(700), "", Kind.MEDIA),
        (b"", "video/mp2t", Kind.EMPTY),
    ],
)
def test_sniff(head, content_type, kind):
    assert sniff(head, content_type) is kind
