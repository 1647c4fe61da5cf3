"""The panel's HTTP face: documents with their quirks, streams with the account's limit."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import web

from tunerr.lab.faults.answers import NOT_KEPT
from tunerr.lab.faults.channels import TsOffer
from tunerr.lab.faults.state import Account, State
from tunerr.lab.faults.wire_ts import TsWire
from tunerr.lab.panel import documents
from tunerr.lab.panel.content import Content
from tunerr.lab.panel.quirks import Quirk
from tunerr.lab.panel.spoil import REFUSED
from tunerr.lab.panel.state import PanelState, Question

_SLOW_SECONDS = 5.0
_PAGE = "<!DOCTYPE html><html><head><title>Welcome</title></head><body>Buy our service.</body></html>"
_CLOUDFLARE = (
    "<!DOCTYPE html><html><head><title>Just a moment...</title></head>"
    "<body><div class='cf-browser-verification'>Cloudflare Ray ID: 0</div></body></html>"
)

_API = ("player_api.php",)
_ALL = (*_API, "get.php", "xmltv.php")


def _cloudflare() -> web.Response:
    return web.Response(status=403, text=_CLOUDFLARE, content_type="text/html", headers={"Server": "cloudflare"})


# What is answered in place of a document, and of which.
_WRONG: dict[Quirk, tuple[tuple[str, ...], Callable[[], web.Response]]] = {
    Quirk.RATE_LIMITED_429: (_ALL, lambda: web.Response(status=429, text="too many requests\n")),
    Quirk.CLOUDFLARE_PAGE: (_ALL, _cloudflare),
    Quirk.NO_GET_PHP: (("get.php",), lambda: web.Response(status=403, text="forbidden\n")),
    Quirk.SERVER_ERROR_500: (_API, lambda: web.Response(status=500, text="oops\n")),
    Quirk.HTML_200: (_API, lambda: web.Response(text=_PAGE, content_type="text/html")),
    Quirk.EMPTY_BODY: (_API, lambda: web.Response(text="")),
    Quirk.TEXT_REFUSAL: (_API, lambda: web.Response(text="INVALID_CREDENTIALS")),
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Offers(Protocol):
    """Makes the stream of a channel."""

    async def offer(self, stream_id: int) -> TsOffer | None:
        """The stream; None when there is no such channel."""
        ...


class Wire:
    """The site of panel and token host. `now`: wall seconds that never go back; `token_base`: URL of the token host."""

    def __init__(
        self,
        *,
        panel: PanelState,
        streams: State,
        content: Content,
        offers: Offers,
        now: Callable[[], float],
        token_base: Callable[[], str],
    ) -> None:
        self._panel = panel
        self._streams = streams
        self._content = content
        self._offers = offers
        self._token_base = token_base
        self._ts = TsWire(streams, now)

    def app(self) -> web.Application:
        """Everything; the runner needs `handler_cancellation`."""
        app = web.Application(middlewares=[self._gate])
        app.add_routes(
            [
                web.get("/player_api.php", self._player_api),
                web.get("/get.php", self._playlist),
                web.get("/xmltv.php", self._guide),
                web.get(r"/live/{user}/{password}/{id:\d+}.ts", self._stream),
                web.get(r"/{user}/{password}/{id:\d+}", self._stream),
            ]
        )
        return app

    @web.middleware
    async def _gate(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """What happens to a request whatever it is for."""
        document = request.path.endswith(".php")
        if Quirk.TOKEN_REDIRECT in self._panel.quirks and request.query.get("token") != self._panel.token:
            mark = "&" if request.query_string else "?"
            target = f"{self._token_base()}{request.path_qs}{mark}token={self._panel.token}"
            return web.Response(status=302, headers=NOT_KEPT | {"Location": target})
        answer = (await self._spoilt(request) if document else None) or await handler(request)
        if document:
            self._note(request, answer.status)
        return answer

    def _note(self, request: web.Request, status: int) -> None:
        action = request.query.get("action") or request.path.lstrip("/")
        agent = request.headers.get("User-Agent", "")
        self._panel.questions.append(Question(action, request.host, agent, self._streams.clock.monotonic(), status))

    async def _spoilt(self, request: web.Request) -> web.Response | None:
        """The wrong answer to a request for a document; None when the right one comes."""
        if Quirk.SLOW in self._panel.quirks:
            await asyncio.sleep(_SLOW_SECONDS)
        file = request.path.lstrip("/")
        wrong = (make for quirk, (files, make) in _WRONG.items() if quirk in self._panel.quirks and file in files)
        return next((make() for make in wrong), None)

    async def _player_api(self, request: web.Request) -> web.Response:
        account, quirks, query = self._login(request), self._panel.quirks, request.query
        if account is None:
            return self._json(request, {"user_info": {"auth": 0}})
        content, now = self._content, self._streams.clock.now()
        number = int(query.get("stream_id") or query.get("series_id") or 0)
        match query.get("action", ""):
            case "get_live_categories":
                found = documents.categories((one.category for one in content.live), quirks)
            case "get_live_streams":
                found = documents.live(content, quirks)
            case "get_vod_categories":
                found = documents.categories((one.category for one in content.films), quirks)
            case "get_vod_streams":
                found = documents.films(content, quirks)
            case "get_series_categories":
                found = documents.categories((one.category for one in content.shows), quirks)
            case "get_series":
                found = documents.shows(content, quirks)
            case "get_series_info":
                found = documents.show_info(content, number, quirks)
            case "get_short_epg":
                found = documents.short_epg(content, number, int(query.get("limit", 4)), now, quirks)
            case _:
                return self._json(request, documents.account(account, self._active(account), now, quirks))
        return self._json(request, found, cut=Quirk.CUT_JSON in quirks)

    def _json(self, request: web.Request, document: object, *, cut: bool = False) -> web.Response:
        text = json.dumps(document, ensure_ascii=False)
        if Quirk.CONTROL_CHARACTERS in self._panel.quirks:
            text = text.replace("\\u0007", "\x07").replace("\\n", "\n")
        body = text.encode()
        return self._document(request, body[: len(body) * 2 // 3] if cut else body, "application/json")

    def _document(self, request: web.Request, body: bytes, content_type: str) -> web.Response:
        headers = dict(NOT_KEPT)
        if Quirk.ETAG in self._panel.quirks:
            headers["ETag"] = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
            if request.headers.get("If-None-Match") == headers["ETag"]:
                return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type=content_type, headers=headers)

    async def _playlist(self, request: web.Request) -> web.Response:
        account = self._login(request)
        if account is None or self._panel.quirks & REFUSED:
            return web.Response(status=401, text="no\n")
        text = documents.playlist(self._content, f"{request.scheme}://{request.host}", account, self._panel.quirks)
        return self._document(request, text.encode(), "audio/x-mpegurl")

    async def _guide(self, request: web.Request) -> web.Response:
        if self._login(request) is None or self._panel.quirks & REFUSED:
            return web.Response(status=401, text="no\n")
        window = float(request.query.get("from", "-inf")), float(request.query.get("to", "inf"))
        text = documents.guide(self._content, self._streams.clock.now(), window)
        return self._document(request, text.encode(), "application/xml")

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        account = self._account(request.match_info["user"], request.match_info["password"])
        if account is None or self._panel.quirks & REFUSED:
            return web.Response(status=403, text="no\n", headers=NOT_KEPT)
        offer = await self._offers.offer(int(request.match_info["id"]))
        if offer is None:
            return web.Response(status=404, text="no such stream\n", headers=NOT_KEPT)
        return await self._ts.serve(request, offer, account)

    def _login(self, request: web.Request) -> Account | None:
        return self._account(request.query.get("username", ""), request.query.get("password", ""))

    def _account(self, user: str, password: str) -> Account | None:
        account = self._streams.accounts.get(user)
        known = account is not None and account.password == password
        return account if known and Quirk.WRONG_CREDENTIALS not in self._panel.quirks else None

    def _active(self, account: Account) -> int:
        return account.active(self._streams.clock.monotonic())
