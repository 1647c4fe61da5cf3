"""Who gets in, as whom, and what may change something: by real sockets."""

import asyncio
import re
from ipaddress import ip_network

import aiohttp
import pytest
from yarl import URL

from tests.unit.deck.access_rig import CSRF, PASSWORD, running
from tunerr.deck import forms
from tunerr.deck.gate import COOKIE, CSRF_HEADER
from tunerr.deck.sessions import LIFETIME_S, MOST_OF_ONE
from tunerr.deck.throttle import FAILURES, WINDOW_S
from tunerr.model.operator import SCOPES, Role

BASIC = {"Authorization": aiohttp.encode_basic_auth("admin", PASSWORD)}


@pytest.fixture
async def access(tmp_path):
    async with running(tmp_path) as deck:
        yield deck


@pytest.fixture
async def people(access):
    """The same deck with a password, a viewer and an operator."""
    await access.operators.set_password(access.code, access.code.renew(), PASSWORD)
    await access.users.add("vera", Role.VIEWER, PASSWORD, who="admin")
    await access.users.add("otto", Role.OPERATOR, PASSWORD, who="admin")
    return access


async def status(session, method, path, **options):
    async with session.request(method, path, allow_redirects=False, **options) as answer:
        return answer.status


def bearer(secret):
    return {"Authorization": f"Bearer {secret}"}


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/", "/page", "/act/users", "/nothing", "/login/", "/healthz/x"])
async def test_a_person_without_a_session_is_led_to_the_login(people, method, path):
    async with people.browser() as browser, browser.request(method, path, allow_redirects=False) as answer:
        assert answer.status == (307 if method in ("GET", "HEAD") else 303)
        assert answer.headers["Location"].startswith("/login")
    assert people.acted == []


@pytest.mark.parametrize("path", ["/api/v1/page", "/deck/x", "/debug/x", "/ops/x", "/x.json"])
async def test_a_program_without_a_login_is_told_so(people, path):
    async with people.browser() as browser, browser.get(path) as answer:
        assert answer.status == 401
        assert (await answer.json()) == {"error": "Log in first."}


async def test_the_way_in_comes_back_to_the_page_that_was_asked_for(people):
    async with people.browser() as browser:
        async with browser.get("/page?a=1&b=%C3%A4") as answer:
            after = re.search(r'name="next" value="([^"]+)"', await answer.text())[1].replace("&amp;", "&")
        assert after == "/page?a=1&b=%C3%A4"
        form = {"username": "admin", "password": PASSWORD, "next": after}
        async with browser.post("/login", data=form, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, after)


@pytest.mark.parametrize(
    "after",
    ["//evil.example", "/\\evil.example", "http://evil.example", "evil", "", "/a\r\nSet-Cookie: b=c", "/\tx", "\x00",
     "javascript:alert(1)", "/" + "x" * 3000],
)  # fmt: skip
async def test_the_login_leads_nowhere_else(people, after):
    async with people.browser() as browser:
        form = {"username": "admin", "password": PASSWORD, "next": after}
        async with browser.post("/login", data=form, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/")
            assert len(answer.headers.getall("Set-Cookie")) == 1
        async with browser.get("/login", params={"next": after}) as answer:
            assert "evil" not in await answer.text()


async def test_a_login_has_a_token_of_its_own_and_ends_the_one_before(people):
    async with people.browser() as browser:
        browser.cookie_jar.update_cookies({COOKIE: "planted"})
        await people.log_in(browser)
        first = {cookie.key: cookie.value for cookie in browser.cookie_jar}[COOKIE]
        assert first != "planted"
        await people.log_in(browser)
        second = {cookie.key: cookie.value for cookie in browser.cookie_jar}[COOKIE]
    async with people.browser() as thief:
        assert await status(thief, "GET", "/", headers={"Cookie": f"{COOKIE}={first}"}) == 307
        assert await status(thief, "GET", "/", headers={"Cookie": f"{COOKIE}={second}"}) == 200


async def test_the_cookie_is_for_the_browser_alone(people):
    form = {"username": "admin", "password": PASSWORD}
    async with people.browser() as browser:
        for https, path in ((False, ""), (True, ""), (True, "/tunerr")):
            headers = {"X-Forwarded-Proto": "https" if https else "http", "X-Forwarded-Prefix": path}
            async with browser.post("/login", data=form, headers=headers, allow_redirects=False) as answer:
                cookie = answer.cookies[COOKIE]
                assert (answer.status, answer.headers["Location"]) == (303, f"{path}/")
            assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", path or "/")
            assert (cookie["secure"] is True) is https
            assert cookie["max-age"] == "43200"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"data": {"csrf": ""}},
        {"data": {"csrf": "x" * 86}},
        {"data": {"csrf": "ä"}},
        {"json": {"csrf": "{own}"}},
        {"params": {"csrf": "{own}"}},
        {"data": {"csrf": "{other}"}},
        {"headers": {CSRF_HEADER: "{other}"}},
        {"headers": {CSRF_HEADER: ""}, "data": {"csrf": "{own}"}},
        {"data": {"csrf": "{own}"}, "headers": {"Sec-Fetch-Site": "cross-site"}},
        {"data": {"csrf": "{own}"}, "headers": {"Sec-Fetch-Site": "same-site"}},
        {"data": {"csrf": "{own}"}, "headers": {"Sec-Fetch-Site": "nonsense"}},
        {"data": {"csrf": "{own}"}, "headers": {"Origin": "http://evil.example"}},
        {"data": {"csrf": "{own}"}, "headers": {"Origin": "null"}},
        {"headers": BASIC},
    ],
)
async def test_what_no_page_of_this_session_sent_changes_nothing(people, sent):
    async with people.browser() as browser, people.browser() as other:
        values = {"{own}": await people.log_in(browser), "{other}": await people.log_in(other)}
        filled = {
            kind: {name: values.get(value, value) for name, value in fields.items()} for kind, fields in sent.items()
        }
        for path in ("/act/streams", "/api/v1/acts/streams"):
            for method in ("POST", "PUT", "PATCH", "DELETE"):
                assert await status(browser, method, path, **filled) == 403, (method, path)
    assert people.acted == []


async def test_what_a_page_of_this_session_sent_is_done(people):
    async with people.browser() as browser:
        csrf = await people.log_in(browser)
        here = {"Origin": people.base}
        for sent in (
            {"data": {"csrf": csrf}},
            {"data": {"csrf": csrf}, "headers": here},
            {"data": {"csrf": csrf}, "headers": {"Sec-Fetch-Site": "same-origin"}},
            {"headers": {CSRF_HEADER: csrf}},
            {"json": {}, "headers": {CSRF_HEADER: csrf, **here}},
        ):
            assert await status(browser, "POST", "/act/streams", **sent) == 200, sent
    assert people.acted == [("admin", "streams")] * 5


async def test_the_token_of_a_page_never_looks_the_same(people):
    async with people.browser() as browser:
        await people.log_in(browser)
        seen = {CSRF.search(await (await browser.get("/")).text())[1] for _ in range(5)}
        assert len(seen) == 5
        for csrf in seen:
            assert await status(browser, "POST", "/act/streams", data={"csrf": csrf}) == 200


async def test_another_sites_form_can_not_log_anybody_in(people):
    form = {"username": "admin", "password": PASSWORD}
    async with people.browser() as browser:
        for path in ("/login", "/setup"):
            for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}):
                assert await status(browser, "POST", path, data=form, headers=headers) == 403
        assert len(browser.cookie_jar) == 0


@pytest.mark.parametrize(
    "name",
    ["evil.example", "evil.example:48879", "EVIL.example.", "127.0.0.1.evil.example", "local.evil.example", "lan.com",
     "[::1].evil.example", "evil.example:localhost", "1.2.3.4.5", "evil.lan.example"],
)  # fmt: skip
async def test_the_deck_does_not_answer_to_a_name_of_somebody_else(people, name):
    """DNS rebinding: the browser has our address for a name of the attacker."""
    async with people.browser() as browser:
        await people.log_in(browser)
        for method, path in (("GET", "/login"), ("POST", "/login"), ("GET", "/"), ("GET", "/api/v1/page")):
            forged = {"X-Forwarded-Host": "localhost", "X-Forwarded-For": "192.0.2.9", **BASIC}
            for headers in ({}, BASIC, forged):
                async with browser.request(method, path, headers={"Host": name, **headers}) as answer:
                    assert answer.status == 421, (method, path, headers)
                    assert "IPTV_TUNERR_WEBUI_HOSTS" in await answer.text()
        assert await status(browser, "GET", "/healthz", headers={"Host": name}) == 200


@pytest.mark.parametrize(
    "name",
    ["localhost", "LOCALHOST:48879", "192.168.1.10", "192.168.1.10:48879", "[::1]", "[fd00::1]:48879", "tunerr",
     "nas:81", "nas.local", "nas.lan:1", "tv.home.arpa.", "x.internal", "deck.example", "Deck.Example:8443"],
)  # fmt: skip
async def test_the_deck_answers_to_addresses_and_names_of_the_house(tmp_path, name):
    async with running(tmp_path, hosts=("deck.example",)) as deck, deck.browser() as browser:
        assert await status(browser, "GET", "/setup", headers={"Host": name}) == 200


async def test_a_certificate_stands_for_a_name(access):
    tv = {"Host": "tv.example"}
    async with access.browser() as browser:
        assert await status(browser, "GET", "/setup", headers={**tv, "Sec-Fetch-Site": "none"}) == 200
        assert await status(browser, "GET", "/setup", headers={**tv, "X-Forwarded-For": "192.0.2.1"}) == 421


@pytest.mark.parametrize(
    "target",
    ["/assets/../gate.py", "/assets/x/../../gate.py", "/assets/%2e%2e/%2e%2e/gate.py", "/assets/x/..%2f..%2fgate.py",
     "/assets/x/..\\..\\gate.py", "/assets//etc/passwd", "/assets/x/%00", "/assets/x/file:///etc/passwd"],
)  # fmt: skip
async def test_no_path_of_a_client_reaches_a_file(people, target):
    url = URL(people.base + target, encoded=True)
    async with people.browser() as browser, browser.get(url, allow_redirects=False) as answer:
        assert answer.status in (302, 307, 400, 404), answer.status
        assert "import" not in await answer.text()


@pytest.mark.parametrize("scope", SCOPES)
async def test_a_token_does_what_it_is_for_and_nothing_else(people, scope):
    secret = await people.tokens.make("script", [scope], None, who="admin")
    async with people.browser(headers=bearer(secret)) as program:
        assert await status(program, "GET", "/api/v1/page") == (200 if scope == "read" else 403)
        for area in SCOPES[1:]:
            assert await status(program, "POST", f"/api/v1/acts/{area}") == (200 if area == scope else 403), area
        assert await status(program, "GET", "/page") == 307, "a token is for programs' paths"
        assert await status(program, "POST", "/act/streams") == 303
    assert set(people.acted) <= {("admin (token script)", scope)}


@pytest.mark.parametrize(
    ("user", "role", "allowed"),
    [("vera", "VIEWER", True), ("vera", "OPERATOR", False), ("vera", "ADMIN", False), ("otto", "OPERATOR", True),
     ("otto", "ADMIN", False), ("admin", "ADMIN", True)],
)  # fmt: skip
async def test_nobody_does_more_than_the_role_allows(people, user, role, allowed):
    expected = 200 if allowed else 403
    secret = await people.tokens.make("all", SCOPES, None, who=user)
    login = {"Authorization": aiohttp.encode_basic_auth(user, PASSWORD)}
    async with people.browser() as browser:
        csrf = await people.log_in(browser, user)
        act = f"/act/streams?role={role}"
        assert await status(browser, "POST", act, data={"csrf": csrf}) == expected
    async with people.browser() as program:
        for headers in (bearer(secret), login):
            assert await status(program, "POST", f"/api/v1{act.replace('act', 'acts')}", headers=headers) == expected


async def test_a_token_ends_with_its_time_its_revocation_or_its_owner(people):
    secrets = {name: await people.tokens.make(name, ["read"], 1, who="vera") for name in ("a", "b", "c")}
    asked = people.tokens.find
    assert all(asked(secret) for secret in secrets.values())
    await people.tokens.revoke(asked(secrets["a"]).id, who="vera")
    assert [asked(secrets[name]) is not None for name in "abc"] == [False, True, True]
    people.clock.advance(86399)
    assert asked(secrets["b"]) is not None
    people.clock.advance(1)
    assert asked(secrets["b"]) is None
    forever = await people.tokens.make("d", ["read"], None, who="vera")
    people.clock.advance(86400 * 4000)
    async with people.browser(headers=bearer(forever)) as program:
        assert await status(program, "GET", "/api/v1/page") == 200
        await people.users.remove("vera", who="admin")
        assert await status(program, "GET", "/api/v1/page") == 401
    await people.users.add("vera", Role.VIEWER, PASSWORD, who="admin")
    assert asked(forever) is None, "a new user of that name got the old one's token"


@pytest.mark.parametrize("header", ["Bearer ", "Bearer tnr_x", "Bearer", "Token x", "Basic", "Basic Og==", "Basic x:y"])
async def test_nonsense_lets_nobody_in(people, header):
    async with people.browser(headers={"Authorization": header}) as program:
        assert await status(program, "GET", "/api/v1/page") == 401


async def test_a_wrong_token_locks_nobody_out(people):
    async with people.browser() as program:
        for _ in range(FAILURES + 2):
            assert await status(program, "GET", "/api/v1/page", headers=bearer("tnr_old")) == 401
        assert await status(program, "GET", "/api/v1/page", headers=BASIC) == 200


async def test_guesses_by_basic_and_by_form_count_together_also_at_once(people):
    wrong = {"Authorization": aiohttp.encode_basic_auth("admin", "wrong password")}
    async with people.browser() as browser:
        basic = [status(browser, "GET", "/api/v1/page", headers=wrong) for _ in range(FAILURES)]
        forms = [status(browser, "POST", "/login", data={"username": "x", "password": "y"}) for _ in range(FAILURES)]
        statuses = await asyncio.gather(*basic, *forms)
        assert sorted(statuses) == [401] * FAILURES + [429] * FAILURES
        async with browser.get("/api/v1/page", headers=BASIC) as answer:
            assert answer.status == 429
            assert int(answer.headers["Retry-After"]) > 0


async def test_guesses_of_the_code_count_also_at_once(access):
    access.code.renew()
    form = {"code": "AAAA-AAAA", "password": PASSWORD, "again": PASSWORD}
    async with access.browser() as browser:
        tries = [status(browser, "POST", "/setup", data=form) for _ in range(2 * FAILURES)]
        assert sorted(await asyncio.gather(*tries)) == [403] * FAILURES + [429] * FAILURES


async def test_one_code_sets_one_password(access):
    code = access.code.renew()
    async with access.browser() as browser:
        forms = [{"code": code, "password": f"password {n}", "again": f"password {n}"} for n in range(3)]
        tries = [status(browser, "POST", "/setup", data=form) for form in forms]
        assert sorted(await asyncio.gather(*tries)) == [303, 403, 403]


async def test_a_role_counts_at_once_and_its_sessions_end(people):
    async with people.browser() as browser:
        csrf = await people.log_in(browser, "otto")
        assert await status(browser, "POST", "/act/streams", data={"csrf": csrf}) == 200
        await people.users.change_role("otto", Role.VIEWER, who="admin")
        async with browser.get("/page") as answer:
            assert answer.url.path == "/login"
            assert "Your role was changed. Log in again." in await answer.text()
        csrf = await people.log_in(browser, "otto")
        assert await status(browser, "POST", "/act/streams", data={"csrf": csrf}) == 403
        await people.users.remove("otto", who="admin")
        assert await status(browser, "GET", "/page") == 307
        assert await people.log_in(browser, "otto") is None


async def test_one_user_has_so_many_sessions_and_no_more(people):
    tokens = [people.sessions.open("vera") for _ in range(MOST_OF_ONE)]
    other = people.sessions.open("otto")
    assert people.sessions.find(tokens[0]) is not None, "used now, so it is not the one that goes"
    people.sessions.open("vera")
    alive = [people.sessions.standing(token) is not None for token in tokens]
    assert alive == [True, False, *[True] * (MOST_OF_ONE - 2)]
    assert people.sessions.standing(other) is not None


async def test_a_proxy_shows_the_deck_below_a_path(people):
    below = {"X-Forwarded-For": "192.0.2.9", "X-Forwarded-Prefix": "/tunerr/"}
    async with people.browser() as browser:
        async with browser.get("/page", headers=below, allow_redirects=False) as answer:
            assert answer.headers["Location"] == "/tunerr/login?next=/page"
        async with browser.get("/login", headers=below) as answer:
            page = await answer.text()
        assert 'action="/tunerr/login"' in page
        assert not re.search(r'(?:href|src|action)="/(?!tunerr/)', page)
        csrf = await people.log_in(browser)
        async with browser.post("/logout", data={"csrf": csrf}, headers=below, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/tunerr/login")


@pytest.mark.parametrize(
    "prefix",
    ["//evil.example", "evil", "/a//b", "/a/../b", "/..", "/a b", "/<b>", '/"', "/a?b", "/" + "x" * 200, "/%2e", "/ä"],
)
async def test_a_path_that_means_something_else_is_none(people, prefix):
    below = {"X-Forwarded-Prefix": prefix}
    async with people.browser() as browser, browser.get("/", headers=below, allow_redirects=False) as answer:
        assert answer.headers["Location"] == "/login"


async def test_the_path_of_somebody_who_is_no_proxy_is_none(tmp_path):
    below = {"X-Forwarded-Prefix": "/evil"}
    async with (
        running(tmp_path, trusted=(ip_network("10.0.0.0/8"),)) as deck,
        deck.browser() as browser,
        browser.get("/", headers=below, allow_redirects=False) as answer,
    ):
        assert answer.headers["Location"] == "/setup"


async def test_a_form_that_is_too_large_is_not_read(tmp_path):
    async with running(tmp_path, largest=10_000) as deck, deck.browser() as browser:
        await deck.set_up(browser)
        assert await status(browser, "POST", "/act/streams", data={"csrf": "x" * 20_000}) == 413
        assert await status(browser, "POST", "/login", data={"username": "x" * 20_000}) == 413
    assert deck.acted == []


async def test_headers_of_every_answer(people):
    async with people.browser() as browser:
        for path in ("/login", "/nothing", "/assets/x/y", "/api/v1/page", "/healthz"):
            async with browser.get(path, allow_redirects=False) as answer:
                policy = answer.headers["Content-Security-Policy"]
                assert policy.startswith("default-src 'none'; ")
                assert "unsafe" not in policy
                assert "http" not in policy
                assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
                assert answer.headers["Referrer-Policy"] == "same-origin"
                assert "Strict-Transport-Security" not in answer.headers
                assert answer.headers["Cache-Control"] == "no-store"


async def test_the_first_visit_leads_to_the_set_up_and_the_code_works_once(access):
    form = {"code": "AAAA-AAAA", "password": PASSWORD, "again": PASSWORD}
    async with access.browser() as browser:
        async with browser.get("/") as answer:
            assert answer.url.path == "/setup"
        code = access.code.renew()
        for wrong in (form, {**form, "code": ""}, {**form, "code": code, "password": "x", "again": "x"}):
            assert await status(browser, "POST", "/setup", data=wrong) == 403
        assert await status(browser, "POST", "/setup", data={**form, "code": code, "again": "other"}) == 400
        spoken = {**form, "code": code.lower().replace("-", " ")}
        assert await status(browser, "POST", "/setup", data=spoken) == 303
        assert await status(browser, "GET", "/") == 200
    async with access.browser() as thief:
        assert await status(thief, "POST", "/setup", data={**form, "code": code}) == 403
        assert await status(thief, "POST", "/setup", data={**form, "code": ""}) == 403
    assert await access.audit() == [("admin", "set-password", "admin")]


async def test_a_new_password_by_code_ends_all_sessions(people):
    async with people.browser() as browser, people.browser() as other:
        await people.log_in(other, "otto")
        await people.set_up(browser)
        assert await status(other, "GET", "/") == 307
        assert await status(browser, "GET", "/") == 200


async def test_a_session_slides_and_ends(people):
    async with people.browser() as browser:
        csrf = await people.log_in(browser)
        for _ in range(3):
            people.clock.advance(LIFETIME_S - 1)
            assert await status(browser, "GET", "/") == 200
        assert await status(browser, "POST", "/logout", data={"csrf": csrf}) == 303
        assert await status(browser, "GET", "/") == 307
        await people.log_in(browser)
        people.clock.advance(LIFETIME_S + 1)
        assert await status(browser, "GET", "/") == 307


async def test_an_address_that_guessed_may_try_again_when_the_window_has_passed(people):
    async with people.browser() as browser:
        for _ in range(FAILURES):
            assert await people.log_in(browser, password="wrong password") is None
        async with browser.post("/login", data={"username": "admin", "password": PASSWORD}) as answer:
            assert answer.status == 429
            assert "Try again in 15 minutes." in await answer.text()
            assert 0 < int(answer.headers["Retry-After"]) <= WINDOW_S
        people.clock.advance(WINDOW_S + 1)
        assert await people.log_in(browser)


async def test_a_password_of_the_settings_needs_no_set_up(tmp_path):
    async with running(tmp_path, fixed_password="from env") as deck, deck.browser() as browser:
        async with browser.get("/setup") as answer:
            assert answer.url.path == "/login"
            assert "IPTV_TUNERR_WEBUI_PASS" in await answer.text()
        assert await deck.log_in(browser, "root", "from env") is None
        assert await deck.log_in(browser, "admin", "from env")


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
async def test_a_body_that_is_no_form_is_a_bad_request(people, kind, body):
    async with people.browser() as browser:
        await people.log_in(browser)
        for path in ("/login", "/setup", "/act/streams"):
            assert await status(browser, "POST", path, data=body, headers={"Content-Type": kind}) == 400


@pytest.mark.parametrize("path", ["/login", "/setup", "/act/streams"])
async def test_a_body_that_never_gets_whole_is_given_up(people, monkeypatch, path):
    monkeypatch.setattr(forms, "_WHOLE_S", 0.3)
    cookie = f"{COOKIE}={people.sessions.open('admin')}"
    host, _, port = people.base.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"POST {path} HTTP/1.1\r\nHost: a\r\nCookie: {cookie}\r\nContent-Length: 500\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\ncsrf=".encode()
    )
    async with asyncio.timeout(5):
        answer = await reader.readuntil(b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 408 ")
    writer.close()
