"""A deck of three small pages behind the real gate, with real state.db and sockets."""

import contextlib
import functools
import re

import aiohttp
from aiohttp import web
from argon2 import PasswordHasher

from tests.tools.clock import ManualClock
from tunerr.actions.audit import Audit
from tunerr.actions.operators import OneTimeCode, Operators
from tunerr.actions.passwords import Passwords
from tunerr.actions.tokens import Tokens
from tunerr.actions.users import Users
from tunerr.app.forwarding import settle_who_asks
from tunerr.config.sections import ServerSettings
from tunerr.deck.assets import Assets
from tunerr.deck.doors import Doors
from tunerr.deck.entry import Entry
from tunerr.deck.gate import SESSION, VISITOR, Gate, prefix_of
from tunerr.deck.hosts import Hosts
from tunerr.deck.render import Renderer
from tunerr.deck.security import add_security_headers
from tunerr.deck.sessions import Sessions
from tunerr.deck.throttle import Throttle
from tunerr.errors import TunerrError
from tunerr.model.operator import Role
from tunerr.storage.connection import open_server

PASSWORD = "correct horse"
CSRF = re.compile(r"csrf=([\w-]+)")


class Access:
    """The running deck; `acted` are the acts that came through, as (who, area)."""

    def __init__(self, **parts):
        self.acted = []
        vars(self).update(parts)

    @contextlib.asynccontextmanager
    async def browser(self, **options):
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(self.base, cookie_jar=jar, **options) as session:
            yield session

    async def set_up(self, browser):
        form = {"code": self.code.renew(), "password": PASSWORD, "again": PASSWORD}
        after = "/" if self.operators.password_is_set() else "/start"
        async with browser.post("/setup", data=form) as answer:
            assert (answer.status, answer.url.path) == (200, after)
            return CSRF.search(await answer.text())[1]

    async def log_in(self, browser, user="admin", password=PASSWORD):
        """The CSRF token of the page after the login; None when it was refused."""
        async with browser.post("/login", data={"username": user, "password": password}) as answer:
            found = CSRF.search(await answer.text())
            return found[1] if found else None

    async def audit(self):
        async with self.state.execute("SELECT who, act, subject FROM audit ORDER BY id") as rows:
            return [tuple(row) for row in await rows.fetchall()]


@functools.cache
def _templates():
    """Compiled once: that takes seconds."""
    assets = Assets()
    return assets, Renderer(asset=assets.url, has_asset=assets.has)


def _routes(access, gate):
    async def home(request):
        session = request.get(SESSION)
        csrf = session.csrf_for_page() if session else ""
        return web.Response(text=f"csrf={csrf} user={request[VISITOR].name} prefix={prefix_of(request)}")

    async def look(request):
        visitor = request[VISITOR]
        return web.json_response({"name": visitor.name, "role": visitor.role.name})

    async def act(request):
        area, role = request.match_info["area"], Role[request.query.get("role", "OPERATOR")]
        gate.allows(request[VISITOR], role, area)
        access.acted.append((request[VISITOR].name, area))
        return web.json_response({"ok": True})

    return [
        web.get("/", home),
        web.get("/start", home),
        web.get("/page", home),
        web.get("/api/v1/page", look),
        web.post("/act/{area}", act),
        web.post("/api/v1/acts/{area}", act),
    ]


def _refusing(gate):
    @web.middleware
    async def refuse(request, handler):
        try:
            return await handler(request)
        except TunerrError as error:
            return gate.refused(request, error)

    return refuse


@contextlib.asynccontextmanager
async def running(folder, *, fixed_password=None, hosts=(), trusted=None, largest=1 << 20, more=lambda _: ()):
    clock, code = ManualClock(), OneTimeCode()
    assets, renderer = _templates()
    doors = Doors(renderer)
    async with contextlib.AsyncExitStack() as stack:
        state = await open_server(folder / "state.db", kind="state")
        stack.push_async_callback(state.close)
        audit = Audit(state=state, clock=clock)
        operators = Operators(state=state, clock=clock, audit=audit, user="admin", fixed_password=fixed_password)
        operators.close()
        operators.passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        stack.callback(operators.close)
        await operators.load()
        tokens = Tokens(state=state, clock=clock, audit=audit, role_of=operators.role_of)
        await tokens.load()
        stack.push_async_callback(tokens.aclose)
        sessions, throttle = Sessions(clock=clock, role_of=operators.role_of), Throttle(clock=clock)
        users = Users(operators=operators, tokens=tokens, audit=audit, guesses=throttle, end_sessions=sessions.close_of)
        gate = Gate(operators, tokens, sessions, throttle, Hosts(hosts), doors.refusal)
        access = Access(
            clock=clock, code=code, state=state, gate=gate, users=users, tokens=tokens, operators=operators,
            sessions=sessions,
        )  # fmt: skip
        application = web.Application(
            middlewares=[
                settle_who_asks(ServerSettings().trusted_proxies if trusted is None else trusted),
                gate.middleware,
                _refusing(gate),
            ],
            client_max_size=largest,
        )
        application.on_response_prepare.append(add_security_headers)
        application.add_routes(Entry(gate=gate, doors=doors, code=code).routes())
        application.add_routes([*_routes(access, gate), *more(gate)])
        application.add_routes(assets.routes())
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        access.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield access
