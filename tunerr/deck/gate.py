"""The one door: who may see what. Login by session, by Basic and by API token, CSRF, other sites, foreign names."""

from __future__ import annotations

import asyncio
import base64
import binascii
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from tunerr.actions.operators import Operators
from tunerr.actions.tokens import Tokens
from tunerr.deck.forms import form_of
from tunerr.deck.hosts import Hosts
from tunerr.deck.sessions import LIFETIME_S, Session, Sessions
from tunerr.deck.throttle import Throttle
from tunerr.errors import Forbidden, TunerrError
from tunerr.model.operator import READ, Role, Visitor
from tunerr.views.device import is_foreign

log = structlog.get_logger(__name__)

COOKIE = "iptvtunerr_deck_session"
CSRF_HEADER = "X-IPTVTunerr-Deck-CSRF"
SESSION: web.RequestKey[Session] = web.RequestKey("session", Session)
VISITOR: web.RequestKey[Visitor] = web.RequestKey("visitor", Visitor)
PREFIX: web.RequestKey[str] = web.RequestKey("prefix", str)
"""The path under which a proxy shows the deck, without a slash at its end; set where it is settled who asks."""

# Reachable without a login. Everything else asks for one.
_OPEN_PATHS = frozenset({"/login", "/setup"})
_SAFE_METHODS = frozenset({hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS})
_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_FOR = {Role.VIEWER: "everybody who has a login", Role.OPERATOR: "operators", Role.ADMIN: "administrators"}

Refused = Callable[[web.Request, TunerrError], web.StreamResponse]


@dataclass(frozen=True, slots=True)
class Wait:
    """What somebody is told who guessed too often."""

    seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the 429."""
        return {hdrs.RETRY_AFTER: str(self.seconds)}

    @property
    def sentence(self) -> str:
        """The same for a person."""
        minutes = math.ceil(self.seconds / 60)
        return f"Too many failed tries from this address. Try again in {minutes} minute{'' if minutes == 1 else 's'}."


@dataclass(frozen=True, slots=True)
class Gate:
    """The rules of access to the deck. `refused` makes the answer for whom it turns away."""

    operators: Operators
    tokens: Tokens
    sessions: Sessions
    throttle: Throttle
    hosts: Hosts
    refused: Refused
    # Held from asking the throttle to telling it: guesses sent at once would all pass before the first has failed.
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def middleware(self) -> Middleware:
        """The aiohttp middleware that enforces them."""

        @web.middleware
        async def enforce(request: web.Request, handler: Handler) -> web.StreamResponse:
            try:
                refusal = await self._refusal(request)
            except TunerrError as error:
                log.info("deck request refused", path=request.path, why=error.message)
                return self.refused(request, error)
            if refusal is not None:
                return refusal
            response = await handler(request)
            self._prolong(request, response)
            return response

        return enforce

    def _prolong(self, request: web.Request, response: web.StreamResponse) -> None:
        """Have the browser keep the cookie for as long as its session, which this request prolonged."""
        token = request.cookies.get(COOKIE, "")
        ours = SESSION in request and not response.prepared and COOKIE not in response.cookies
        if ours and self.sessions.standing(token) is not None:
            set_session_cookie(request, response, token)

    async def login(self, request: web.Request, user: str, password: str) -> str | None:
        """Check a pair that came by form; the session token, or None. Hold `turn` and ask `blocked` before."""
        address = request.remote or ""
        if not await self.operators.verify(user, password):
            self.throttle.failed(address)
            log.warning("deck login failed", address=address)
            return None
        self.throttle.succeeded(address)
        return self.admit(request, user)

    def admit(self, request: web.Request, user: str) -> str:
        """Start a session for whom it was proved to be. The one that the browser had ends."""
        self.sessions.close(request.cookies.get(COOKIE, ""))
        return self.sessions.open(user)

    def blocked(self, request: web.Request) -> Wait | None:
        """How long an address that guessed too often has to wait (status 429), else None."""
        seconds = self.throttle.blocked_for(request.remote or "")
        return Wait(math.ceil(seconds)) if seconds > 0 else None

    def stands(self, request: web.Request) -> bool:
        """Whether a request that was let in would be let in now: for answers that go on for long."""
        if SESSION in request:
            return self.sessions.standing(request.cookies.get(COOKIE, "")) is not None
        secret = _bearer(request)
        return secret is None or self.tokens.find(secret) is not None

    @staticmethod
    def allows(visitor: Visitor, role: Role, area: str | None) -> None:
        """Raise Forbidden for what a visitor may not do. `area`: that of an act, None for looking."""
        scope = area or READ
        if visitor.scopes is not None and scope not in visitor.scopes:
            raise Forbidden(
                f"This token is not for {scope}.", hint=f"It is for {', '.join(sorted(visitor.scopes))}: make another."
            )
        if visitor.role < role:
            raise Forbidden(
                f"This is for {_FOR[role]}.", hint="An administrator can give you that role on the page of users."
            )

    async def _refusal(self, request: web.Request) -> web.StreamResponse | None:
        """Let somebody in, and note who it is; the answer where nobody is let in. Raises TunerrError."""
        path = request.path
        if path == "/healthz" or path.startswith("/assets/"):
            return None
        self.hosts.check(request)
        if request.method not in _SAFE_METHODS:
            _same_site(request)
        if path in _OPEN_PATHS:
            return None
        session = self.sessions.find(request.cookies.get(COOKIE, ""))
        if session is not None:
            request[SESSION], request[VISITOR] = session, session.visitor
            if request.method not in _SAFE_METHODS:
                await _own_page(request, session)
            return None
        if for_programs(path):
            return await self._program(request)
        raise self._to_login(request)

    async def _program(self, request: web.Request) -> web.StreamResponse | None:
        secret = _bearer(request)
        if secret is not None:
            return self._token(request, secret)
        if hdrs.AUTHORIZATION not in request.headers:
            return _unauthorized()
        async with self.turn:
            wait = self.blocked(request)
            if wait is not None:
                return web.json_response({"error": wait.sentence}, status=429, headers=wait.headers)
            user, password = _basic_pair(request.headers[hdrs.AUTHORIZATION])
            if not await self.operators.verify(user, password):
                self.throttle.failed(request.remote or "")
                return _unauthorized()
            self.throttle.succeeded(request.remote or "")
        request[VISITOR] = Visitor(user, self.operators.role_of(user) or Role.VIEWER)
        return None

    def _token(self, request: web.Request, secret: str) -> web.StreamResponse | None:
        """Let a token in. Wrong ones don't count: nobody guesses 256 bits, and an old script would shut people out."""
        token = self.tokens.find(secret)
        if token is None:
            return _unauthorized()
        visitor = Visitor(token.who, self.operators.role_of(token.owner) or Role.VIEWER, token.scopes)
        request[VISITOR] = visitor
        if request.method in _SAFE_METHODS:
            self.allows(visitor, Role.VIEWER, None)
        return None

    def _to_login(self, request: web.Request) -> web.HTTPRedirection:
        start = prefix_of(request)
        if not self.operators.password_is_set():
            return _redirect(request, f"{start}/setup")
        asked = request.path_qs
        after = f"?{urlencode({'next': asked})}" if request.method in _SAFE_METHODS and asked != "/" else ""
        return _redirect(request, f"{start}/login{after}")


def prefix_of(request: web.Request) -> str:
    """The path that stands before each of the deck's: empty, or `/tunerr` where a proxy shows it there."""
    prefix: str = request.get(PREFIX, "")
    return prefix


def for_programs(path: str) -> bool:
    """Whether what is at `path` is for programs too: they log in with Basic or a token and are answered in JSON."""
    return path.startswith(("/api/", "/deck/", "/debug/", "/ops/")) or path.endswith(".json")


def set_session_cookie(request: web.Request, response: web.StreamResponse, token: str) -> None:
    """Hand the session to the browser."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LIFETIME_S),
        httponly=True,
        samesite="Lax",
        secure=request.secure,
        path=prefix_of(request) or "/",
    )


def drop_session_cookie(request: web.Request, response: web.StreamResponse) -> None:
    """Have the browser forget it."""
    response.del_cookie(COOKIE, path=prefix_of(request) or "/", httponly=True, samesite="Lax", secure=request.secure)


def _redirect(request: web.Request, target: str) -> web.HTTPRedirection:
    safe = request.method in _SAFE_METHODS
    return web.HTTPTemporaryRedirect(target) if safe else web.HTTPSeeOther(target)


def _unauthorized() -> web.Response:
    return web.json_response(
        {"error": "Log in first."}, status=401, headers={hdrs.WWW_AUTHENTICATE: 'Basic realm="Tunerr deck"'}
    )


def _same_site(request: web.Request) -> None:
    """Raise Forbidden for a changing request that another site's page sent.

    Browsers say it in Sec-Fetch-Site, but over plain http they leave that out: then in Origin. Programs send neither.
    """
    told = request.headers.get("Sec-Fetch-Site")
    if told is None:
        foreign = is_foreign(request.headers.get(hdrs.ORIGIN), request.host)
    else:
        foreign = told not in {"same-origin", "none"}
    if foreign:
        raise Forbidden(
            "This request came from another site.",
            hint="Use the deck's own pages. A proxy in front of it must pass on the Host that the browser asked for.",
        )


async def _own_page(request: web.Request, session: Session) -> None:
    """Raise Forbidden unless a page of this session sent the request."""
    sent = request.headers.get(CSRF_HEADER)
    if sent is None and request.content_type in _FORMS:
        sent = (await form_of(request)).get("csrf")
    if not session.gave(sent or ""):
        raise Forbidden(
            f"The field csrf or the {CSRF_HEADER} header is missing or old.", hint="Reload the page and try again."
        )


def _bearer(request: web.Request) -> str | None:
    scheme, _, secret = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


def _basic_pair(header: str) -> tuple[str, str]:
    """The name and the password; an empty pair, which nobody has, for anything else."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password
