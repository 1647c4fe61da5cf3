"""A preview over real sockets and the real gateway, on a site that does not cancel its handlers."""

import asyncio
import contextlib
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from tests.tools.media import make_ts
from tests.tools.packet_walk import walk, without_tail
from tests.tools.until import until
from tests.unit.gateway.rig import FakeOpener, Feed, row, running
from tunerr.deck.preview import preview_routes
from tunerr.errors import UnknownChannel
from tunerr.gateway.limits import Limits
from tunerr.model.status import Client

SOON = 2.0
"""Seconds within which a closed tab must free its tuner."""


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    return make_ts(tmp_path_factory.mktemp("media") / "live.ts", seconds=12).read_bytes()


@asynccontextmanager
async def deck_on(gateway, stands=lambda _: True, **rows):
    """The address of a site like the deck's."""

    @asynccontextmanager
    async def watch(channel, address):
        if channel not in rows:
            raise UnknownChannel("This channel is not in the lineup.")
        async with gateway.watch(rows[channel], client=Client(address, "Deck preview")) as viewer:
            yield viewer

    application = web.Application()
    application.add_routes(preview_routes(watch, stands=stands))
    runner = web.AppRunner(application, handler_cancellation=False, shutdown_timeout=1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@asynccontextmanager
async def tab(port, channel):
    """A connection that has asked for a preview."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /preview/{channel}.ts HTTP/1.1\r\nHost: deck\r\n\r\n".encode())
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def freed(gateway, opener):
    await until(lambda: gateway.facts.active_sessions == 0 and opener.open_now == 0, deadline=SOON)


async def test_it_ends_with_the_session(media):
    opener, let_in = FakeOpener({"1-0": [Feed(media, rate=len(media) / 12)]}), [True]
    async with running(opener) as gateway, deck_on(gateway, lambda _: bool(let_in), one=row()) as port:
        async with tab(port, "one") as (reader, _):
            await reader.readexactly(188 * 500)
            let_in.clear()
            await asyncio.wait_for(reader.read(), SOON)
        await freed(gateway, opener)


async def test_it_is_the_channel_s_stream_without_a_flaw_and_counts_as_a_viewer(media):
    opener = FakeOpener({"1-0": [Feed(media, rate=len(media) / 12)]})
    async with running(opener) as gateway, deck_on(gateway, one=row()) as port:
        async with aiohttp.ClientSession() as browser, browser.get(f"http://127.0.0.1:{port}/preview/one.ts") as answer:
            assert (answer.status, answer.content_type) == (200, "video/mp2t")
            assert not any(name.startswith("Access-Control") for name in answer.headers)
            body = await answer.content.readexactly(188 * 2000)
            (status,) = [one for one in gateway.status() if one.clients]
            assert status.clients == (Client("127.0.0.1", "Deck preview"),)
        await freed(gateway, opener)
    seen = walk(without_tail(body))
    assert (seen.continuity, seen.lost_sync, seen.first) == ((), 0, ("PAT", "PMT", "access point"))


@pytest.mark.parametrize("reset", [False, True])
async def test_a_tab_that_is_closed_while_it_plays_frees_its_tuner(media, reset):
    opener = FakeOpener({"1-0": [Feed(media, rate=len(media) / 12)]})
    async with running(opener) as gateway, deck_on(gateway, one=row()) as port, tab(port, "one") as (reader, writer):
        await reader.readexactly(188 * 100)
        assert gateway.facts.active_sessions == 1
        if reset:
            writer.transport.abort()
        else:
            writer.close()
        await freed(gateway, opener)


async def test_a_tab_that_is_closed_before_the_first_picture_frees_its_tuner():
    opener = FakeOpener({"1-0": [Feed(b"", connect=60)]})
    limits = Limits(tune=60, candidate=60)
    async with running(opener, limits=limits) as gateway, deck_on(gateway, one=row()) as port:
        async with tab(port, "one"):
            await until(lambda: opener.open_now == 1, deadline=SOON)
        await freed(gateway, opener)


async def test_a_tab_that_stops_reading_is_given_up(media):
    opener = FakeOpener({"1-0": [Feed(media * 20, rate=8_000_000)]})
    limits = Limits(stalled_viewer=1.0)
    async with running(opener, limits=limits) as gateway, deck_on(gateway, one=row()) as port:
        async with tab(port, "one") as (reader, writer):
            await reader.readexactly(188 * 100)
            writer.transport.pause_reading()
            await until(lambda: gateway.facts.dropped == 1, deadline=10)
        await freed(gateway, opener)


async def test_what_can_not_be_shown_is_said(media):
    opener = FakeOpener({"1-0": [Feed(media)], "2-0": [Feed(media)]})
    async with (
        running(opener, tuner_count=1) as gateway,
        deck_on(gateway, one=row(1), two=row(2)) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as browser,
    ):
        async with browser.get("/preview/none.ts") as answer:
            assert (answer.status, await answer.text()) == (404, "This channel is not in the lineup.")
        async with browser.get("/preview/one.ts", headers={"Sec-Fetch-Site": "cross-site"}) as answer:
            assert answer.status == 403
        assert opener.opened == {}
        async with browser.get("/preview/one.ts") as playing:
            assert playing.status == 200
            async with browser.get("/preview/two.ts") as answer:
                assert answer.status == 503
                assert "tuner" in await answer.text()
