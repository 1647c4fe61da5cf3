"""What the real program asks providers by itself: whether channels play, whether providers work."""

import contextlib

import aiohttp

from tests.tools.operator import attempt, command, lineup
from tests.tools.until import until


async def test_a_channel_is_asked_for_as_viewers_ask_for_it(boot, provider, tmp_path):
    url = provider.playlist("one")
    jar = tmp_path / "cookies.txt"
    jar.write_text("# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t4102444800\tpass\tyes\n")
    server = await boot(
        env={
            "IPTV_TUNERR_M3U_URL": url,
            "IPTV_TUNERR_UPSTREAM_HEADERS": "X-Ticket: 7",
            "IPTV_TUNERR_COOKIE_JAR_FILE": str(jar),
        }
    )

    async def offered():
        return await lineup(server) == {"one": "1"}

    await until(offered, what="the lineup")
    assert "It plays." in await command(server, "channel", "test", "one")
    (headers,) = [sent for _, path, sent in provider.requests if path == "/live/one"]
    assert (headers["X-Ticket"], headers["Cookie"]) == ("7", "pass=yes")


async def test_the_command_probes_the_operators_sources_too(boot, provider):
    server = await boot()
    status, said = await attempt(server, "probe")
    assert (status, "There is no source to probe yet." in said) == (1, True)
    await command(server, "source", "add", "m3u", "home", "--url", provider.playlist("one"))

    async def offered():
        with contextlib.suppress(AssertionError, aiohttp.ClientError):  # while the demo makes place
            return await lineup(server) == {"one": "1"}

    await until(offered, deadline=90, what="the lineup")
    said = await command(server, "probe")
    assert said.splitlines()[1].split()[:4] == ["1", "home", f"127.0.0.1:{provider.port}", "ok"]
