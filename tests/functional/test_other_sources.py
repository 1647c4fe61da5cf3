"""Sources that are no subscription, in the real program: an antenna's tuner, public lists, hosts that are choosy."""

import json
import re

from aiohttp import web

from tests.functional.test_stream_http import watching
from tests.tools.hdhr_device import Device
from tests.tools.operator import asked, command, lineup
from tests.tools.until import until
from tests.tools.world import serving


def publish_device(provider, *rows, tuners):
    provider.publish("/discover.json", json.dumps(Device(tuners).discover))
    named = [
        {"GuideNumber": number, "GuideName": name, "URL": f"{provider.base}/live/{name}", "VideoCodec": "MPEG2"}
        for number, name in rows
    ]
    provider.publish("/lineup.json", json.dumps(named))


async def streams(server, channel):
    """The sources of a channel's streams, as they are tried."""
    return [one["source"] for one in (await asked(server, "channel-show", channel=channel))["streams"]]


async def states(server):
    """How the last refresh of each source of channels ended, by id."""
    figures = (await server.get("/metrics")).data.decode()
    return dict(
        re.findall(r'iptv_tunerr_source_state\{kind="playlist",source="([\w-]+)",state="(\w+)"\} 1\.0', figures)
    )


async def test_antenna_and_internet_are_one_lineup_within_the_device_s_tuners(boot, provider):
    publish_device(provider, ("5.1", "abc"), ("7.1", "nbc"), tuners=1)
    env = {"IPTV_TUNERR_M3U_URL": provider.playlist("one"), "IPTV_TUNERR_TUNER_COUNT": "4"}
    server = await boot(env=env)
    await command(server, "source", "add", "hdhr", "roof", "--url", provider.base)

    async def joined():
        return await lineup(server) == {"one": "1", "abc": "5.1", "nbc": "7.1"}

    await until(joined, what="one lineup of both")
    assert await streams(server, "abc") == ["roof"]
    async with watching(server, "/auto/v5.1"):
        refused = await server.get("/auto/v7.1")
        assert refused.status == 503
        assert refused.headers["X-HDHomeRun-Error"].startswith("80")
        async with watching(server, "/auto/v1"):
            assert provider.open_streams == 2
    rows = {row["id"]: row["type"] for row in await asked(server, "source-list")}
    assert rows == {"m3u": "m3u", "roof": "hdhr"}


async def test_a_device_of_the_settings_is_a_source_and_the_program_itself_is_none(boot, provider):
    publish_device(provider, ("5.1", "abc"), tuners=1)
    server = await boot(env={"IPTV_TUNERR_HDHR_LINEUP_URL": provider.base + "/lineup.json"})

    async def there():
        return await lineup(server) == {"abc": "5.1"}

    await until(there, what="the device's channel")
    (row,) = await asked(server, "source-list")
    assert (row["id"], row["type"]) == ("hdhr", "hdhr")
    await command(server, "source", "add", "hdhr", "me", "--url", server.base)

    async def refused():
        return "the program itself" in server.log

    await until(refused, what="the refusal")
    assert await states(server) == {"hdhr": "ok", "me": "failed"}
    assert await lineup(server) == {"abc": "5.1"}


async def test_free_lists_fill_what_the_paid_one_lacks(boot, provider):
    """Whether their streams are backups of paid channels is what the mode says."""
    public = provider.playlist("one", "three", path="/free.m3u")
    paid = provider.playlist("one", "two")
    text = provider.documents["/playlist.m3u"][2].decode()
    provider.publish("/playlist.m3u", text.replace("/live/one", "/gone/one"))
    server = await boot(env={"IPTV_TUNERR_M3U_URL": paid, "IPTV_TUNERR_FREE_SOURCE": public})
    before = await lineup(server)
    assert [*before] == ["one", "two", "three"]
    refused = await server.get(f"/auto/v{before['one']}")
    assert (refused.status, refused.headers["X-HDHomeRun-Error"][:3]) == (503, "806")
    async with watching(server, f"/auto/v{before['three']}"):
        pass
    await command(server, "rules", "set", "free_mode=merge")
    assert await lineup(server) == before
    async with watching(server, f"/auto/v{before['one']}"):
        pass


async def test_a_host_that_wants_another_player_is_asked_as_that_one(boot, provider):
    listed = provider.playlist("one")
    text = provider.documents["/playlist.m3u"][2]

    async def picky(request):
        known = request.headers["User-Agent"].startswith("mpv")
        return web.Response(body=text) if known else web.Response(status=403)

    async with serving(picky, "127.0.0.1") as port:
        url = f"http://127.0.0.1:{port}/list.m3u"
        server = await boot(env={"IPTV_TUNERR_M3U_URL": url, "IPTV_TUNERR_M3U_URL_2": listed})
        await command(server, "source", "refresh", "m3u")
        assert await states(server) == {"m3u": "failed", "m3u-2": "ok"}
        said = await command(server, "probe", "--urls", url)
        assert said.splitlines()[-1] == "The running server remembers the User-Agent."
        assert "mpv/0.37.0" in await command(server, "cf-status", "--learned")
        await command(server, "source", "refresh", "m3u")
        assert await states(server) == {"m3u": "ok", "m3u-2": "ok"}
