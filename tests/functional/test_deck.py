"""The Control Deck of the real program: its door, where it listens, and how it behaves under the hand."""

import asyncio
import re

import aiohttp
import pytest

from tests.functional.test_stream_http import watching
from tests.tools.deck import PASSWORD, browsing, operating
from tests.tools.operator import lineup
from tests.tools.until import until
from tunerr.support.lan import lan_address


def visitor():
    """A browser's cookies without a browser."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))


async def accepts(address, port):
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(address, port), 5)
    except OSError:
        return False
    writer.close()
    return True


async def test_the_first_visit_sets_the_password_and_home_shows_the_exact_urls(boot):
    server = await boot()
    async with visitor() as session:
        async with session.get(f"{server.deck}/") as answer:
            assert answer.url.path == "/setup"
        wrong = {"code": "AAAA-AAAA", "password": PASSWORD, "again": PASSWORD}
        async with session.post(f"{server.deck}/setup", data=wrong) as answer:
            assert answer.status == 403
            assert "That is not the code." in await answer.text()
        async with session.get(f"{server.deck}/", allow_redirects=False) as answer:
            assert answer.status == 307, "a wrong code lets nobody in"
    async with operating(server) as operator:
        home = await operator.page("/")
    for url in (server.base, f"{server.base}/guide.xml", f"{server.base}/live.m3u"):
        assert f"<code>{url}</code>" in home
    assert "6 channels" in home
    assert PASSWORD not in server.log


async def test_the_password_survives_a_restart_and_the_code_does_not_return(boot):
    server = await boot()
    async with operating(server):
        pass
    assert server.stop() == 0
    again = await boot()
    assert again.log.count("code=") == 1, "the second start offered a code again"
    async with visitor() as session:
        async with session.post(f"{again.deck}/login", data={"username": "admin", "password": PASSWORD}) as answer:
            assert answer.url.path == "/"
        async with session.post(f"{again.deck}/setup", data={"code": "", "password": "x" * 9, "again": "x" * 9}) as no:
            assert no.status == 403


async def test_H18_the_deck_asks_for_a_login_while_the_tuner_stays_open(demo):
    async with visitor() as session:
        async with session.get(f"{demo.deck}/deck/status.json") as answer:
            assert answer.status == 401
            assert answer.headers["WWW-Authenticate"].startswith("Basic")
        async with session.get(f"{demo.deck}/", allow_redirects=False) as answer:
            assert answer.status == 307
    for path in ("/discover.json", "/lineup.json", "/lineup_status.json", "/device.xml", "/status.json"):
        assert (await demo.get(path)).status == 200, path

    async def guide():
        return (await demo.get("/guide.xml")).status == 200

    await until(guide, what="the first guide")


async def test_without_lan_the_deck_is_on_loopback_only(boot):
    lan = lan_address()
    if lan is None or lan.startswith("127."):
        pytest.skip("this machine has no other address than loopback")
    server = await boot(env={"IPTV_TUNERR_WEBUI_ALLOW_LAN": "false"}, folder="closed")
    assert await accepts("127.0.0.1", server.deck_port)
    assert not await accepts(lan, server.deck_port)
    assert b"Control Deck" not in (await server.get("/")).data
    server = await boot(folder="open")
    assert await accepts(lan, server.deck_port)
    assert b"Control Deck" in (await server.get("/")).data


async def test_a_disabled_deck_does_not_listen(boot):
    server = await boot(env={"IPTV_TUNERR_WEBUI_DISABLED": "true"})
    assert not await accepts("127.0.0.1", server.deck_port)
    assert "code=" not in server.log


async def test_a_refused_playlist_is_taken_at_the_press_of_a_button(boot, provider):
    names = [f"channel{index}" for index in range(10)]
    server = await boot(env={"IPTV_TUNERR_M3U_URL": provider.playlist(*names)})
    async with operating(server) as operator:
        assert "Take the shorter answer" not in await operator.page("/providers/m3u")
        provider.playlist(*names[:2])
        home = await operator.act("provider-refresh", source="m3u")
        assert "Ready, with a problem" in home
        held = await operator.page("/providers/m3u")
        assert "Held back" in held
        assert "Take the shorter answer" in held
        assert len(await lineup(server)) == 10
        home = await operator.act("provider-accept", source="m3u")
        assert "Ready, with a problem" not in home
        held = await operator.page("/providers/m3u")
        assert "Up to date" in held
        assert "Take the shorter answer" not in held
    assert len(await lineup(server)) == 2


async def test_the_demo_comes_back_with_the_undo_of_the_first_source(boot, provider):
    """The operator stays logged in while one makes place for the other."""
    server = await boot()
    demo = await lineup(server)
    async with operating(server) as operator:
        page = await operator.act("provider-add", type="m3u", name="home", url=provider.playlist("one", "two"))
        undo = re.search(r'action="/act/undo".*?name="act" value="(\d+)"', page, re.DOTALL)[1]

        async def offered(count):
            return (await operator.api("/home"))["figures"]["channels"]["value"] == count

        await until(lambda: offered(2), what="the channels of the source")
        assert "was taken back" in await operator.act("undo", act=undo)
        await until(lambda: offered(len(demo)), what="the channels of the demo")
    assert await lineup(server) == demo


@pytest.mark.client
async def test_what_comes_live_takes_no_focus_and_addresses_are_copied(boot, provider):
    server = await boot(env={"IPTV_TUNERR_M3U_URL": provider.playlist("one", "two")})
    async with browsing(server) as tab:
        assert await tab.title() == "Home · Tunerr"
        assert await tab.locator("html").get_attribute("lang") == "en"
        copy = tab.get_by_role("button", name="Copy the address of the guide")
        await tab.get_by_text("Nobody is watching.").wait_for()
        await copy.focus()
        async with watching(server, "/auto/v1", User_Agent="VLC/3.0.20 LibVLC/3.0.20"):
            row = tab.get_by_role("row").filter(has_text="VLC 3.0")
            await row.wait_for()
            assert "one" in await row.inner_text()
            assert await copy.evaluate("button => button === document.activeElement"), "renewing took the focus"
        await tab.get_by_text("Nobody is watching.").wait_for()
        await copy.press("Enter")
        await tab.get_by_role("button", name=re.compile("Copied|Selected")).wait_for()
        await copy.wait_for()


@pytest.mark.client
async def test_a_phone_has_one_column_in_the_same_order_and_keys_show_where_they_are(boot, provider):
    server = await boot(env={"IPTV_TUNERR_M3U_URL": provider.playlist("one")})
    async with browsing(server, phone=True, viewport={"width": 360, "height": 800}) as tab:
        sections = tab.locator("main section:visible")
        boxes = [await section.bounding_box() for section in await sections.all()]
        tops = [box["y"] for box in boxes]
        assert tops == sorted(tops)
        assert len({box["x"] for box in boxes}) == 1
        assert await tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
        for _ in range(12):
            await tab.keyboard.press("Tab")
            seen = "getComputedStyle(document.activeElement).outlineStyle"
            assert await tab.evaluate(f"document.activeElement === document.body || {seen} === 'solid'")
