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
from tunerr.gateway.readers.sniff import Kind, sniff


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
        (401, "credentials"),
        (403, "forbids"),
        (404, "gone"),
        (429, "too many"),
        (458, "limit"),
        (509, "limit"),
        (503, "failed"),
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
        with pytest.raises(UpstreamError, match="'file'"):
            async with opened.open(stream("file:///etc/passwd")):
                pass
    assert "secret" not in str(caught.value)


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
