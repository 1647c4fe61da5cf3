"""The way in and out: set-up with the one-time code, login, logout."""

from __future__ import annotations

from aiohttp import hdrs, web

from tunerr.actions.operators import OneTimeCode
from tunerr.deck.doors import Doors
from tunerr.deck.forms import form_of
from tunerr.deck.gate import COOKIE, Gate, Wait, drop_session_cookie, prefix_of, set_session_cookie
from tunerr.deck.operations import local
from tunerr.errors import ActionRefused

_LONGEST_NEXT = 2000


class Entry:
    """Renders the pages before the login; holds no state of its own."""

    def __init__(self, *, gate: Gate, doors: Doors, code: OneTimeCode) -> None:
        self._gate = gate
        self._doors = doors
        self._code = code

    def routes(self) -> list[web.RouteDef]:
        """All of them, and the sign of life."""
        return [
            web.get("/login", self._login_form),
            web.post("/login", self._login),
            web.get("/setup", self._setup_form),
            web.post("/setup", self._setup),
            web.post("/logout", self._logout),
            web.get("/healthz", self._health),
        ]

    async def _health(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response({"status": "ok"})

    async def _login_form(self, request: web.Request) -> web.StreamResponse:
        if not self._gate.operators.password_is_set():
            raise web.HTTPTemporaryRedirect(f"{prefix_of(request)}/setup")
        why = self._gate.sessions.why_closed(request.cookies.get(COOKIE, ""))
        return self._login_page(request, after=request.query.get("next", ""), problem=why)

    async def _login(self, request: web.Request) -> web.StreamResponse:
        form = await form_of(request)
        user, after = form.get("username", ""), form.get("next", "")
        async with self._gate.turn:
            wait = self._gate.blocked(request)
            if wait is not None:
                return self._wait(self._login_page(request, status=429, after=after, problem=wait.sentence), wait)
            token = await self._gate.login(request, user, form.get("password", ""))
        if token is None:
            problem = "This name and password do not match."
            return self._login_page(request, status=401, after=after, user=user, problem=problem)
        return _logged_in(request, token, after)

    async def _setup_form(self, request: web.Request) -> web.StreamResponse:
        if self._gate.operators.fixed:
            raise web.HTTPTemporaryRedirect(f"{prefix_of(request)}/login")
        return self._setup_page(request)

    async def _setup(self, request: web.Request) -> web.StreamResponse:
        form = await form_of(request)
        password, operators = form.get("password", ""), self._gate.operators
        # Whoever comes for the first time has nothing to look at yet.
        after = "/" if operators.password_is_set() else "/start"
        async with self._gate.turn:
            wait = self._gate.blocked(request)
            if wait is not None:
                return self._wait(self._setup_page(request, status=429, problem=wait.sentence), wait)
            if password != form.get("again", ""):
                return self._setup_page(request, status=400, problem="The two passwords differ.")
            try:
                await operators.set_password(self._code, form.get("code", ""), password)
            except ActionRefused as refused:
                self._gate.throttle.failed(request.remote or "")
                return self._setup_page(request, status=403, problem=refused.message, hint=refused.hint)
            self._gate.throttle.succeeded(request.remote or "")
        self._gate.sessions.close_all()
        return _logged_in(request, self._gate.admit(request, operators.user), after)

    async def _logout(self, request: web.Request) -> web.StreamResponse:
        self._gate.sessions.close(request.cookies.get(COOKIE, ""))
        response = _goes_to(request, "/login")
        drop_session_cookie(request, response)
        return response

    def _login_page(
        self, request: web.Request, *, after: str, status: int = 200, user: str = "", problem: str = ""
    ) -> web.Response:
        operators = self._gate.operators
        return self._doors.page(
            request,
            "login.html",
            status=status,
            user=user or operators.user,
            problem=problem,
            settings_user=operators.user,
            fixed=operators.fixed,
            after=_place(after),
        )

    def _setup_page(
        self, request: web.Request, *, status: int = 200, problem: str = "", hint: str = ""
    ) -> web.Response:
        operators = self._gate.operators
        return self._doors.page(
            request,
            "setup.html",
            status=status,
            user=operators.user,
            problem=problem,
            hint=hint,
            known=operators.password_is_set(),
        )

    @staticmethod
    def _wait(page: web.Response, wait: Wait) -> web.Response:
        page.headers.update(wait.headers)
        return page


def _logged_in(request: web.Request, token: str, after: str) -> web.Response:
    response = _goes_to(request, _place(after))
    set_session_cookie(request, response, token)
    return response


def _goes_to(request: web.Request, target: str) -> web.Response:
    return web.Response(status=303, headers={hdrs.LOCATION: f"{prefix_of(request)}{target}"})


def _place(after: str) -> str:
    """Where to go after the login: a page of the deck, home for anything else."""
    return local(after) if len(after) <= _LONGEST_NEXT else "/"
