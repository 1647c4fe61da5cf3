"""Streams of a source with a proxy: the provider's host is a name that only the proxy knows."""

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiohttp import web

from tests.tools.hls_origin import HlsOrigin, decoded, hls, make_fmp4, make_segments
from tests.tools.media import make_ts
from tests.tools.proxy import proxy
from tests.tools.world import serving
from tests.unit.gateway.readers_rig import opener, stream
from tunerr.errors import UpstreamError
from tunerr.gateway.readers import follow
from tunerr.model.url import SecretUrl, Zone

KEYS = (bytes(range(16)), bytes(range(16, 32)))
NAME = "tv.example"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(follow, "poll_seconds", lambda _, again: 0.05 if again else 0.1)


@pytest.fixture(scope="session")
def media(tmp_path_factory):
    folder = tmp_path_factory.mktemp("proxied")
    source = make_ts(folder / "source.ts", seconds=4)
    make_fmp4(source, folder / "fmp4")
    return folder, make_segments(source, folder / "segments")


async def read(url, through, kind="http", *, zone=Zone.INTERNET, limit=None):
    wanted = replace(stream(url, zone), proxy=SecretUrl(through.url(kind)))
    data = b""
    async with opener() as opened, opened.open(wanted) as upstream:
        async for chunk in upstream.chunks():
            data += chunk
            if limit and len(data) >= limit:
                break
    return data


@asynccontextmanager
async def hidden(origin):
    """An HLS origin whose addresses are all of a name that the proxy alone knows; gives the proxy."""
    async with hls(origin), proxy(names={NAME: "127.0.0.1"}) as through:
        origin.base = origin.base.replace("127.0.0.1", NAME)
        yield through


@pytest.mark.parametrize("kind", ["http", "socks5"])
async def test_playlists_segments_and_keys_go_through_it(media, kind):
    origin = HlsOrigin(media[1], every=0.1, window=4, keys=KEYS)
    async with hidden(origin) as through:
        data = await read(f"{origin.base}/moved", through, kind)
    assert data == b"".join(media[1])
    assert {host for _, host, _ in through.forwarded} == {NAME}
    assert origin.hits["/keys/0"]


async def test_what_ffmpeg_reads_goes_through_it(media):
    origin = HlsOrigin([], static=media[0])
    async with hidden(origin) as through:
        data = await read(f"{origin.base}/static/fmp4/index.m3u8", through, "socks5h")
    errors, seconds = await decoded(data)
    assert errors == ""
    assert seconds == pytest.approx(4, abs=0.3)
    assert {host for _, host, _ in through.forwarded} == {NAME}


@pytest.mark.parametrize("kind", ["http", "socks5"])
async def test_a_transport_stream_goes_through_it(media, kind):
    async def handler(_):
        return web.Response(body=b"".join(media[1]), content_type="video/mp2t")

    async with serving(handler) as port, proxy(names={NAME: "127.0.0.1"}) as through:
        data = await read(f"http://{NAME}:{port}/1.ts", through, kind)
    assert data == b"".join(media[1])


async def test_an_address_of_the_home_is_refused_before_the_proxy_is_asked():
    async with proxy() as through:
        with pytest.raises(UpstreamError) as refused:
            await read("http://127.0.0.1:80/1.ts", through)
    assert refused.value.reason == "refused"
    assert through.forwarded == []


async def test_a_playlist_may_not_lead_it_to_an_address_of_the_home(media):
    async def handler(_):
        return web.Response(text="#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://127.0.0.1:80/seg.ts\n")

    async with serving(handler) as port, proxy(names={NAME: "127.0.0.1"}) as through:
        with pytest.raises(UpstreamError):
            await read(f"http://{NAME}:{port}/index.m3u8", through)
    assert {host for _, host, _ in through.forwarded} == {NAME}


async def test_its_own_failure_is_told_as_such():
    async with proxy(refuses=True) as through:
        with pytest.raises(UpstreamError, match=r"^The proxy 127\.0\.0\.1:\d+ does not allow connections to") as failed:
            await read(f"http://{NAME}/1.ts", through)
    assert failed.value.reason == "unreachable"
    assert "provider was not reached" in failed.value.hint


@pytest.mark.parametrize("scheme", ["rtsp", "rtmp", "udp", "srt"])
async def test_what_ffmpeg_opens_itself_can_not_go_through_it(scheme):
    async with proxy() as through:
        with pytest.raises(UpstreamError, match="can't go through the proxy") as failed:
            await read(f"{scheme}://{NAME}:554/1", through)
    assert failed.value.reason == "unsupported"
    assert through.forwarded == []
