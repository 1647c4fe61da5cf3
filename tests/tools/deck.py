"""The Control Deck of a running program, by HTTP and in Debian's Chromium."""

import re
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from playwright.async_api import async_playwright

from tests.tools.clients import client
from tunerr.deck.preferences import LEVEL_COOKIE

PASSWORD = "a long pass phrase"
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 420, "height": 860}
_PATIENCE_MS = 90_000  # as of `until`: a loaded machine is slow, not broken
# Without a GPU, and calling nobody but us.
CHROMIUM_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--autoplay-policy=no-user-gesture-required",
)  # fmt: skip
_BREACHES = """document.addEventListener('securitypolicyviolation', breach => console.error(
  `CSP breach: ${breach.effectiveDirective} ${breach.blockedURI} at ${breach.sourceFile}:${breach.lineNumber}`))"""


def code_of(server):
    """The newest one-time code, from the log: the only place where it stands."""
    return re.findall(r"code=([A-Z2-9]{4}-[A-Z2-9]{4})", server.log)[-1]


@dataclass
class Operator:
    """Somebody who is logged in, without a browser. `url` is the deck's root, with the sub-path of a proxy."""

    url: str
    session: aiohttp.ClientSession = field(repr=False)
    csrf: str = ""

    async def enter(self, server):
        """Set the password by the one-time code or, where that was done before, log in with it."""
        async with self.session.get(f"{self.url}/") as answer:
            first = answer.url.path.endswith("/setup")
        new = {"password": PASSWORD, "again": PASSWORD}
        form = {"code": code_of(server), **new} if first else {"username": "admin", "password": PASSWORD}
        async with self.session.post(f"{self.url}/{'setup' if first else 'login'}", data=form) as answer:
            body = await answer.text()
            assert answer.status == 200, (answer.status, body)
        self.csrf = re.search(r'name="csrf" value="([^"]+)"', body)[1]

    async def page(self, path, status=200):
        """The HTML of a page."""
        async with self.session.get(self.url + path) as answer:
            body = await answer.text()
            assert answer.status == status, (path, answer.status, body[-2000:])
            return body

    async def api(self, path, status=200):
        """The JSON of a view: `path` is below /api/v1."""
        async with self.session.get(f"{self.url}/api/v1{path}") as answer:
            assert answer.status == status, (path, answer.status, await answer.text())
            return await answer.json()

    async def act(self, name, /, **fields):
        """Send the form of an act as a page does; the HTML of the page that comes after it. A list is sent whole."""
        form = [("csrf", self.csrf), ("back", "/")]
        for key, value in fields.items():
            form += [(key, str(one)) for one in (value if isinstance(value, list | tuple) else [value])]
        async with self.session.post(f"{self.url}/act/{name}", data=form) as answer:
            body = await answer.text()
            assert answer.status == 200, (name, answer.status, body[-2000:])
            return body


@asynccontextmanager
async def operating(server, url=None):
    """The operator of a program, logged in; `url` is the deck's address where it isn't the program's own."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        operator = Operator(url or server.deck, session)
        await operator.enter(server)
        yield operator


@asynccontextmanager
async def browsing(
    server, *, path="/", url=None, login=True, level="simple", theme="light", phone=False, forgive="", **options
):
    """A page of the deck in Chromium, opened at `path` by somebody who is logged in and sees pages of that level.

    `url` as of `operating`; `options` are Playwright's for a context, as timezone_id or java_script_enabled. Fails at
    the end for every error and warning on the console and every breach of the CSP, save those that match `forgive`.
    """
    root = url or server.deck
    cookies = [{"name": LEVEL_COOKIE, "value": level, "url": root}, *(await _cookies(server, root) if login else [])]
    complaints = []
    size = PHONE if phone else DESKTOP
    options = {"viewport": size, "color_scheme": theme, "has_touch": phone, "is_mobile": phone, **options}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=client("chromium"), args=CHROMIUM_FLAGS)
        try:
            context = await browser.new_context(**options)
            context.set_default_timeout(_PATIENCE_MS)
            await context.add_cookies(cookies)
            await context.add_init_script(_BREACHES)
            tab = await context.new_page()
            tab.on(
                "console", lambda said: complaints.append(_line(said)) if said.type in ("error", "warning") else None
            )
            tab.on("pageerror", lambda error: complaints.append(str(error)))
            try:
                await tab.goto(root + path)
                yield tab
            except BaseException as error:
                error.add_note(f"The browser said: {complaints}")
                raise
            left = [said for said in complaints if not (forgive and re.search(forgive, said))]
            assert not left, "The browser complained:\n" + "\n".join(left)
        finally:
            await browser.close()


def _line(said):
    return f"{said.text} ({said.location.get('url', '')}:{said.location.get('lineNumber', '')})"


async def _cookies(server, root):
    async with operating(server, root) as operator:
        return [
            {"name": cookie.key, "value": cookie.value, "url": root, "httpOnly": True, "sameSite": "Lax"}
            for cookie in operator.session.cookie_jar
        ]
