"""Pages as routes: HTML, JSON of the same view, and the events that keep the live part fresh."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from tunerr.deck.feed import Feed, Feeds
from tunerr.deck.forms import form_of
from tunerr.deck.gate import COOKIE, SESSION, VISITOR, Gate, prefix_of
from tunerr.deck.navigation import PLACES, Facts
from tunerr.deck.notice import NOTHING_TO_SAY
from tunerr.deck.operations import local
from tunerr.deck.page import Asked, Page
from tunerr.deck.preferences import keep_level, level_of, read_level, zone_of
from tunerr.deck.render import Renderer, html_answer, json_answer
from tunerr.deck.sessions import Session
from tunerr.model.operator import Visitor
from tunerr.views.device import ClientUrls

_EVENTS = "text/event-stream"
# Longer without a word, and proxies take a connection for dead.
_HEARTBEAT_S = 15.0
# So soon is seen that the browser has gone, or its session.
_LOOK_S = 1.0
_BACK_AGAIN_MS = 2000


class PageRoutes:
    """Makes the routes of pages; holds no state of its own."""

    def __init__(
        self,
        *,
        gate: Gate,
        renderer: Renderer,
        feeds: Feeds,
        facts: Callable[[], Facts],
        urls: Callable[[web.Request], ClientUrls],
    ) -> None:
        """`facts`: what the frame around each page says; `urls`: addresses of the tuner for whoever asks."""
        self._gate = gate
        self._renderer = renderer
        self._feeds = feeds
        self._facts = facts
        self._urls = urls

    def routes(self, pages: Iterable[Page]) -> list[web.RouteDef]:
        """Two routes for each page: its path and that of its JSON."""
        return [
            route
            for page in pages
            for route in (web.get(page.path, self._face(page)), web.get(page.api, self._api(page)))
        ]

    def values(self, request: web.Request) -> dict[str, object]:
        """What every page is rendered with beside its view; the waiting notice is taken by whoever gets the page."""
        session: Session | None = request.get(SESSION)
        prefix = prefix_of(request)
        shown = session is not None and request.method != hdrs.METH_HEAD
        waiting = self._gate.sessions.take_notice(request.cookies[COOKIE]) if shown else None
        return {
            **self._setting(request),
            "csrf": session.csrf_for_page() if session is not None else "",
            "notice": waiting or NOTHING_TO_SAY,
            "places": PLACES,
            "facts": self._facts(),
            "zone_cookie_path": prefix or "/",
        }

    async def error_page(self, request: web.Request, status: int, message: str, hint: str) -> web.Response:
        """What a person sees of a refusal or a failure, with the way out."""
        values = {**self.values(request), "status": status, "message": message, "hint": hint}
        return html_answer(text=await self._renderer.page("error.html", values), status=status)

    def _setting(self, request: web.Request) -> dict[str, object]:
        """What a live part is rendered with too: all that doesn't belong to one session alone."""
        visitor: Visitor = request[VISITOR]
        prefix = prefix_of(request)
        return {
            "visitor": visitor,
            "level": level_of(request),
            "zone": zone_of(request),
            "path": request.path,
            "query": request.rel_url.raw_query_string,
            "prefix": prefix,
        }

    def _asked(self, request: web.Request) -> Asked:
        return Asked(
            query=request.query,
            match=dict(request.match_info),
            visitor=request[VISITOR],
            urls=self._urls(request),
            zone=zone_of(request),
            level=level_of(request),
        )

    def _face(self, page: Page) -> Handler:
        async def show(request: web.Request) -> web.StreamResponse:
            self._gate.allows(request[VISITOR], page.role, None)
            if page.live and request.method == hdrs.METH_GET and request.headers.get(hdrs.ACCEPT) == _EVENTS:
                return await self._events(page, request)
            view = await page.view(self._asked(request))
            text = await self._renderer.page(page.template, {**self.values(request), "view": view, "live": page.live})
            answer = html_answer(text=text, headers={hdrs.VARY: "Accept, Cookie"})
            answer.enable_compression()
            return answer

        return show

    def _api(self, page: Page) -> Handler:
        async def show(request: web.Request) -> web.StreamResponse:
            self._gate.allows(request[VISITOR], page.role, None)
            answer = json_answer(await page.view(self._asked(request)))
            answer.enable_compression()
            return answer

        return show

    async def _events(self, page: Page, request: web.Request) -> web.StreamResponse:
        # Who asks isn't part of what is shown but for the role: browsers of one household share one look.
        asked = self._asked(request)
        asked = replace(asked, visitor=replace(asked.visitor, name=""))
        setting = {**self._setting(request), "visitor": asked.visitor, "csrf": "", "live": True}
        key = (request.path_qs, asked.urls, asked.zone.key, asked.level, asked.visitor, setting["prefix"])
        answer = web.StreamResponse(headers={hdrs.CONTENT_TYPE: _EVENTS, hdrs.VARY: "Accept, Cookie"})
        async with self._feeds.followed(
            key,
            lambda: page.view(asked),
            lambda view: self._renderer.live(page.template, {**setting, "view": view}),
        ) as feed:
            with suppress(ConnectionResetError):  # the reader has gone
                await answer.prepare(request)
                await answer.write(b"retry: %d\n\n" % _BACK_AGAIN_MS)
                await self._tell(request, answer, feed)
        return answer

    async def _tell(self, request: web.Request, answer: web.StreamResponse, feed: Feed) -> None:
        """Send each version until the browser has gone, or its session, or the feed is over."""
        version, quiet = 0, 0.0
        while not feed.over and self._listens(request):
            try:
                async with asyncio.timeout(_LOOK_S):
                    version = await feed.after(version)
            except TimeoutError:
                quiet += _LOOK_S
                if quiet < _HEARTBEAT_S:
                    continue
                said = b": still here\n\n"
            else:
                said = event("live", feed.text)
            quiet = 0.0
            if not feed.over and self._listens(request):  # a session may have ended while nothing changed
                await answer.write(said)

    def _listens(self, request: web.Request) -> bool:
        there = request.transport is not None and not request.transport.is_closing()
        return there and self._gate.stands(request)


def event(name: str, text: str) -> bytes:
    """One server-sent event."""
    lines = "".join(f"data: {line}\n" for line in text.splitlines())
    return f"event: {name}\n{lines}\n".encode()


def level_routes() -> list[web.RouteDef]:
    """The choice of how much the deck shows."""

    async def choose(request: web.Request) -> web.StreamResponse:
        prefix = prefix_of(request)
        form = await form_of(request)
        answer = web.Response(status=303, headers={hdrs.LOCATION: prefix + local(form.get("back", ""))})
        keep_level(answer, read_level(form.get("level", "")), path=prefix or "/")
        return answer

    return [web.post("/level", choose)]
