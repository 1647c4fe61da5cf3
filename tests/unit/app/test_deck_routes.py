"""Every route of the whole deck, found by looking at the application itself: none is open that should not be."""

import contextlib
import re

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from argon2 import PasswordHasher

from tunerr.actions.passwords import Passwords
from tunerr.app.core import build_core
from tunerr.app.deck.site import deck_application
from tunerr.app.desk import open_desk
from tunerr.app.forwarding import settle_who_asks
from tunerr.app.operator_acts import OperatorActs
from tunerr.app.reports import all_reports
from tunerr.app.sampling import start_sampling
from tunerr.app.settings_book import SettingsBook
from tunerr.app.sources import SourceBook
from tunerr.config.loader import load
from tunerr.deck.gate import CSRF_HEADER
from tunerr.model.operator import SCOPES, Role
from tunerr.storage.folder import open_folder
from tunerr.support.clock import SystemClock
from tunerr.support.log_ring import LogRing
from tunerr.support.tasks import Supervisor

PASSWORD = "correct horse"
OPEN = {"/login", "/setup", "/healthz", "/assets/{digest}/{name}"}


# What everybody who can log in may change: the own password, the own tokens.
OF_VIEWERS = {"own-password", "token-make", "token-revoke"}


class Whole:
    """The deck with everything in it. `routes` are (method, path) with something in the place of each name."""

    def __init__(self, **parts):
        vars(self).update(parts)

    def paths(self):
        for route in self.application.router.routes():
            path = route.resource.canonical
            yield route.method, path, re.sub(r"\{[^}]*\}", "1", path)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("deck")
    (folder / "list.m3u").write_text("#EXTM3U\n#EXTINF:-1,One\nhttp://127.0.0.1:1/one.ts\n")
    environ = {"IPTV_TUNERR_DATA_DIR": str(folder / "data"), "IPTV_TUNERR_M3U_URL": str(folder / "list.m3u")}
    loaded = load(environ=environ, dotenv=None, flags={})
    async with contextlib.AsyncExitStack() as stack:
        desk = await open_desk(
            open_folder(loaded.settings.data_folder()), loaded.settings.deck, SystemClock(), LogRing(), stack
        )
        desk.operators.close()
        desk.operators.passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        chosen = SettingsBook(loaded=loaded, choices=desk.choices)
        await chosen.load()
        book = SourceBook(configured=loaded.settings.provider.sources, choices=desk.choices)
        await book.load()
        core = await build_core(chosen, desk, book, stack)
        stack.push_async_callback(core.gateway.aclose)
        background = Supervisor()
        stack.push_async_callback(background.aclose)
        acts = OperatorActs(core, background)
        memory = await start_sampling(core, background, stack)
        application = deck_application(core, acts, memory, all_reports(core, acts.guide.diagnoses), background)
        application.middlewares.insert(0, settle_who_asks(()))
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        await desk.operators.set_password(desk.code, desk.code.renew(), PASSWORD)
        for name, role in (("vera", Role.VIEWER), ("otto", Role.OPERATOR)):
            await desk.users.add(name, role, PASSWORD, who="admin")
        base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield Whole(base=base, application=application, desk=desk)


async def asked(whole, method, path, **options):
    async with (
        aiohttp.ClientSession(whole.base) as session,
        session.request(method, path, allow_redirects=False, timeout=aiohttp.ClientTimeout(5), **options) as answer,
    ):
        return answer


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_nothing_but_the_way_in_is_open(whole):
    seen = set()
    for method, canonical, path in whole.paths():
        if canonical in OPEN:
            continue
        seen.add(canonical)
        for headers in ({}, {"Authorization": "Bearer tnr_x"}, {"Cookie": "iptvtunerr_deck_session=x"}):
            answer = await asked(whole, method, path, headers=headers)
            let_in = answer.status == 401 or answer.headers.get("Location", "").startswith("/login")
            assert let_in, (method, path, answer.status)
    assert {"/", "/logout", "/act/{name}", "/api/v1/acts/{name}", "/settings/users"} <= seen
    assert len(seen) > 40


async def test_what_is_open_is_what_was_meant_to_be(whole):
    assert {canonical for _, canonical, _ in whole.paths()} >= OPEN
    for path in ("/login", "/healthz"):
        assert (await asked(whole, "GET", path)).status == 200
    assert (await asked(whole, "GET", "/assets/1/nothing")).status == 404


async def test_a_viewer_changes_nothing_but_the_own_account(whole):
    """By form, by Basic and by token: each act of the program is tried."""
    token = whole.desk.sessions.open("vera")
    csrf = whole.desk.sessions.find(token).csrf_for_page()
    cookie = {"Cookie": f"iptvtunerr_deck_session={token}", CSRF_HEADER: csrf}
    secret = await whole.desk.tokens.make("all", SCOPES, None, who="vera")
    async with aiohttp.ClientSession(whole.base, headers=cookie) as session, session.get("/api/v1/acts") as answer:
        acts = (await answer.json())["actions"]
    own = {act["name"] for act in acts if act["role"] == "viewer"}
    assert own == OF_VIEWERS
    for act in acts:
        if act["name"] in own:
            continue
        for path in ("/api/v1/acts/", "/ops/actions/"):
            for headers in (cookie, {"Authorization": f"Bearer {secret}"}):
                assert (await asked(whole, "POST", path + act["name"], headers=headers)).status == 403, act
        assert (await asked(whole, "POST", f"/act/{act['name']}", headers=cookie)).status == 303
        assert whole.desk.sessions.take_notice(token).refused, act


async def test_acts_and_pages_of_administrators_are_not_for_operators(whole):
    secret = await whole.desk.tokens.make("all", SCOPES, None, who="otto")
    bearer = {"Authorization": f"Bearer {secret}"}
    for path in ("/api/v1/settings/users",):
        assert (await asked(whole, "GET", path, headers=bearer)).status == 403
    for act in ("user-add", "user-role", "user-password", "user-remove", "setting-set", "setting-reset"):
        answer = await asked(whole, "POST", f"/api/v1/acts/{act}", headers=bearer)
        assert answer.status == 403, act


async def test_each_act_has_an_area_that_a_token_can_be_for(whole):
    secret = await whole.desk.tokens.make("look", ["read"], None, who="admin")
    bearer = {"Authorization": f"Bearer {secret}"}
    async with aiohttp.ClientSession(whole.base, headers=bearer) as session, session.get("/api/v1/acts") as answer:
        acts = (await answer.json())["actions"]
    assert {act["area"] for act in acts} <= set(SCOPES[1:])
    for act in acts:
        assert (await asked(whole, "POST", f"/api/v1/acts/{act['name']}", headers=bearer)).status == 403, act


async def test_every_form_of_every_route_wants_the_token_of_the_page(whole):
    token = whole.desk.sessions.open("admin")
    other = whole.desk.sessions.find(whole.desk.sessions.open("admin")).csrf_for_page()
    cookie = {"Cookie": f"iptvtunerr_deck_session={token}"}
    changing = {
        (method, path) for method, name, path in whole.paths() if method not in {"GET", "HEAD"} and name not in OPEN
    }
    assert ("POST", "/logout") in changing
    for method, path in changing:
        for data in (None, {"csrf": other}):
            assert (await asked(whole, method, path, headers=cookie, data=data)).status == 403, (method, path)
    assert whole.desk.sessions.standing(token) is not None
