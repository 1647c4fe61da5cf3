"""The deck's live pages and acts over the real program, with a provider that can be made to fail."""

import asyncio
import contextlib
import socket

import aiohttp
import pytest
import pytest_asyncio

from tests.tools.clients import client
from tests.tools.deck import browsing, operating
from tests.tools.packet_walk import walk, without_tail
from tests.tools.server import running
from tests.tools.until import until
from tunerr.lab.faults import FaultProvider
from tunerr.lab.faults.vocabulary import Starve
from tunerr.lab.media import MediaLibrary, default_folder

pytestmark = pytest.mark.asyncio(loop_scope="module")

TUNERS = 3
FREED = 5.0
"""Seconds within which a closed preview must have freed its tuner."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory):
    """The program with the channels `pair` (two accounts), `drip` (one source) and `calm`, and its provider."""
    folder = tmp_path_factory.mktemp("live")
    async with FaultProvider(media=MediaLibrary(default_folder(), client("ffmpeg"))) as provider:
        lines = ["#EXTM3U"]
        for name, second in (("pair", True), ("drip", False), ("calm", False)):
            for source in (name, f"{name}-b")[: 1 + second]:
                account = provider.account(source, "hidden-pass", limit=9, release=0.0)
                channel = await provider.ts_channel(source, programme=name, account=account)
                lines += [f'#EXTINF:-1 tvg-id="{name}.lab",{name}', channel.url]
        playlist = folder / "live.m3u"
        playlist.write_text("\n".join((*lines, "")))
        env = {"IPTV_TUNERR_M3U_URL": str(playlist), "IPTV_TUNERR_TUNER_COUNT": str(TUNERS)}
        async with running(folder / "data", env=env) as server, operating(server) as operator:
            server.operator, server.provider = operator, provider
            server.rows = {row["GuideName"]: row for row in await server.json("/lineup.json")}
            yield server


@contextlib.asynccontextmanager
async def watching(url, agent="VLC/3.0.20"):
    """A viewer with its first packets, who reads on by itself; yields what came so far and grows."""
    body = bytearray()

    async def read(answer):
        async for data in answer.content.iter_any():
            body.extend(data)

    async with aiohttp.ClientSession(headers={"User-Agent": agent}) as session, session.get(url) as answer:
        assert answer.status == 200, answer.headers
        reading = asyncio.get_running_loop().create_task(read(answer))
        try:
            await until(lambda: len(body) > 188 * 100, deadline=20)
            yield body, reading
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


async def playing(house, name):
    """The row of a channel on the page Live; None while it isn't there."""
    live = await house.operator.api("/live")
    return next((row for row in live["streams"] if row["name"] == name), None)


def channel_of(house, name):
    return house.rows[name]["URL"]


async def blamed(house, name, cause, *, never):
    """The verdict on a channel once it is `cause`; a machine that is busy with other tests may be blamed before."""

    async def verdict():
        told = (await playing(house, name))["buffering"]
        assert told["cause"] != never, told
        return told if told["cause"] == cause else None

    return await until(verdict, deadline=28, every=0.3)


async def test_nobody_is_watching(house):
    await house.idle()
    live = await house.operator.api("/live")
    assert live["sentence"] == f"Nobody is watching; {TUNERS} tuners are free."
    page = await house.operator.page("/live")
    assert "Nobody is watching." in page
    assert page.count(">Free<") == TUNERS


async def test_a_stream_is_shown_stopped_and_remembered(house):
    async with watching(channel_of(house, "calm")) as (_, reading):
        row = await playing(house, "calm")
        assert (row["viewers"], row["source"], row["host"], row["state"]) == (1, "source 1 of 1", "127.0.0.1", "live")
        one = await house.operator.api(f"/live/{row['request']}")
        assert one["no_other"] == "The channel has one source only."
        assert [viewer["program"] for viewer in one["viewers"]] == ["VLC/3.0.20"]
        html = await house.operator.page(f"/live/{row['request']}")
        assert f"Stop {row['number']} calm? 1 viewer loses the picture." in html
        assert "hidden-pass" not in html + str(one)
        said = await house.operator.act("stream-switch", request_id=row["request"])
        assert "The channel has one source only." in said
        said = await house.operator.act("stream-stop", request_id=row["request"], back="/live")
        assert "The stream was stopped." in said
        await asyncio.wait_for(reading, 10)
    await house.idle()
    over = await house.operator.api(f"/live/{row['request']}")
    assert (over["now"], over["status"]) == (None, "ok")
    assert "This stream has ended." in await house.operator.page(f"/live/{row['request']}")
    assert "This stream has ended." in await house.operator.page("/live/r999999", status=404)


async def test_one_viewer_is_stopped_and_the_other_goes_on(house):
    url = channel_of(house, "calm")
    async with watching(url, "Lavf/60.16") as (first, reading), watching(url) as (second, _):
        row = await playing(house, "calm")
        one = await house.operator.api(f"/live/{row['request']}")
        server = next(viewer for viewer in one["viewers"] if viewer["program"].startswith("Lavf"))
        await house.operator.act("viewer-stop", request_id=server["request"])
        await asyncio.wait_for(reading, 15)
        got, had = len(second), len(first)
        await until(lambda: len(second) > got + 188 * 300, deadline=10)
        assert len(first) == had
        assert (await playing(house, "calm"))["viewers"] == 1


async def test_another_source_takes_over_and_the_viewer_sees_nothing_of_it(house):
    async with watching(channel_of(house, "pair")) as (body, _):
        row = await playing(house, "pair")
        assert row["source"] == "source 1 of 2"
        said = await house.operator.act("stream-switch", request_id=row["request"], back=f"/live/{row['request']}")
        assert "Trying source 2 of 2" in said

        async def switched():
            return (await playing(house, "pair"))["source"] == "source 2 of 2"

        await until(switched, deadline=15, every=0.1)
        got = len(body)
        await until(lambda: len(body) > got + 188 * 2000, deadline=20)
        one = await house.operator.api(f"/live/{row['request']}")
        assert [line["kind"] for line in one["timeline"] if line["kind"] != "viewer"] == ["switch", "asked", "live"]
    seen = walk(without_tail(bytes(body)))
    assert (seen.continuity, seen.flags, seen.lost_sync, seen.pcr_back, seen.dts_back) == ((), 0, 0, 0, ())


async def test_a_provider_that_drips_is_the_one_to_blame(house):
    async with watching(channel_of(house, "drip")):
        await house.provider.arm("drip", Starve(percent=60.0, seconds=20.0))

        verdict = await blamed(house, "drip", "provider", never="viewer")
        assert verdict["evidence"]


async def test_a_viewer_that_reads_slowly_is_the_one_to_blame_while_another_is_well(house):
    host, port = house.base.removeprefix("http://").split(":")
    path = "/" + channel_of(house, "calm").split("/", 3)[3]
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.setblocking(False)
    loop = asyncio.get_running_loop()
    try:
        async with watching(channel_of(house, "calm")):
            await loop.sock_connect(slow, (host, int(port)))
            await loop.sock_sendall(slow, f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Slow\r\n\r\n".encode())

            verdict = await blamed(house, "calm", "viewer", never="provider")
            assert verdict["sentence"].endswith("The other viewer keeps up.")
            row = await playing(house, "calm")
            one = await house.operator.api(f"/live/{row['request']}")
            assert {viewer["program"]: viewer["state"] for viewer in one["viewers"]} == {
                "Slow": "behind", "VLC/3.0.20": "well",
            }  # fmt: skip
    finally:
        slow.close()


async def test_a_preview_holds_a_tuner_and_frees_it_with_its_tab(house):
    await house.idle()
    channel = await channel_id(house, "calm")
    async with house.operator.session.get(f"{house.deck}/preview/{channel}.ts") as answer:
        assert (answer.status, answer.content_type) == (200, "video/mp2t")
        await answer.content.readexactly(188 * 100)
        one = await playing(house, "calm")
        viewers = (await house.operator.api(f"/live/{one['request']}"))["viewers"]
        assert [viewer["program"] for viewer in viewers] == ["Deck preview"]
        answer.close()
    assert await house.idle(deadline=FREED) < FREED
    asked = f"{house.deck}/preview/{channel}.ts"
    async with aiohttp.ClientSession() as stranger, stranger.get(asked, allow_redirects=False) as answer:
        assert answer.status in {303, 307, 401}
    assert await house.tuners_in_use() == 0


async def channel_id(house, name):
    async with watching(channel_of(house, name)):
        found = (await playing(house, name))["channel_id"]
    await house.idle()
    return found


@pytest.mark.client
async def test_the_page_follows_by_itself_and_stops_a_stream_by_two_presses(house):
    async with browsing(house, path="/live") as tab:
        await tab.get_by_text("Nobody is watching.").wait_for()
        async with watching(channel_of(house, "calm")) as (_, reading):
            await tab.locator("#live").get_by_text("calm").first.wait_for(timeout=10_000)
            await tab.locator("summary", has_text="Stop").click()
            await tab.get_by_text("1 viewer loses the picture.").wait_for()
            await tab.get_by_role("button", name="Stop the stream").click()
            await tab.get_by_text("The stream was stopped.").wait_for()
            await asyncio.wait_for(reading, 10)
        await tab.get_by_text("Nobody is watching.").wait_for(timeout=10_000)
