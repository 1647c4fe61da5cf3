"""Which pages of the deck are loaded, and how heavy the first one is, as a browser finds out."""

from __future__ import annotations

import gzip
import re
from contextlib import asynccontextmanager
from html import unescape
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

import aiohttp
from aiohttp import hdrs

from tunerr.errors import TunerrError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PAGES: Final = (
    ("/", ""),
    ("/start", ""),
    ("/live", ""),
    ("/live", "/live/"),
    ("/activity", ""),
    ("/channels", ""),
    ("/channels", "/channels/dna-"),
    ("/channels/groups", ""),
    ("/channels/order", ""),
    ("/channels/preview", ""),
    ("/guide", ""),
    ("/guide", "/guide/channel/"),
    ("/guide", "/guide/programme"),
    ("/guide/search?q=news", ""),
    ("/guide/repair", ""),
    ("/guide/doctor", ""),
    ("/providers", ""),
    ("/providers", "/providers/"),
    ("/autopilot", ""),
    ("/diagnostics", ""),
    ("/diagnostics", "/diagnostics/workflows/"),
    ("/diagnostics/streams", ""),
    ("/diagnostics/logs", ""),
    ("/diagnostics/metrics", ""),
    ("/diagnostics/audit", ""),
    ("/settings", ""),
    ("/settings/users", ""),
    ("/settings/tokens", ""),
)
"""Each page's path, and for a page of one thing the start of the first link on that path that leads to such a page."""

LIVE: Final = ("/", "/live", "/live/", "/providers", "/start", "/guide/doctor", "/guide/repair")
"""Pages with a live part, by the names in `found`."""

_STYLES = re.compile(r'<link rel="stylesheet" href="([^"]+)"')
_SCRIPTS = re.compile(r'<script [^>]*src="([^"]+)"')
_IMPORTS = re.compile(r'^import [^;]*?from "(\.[^"]+)"', re.MULTILINE)


class Browser:
    """Somebody who is logged in to the deck at `base`; `cookie` is what a browser sends with each request."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self._session = session
        self._base = base

    @property
    def cookie(self) -> str:
        """Value of the header."""
        return "; ".join(f"{cookie.key}={cookie.value}" for cookie in self._session.cookie_jar)

    async def enter(self, user: str, password: str) -> None:
        """Log in. Raises TunerrError when that is refused."""
        form = {"username": user, "password": password}
        async with self._session.post(f"{self._base}/login", data=form) as answer:
            if not answer.ok:
                raise TunerrError(f"The deck let nobody in: {answer.status}.")

    async def found(self) -> dict[str, str]:
        """Paths of all pages that there are, by what is told of them: the path, or the start of a link."""
        paths: dict[str, str] = {}
        for path, link in PAGES:
            if link:
                first = re.search(rf'href="({re.escape(link)}[^"]*)"', (await self._text(path))[0])
                paths |= {link: unescape(first[1])} if first else {}
            else:
                paths[path] = path
        return paths

    async def weights(self, path: str) -> dict[str, int]:
        """Bytes on the wire, by gzip, of a page, its stylesheets, its scripts, and the modules that these import."""
        text, size = await self._text(path)
        weights = {path: size}
        waiting = [urljoin(path, found) for found in (*_STYLES.findall(text), *_SCRIPTS.findall(text))]
        while waiting:
            asset = waiting.pop()
            if asset not in weights:
                text, weights[asset] = await self._text(asset)
                waiting += [urljoin(asset, found) for found in _IMPORTS.findall(text) if asset.endswith(".js")]
        return weights

    async def _text(self, path: str) -> tuple[str, int]:
        """A document, and its bytes on the wire."""
        headers = {hdrs.ACCEPT_ENCODING: "gzip"}
        async with self._session.get(self._base + path, headers=headers, allow_redirects=False) as answer:
            if not answer.ok:
                raise TunerrError(f"{path} answered {answer.status}.")
            body = await answer.read()
        packed = answer.headers.get(hdrs.CONTENT_ENCODING) == "gzip"
        return (gzip.decompress(body) if packed else body).decode(), len(body)


@asynccontextmanager
async def browsing(base: str, *, user: str, password: str, cookies: dict[str, str]) -> AsyncIterator[Browser]:
    """Somebody who logs in, and has these cookies before."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar, cookies=cookies, auto_decompress=False) as session:
        browser = Browser(session, base)
        await browser.enter(user, password)
        yield browser
