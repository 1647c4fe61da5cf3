"""The Control Deck of the real program, by HTTP and in a real browser."""

import asyncio
import contextlib
import re

import aiohttp
import pytest
from playwright.async_api import async_playwright

from tests.tools.clients import client
from tests.tools.until import until
from tunerr.support.lan import lan_address

PASSWORD = "a long pass phrase"
# Without a GPU, and calling nobody but us.
CHROMIUM_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip


def code_of(server):
    """The one-time code, from the log: the only place where it stands."""
    return re.search(r"code=([A-Z2-9]{4}-[A-Z2-9]{4})", server.log)[1]


def visitor():
    """A browser's cookies without a browser."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))


async def set_up(session, server):
    """Set the password and return the CSRF token of the home page."""
    form = {"code": code_of(server), "password": PASSWORD, "again": PASSWORD}
    async with session.post(f"{server.deck}/setup", data=form) as answer:
        assert (answer.status, answer.url.path) == (200, "/")
        return re.search(r'name="csrf" value="([^"]+)"', await answer.text())[1]


async def page(session, server):
    async with session.get(f"{server.deck}/") as answer:
        assert answer.status == 200
        return await answer.text()


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
        await set_up(session, server)
        home = await page(session, server)
    for url in (server.base, f"{server.base}/guide.xml", f"{server.base}/live.m3u"):
        assert f"<code>{url}</code>" in home
    assert "6 channels" in home
    assert PASSWORD not in server.log


async def test_the_password_survives_a_restart_and_the_code_does_not_return(boot):
    server = await boot()
    async with visitor() as session:
        await set_up(session, server)
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
    async with visitor() as session:
        csrf = await set_up(session, server)
        assert "Accept the shorter list" not in await page(session, server)
        provider.playlist(*names[:2])
        async with session.post(f"{server.deck}/act/refresh", data={"csrf": csrf}) as answer:
            home = await answer.text()
        assert "Ready, with a problem" in home
        assert "Held back" in home
        assert "Accept the shorter list" in home
        assert len(await server.json("/lineup.json")) == 10
        async with session.post(f"{server.deck}/act/accept-refresh", data={"csrf": csrf, "source": "m3u"}) as answer:
            home = await answer.text()
        assert "Accept the shorter list" not in home
        assert "Up to date" in home
    assert len(await server.json("/lineup.json")) == 2


@contextlib.asynccontextmanager
async def browsing(**options):
    """A page in Chromium and the list of what it complained of."""
    executable = client("chromium")
    complaints = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        try:
            tab = await browser.new_page(**options)
            tab.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
            tab.on("pageerror", lambda error: complaints.append(str(error)))
            yield tab, complaints
        finally:
            await browser.close()


async def sign_in(tab, server):
    """From the first visit to the home page, as a person does it."""
    await tab.goto(server.deck)
    await tab.get_by_label("One-time code").fill(code_of(server))
    await tab.get_by_label("New password").fill(PASSWORD)
    await tab.get_by_label("The same again").fill(PASSWORD)
    await tab.get_by_role("button", name="Set the password").click()
    await tab.get_by_role("heading", name="Home").wait_for()


async def watch(server, agent, url, watching):
    """Hold a stream until told to stop."""
    async with (
        aiohttp.ClientSession(headers={"User-Agent": agent}) as session,
        session.get(url) as answer,
    ):
        assert answer.status == 200
        async for _ in answer.content.iter_any():
            if watching.is_set():
                return


@pytest.mark.client
async def test_an_operator_in_chromium(boot, provider):
    """Set-up, live values, copying, keyboard, refresh: with no error and no breach of the CSP on the console."""
    server = await boot(env={"IPTV_TUNERR_M3U_URL": provider.playlist("one", "two")})
    async with browsing(viewport={"width": 1180, "height": 900}) as (tab, complaints):
        await sign_in(tab, server)
        assert await tab.title() == "Home · Tunerr"
        assert await tab.locator("html").get_attribute("lang") == "en"
        await tab.get_by_text("Nobody is watching.").wait_for()

        refresh = tab.get_by_role("button", name="Refresh all")
        await refresh.focus()
        done = asyncio.Event()
        url = (await server.json("/lineup.json"))[0]["URL"]
        viewer = asyncio.get_running_loop().create_task(watch(server, "VLC/3.0.20 LibVLC/3.0.20", url, done))
        try:
            row = tab.get_by_role("row", name="VLC 3.0")
            await row.wait_for(timeout=20_000)
            assert "1 one" in await row.inner_text()
            assert await refresh.evaluate("button => button === document.activeElement"), "renewing took the focus"
        finally:
            done.set()
            await viewer
        await tab.get_by_text("Nobody is watching.").wait_for(timeout=20_000)

        copy = tab.get_by_role("button", name="Copy the address of the guide")
        await copy.click()
        await tab.get_by_role("button", name=re.compile("Copied|Selected")).wait_for()
        await copy.wait_for()
        await refresh.press("Enter")
        await tab.get_by_text("m3u: Nothing changed.").wait_for()
        assert complaints == []


@pytest.mark.client
async def test_a_phone_has_one_column_in_the_same_order_and_keys_show_where_they_are(boot, provider):
    server = await boot(env={"IPTV_TUNERR_M3U_URL": provider.playlist("one")})
    async with browsing(viewport={"width": 360, "height": 800}) as (tab, complaints):
        await sign_in(tab, server)
        boxes = [await section.bounding_box() for section in await tab.locator("main section").all()]
        tops = [box["y"] for box in boxes]
        assert tops == sorted(tops)
        assert len({box["x"] for box in boxes}) == 1
        assert await tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
        for _ in range(8):
            await tab.keyboard.press("Tab")
            seen = "getComputedStyle(document.activeElement).outlineStyle"
            assert await tab.evaluate(f"document.activeElement === document.body || {seen} === 'solid'")
        assert complaints == []


@pytest.mark.client
async def test_the_page_says_when_the_program_is_gone(boot, provider):
    server = await boot(env={"IPTV_TUNERR_M3U_URL": provider.playlist("one")})
    async with browsing() as (tab, _):
        await sign_in(tab, server)
        assert await asyncio.to_thread(server.stop) == 0
        await tab.get_by_text("No answer from Tunerr since").wait_for(timeout=20_000)


@pytest.mark.client
async def test_a_source_is_added_tested_and_taken_back_in_chromium(boot, provider):
    """The demo makes place for the first source and comes back with its undo; the operator stays logged in."""
    server = await boot()
    demo = await server.json("/lineup.json")
    async with browsing(viewport={"width": 1180, "height": 900}) as (tab, complaints):
        await sign_in(tab, server)
        await tab.get_by_role("link", name="Sources").click()
        await tab.get_by_text("The demo plays until there is a source of channels.").wait_for()
        form = tab.locator("form", has=tab.get_by_role("button", name="Add", exact=True))
        await form.get_by_label("Name").fill("home")
        await form.get_by_label("Address").fill(provider.playlist("one", "two"))
        await form.get_by_role("button", name="Add").click()
        await tab.get_by_text("Source home (m3u) was added.").first.wait_for()

        async def offered(count):
            # The program's parts are built anew, so the port may be closed for a moment.
            with contextlib.suppress(aiohttp.ClientError, AssertionError):
                return len(await server.json("/lineup.json")) == count
            return False

        await until(lambda: offered(2), what="the source's channels")
        await tab.goto(f"{server.deck}/sources")
        await tab.get_by_text("2 channels: 2 added.").first.wait_for()
        await tab.get_by_role("button", name="Test providers").click()
        await tab.get_by_role("heading", name="Test of the providers").wait_for()
        await tab.get_by_text("Works", exact=True).wait_for()
        await tab.get_by_role("button", name="Undo").first.click()
        await tab.get_by_text("was taken back").first.wait_for()
        await until(lambda: offered(len(demo)), what="the demo's channels again")
        assert complaints == []
