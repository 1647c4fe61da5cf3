"""Who may see what: login, session cookie, Basic for programs, CSRF, and the security headers of every answer."""

from __future__ import annotations

import asyncio
import base64
import binascii
import math
import secrets
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import NoReturn

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from tunerr.actions.operators import Operators
from tunerr.deck.forms import form_of
from tunerr.deck.sessions import LIFETIME_S, Session, Sessions
from tunerr.deck.throttle import Throttle
from tunerr.errors import TunerrError
from tunerr.views.device import is_foreign

log = structlog.get_logger(__name__)

COOKIE = "iptvtunerr_deck_session"
CSRF_HEADER = "X-IPTVTunerr-Deck-CSRF"
SESSION: web.RequestKey[Session] = web.RequestKey("session", Session)

# Reachable without a login. Everything else asks for one.
_OPEN_PATHS = frozenset({"/login", "/setup", "/healthz"})
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Wait:
    """What somebody is told who guessed too often."""

    seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the 429."""
        return {"Retry-After": str(self.seconds)}

    @property
    def sentence(self) -> str:
        """The same for a person."""
        minutes = math.ceil(self.seconds / 60)
        return f"Too many failed tries from this address. Try again in {minutes} minute{'' if minutes == 1 else 's'}."


@dataclass(frozen=True, slots=True)
class Gate:
    """The rules of access to the deck."""

    operators: Operators
    sessions: Sessions
    throttle: Throttle
    # Held from asking the throttle to telling it: guesses sent at once would all pass before the first has failed.
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def middleware(self) -> Middleware:
        """The aiohttp middleware that enforces them."""

        @web.middleware
        async def enforce(request: web.Request, handler: Handler) -> web.StreamResponse:
            refusal = await self._refusal(request)
            if refusal is not None:
                return refusal
            return await handler(request)

        return enforce

    async def login(self, request: web.Request, user: str, password: str) -> str | None:
        """Check a pair that came by form; the session token, or None. The throttle was asked in the same turn."""
        address = request.remote or ""
        if not await self.operators.verify(user, password):
            self.throttle.failed(address)
            log.warning("deck login failed", address=address)
            return None
        self.throttle.succeeded(address)
        return self.sessions.open(self.operators.user)

    def blocked(self, request: web.Request) -> Wait | None:
        """How long an address that guessed too often has to wait (status 429), else None."""
        seconds = self.throttle.blocked_for(request.remote or "")
        return Wait(math.ceil(seconds)) if seconds > 0 else None

    async def acted(self, request: web.Request, act: Awaitable[str], *, back: str) -> NoReturn:
        """Do an act of a page; its sentence, or why it is refused, is on the page at `back`, which is shown next."""
        try:
            notice = await act
        except TunerrError as error:
            notice = str(error)
        self.sessions.leave_notice(request.cookies[COOKIE], notice)
        raise web.HTTPSeeOther(back)

    async def _refusal(self, request: web.Request) -> web.StreamResponse | None:
        path = request.path
        if path in _OPEN_PATHS or path.startswith("/assets/"):
            return _cross_site(request)
        session = self.sessions.find(request.cookies.get(COOKIE, ""))
        if session is not None:
            request[SESSION] = session
            return None if request.method in _SAFE_METHODS else await _csrf_problem(request, session)
        if "Authorization" in request.headers and _for_programs(path):
            async with self.turn:
                return await self._basic(request)
        if _for_programs(path):
            return _unauthorized()
        target = "/login" if await self.operators.password_is_set() else "/setup"
        raise web.HTTPTemporaryRedirect(target) if request.method in _SAFE_METHODS else web.HTTPSeeOther(target)

    async def _basic(self, request: web.Request) -> web.StreamResponse | None:
        wait = self.blocked(request)
        if wait is not None:
            return web.json_response({"error": wait.sentence}, status=429, headers=wait.headers)
        pair = _basic_pair(request.headers["Authorization"])
        if pair is not None and await self.operators.verify(*pair):
            self.throttle.succeeded(request.remote or "")
            # A browser that remembers Basic would send it across sites too.
            return _cross_site(request) or _foreign_origin(request)
        self.throttle.failed(request.remote or "")
        return _unauthorized()


def set_session_cookie(response: web.StreamResponse, token: str, *, secure: bool) -> None:
    """Hand the session to the browser."""
    response.set_cookie(COOKIE, token, max_age=int(LIFETIME_S), httponly=True, samesite="Lax", secure=secure, path="/")


async def add_security_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Signal handler (`on_response_prepare`): the headers of every answer, refusals included."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)


def _for_programs(path: str) -> bool:
    return path.startswith(("/api/", "/deck/", "/debug/", "/ops/")) or path.endswith(".json")


def _unauthorized() -> web.Response:
    return web.json_response(
        {"error": "Log in first."}, status=401, headers={"WWW-Authenticate": 'Basic realm="Tunerr deck"'}
    )


def _cross_site(request: web.Request) -> web.StreamResponse | None:
    """Refuse a changing request that another site's page sent."""
    if request.method in _SAFE_METHODS or request.headers.get("Sec-Fetch-Site", "none") in {"same-origin", "none"}:
        return None
    return _from_another_site()


def _foreign_origin(request: web.Request) -> web.StreamResponse | None:
    """Refuse what a page of another origin sent: over plain HTTP in a LAN browsers leave Sec-Fetch-Site out."""
    told = "Sec-Fetch-Site" in request.headers
    if request.method in _SAFE_METHODS or told or not is_foreign(request.headers.get("Origin"), request.host):
        return None
    return _from_another_site()


def _from_another_site() -> web.StreamResponse:
    return web.Response(status=403, text="This request came from another site.")


async def _csrf_problem(request: web.Request, session: Session) -> web.StreamResponse | None:
    sent = request.headers.get(CSRF_HEADER)
    if sent is None and request.content_type == "application/x-www-form-urlencoded":
        sent = (await form_of(request)).get("csrf")
    if secrets.compare_digest((sent or "").encode(errors="replace"), session.csrf.encode()):
        return None
    return web.json_response({"error": f"The {CSRF_HEADER} header is missing or old. Reload the page."}, status=403)


def _basic_pair(header: str) -> tuple[str, str] | None:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (user, password) if colon else None
