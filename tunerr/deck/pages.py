"""The deck's pages: first set-up, login, and home."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from importlib.resources import files

from aiohttp import web

from tunerr.actions.operators import OneTimeCode
from tunerr.deck.forms import form_of
from tunerr.deck.gate import COOKIE, SESSION, Gate, set_session_cookie
from tunerr.deck.render import Renderer, json_answer
from tunerr.errors import ActionRefused
from tunerr.model.channel import SourceId
from tunerr.views.device import ClientUrls
from tunerr.views.status import HomeView

# The deck's own assets; the list is closed, so no path that a client invents reaches a file.
_ASSETS = {"deck.css": "text/css", "deck.js": "text/javascript", "icon.svg": "image/svg+xml"}


class Pages:
    """Renders pages from views; holds no state of its own."""

    def __init__(
        self,
        *,
        gate: Gate,
        renderer: Renderer,
        code: OneTimeCode,
        view: Callable[[], HomeView],
        urls: Callable[[web.Request], ClientUrls],
        refresh: Callable[[str, SourceId | None], Awaitable[str]],
        accept_shrink: Callable[[str, SourceId], Awaitable[str]],
        stop_stream: Callable[[str, str], Awaitable[str]],
    ) -> None:
        """`stop_stream` takes who asks and a channel id."""
        self._gate = gate
        self._code = code
        self._view = view
        self._urls = urls
        self._refresh = refresh
        self._accept_shrink = accept_shrink
        self._stop_stream = stop_stream
        self._page = renderer.page
        self._assets = {name: files("tunerr.deck").joinpath("assets", name).read_bytes() for name in _ASSETS}

    def routes(self) -> list[web.RouteDef]:
        """All routes of the deck."""
        return [
            web.get("/", self._home),
            web.get("/login", self._login_form),
            web.post("/login", self._login),
            web.get("/setup", self._setup_form),
            web.post("/setup", self._setup),
            web.post("/logout", self._logout),
            web.get("/deck/status.json", self._status),
            web.post("/act/refresh", self._do_refresh),
            web.post("/act/accept-refresh", self._do_accept),
            web.post("/act/stop-stream", self._do_stop),
            web.get("/healthz", self._health),
            web.get("/assets/{name}", self._asset),
        ]

    async def _home(self, request: web.Request) -> web.StreamResponse:
        session = request[SESSION]
        # What the page fetches to renew itself must not take the notice that the next page is to show.
        renewal = "live" in request.query
        return self._page(
            "home.html",
            view=self._view(),
            urls=self._urls(request),
            csrf=session.csrf,
            user=session.user,
            notice="" if renewal else self._gate.sessions.take_notice(request.cookies[COOKIE]),
        )

    async def _status(self, _request: web.Request) -> web.StreamResponse:
        return json_answer(asdict(self._view()))

    async def _health(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response({"status": "ok"})

    async def _login_form(self, _request: web.Request) -> web.StreamResponse:
        if not await self._gate.operators.password_is_set():
            raise web.HTTPTemporaryRedirect("/setup")
        return self._login_page(user=self._gate.operators.user)

    async def _login(self, request: web.Request) -> web.StreamResponse:
        form = await form_of(request)
        user = form.get("username", "")
        async with self._gate.turn:
            wait = self._gate.blocked(request)
            if wait is not None:
                page = self._login_page(status=429, user=self._gate.operators.user, problem=wait.sentence)
                page.headers.update(wait.headers)
                return page
            token = await self._gate.login(request, user, form.get("password", ""))
        if token is None:
            return self._login_page(status=401, user=user, problem="This name and password do not match.")
        return _logged_in(request, token)

    async def _setup_form(self, _request: web.Request) -> web.StreamResponse:
        if self._gate.operators.fixed:
            raise web.HTTPTemporaryRedirect("/login")
        return self._setup_page()

    async def _setup(self, request: web.Request) -> web.StreamResponse:
        form = await form_of(request)
        wait = self._gate.blocked(request)
        if wait is not None:
            page = self._setup_page(status=429, problem=wait.sentence)
            page.headers.update(wait.headers)
            return page
        password = form.get("password", "")
        operators = self._gate.operators
        if password != form.get("again", ""):
            return self._setup_page(status=400, problem="The two passwords differ.")
        try:
            await operators.set_password(self._code, form.get("code", ""), password)
        except ActionRefused as refused:
            self._gate.throttle.failed(request.remote or "")
            return self._setup_page(status=403, problem=refused.message, hint=refused.hint)
        self._gate.throttle.succeeded(request.remote or "")
        self._gate.sessions.close_all()
        return _logged_in(request, self._gate.sessions.open(operators.user))

    async def _logout(self, request: web.Request) -> web.StreamResponse:
        self._gate.sessions.close(request.cookies.get(COOKIE, ""))
        response = web.HTTPSeeOther("/login")
        response.del_cookie(COOKIE, path="/")
        raise response

    async def _do_refresh(self, request: web.Request) -> web.StreamResponse:
        source = (await form_of(request)).get("source")
        act = self._refresh(request[SESSION].user, SourceId(source) if source else None)
        await self._gate.acted(request, act, back="/")

    async def _do_accept(self, request: web.Request) -> web.StreamResponse:
        source = SourceId((await form_of(request)).get("source", ""))
        await self._gate.acted(request, self._accept_shrink(request[SESSION].user, source), back="/")

    async def _do_stop(self, request: web.Request) -> web.StreamResponse:
        channel = (await form_of(request)).get("channel_id", "")
        await self._gate.acted(request, self._stop_stream(request[SESSION].user, channel), back="/")

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name not in self._assets:
            raise web.HTTPNotFound
        return web.Response(
            body=self._assets[name], content_type=_ASSETS[name], headers={"Cache-Control": "max-age=300"}
        )

    def _login_page(self, *, user: str, status: int = 200, problem: str = "") -> web.Response:
        return self._page("login.html", status=status, user=user, problem=problem, fixed=self._gate.operators.fixed)

    def _setup_page(self, *, status: int = 200, problem: str = "", hint: str = "") -> web.Response:
        return self._page("setup.html", status=status, user=self._gate.operators.user, problem=problem, hint=hint)


def _logged_in(request: web.Request, token: str) -> web.Response:
    response = web.Response(status=303, headers={"Location": "/"})
    set_session_cookie(response, token, secure=request.secure)
    return response
