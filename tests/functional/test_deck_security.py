"""The door of the Control Deck, tried on the real program and in a real browser."""

import asyncio
import contextlib
import re

import aiohttp
import pytest
from aiohttp import web
from playwright.async_api import async_playwright

from tests.tools.clients import client
from tests.tools.deck import CHROMIUM_FLAGS
from tests.tools.nginx import nginx
from tests.tools.server import free_port
from tunerr.deck.throttle import FAILURES
from tunerr.support.lan import lan_address

PASSWORD = "a long pass phrase"
FIXED = {"IPTV_TUNERR_WEBUI_PASS": PASSWORD}
BASIC = {"Authorization": aiohttp.encode_basic_auth("admin", PASSWORD)}
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


def visitor(server, **options):
    return aiohttp.ClientSession(server.deck, cookie_jar=aiohttp.CookieJar(unsafe=True), **options)


async def log_in(session, user="admin", password=PASSWORD):
    """The CSRF token of the page of tokens."""
    form = {"username": user, "password": password, "next": "/settings/tokens"}
    async with session.post("/login", data=form) as answer:
        assert (answer.status, answer.url.path) == (200, "/settings/tokens")
        return CSRF.search(await answer.text())[1]


async def act(session, deed, csrf, **fields):
    """Do an act by form as the page does it; the text of the page that follows."""
    form = {"csrf": csrf, "back": "/settings/tokens", **fields}
    async with session.post(f"/act/{deed}", data=form) as answer:
        assert answer.status == 200
        return await answer.text()


async def test_users_and_tokens_come_go_and_outlive_a_restart(boot):
    server = await boot(env=FIXED)
    async with visitor(server) as admin, visitor(server) as vera:
        csrf = await log_in(admin)
        page = await act(admin, "user-add", csrf, user="vera", role="viewer", password="first password")
        assert "vera may log in now, as viewer." in page
        await log_in(vera, "vera", "first password")
        async with vera.get("/settings/users") as answer:
            assert answer.status == 403
            assert "This is for administrators." in await answer.text()
        page = await act(admin, "token-make", csrf, name="hall", scope="read", days="30")
        secret = re.search(r"tnr_[\w-]{43}", page)[0]
        async with admin.get("/settings/tokens") as answer:
            assert secret not in await answer.text(), "it is shown once"
        assert secret not in server.log
    assert server.stop() == 0
    again = await boot(env=FIXED)
    async with visitor(again, headers={"Authorization": f"Bearer {secret}"}) as program:
        async with program.get("/api/v1/home") as answer:
            assert answer.status == 200
        async with program.post("/api/v1/acts/stream-attempts-clear") as answer:
            assert answer.status == 403
            assert "not for streams" in (await answer.json())["error"]
    async with visitor(again) as vera, visitor(again) as admin:
        csrf = await log_in(vera, "vera", "first password")
        await act(vera, "own-password", csrf, old="first password", password="second one", again="second one")
        async with vera.get("/settings/tokens") as answer:
            assert answer.url.path == "/login"
        csrf = await log_in(vera, "vera", "second one")
        assert "is for operators" in await act(vera, "stream-attempts-clear", csrf)
        await act(admin, "user-remove", await log_in(admin), user="vera")
        async with vera.get("/", allow_redirects=False) as answer:
            assert answer.status == 307


async def test_guesses_at_once_from_everywhere_are_counted(boot):
    server = await boot(env=FIXED)

    async def guess(session, number):
        wrong = {"Authorization": aiohttp.encode_basic_auth("admin", f"guess {number}")}
        asked = (
            session.get("/deck/status.json", headers=wrong)
            if number % 2
            else session.post("/login", data={"username": "admin", "password": f"guess {number}"})
        )
        async with asked as answer:
            return answer.status

    async with visitor(server) as session:
        statuses = await asyncio.gather(*(guess(session, number) for number in range(4 * FAILURES)))
        assert sorted(statuses) == [401] * FAILURES + [429] * 3 * FAILURES
        async with session.get("/deck/status.json", headers=BASIC) as answer:
            assert answer.status == 429
            assert 0 < int(answer.headers["Retry-After"]) <= 900


async def test_names_of_the_deck(boot):
    server = await boot(
        env={**FIXED, "IPTV_TUNERR_WEBUI_HOSTS": "deck.example", "IPTV_TUNERR_BASE_URL": "http://tv.example:5004"}
    )
    async with visitor(server) as session:
        for name, status in (("deck.example", 200), ("tv.example:9", 200), ("nas.lan", 200), ("evil.example", 421)):
            async with session.get("/login", headers={"Host": name}) as answer:
                assert answer.status == status, name
        async with session.get("/login", headers={"Host": "evil.example"}) as answer:
            assert "IPTV_TUNERR_WEBUI_HOSTS=evil.example" in await answer.text()


async def test_the_deck_below_a_path_of_nginx(boot, tmp_path):
    """As docs/how-to/behind-a-reverse-proxy.md has it."""
    server = await boot(env=FIXED)
    port = free_port()
    http = f"""server {{ listen 127.0.0.1:{port};
      location /tunerr/ {{
        proxy_set_header Host               $http_host;
        proxy_set_header X-Forwarded-For    $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Host   $http_host;
        proxy_set_header X-Forwarded-Proto  $scheme;
        proxy_set_header X-Forwarded-Prefix /tunerr;
        proxy_buffering off;
        proxy_pass http://127.0.0.1:{server.deck_port}/;
      }} }}"""
    async with (
        nginx(tmp_path, http),
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session,
    ):
        root = f"http://127.0.0.1:{port}"
        async with session.get(f"{root}/tunerr/settings") as answer:
            assert str(answer.url) == f"{root}/tunerr/login?next=/settings"
            page = await answer.text()
        form = {"username": "admin", "password": PASSWORD, "next": "/settings/tokens"}
        async with session.post(f"{root}/tunerr/login", data=form) as answer:
            assert (answer.status, answer.url.path) == (200, "/tunerr/settings/tokens")
            page += await answer.text()
        assert {cookie.key: cookie["path"] for cookie in session.cookie_jar}["iptvtunerr_deck_session"] == "/tunerr"
        for target in re.findall(r'\b(?:href|src|action)="(/[^"]*)"', page):
            assert target.startswith("/tunerr/"), target
            if "/assets/" in target:
                async with session.get(root + target) as answer:
                    assert answer.status == 200, target
        fields = {"csrf": CSRF.search(page)[1], "back": "/settings/tokens", "name": "x", "scope": "read"}
        async with session.post(f"{root}/tunerr/act/token-make", data=fields) as answer:
            assert (answer.status, answer.url.path) == (200, "/tunerr/settings/tokens")
            assert "tnr_" in await answer.text()


@contextlib.asynccontextmanager
async def browsing():
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=client("chromium"), args=CHROMIUM_FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


@pytest.mark.client
async def test_forms_work_by_plain_http_in_the_lan_and_only_from_our_pages(boot):
    """There browsers tell no Sec-Fetch-Site: what counts is Origin, which must not be lost by our own headers."""
    address = lan_address()
    if address is None or address.startswith("127."):
        pytest.skip("this machine has no other address than loopback")
    server = await boot(env=FIXED)
    deck = f"http://{address}:{server.deck_port}"
    async with browsing() as browser:
        tab = await browser.new_page(java_script_enabled=False)
        sent = []
        tab.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
        await tab.goto(f"{deck}/settings/tokens")
        await tab.get_by_label("Password", exact=True).fill(PASSWORD)
        await tab.get_by_role("button", name="Log in").click()
        await tab.get_by_role("heading", name="Make a token").wait_for()
        await tab.get_by_label("Name", exact=True).fill("hall")
        await tab.get_by_role("button", name="Make the token").click()
        await tab.get_by_text(re.compile("The token hall is tnr_")).wait_for()
        headers = [await request.all_headers() for request in sent]
        assert [(one.get("origin"), one.get("sec-fetch-site")) for one in headers] == [(deck, None)] * 2
        await tab.get_by_text("Revoke hall").or_(tab.locator("summary", has_text="Revoke")).first.click()
        await tab.get_by_role("button", name="Revoke hall").click()
        await tab.get_by_text("is worth nothing now").wait_for()


@contextlib.asynccontextmanager
async def serving(application, port):
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield
    finally:
        await runner.cleanup()


@pytest.mark.client
async def test_a_page_of_another_site_does_nothing(boot):
    """A form, a fetch, a frame and a picture of a page that isn't ours, with somebody logged in beside it."""
    server = await boot(env=FIXED)
    evil = free_port()
    html = (
        f'<form method="post" action="{server.deck}/act/stream-attempts-clear"><button>Win</button></form>'
        f'<iframe src="{server.deck}/"></iframe>'
    )

    async def lure(_):
        return web.Response(text=html, content_type="text/html")

    application = web.Application()
    application.router.add_get("/", lure)
    async with serving(application, evil), browsing() as browser:
        context = await browser.new_context()
        tab = await context.new_page()
        await tab.goto(f"{server.deck}/login")
        await tab.get_by_label("Password", exact=True).fill(PASSWORD)
        await tab.get_by_role("button", name="Log in").click()
        await tab.get_by_role("heading", name="Home").wait_for()
        other = await context.new_page()
        await other.goto(f"http://localhost:{evil}/")
        script = "url => fetch(url, {credentials: 'include'}).then(a => a.text(), error => String(error))"
        assert "Failed to fetch" in await other.evaluate(script, f"{server.deck}/api/v1/settings")
        frame = other.frames[1]
        assert "Log out" not in await frame.content()
        await other.get_by_role("button", name="Win").click()
        await other.wait_for_load_state()
        assert "operator act" not in server.log
        assert "act=stream-attempts-clear" not in server.log
