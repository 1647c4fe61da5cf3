"""Faults of transport streams over real sockets."""

import asyncio
import time

import pytest

from tests.tools.until import until
from tests.unit.lab.faults.raw_client import get
from tests.unit.lab.media.ts_reading import PACKET, continuity_errors, pcr_times, pid_of, split
from tunerr.lab.faults import vocabulary as v


@pytest.fixture
async def channel(provider):
    return await provider.ts_channel("a")


async def test_a_healthy_stream_comes_in_real_time(channel):
    async with get(channel.url) as answer:
        assert (answer.status, answer.headers["content-type"]) == (200, "video/mp2t")
        assert "transfer-encoding" not in answer.headers
        body, end = await answer.read(2.0)
    assert end == "open"
    data = body[: len(body) // PACKET * PACKET]
    times = pcr_times(data)
    assert 2.6 < times[-1] - times[0] < 3.2, "a second of backlog and two seconds"
    assert continuity_errors(data) == 0


async def test_all_viewers_see_the_same_moment(provider, channel):
    async with get(channel.url) as one, get(channel.url) as other:
        (first, _), (second, _) = await asyncio.gather(one.read(1.0), other.read(1.0))
    assert second[: 20 * PACKET] in first or first[: 20 * PACKET] in second
    assert (channel.traffic.opened, channel.traffic.most) == (2, 2)


async def test_a_viewer_that_left_is_seen_even_in_silence(channel):
    await channel.arm(v.Stall())
    async with get(channel.url):
        await until(lambda: channel.fired)
        assert channel.traffic.open == 1
    await until(lambda: channel.traffic.open == 0)
    assert channel.requests[-1].ended is not None


@pytest.mark.parametrize(("fault", "end"), [(v.EndOfFile(after=0.3), "eof"), (v.Reset(after=0.3), "reset")])
async def test_ends(provider, channel, fault, end):
    await channel.arm(fault)
    began = time.monotonic()
    async with get(channel.url) as answer:
        body, how = await answer.read(3.0)
    assert how == end
    assert body
    assert 0.25 < time.monotonic() - began < 1.5
    (fired,) = channel.fired
    assert (fired.channel, fired.fault, fired.request) == ("a", fault.name, channel.requests[-1].id)
    assert began + 0.25 < fired.monotonic < time.monotonic()
    await until(lambda: provider.open_connections() == 0)
    async with get(channel.url) as answer:  # used up
        assert (await answer.read(0.6))[1] == "open"


async def test_a_chunked_stream_ends_in_order(provider):
    channel = await provider.ts_channel("chunked", chunked=True)
    await channel.arm(v.EndOfFile(after=0.2))
    async with get(channel.url) as answer:
        assert answer.headers["transfer-encoding"] == "chunked"
        body, _ = await answer.read(1.0)
    assert body.endswith(b"0\r\n\r\n")


async def test_as_long_as_armed_and_skip(channel):
    await channel.arm(v.Refuse(status=509, retry_after=7, skip=1, times=0))
    seen = []
    for _ in range(4):
        async with get(channel.url) as answer:
            seen.append((answer.status, answer.headers.get("retry-after")))
    assert seen == [(200, None), (509, "7"), (509, "7"), (509, "7")]
    channel.disarm()
    async with get(channel.url) as answer:
        assert answer.status == 200
    assert len(channel.fired) == 3


async def test_armed_on_an_open_connection(channel):
    async with get(channel.url) as answer:
        await answer.read(0.3)
        await channel.arm(v.EndOfFile(after=0.3))
        began = time.monotonic()
        _, end = await answer.read(2.0)
        assert end == "eof"
        assert time.monotonic() - began > 0.25


@pytest.mark.parametrize("fault", [v.Html(), v.Empty()])
async def test_answers_that_are_no_stream(channel, fault):
    await channel.arm(fault)
    async with get(channel.url, Connection="close") as answer:
        body, end = await answer.read(2.0)
    assert (answer.status, end) == (200, "eof")
    assert body.startswith(b"<!DOCTYPE html") if fault.name == "html" else body == b""


async def test_a_redirect_to_the_blocked_clip(provider, channel):
    await channel.arm(v.Redirect())
    async with get(channel.url) as answer:
        assert (answer.status, answer.headers["location"]) == (302, "/clip/blocked.ts")
    async with get(provider.base_url + "/clip/blocked.ts") as answer:
        body, end = await answer.read(0.5)
    assert end == "open"
    assert body.count(b"\x47") > 20
    assert channel.traffic.opened == 1


async def test_wrong_type_and_slow_headers(channel):
    await channel.arm(v.WrongType(content_type="application/octet-stream"), v.SlowHeaders(seconds=0.4))
    async with get(channel.url) as answer:
        assert answer.headers["content-type"] == "application/octet-stream"
        assert 0.4 <= answer.waited < 2.0
        assert (await answer.read(0.2))[0]


async def test_other_pids_after_the_reconnect(channel):
    await channel.arm(v.EndOfFile(after=0.3), v.NewFormat(skip=1))
    pids = []
    for _ in range(2):
        async with get(channel.url) as answer:
            body, _ = await answer.read(0.8)
        pids.append({pid_of(packet) for packet in split(body[: len(body) // PACKET * PACKET])})
    assert pids == [{0, 0x1000, 0x100, 0x101}, {0, 0x64, 0x65, 0x66}]
    assert [fired.fault for fired in channel.fired] == ["end-of-file", "new-format"]


async def test_a_wrap_is_logged_when_it_happens(channel):
    await channel.arm(v.Wrap(after=0.5))
    async with get(channel.url) as answer:
        early, _ = await answer.read(0.3)
        assert channel.fired == ()
        late, _ = await answer.read(0.8)
    ticks = [int(time_ * 90_000) for time_ in pcr_times(early[: len(early) // PACKET * PACKET])]
    assert ticks[0] > 2**33 - 90_000 * 3
    assert [fired.fault for fired in channel.fired] == ["wrap"]
    assert late


async def test_an_account_with_slow_release(provider):
    account = provider.account("u", "p", limit=1, release=0.5, status=458)
    one = await provider.ts_channel("one", account=account)
    other = await provider.ts_channel("other", account=account)
    assert one.url.endswith("/live/u/p/one.ts")
    async with get(one.url) as answer:
        assert answer.status == 200
        assert provider.active(account) == 1
        async with get(other.url) as refused:
            assert refused.status == 458
    await until(lambda: provider.open_connections() == 0)
    closed = time.monotonic()
    assert provider.active(account) == 1, "the slot outlives the socket"
    async with get(other.url) as refused:
        assert refused.status == 458
    await until(lambda: provider.active(account) == 0)
    assert time.monotonic() - closed > 0.3
    async with get(other.url) as answer:
        assert answer.status == 200
    assert (account.most, account.refused) == (1, 2)
    async with get(one.url.replace("/p/", "/wrong/")) as answer:
        assert answer.status == 403


async def test_a_token_that_dies(provider):
    channel = await provider.ts_channel("t", token=True)
    async with get(channel.url) as answer:
        first = provider.base_url + answer.headers["location"]
    await channel.arm(v.TokenDies(after=0.2), v.EndOfFile(after=0.3))
    async with get(first) as answer:
        assert (await answer.read(2.0))[1] == "eof"
    async with get(first) as answer:
        assert answer.status == 403
    async with get(channel.url) as answer:
        second = provider.base_url + answer.headers["location"]
    assert second != first
    async with get(second) as answer:
        assert answer.status == 200


async def test_many_connections_cost_little(channel):
    async def watch():
        async with get(channel.url) as answer:
            return len((await answer.read(2.0))[0])

    began = time.process_time()
    sizes = await asyncio.gather(*(watch() for _ in range(30)))
    assert min(sizes) > 80_000
    assert time.process_time() - began < 1.5, "of two seconds, the thirty clients included"
