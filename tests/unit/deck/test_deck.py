"""The deck over a real socket and a real state.db: set-up, login, CSRF, throttle, headers, what the page says."""

import asyncio
import contextlib
import re
from datetime import UTC, datetime

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from tests.tools.attempts import SECRETS, SmallGateway
from tests.tools.clock import ManualClock
from tunerr.actions.audit import Audit
from tunerr.actions.operators import OneTimeCode, Operators
from tunerr.actions.refresh import accept_shrink, refresh_sources
from tunerr.actions.streams import clear_attempts, stop_stream
from tunerr.deck import forms
from tunerr.deck.gate import CSRF_HEADER, Gate, add_security_headers
from tunerr.deck.operations import Operation, routes
from tunerr.deck.pages import Pages
from tunerr.deck.render import Renderer
from tunerr.deck.sessions import LIFETIME_S, Sessions
from tunerr.deck.throttle import FAILURES, WINDOW_S, Throttle
from tunerr.errors import ActionRefused
from tunerr.model.channel import SourceId
from tunerr.model.status import SourceState, SourceStatus, TunerStatus
from tunerr.storage.connection import open_server
from tunerr.views.device import client_urls
from tunerr.views.status import home_view
from tunerr.views.streams import stream_reports

PASSWORD = "correct horse"


class Cycle:
    """Stands where the refresh cycle stands: knows one refused source and remembers what it was asked."""

    def __init__(self):
        self.asked = []
        self.status = SourceStatus(
            SourceId("m3u"), "playlist", "http://provider.test/…/get.php", SourceState.REFUSED,
            attempted_at=datetime.now(UTC), message="Only 10 of 100 channels came.", hint="Accept it if that is right.",
        )  # fmt: skip

    async def refresh(self, only=None, *, accept_shrink=False):
        self.asked.append((only, accept_shrink))
        if only not in (None, "m3u"):
            raise ActionRefused(f"There is no source {only!r}.", hint="The sources are: m3u.")
        return (self.status,)


class Deck:
    def __init__(self, base, **parts):
        self.base = base
        vars(self).update(parts)

    @contextlib.asynccontextmanager
    async def browser(self):
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(self.base, cookie_jar=jar) as session:
            yield session

    async def set_up(self, browser):
        form = {"code": self.code.renew(), "password": PASSWORD, "again": PASSWORD}
        async with browser.post("/setup", data=form) as answer:
            assert answer.status == 200
            assert answer.url.path == "/"
            return re.search(r'name="csrf" value="([^"]+)"', await answer.text())[1]


def operations(gateway, audit):
    async def stop(who, fields):
        request, channel = fields.get("request_id", ""), fields.get("channel_id", "")
        return await stop_stream(gateway, audit, who=who, request=request, channel=channel)

    async def replay(_who, _fields):
        return "Accepted without effect."

    return {
        "stream-stop": Operation("End streams.", stop),
        "stream-attempts-clear": Operation("Forget.", lambda who, _: clear_attempts(gateway, audit, who=who)),
        "shared-relay-replay": Operation("Nothing.", replay),
    }


@contextlib.asynccontextmanager
async def running_deck(folder, fixed_password=None):
    clock, cycle, code, gateway = ManualClock(), Cycle(), OneTimeCode(), SmallGateway()
    state = await open_server(folder / "state.db", kind="state")
    audit = Audit(state=state, clock=clock)
    operators = Operators(state=state, clock=clock, audit=audit, user="admin", fixed_password=fixed_password)
    gate = Gate(operators, Sessions(clock=clock), Throttle(clock=clock))
    pages = Pages(
        gate=gate,
        renderer=Renderer(),
        code=code,
        view=lambda: home_view(
            lineup=None,
            edition=None,
            statuses=(cycle.status,),
            tuners=gateway.status(),
            attempts=gateway.attempts(),
            version="1",
            demo=False,
        ),
        urls=lambda _request: client_urls("http://192.0.2.5:5004"),
        refresh=lambda who, source: refresh_sources(cycle, audit, who=who, source=source),
        accept_shrink=lambda who, source: accept_shrink(cycle, audit, who=who, source=source),
        stop_stream=lambda who, channel: stop_stream(gateway, audit, who=who, channel=channel),
    )
    application = web.Application(middlewares=[gate.middleware])
    application.on_response_prepare.append(add_security_headers)
    application.add_routes(pages.routes())
    application.add_routes(
        routes(
            reports=stream_reports(gateway, clock),
            operations=operations(gateway, audit),
            user=operators.user,
        )
    )
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        parts = {"clock": clock, "code": code, "cycle": cycle, "state": state, "gateway": gateway}
        yield Deck(f"http://127.0.0.1:{runner.addresses[0][1]}", **parts)
    finally:
        await runner.cleanup()
        operators.close()
        await state.close()


@pytest_asyncio.fixture
async def deck(tmp_path):
    async with running_deck(tmp_path) as running:
        yield running


async def test_first_visit_leads_to_setup_and_the_code_sets_the_password(deck):
    async with deck.browser() as browser:
        async with browser.get("/") as answer:
            assert answer.url.path == "/setup"
        await deck.set_up(browser)
    async with deck.browser() as other:
        async with other.get("/") as answer:
            assert answer.url.path == "/login"
        async with other.post("/login", data={"username": "admin", "password": PASSWORD}) as answer:
            page = await answer.text()
    assert "http://192.0.2.5:5004/guide.xml" in page
    assert "Only 10 of 100 channels came." in page


async def test_the_code_works_once_and_a_wrong_one_never(deck):
    code = deck.code.renew()
    async with deck.browser() as browser:
        form = {"code": "AAAA-AAAA", "password": PASSWORD, "again": PASSWORD}
        async with browser.post("/setup", data=form) as answer:
            assert answer.status == 403
        async with browser.post("/setup", data={**form, "code": code.lower().replace("-", " ")}) as answer:
            assert answer.status == 200
    async with (
        deck.browser() as thief,
        thief.post("/setup", data={"code": code, "password": "x" * 9, "again": "x" * 9}) as answer,
    ):
        assert answer.status == 403
    empty = {"code": "", "password": "x" * 9, "again": "x" * 9}
    async with deck.browser() as thief, thief.post("/setup", data=empty) as answer:
        assert answer.status == 403, "an empty code must not match a spent one"


async def test_passwords_that_differ_or_are_short_are_explained(deck):
    async with deck.browser() as browser:
        code = deck.code.renew()
        async with browser.post("/setup", data={"code": code, "password": PASSWORD, "again": "other"}) as answer:
            assert "differ" in await answer.text()
        async with browser.post("/setup", data={"code": code, "password": "short", "again": "short"}) as answer:
            assert "8 to 256" in await answer.text()


async def test_acts_need_the_csrf_token(deck):
    async with deck.browser() as browser:
        csrf = await deck.set_up(browser)
        async with browser.post("/act/refresh", data={}) as answer:
            assert answer.status == 403
        assert deck.cycle.asked == []
        async with browser.post("/act/refresh", data={"csrf": csrf}) as answer:
            assert answer.status == 200
        async with browser.post("/act/accept-refresh", data={"source": "m3u"}, headers={CSRF_HEADER: csrf}) as answer:
            assert answer.status == 200
    assert deck.cycle.asked == [(None, False), ("m3u", True)]
    async with deck.state.execute("SELECT who, act, subject FROM audit ORDER BY id") as rows:
        assert [tuple(row) for row in await rows.fetchall()] == [
            ("admin", "set-password", "admin"),
            ("admin", "refresh", "all sources"),
            ("admin", "accept-shrink", "m3u"),
        ]


async def test_an_unknown_source_is_explained_on_the_page(deck):
    async with deck.browser() as browser:
        csrf = await deck.set_up(browser)
        token = {"csrf": csrf, "source": "<b>x"}
        async with browser.post("/act/refresh", data=token, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/")
        async with browser.get("/?live") as answer:
            assert "The sources are: m3u." not in await answer.text(), "the renewal took the next page's notice"
        async with browser.get("/") as answer:
            page = await answer.text()
        assert "The sources are: m3u." in page
        assert "<b>x" not in page
        async with browser.get("/?notice=forged") as answer:
            page = await answer.text()
        assert "The sources are: m3u." not in page, "a notice is shown once"
        assert "forged" not in page


async def test_no_page_has_inline_style_or_script(deck):
    async with deck.browser() as browser:
        pages = [await (await browser.get("/setup")).text()]
        await deck.set_up(browser)
        pages += [await (await browser.get(path)).text() for path in ("/", "/login")]
    for page in pages:
        assert not re.search(r"<style|<script(?! src)| style=| on\w+=|javascript:", page)


async def test_h18_the_operator_api_asks_for_a_login_and_takes_basic(deck):
    async with deck.browser() as browser:
        await deck.set_up(browser)
    async with deck.browser() as program:
        async with program.get("/deck/status.json") as answer:
            assert answer.status == 401
            assert answer.headers["WWW-Authenticate"].startswith("Basic")
        login = aiohttp.encode_basic_auth("admin", PASSWORD)
        async with program.get("/deck/status.json", headers={"Authorization": login}) as answer:
            assert answer.status == 200
            assert (await answer.json())["ready"] is False
            assert "Set-Cookie" not in answer.headers
        async with program.get("/deck/status.json", headers={"Authorization": "Basic !!!"}) as answer:
            assert answer.status == 401


async def test_eight_failures_block_the_address_until_the_window_has_passed(deck):
    async with deck.browser() as browser:
        await deck.set_up(browser)
    wrong = {"username": "admin", "password": "wrong password"}
    right = {"username": "admin", "password": PASSWORD}
    async with deck.browser() as browser:
        for _ in range(FAILURES):
            async with browser.post("/login", data=wrong) as answer:
                assert answer.status == 401
        async with browser.post("/login", data=right) as answer:
            assert answer.status == 429
            assert "Try again in 15 minutes." in await answer.text()
            assert 0 < int(answer.headers["Retry-After"]) <= WINDOW_S
        deck.clock.advance(WINDOW_S + 1)
        async with browser.post("/login", data=right) as answer:
            assert answer.status == 200


async def test_guesses_sent_at_once_are_counted_one_by_one(deck):
    async def guess(browser, number):
        async with browser.post("/login", data={"username": "admin", "password": f"wrong {number}"}) as answer:
            return answer.status

    async with deck.browser() as browser:
        await deck.set_up(browser)
    async with deck.browser() as browser:
        statuses = await asyncio.gather(*(guess(browser, number) for number in range(3 * FAILURES)))
    assert sorted(statuses) == [401] * FAILURES + [429] * 2 * FAILURES


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded; charset=klingon", b"username=a"),
        ("application/x-www-form-urlencoded; charset=utf-16", b"odd"),
        ("application/x-www-form-urlencoded; charset=unicode_escape", rb"username=\ud800"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"no part"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\nz\r\n--x--\r\n"),
    ],
)
async def test_a_body_that_is_no_form_is_a_bad_request(deck, kind, body):
    async with deck.browser() as browser:
        for path in ("/login", "/setup"):
            async with browser.post(path, data=body, headers={"Content-Type": kind}) as answer:
                assert answer.status == 400


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/login", "application/x-www-form-urlencoded"),
        ("/setup", "multipart/form-data; boundary=x"),
        ("/ops/actions/stream-stop", "application/x-www-form-urlencoded"),
        ("/ops/actions/stream-stop", "application/json"),
    ],
)
async def test_a_body_that_never_gets_whole_is_given_up(deck, monkeypatch, path, kind):
    monkeypatch.setattr(forms, "_WHOLE_S", 0.3)
    async with deck.browser() as browser:
        await deck.set_up(browser)
    login = aiohttp.encode_basic_auth("admin", PASSWORD)
    host, _, port = deck.base.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"POST {path} HTTP/1.1\r\nHost: a\r\nAuthorization: {login}\r\nContent-Type: {kind}\r\n"
        "Content-Length: 500\r\n\r\n--x\r\n".encode()
    )
    async with asyncio.timeout(5):
        answer = await reader.readuntil(b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 408 ")
    writer.close()


async def test_a_session_slides_and_ends(deck):
    async with deck.browser() as browser:
        csrf = await deck.set_up(browser)
        for _ in range(3):
            deck.clock.advance(LIFETIME_S - 1)
            async with browser.get("/", allow_redirects=False) as answer:
                assert answer.status == 200
        async with browser.post("/logout", data={"csrf": csrf}) as answer:
            assert answer.url.path == "/login"
        async with browser.get("/", allow_redirects=False) as answer:
            assert answer.status == 307
        await deck.set_up(browser)
        deck.clock.advance(LIFETIME_S + 1)
        async with browser.get("/", allow_redirects=False) as answer:
            assert answer.status == 307


async def test_every_answer_carries_the_security_headers(deck):
    async with deck.browser() as browser:
        for path in ("/setup", "/assets/deck.css", "/assets/nothing", "/deck/status.json", "/nothing"):
            async with browser.get(path, allow_redirects=False) as answer:
                assert "'unsafe" not in answer.headers["Content-Security-Policy"], path
                assert answer.headers["X-Frame-Options"] == "DENY", path
        for name in ("..%2fgate.py", "..%2f..%2fgate.py"):
            async with browser.get(f"/assets/{name}") as answer:
                assert answer.status == 404


async def test_another_site_can_not_set_the_password(deck):
    form = {"code": deck.code.renew(), "password": PASSWORD, "again": PASSWORD}
    async with (
        deck.browser() as browser,
        browser.post("/setup", data=form, headers={"Sec-Fetch-Site": "cross-site"}) as answer,
    ):
        assert answer.status == 403


async def test_a_password_from_the_settings_wins(tmp_path):
    async with running_deck(tmp_path, fixed_password="from env") as deck, deck.browser() as browser:
        async with browser.get("/") as answer:
            assert answer.url.path == "/login"
        async with browser.get("/setup") as answer:
            assert answer.url.path == "/login"
        form = {"code": deck.code.renew(), "password": PASSWORD, "again": PASSWORD}
        async with browser.post("/setup", data=form) as answer:
            assert "IPTV_TUNERR_WEBUI_PASS" in await answer.text()
        async with browser.post("/login", data={"username": "admin", "password": "from env"}) as answer:
            assert answer.url.path == "/"
        async with browser.post("/login", data={"username": "root", "password": "from env"}) as answer:
            assert answer.status == 401


BASIC = {"Authorization": aiohttp.encode_basic_auth("admin", PASSWORD)}


async def audited(deck):
    async with deck.state.execute("SELECT who, act, subject FROM audit WHERE act LIKE 'stream%' ORDER BY id") as rows:
        return [tuple(row) for row in await rows.fetchall()]


@pytest.fixture
async def program(deck):
    """A program with Basic, on a deck that has a password."""
    async with deck.browser() as browser:
        await deck.set_up(browser)
    async with aiohttp.ClientSession(deck.base, headers=BASIC) as session:
        yield session


async def test_reports_on_streams_ask_for_a_login_and_tell_no_secret(deck, program):
    paths = [f"/debug/{name}.json" for name in ("stream-attempts", "active-streams", "shared-relays")]
    for path in (*paths, "/ops/actions/status.json"):
        async with aiohttp.ClientSession(deck.base) as stranger, stranger.get(path) as answer:
            assert answer.status == 401, path
        async with program.get(path) as answer:
            assert answer.status == 200, path
            text = await answer.text()
        assert not any(secret in text for secret in SECRETS), path
    async with program.get(paths[1], headers={"Host": "tv.example"}) as answer:
        assert (await answer.json())["tuners_in_use"] == 2, "with a login any name of the machine serves"
    async with program.get("/ops/actions/status.json") as answer:
        names = [row["name"] for row in (await answer.json())["actions"]]
    assert names == ["stream-stop", "stream-attempts-clear", "shared-relay-replay"]


@pytest.mark.parametrize("way", ["query", "form", "json"])
async def test_a_program_stops_a_stream(deck, program, way):
    fields = {"request_id": "r000001"}
    sent = {"query": {"params": fields}, "form": {"data": fields}, "json": {"json": fields}}[way]
    async with program.post("/ops/actions/stream-stop", **sent) as answer:
        assert (answer.status, await answer.json()) == (200, {"ok": True, "message": "The stream was stopped."})
    assert deck.gateway.stopped == [("r000001", None)]
    assert await audited(deck) == [("admin", "stream-stop", "r000001")]


async def test_what_can_not_be_stopped_is_said_and_not_audited(deck, program):
    async with program.post("/ops/actions/stream-stop", json={"channel_id": "dna-9"}) as answer:
        assert answer.status == 409
        assert (await answer.json())["error"] == "There is no such stream."
    async with program.post("/ops/actions/stream-stop") as answer:
        assert answer.status == 409
        assert (await answer.json())["hint"] == "Give request_id or channel_id."
    for body in (b"{", b"[]", b"\xff"):
        kind = {"Content-Type": "application/json"}
        async with program.post("/ops/actions/stream-stop", data=body, headers=kind) as answer:
            assert answer.status == 400
    async with program.post("/ops/actions/nothing") as answer:
        assert answer.status == 404
    assert (deck.gateway.stopped, await audited(deck)) == ([], [])


async def test_past_streams_are_forgotten(deck, program):
    async with program.post("/ops/actions/stream-attempts-clear") as answer:
        assert answer.status == 200
    async with program.get("/debug/stream-attempts.json") as answer:
        assert [row["req_id"] for row in (await answer.json())["attempts"]] == ["r000001", "r000002"]
    assert await audited(deck) == [("admin", "stream-attempts-clear", "stream attempts")]
    async with program.post("/ops/actions/shared-relay-replay") as answer:
        assert answer.status == 200


async def test_acts_on_streams_need_the_token_of_a_session_and_the_same_site(deck, program):
    async with deck.browser() as browser:
        login = {"username": "admin", "password": PASSWORD}
        async with browser.post("/login", data=login) as answer:
            csrf = re.search(r'name="csrf" value="([^"]+)"', await answer.text())[1]
        wanted = {"channel_id": "dna-1"}
        for sent in ({"data": wanted}, {"json": wanted}, {"json": wanted, "headers": BASIC}):
            async with browser.post("/ops/actions/stream-stop", **sent) as answer:
                assert answer.status == 403
        for strange in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}, {"Origin": "null"}):
            async with program.post("/ops/actions/stream-stop", data=wanted, headers=strange) as answer:
                assert answer.status == 403
        async with (
            aiohttp.ClientSession(deck.base) as stranger,
            stranger.post("/ops/actions/stream-stop", data=wanted) as answer,
        ):
            assert answer.status == 401
        assert deck.gateway.stopped == []
        async with browser.post("/ops/actions/stream-stop", json=wanted, headers={CSRF_HEADER: csrf}) as answer:
            assert answer.status == 200
    assert deck.gateway.stopped == [("", "dna-1")]


async def test_the_button_of_a_channel_stops_it_and_the_page_tells_the_story(deck):
    async with deck.browser() as browser:
        csrf = await deck.set_up(browser)
        async with browser.get("/") as answer:
            page = await answer.text()
        assert "What happened" in page
        assert "source 2 of 2" in page
        assert "VLC/3.0.20 came" not in page, "comings and goings are no happening"
        assert not any(secret in page for secret in SECRETS)
        assert page.count('name="channel_id" value="dna-1"') == 1
        async with browser.post("/act/stop-stream", data={"channel_id": "dna-1"}) as answer:
            assert answer.status == 403
        async with browser.post("/act/stop-stream", data={"channel_id": "dna-1", "csrf": csrf}) as answer:
            assert "The stream was stopped." in await answer.text()
        async with browser.post("/act/stop-stream", data={"channel_id": "dna-9", "csrf": csrf}) as answer:
            assert "There is no such stream." in await answer.text()
    assert deck.gateway.stopped == [("", "dna-1")]
    assert await audited(deck) == [("admin", "stream-stop", "dna-1")]


async def test_a_locked_tuner_is_not_called_free(deck):
    async with deck.browser() as browser:
        await deck.set_up(browser)
        deck.gateway.status = lambda: (TunerStatus(0), TunerStatus(1, reserved_by="192.0.2.7"))
        page = await (await browser.get("/")).text()
        assert "Nobody is watching. 1 tuner is free. Tuner 1 is locked by 192.0.2.7." in page
        deck.gateway.status = lambda: (TunerStatus(0, reserved_by="192.0.2.7"),)
        page = await (await browser.get("/")).text()
        assert "No tuner is free: the next viewer of another channel is turned away. Tuner 0 is locked by" in page
