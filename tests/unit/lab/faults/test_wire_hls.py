"""Faults of HLS over real sockets."""

import asyncio
import re
import subprocess
import time

import aiohttp
import pytest
from yarl import URL

from tests.tools.clients import client
from tests.unit.lab.faults.raw_client import get
from tunerr.lab.faults import Shape
from tunerr.lab.faults import vocabulary as v


@pytest.fixture
async def http():
    async with aiohttp.ClientSession() as session:
        yield session


async def text_of(http, url):
    async with http.get(url) as answer:
        assert answer.status == 200
        return await answer.text()


async def segments(http, url):
    async with http.get(url) as answer:
        assert answer.status == 200, url
        return [str(answer.url.join(URL(line))) for line in (await answer.text()).splitlines() if ".ts" in line]


async def status(http, url):
    async with http.get(url) as answer:
        return answer.status


@pytest.mark.parametrize("shape", [Shape(), Shape(key_every=2), Shape(discontinuity_every=2)])
async def test_ffmpeg_plays_it(provider, shape):
    channel = await provider.hls_channel("h", shape=shape)
    argv = (client("ffmpeg"), "-nostdin", "-v", "error", "-i", channel.url, "-t", "4", "-f", "null", "-")
    process = await asyncio.create_subprocess_exec(*argv, stderr=subprocess.PIPE)
    _, errors = await asyncio.wait_for(process.communicate(), 30)
    assert (process.returncode, errors.decode()) == (0, "")


async def test_two_variants(provider, http):
    channel = await provider.hls_channel("v", formats=("h264", "h264-low"))
    text = await text_of(http, channel.url)
    rates = [int(rate) for rate in re.findall(r"BANDWIDTH=(\d+)", text)]
    assert rates[0] > rates[1]
    high, low = [await segments(http, URL(channel.url).join(URL(f"{each}/media.m3u8"))) for each in (0, 1)]
    assert [url.rsplit("/", 1)[1] for url in high] == [url.rsplit("/", 1)[1] for url in low]
    sizes = []
    for url in (high[0], low[0]):
        async with http.get(url) as answer:
            sizes.append(len(await answer.read()))
    assert sizes[0] > sizes[1] * 1.2


async def test_ranges(provider, http):
    channel = await provider.hls_channel("h")
    url = (await segments(http, channel.url))[0]
    async with http.get(url) as answer:
        whole = await answer.read()
    async with http.get(url, headers={"Range": "bytes=1000-"}) as answer:
        assert (answer.status, await answer.read()) == (206, whole[1000:])
        assert answer.headers["Content-Range"] == f"bytes 1000-{len(whole) - 1}/{len(whole)}"


@pytest.mark.parametrize(("reset", "end"), [(False, "eof"), (True, "reset")])
async def test_a_broken_segment_and_the_rest_of_it(provider, http, reset, end):
    channel = await provider.hls_channel("h")
    await channel.arm(v.BrokenBody(cut=0.5, reset=reset))
    url = (await segments(http, channel.url))[-1]
    async with get(url) as answer:
        length = int(answer.headers["content-length"])
        body, how = await answer.read(2.0)
    assert (len(body), how) == (length // 2, end)
    async with http.get(url, headers={"Range": f"bytes={len(body)}-"}) as answer:
        assert len(body) + len(await answer.read()) == length
    assert [fired.fault for fired in channel.fired] == ["broken-body"]


async def test_a_slow_and_a_random_segment(provider, http):
    channel = await provider.hls_channel("h")
    url = (await segments(http, channel.url))[-1]
    await channel.arm(v.SlowBody(seconds=0.5))
    began = time.monotonic()
    async with http.get(url) as answer:
        good = await answer.read()
    assert 0.45 < time.monotonic() - began < 2.5
    await channel.arm(v.GarbageBody())
    async with http.get(url) as answer:
        bad = await answer.read()
    assert len(bad) == len(good)
    assert bad != good


async def test_wrong_answers_have_targets(provider, http):
    channel = await provider.hls_channel("h", shape=Shape(key_every=2))
    await channel.arm(
        v.Refuse(status=404), v.Refuse(target="segment", status=503), v.Refuse(target="key", status=404, times=2)
    )
    assert await status(http, channel.url) == 404
    text = await text_of(http, channel.url)
    segment, key = re.search(r"^0/\d+\.ts", text, re.MULTILINE)[0], re.search(r'"(0/\d+\.key)"', text)[1]
    base = channel.url.rsplit("/", 1)[0]
    assert [await status(http, f"{base}/{segment}") for _ in range(2)] == [503, 200]
    assert [await status(http, f"{base}/{key}") for _ in range(3)] == [404, 404, 200]
    async with http.get(f"{base}/{key}") as answer:
        assert len(await answer.read()) == 16
    assert [fired.fault for fired in channel.fired] == ["refuse"] * 4


async def test_a_playlist_fault_counts_from_the_first_request(provider, http):
    channel = await provider.hls_channel("h")
    await channel.arm(v.PlaylistEnds(after=0.4))
    await asyncio.sleep(0.5)
    assert "ENDLIST" not in await text_of(http, channel.url)
    await asyncio.sleep(0.5)
    assert "ENDLIST" in await text_of(http, channel.url)
    assert len(channel.fired) == 1
    channel.disarm()
    assert "ENDLIST" not in await text_of(http, channel.url)


async def test_a_token_that_dies(provider, http):
    channel = await provider.hls_channel("t", token=True)
    old = await segments(http, channel.url)
    assert await status(http, old[0]) == 200
    await channel.arm(v.TokenDies())
    async with http.get(channel.url, allow_redirects=False) as answer:
        media = str(URL(channel.url).join(URL(answer.headers["Location"])))
    assert await status(http, media) == 403, "it dies with the first request after it was due"
    assert await status(http, old[0]) == 403
    new = await segments(http, channel.url)
    assert await status(http, new[-1]) == 200
    assert len(channel.fired) == 1


async def test_what_there_is_not(provider, http):
    channel = await provider.hls_channel("h")
    base = channel.url.rsplit("/", 1)[0]
    assert await status(http, f"{base}/0/1.ts") == 404
    assert await status(http, f"{base}/7/{int(time.time() // 2) - 2}.ts") == 404
    assert await status(http, channel.url.replace("/h/", "/nope/")) == 404
