"""What an operator does in the deck from the first day on, in a real browser with the real program."""

import asyncio
import time

import aiohttp
import pytest

from tests.tools.deck import PASSWORD, browsing, code_of
from tests.tools.operator import lineup
from tests.tools.until import until

pytestmark = [pytest.mark.client, pytest.mark.timeout(300)]

NAMES = [f"c{number}" for number in range(10)]
GROUPS = {"News": 40, "Sport": 60, "Films": 500}
AT_MOST = 180.0
"""Seconds from the first visit to a picture, as the issue has it; on a machine that is not busy."""


def grouped(provider, path="/large.m3u"):
    """Publish a playlist of more channels than a device can offer, in groups."""
    rows = [
        f'#EXTINF:-1 group-title="{group}",{group} {number}\n{provider.base}/live/{group}-{number}'
        for group, count in GROUPS.items()
        for number in range(count)
    ]
    provider.publish(path, "\n".join(("#EXTM3U", *rows, "")))
    return provider.base + path


async def first_login(tab, server):
    """From the first visit to the first steps, by the one-time code."""
    await tab.get_by_label("One-time code").fill(code_of(server))
    await tab.get_by_label("New password").fill(PASSWORD)
    await tab.get_by_label("The same again").fill(PASSWORD)
    await tab.get_by_role("button", name="Set the password").click()
    await tab.get_by_role("heading", name="First steps", level=1).wait_for()


async def refusals(port, ended):
    """How often a connection was refused until `ended`, tried twenty times a second."""
    count = 0
    while not ended.is_set():
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
        except ConnectionRefusedError:
            count += 1
        await asyncio.sleep(0.05)
    return count


async def added(tab, url):
    """Add a playlist on the page of the first steps."""
    await tab.get_by_text("A link to a playlist").click()
    form = tab.locator("form", has=tab.get_by_role("button", name="Add the playlist"))
    await form.get_by_label("Address").fill(url)
    await form.get_by_role("button", name="Add the playlist").click()


async def ticked_and_published(tab):
    """From the first steps to a lineup of two groups."""
    await tab.get_by_role("link", name="Tick groups").click()
    await tab.get_by_text("600 channels for 479 numbers").wait_for()
    await tab.get_by_label("News", exact=True).check()
    await tab.get_by_label("Sport", exact=True).check()
    await tab.get_by_role("button", name="Save ticks").click()
    await tab.get_by_text("100 of 479 numbers used").wait_for()
    await tab.get_by_role("link", name="Preview and publish").click()
    await tab.get_by_text("100 channels instead of 479.").wait_for()
    await tab.get_by_role("button", name="Publish", exact=True).click()
    await tab.get_by_text("Nothing is waiting to be published.").wait_for()


async def test_the_first_run(boot, provider):
    """From the one-time code to a media server that is connected; no connection is refused while the demo leaves."""
    url = grouped(provider)
    server = await boot()
    ended = asyncio.Event()
    watching = asyncio.get_running_loop().create_task(refusals(server.deck_port, ended))
    began = time.monotonic()
    try:
        async with browsing(server, login=False) as tab:
            await first_login(tab, server)
            await added(tab, f"{provider.base}/nothing.m3u")
            await tab.locator("#live").get_by_text("404").first.wait_for()
            await tab.get_by_role("button", name="Find out why").click()
            await tab.locator("#live").get_by_text("Refuses").wait_for()
            await tab.get_by_role("link", name="Correct it").click()
            await tab.get_by_label("Address").fill(url)
            await tab.get_by_role("button", name="Save").click()
            await tab.goto(f"{server.deck}/start")
            await tab.get_by_text("600 channels from 600 entries").wait_for()
            await ticked_and_published(tab)
            await tab.goto(f"{server.deck}/start")
            for address in (server.base, f"{server.base}/guide.xml", f"{server.base}/live.m3u"):
                await tab.locator("dl.urls code").get_by_text(address, exact=True).wait_for()
            await tab.get_by_text("This page says when a media server has asked for the lineup.").wait_for()
            assert len(await lineup(server)) == 100
            await tab.get_by_text("Connected").wait_for()
    finally:
        ended.set()
    took = time.monotonic() - began
    print(f"from the first visit to a connected media server: {took:.1f} s")
    assert await watching == 0
    assert took < AT_MOST
    assert PASSWORD not in server.log


async def test_the_first_run_without_scripts(boot, provider):
    """The same by links and forms alone; what comes live is there after a reload."""
    url = grouped(provider)
    server = await boot()
    async with browsing(server, login=False, java_script_enabled=False) as tab:
        await first_login(tab, server)
        await added(tab, url)

        async def known():
            await tab.goto(f"{server.deck}/start")
            return await tab.get_by_role("link", name="Tick groups").count()

        await until(known, every=0.5, what="the channels")
        await ticked_and_published(tab)
        assert len(await lineup(server)) == 100


async def test_a_limit_that_was_learned_is_forgotten(boot, sources, tmp_path):
    """An account that bears one stream is found to be full; the operator has it tried again."""
    account = sources.account("somebody", "hidden-pass", limit=1, release=0.0, status=458)
    urls = [(await sources.ts_channel(name, programme=name, account=account)).url for name in ("one", "two")]
    rows = "".join(f"#EXTINF:-1,{place}\n{url}\n" for place, url in enumerate(urls))
    (tmp_path / "two.m3u").write_text(f"#EXTM3U\n{rows}")
    server = await boot(env={"IPTV_TUNERR_M3U_URL": str(tmp_path / "two.m3u")})
    first, second = (row["URL"] for row in await server.json("/lineup.json"))
    async with aiohttp.ClientSession() as session, session.get(first) as answer:
        await answer.content.readexactly(188 * 100)
        for _ in range(2):  # one refusal is no proof
            async with session.get(second) as full:
                assert full.status == 503
        async with browsing(server, path="/autopilot", level="operator") as tab:
            await tab.get_by_text("1 / 1").wait_for()
            await tab.locator("summary", has_text="Forget what was learned").click()
            await tab.get_by_role("button", name="Forget it").click()
            await tab.get_by_text("1 / not known").wait_for()
            assert "hidden-pass" not in await tab.content()


async def test_a_refresh_is_looked_at_and_rolled_back(boot, provider):
    server = await boot(env={"IPTV_TUNERR_M3U_URL": provider.playlist(*NAMES)})
    whole = await lineup(server)
    async with browsing(server, path="/providers/m3u", level="operator") as tab:
        provider.playlist(*NAMES[:8], "new")
        await tab.get_by_role("button", name="Refresh", exact=True).click()
        await tab.get_by_text("9 channels").first.wait_for()
        assert len(await lineup(server)) == 9
        await tab.get_by_role("link", name="Difference").click()
        await tab.get_by_text("c8, c9").wait_for()
        await tab.locator("summary", has_text="Serve this one").click()
        await tab.get_by_text("instead of the newer one?").wait_for()
        await tab.locator(".sure button", has_text="Serve this one").click()
        await tab.locator("#notice").get_by_text("10 channels").wait_for()
    assert await lineup(server) == whole


async def test_a_page_says_when_the_program_is_gone_and_comes_back_with_it(boot, provider):
    """A restart ends all sessions: who looks on is asked for the password and led back."""
    env = {"IPTV_TUNERR_M3U_URL": provider.playlist("one")}
    server = await boot(env=env)
    async with browsing(server, path="/live", forgive="ERR_|MIME type") as tab:
        await tab.get_by_text("updates live").wait_for()
        assert await asyncio.to_thread(server.stop) == 0
        await tab.get_by_text("No answer from Tunerr since").wait_for()
        await boot(env=env, port=server.port, deck_port=server.deck_port)
        await tab.get_by_label("Password", exact=True).fill(PASSWORD)
        await tab.get_by_role("button", name="Log in").click()
        await tab.get_by_role("heading", name="Live", level=1).wait_for()
        await tab.get_by_text("updates live").wait_for()
