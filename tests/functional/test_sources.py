"""Several sources in the real program: what joins them, what ails them, and what the operator does about it."""

import asyncio
import re
from ipaddress import ip_address

import aiohttp
import pytest

from tests.functional.test_real_data import DATA
from tests.tools.deck import code_of, operating
from tests.tools.operator import asked, attempt, command, lineup
from tests.tools.server import native_ports
from tests.tools.until import until
from tunerr.errors import Unreachable
from tunerr.hdhomerun.getset import Answer
from tunerr.providers.hdhr.control import controlling
from tunerr.providers.hdhr.search import Target, search

NAMES = [f"c{number}" for number in range(10)]


async def state(server, name):
    """What the metrics say of a source of channels."""
    figures = (await server.get("/metrics")).data.decode()
    return re.findall(rf'iptv_tunerr_source_state\{{kind="playlist",source="{name}",state="(\w+)"\}} 1\.0', figures)


@pytest.mark.skipif(not DATA.is_dir(), reason="the folder with the real playlists is not here")
async def test_two_real_lists_share_a_channel_when_the_operator_says_so(boot):
    lists = {"IPTV_TUNERR_M3U_URL": DATA / "free-tv.m3u8", "IPTV_TUNERR_M3U_URL_2": DATA / "plutotv-gb.m3u"}
    server = await boot(env={name: str(path) for name, path in lists.items()} | {"IPTV_TUNERR_LINEUP_DEVICES": "5"})
    await until(lambda: _offers(server, 2197), deadline=60, what="all channels on five devices")
    numbers = {row["id"]: row["number"] for row in await asked(server, "channel-list")}
    pairs = await asked(server, "channel-suggestions")
    pair = next(pair for pair in pairs if pair["name"] == "Bloomberg TV+")
    assert {pair["source"], pair["other_source"]} == {"m3u", "m3u-2"}
    one, other = pair["channel"], pair["other"]

    await command(server, "channel", "merge", one, other)
    await until(lambda: _offers(server, 2196), deadline=60, what="one channel fewer")
    shown = await asked(server, "channel-show", channel=one)
    assert {stream["source"] for stream in shown["streams"]} == {"m3u", "m3u-2"}
    now = {row["id"]: row["number"] for row in await asked(server, "channel-list")}
    assert now == {channel: number for channel, number in numbers.items() if channel != other}

    await command(server, "undo")
    await until(lambda: _offers(server, 2197), deadline=60, what="two channels again")
    assert {row["id"]: row["number"] for row in await asked(server, "channel-list")} == numbers


async def _offers(server, count):
    paths = ["", *(f"/device/{number}" for number in range(2, 6))]
    return sum([len(await server.json(f"{path}/lineup.json")) for path in paths]) == count


async def test_the_demo_makes_place_and_comes_back(boot, provider):
    *ports, env = native_ports()
    server = await boot(env=env, native=True)
    demo, demo_device = await lineup(server), (await server.json("/discover.json"))["DeviceID"]
    assert len(demo) == 6
    await until(lambda: _speaks(ports, demo_device), what="the demo's native protocol")
    async with operating(server) as operator:
        url = provider.playlist("one", "two")
        await command(server, "source", "add", "m3u", "home", "--url", url)
        await until(lambda: _is(server, {"one": "1", "two": "2"}), what="the lineup of the source")
        device = (await server.json("/discover.json"))["DeviceID"]
        assert device != demo_device
        await until(lambda: _speaks(ports, device), what="the native protocol of the source's device")
        assert "2 channels" in await operator.page("/"), "the deck asks for the password again"
        await command(server, "source", "remove", "home")
        await until(lambda: _is(server, demo), what="the demo again")
        assert (await server.json("/discover.json"))["DeviceID"] == demo_device
        await until(lambda: _speaks(ports, demo_device), what="the demo's native protocol again")
        assert "6 channels" in await operator.page("/")
        await command(server, "undo")
        await until(lambda: _is(server, {"one": "1", "two": "2"}), what="the source again")
        assert (await server.json("/discover.json"))["DeviceID"] == device
    assert server.log.count("code=") == 1, "the password was asked for again"
    assert code_of(server)


async def _speaks(ports, device):
    """Whether that device, and no other, answers by UDP, and something by TCP."""
    local, (discover, control_port) = "127.0.0.1", ports
    found = await search([Target(ip_address(local), discover)], seconds=1, own=())
    try:
        async with controlling(local, control_port) as control:
            program = await control.get("/tuner0/program")
    except Unreachable:
        return False  # while one makes place for the other
    return [f"{one.device_id:08X}" for one in found] == [device] and program == Answer("/tuner0/program", "0")


async def _is(server, wanted):
    try:
        return await lineup(server) == wanted
    except (AssertionError, aiohttp.ClientError):
        return False  # while one makes place for the other


async def test_bad_answers_keep_the_lineup_and_the_operator_decides(boot, provider):
    server = await boot(env={"IPTV_TUNERR_M3U_URL": provider.playlist(*NAMES)})
    whole = await lineup(server)
    assert len(whole) == 10
    for body, words in (
        ("#EXTM3U\n", "has no channel in it"),
        ("<!DOCTYPE html><html>Buy now</html>", "web page"),
        (provider.documents["/playlist.m3u"][2][:300], ""),
    ):
        provider.publish("/playlist.m3u", body)
        said = await command(server, "source", "refresh", "m3u")
        assert words in said
        assert await lineup(server) == whole
    provider.playlist(*NAMES[:4])
    said = await command(server, "source", "refresh", "m3u")
    assert "The provider now has 4 channels, 10 before: 60% are gone" in said
    assert "source accept" in said
    assert await lineup(server) == whole

    await command(server, "source", "accept", "m3u")
    assert await lineup(server) == {name: whole[name] for name in NAMES[:4]}
    newest, oldest = await asked(server, "source-history", source="m3u")
    assert (newest["channels"], newest["is_served"], oldest["channels"]) == (4, True, 10)
    differs = await asked(server, "source-diff", source="m3u")
    assert differs["removed"]["count"] == 6
    assert differs["added"]["count"] == 0

    said = await command(server, "source", "roll-back", "m3u")
    assert "10 channels" in said
    assert await lineup(server) == whole
    said = await command(server, "source", "refresh", "m3u")
    assert "taken back by a roll-back" in said
    assert await lineup(server) == whole
    assert [row["is_withdrawn"] for row in await asked(server, "source-history", source="m3u")] == [True, False]
    status, said = await attempt(server, "source", "roll-back", "m3u")
    assert status != 0
    assert "has no earlier generation" in said


async def test_a_source_that_hangs_delays_no_other(boot, provider):
    """The others are offered when the time of grace is over, in 30 s."""
    release = asyncio.Event()

    async def drip(_, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: audio/mpegurl\r\n\r\n#EXTM3U\n")
        await release.wait()
        writer.close()

    slow = await asyncio.start_server(drip, "127.0.0.1", 0)
    try:
        env = {
            "IPTV_TUNERR_M3U_URL": f"http://127.0.0.1:{slow.sockets[0].getsockname()[1]}/slow.m3u",
            "IPTV_TUNERR_M3U_URL_2": provider.playlist("one", "two"),
        }
        server = await boot(env=env)  # until there are channels
        assert await lineup(server) == {"one": "1", "two": "2"}
        assert await state(server, "m3u-2") == ["ok"]
        assert await state(server, "m3u") != ["ok"]
        release.set()
        await until(lambda: _is_state(server, "failed"), what="the end of the slow answer")
        assert await lineup(server) == {"one": "1", "two": "2"}
    finally:
        release.set()
        slow.close()


async def _is_state(server, wanted):
    return await state(server, "m3u") == [wanted]
