"""Acts as routes: forms of pages and requests of programs."""

import asyncio
from urllib.parse import urljoin, urlsplit

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.deck.access_rig import PASSWORD
from tests.unit.deck.frame_rig import page, running
from tunerr.deck import forms
from tunerr.deck.operations import local

BASIC = {"Authorization": aiohttp.encode_basic_auth("admin", PASSWORD)}
PROGRAM = ["/api/v1/acts/", "/ops/actions/"]


@pytest.fixture
async def frame(tmp_path):
    async with running(tmp_path) as deck:
        yield deck


async def sent(session, path, method="POST", **options):
    """Status and JSON of an answer."""
    async with session.request(method, path, **options) as answer:
        return answer.status, await answer.json()


async def done(browser, name, **fields):
    """The page after a form was sent."""
    async with browser.post(f"/act/{name}", data={"back": "/", **fields}) as answer:
        assert answer.status == 200
        return await answer.text()


async def test_a_form_is_answered_by_its_page_with_what_was_done(frame):
    async with frame.browser("otto") as browser:
        form = {"text": "<b>", "back": "/things/one?q=1"}
        async with browser.post("/act/note", data=form, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/things/one?q=1")
        _, text = await page(browser, "/things/one?q=1")
        assert "<span>Noted &lt;b&gt;.</span>" in text
        assert "Noted" not in (await page(browser))[1], "a notice is shown once"
    assert frame.acted == [("otto", [("text", ["<b>"]), ("back", ["/things/one?q=1"])])]


async def test_a_form_below_the_path_of_a_proxy_leads_back_below_it(frame):
    below = {"X-Forwarded-For": "192.0.2.9", "X-Forwarded-Prefix": "/tunerr"}
    async with frame.browser(headers=below) as browser:
        for back, expected in (("/things/one", "/tunerr/things/one"), ("//evil.example", "/tunerr/")):
            async with browser.post("/act/note", data={"back": back}, allow_redirects=False) as answer:
                assert answer.headers["Location"] == expected
        _, text = await page(browser)
        assert 'action="/tunerr/act/note"' in text
        assert 'name="back" value="/"' in text


async def test_undo_is_offered_for_acts_of_the_journal_alone(frame):
    async with frame.browser() as browser:
        assert "/act/undo" not in await done(browser, "note", text="a")
        changed = await done(browser, "choose", text='"a"')
        assert "Chosen." in changed
        latest = (await frame.choices.journal())[0].id
        assert 'action="/act/undo" class="act"><input' in changed.replace("\n", "")
        assert f'name="act" value="{latest}"' in changed
        assert "/act/undo" not in await done(browser, "note", text="b"), "the act before has had its notice"
        assert "/act/undo" not in await done(browser, "choose", text='"a"'), "nothing was changed by it"
        assert "/act/undo" not in await done(browser, "refuse", text="b")


@pytest.mark.parametrize(
    ("user", "name", "said"),
    [
        ("otto", "refuse", "Not &lt;so&gt;. Try another."),
        ("vera", "note", "This is for operators."),
        ("otto", "rule", "This is for administrators."),
        ("otto", "nothing", "There is no such act."),
    ],
)
async def test_a_refusal_is_a_notice_of_the_page(frame, user, name, said):
    async with frame.browser(user) as browser:
        text = await done(browser, name)
    assert f'class="notice refused"><span>{said}' in text
    assert frame.acted == []


async def test_everybody_may_do_what_is_for_everybody(frame):
    async with frame.browser("vera") as browser:
        await done(browser, "own", text="a")
    assert [who for who, _ in frame.acted] == ["vera"]


@pytest.mark.parametrize("path", PROGRAM)
async def test_a_program_is_answered_in_json(frame, path):
    async with aiohttp.ClientSession(frame.base, headers=BASIC) as program:
        assert await sent(program, f"{path}note", json={"text": "a"}) == (200, {"ok": True, "message": "Noted a."})
        assert await sent(program, f"{path}refuse") == (409, {"error": "Not <so>.", "hint": "Try another."})
        assert await sent(program, f"{path}nothing") == (
            404,
            {"error": "There is no such act.", "hint": "GET /api/v1/acts lists them."},
        )
        status, said = await sent(program, f"{path}fail")
        assert status == 500
        assert said["error"] == "Something went wrong here."
    async with frame.browser("vera") as viewer:
        assert (await sent(viewer, f"{path}note"))[0] == 403
    assert [who for who, _ in frame.acted] == ["admin"]


@pytest.mark.parametrize(
    ("options", "got"),
    [
        ({"params": {"text": "q"}}, [("text", ["q"])]),
        ({"data": {"text": "f"}}, [("text", ["f"])]),
        ({"params": {"text": "q", "more": "1"}, "data": {"text": "f"}}, [("text", ["f"]), ("more", ["1"])]),
        ({"params": [("text", "a"), ("text", "b")]}, [("text", ["a", "b"])]),
        ({"data": aiohttp.FormData([("text", "a"), ("text", "b")])}, [("text", ["a", "b"])]),
        ({"params": {"text": "q"}, "data": aiohttp.FormData([("text", "a"), ("text", "b")])}, [("text", ["a", "b"])]),
        ({"json": {"text": ["a", "b", ["c"], {"d": 1}, None], "more": 2}}, [("text", ["a", "b"]), ("more", ["2"])]),
        ({"json": {"text": True, "more": [False, 1.5]}}, [("text", ["true"]), ("more", ["false", "1.5"])]),
        ({"json": {"text": None}, "params": {"text": "q", "more": "1"}}, [("more", ["1"])]),
        ({"data": b"", "headers": {"Content-Type": "application/json"}}, []),
        ({}, []),
    ],
)
async def test_fields_come_by_query_form_and_json_and_may_be_lists(frame, options, got):
    async with aiohttp.ClientSession(frame.base, headers=BASIC) as program:
        assert (await sent(program, "/api/v1/acts/note", **options))[0] == 200
    assert [(who, sorted(fields)) for who, fields in frame.acted] == [("admin", sorted(got))]


@pytest.mark.parametrize("body", [b"{", b"[]", b'"a"', b"1", b"\xff", b'{"text": "\\ud800"}', b"null"])
async def test_a_body_that_is_no_json_object_is_a_bad_request(frame, body):
    kind = {"Content-Type": "application/json"}
    async with aiohttp.ClientSession(frame.base, headers=BASIC) as program:
        status, said = await sent(program, "/api/v1/acts/note", data=body, headers=kind)
    assert status == 400
    assert said["error"].startswith("The body is no JSON")
    assert frame.acted == []


@pytest.mark.parametrize(
    "kind", ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
async def test_a_body_that_never_comes_is_given_up(frame, monkeypatch, kind):
    monkeypatch.setattr(forms, "_WHOLE_S", 0.2)
    host, _, port = frame.base.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"POST /ops/actions/note HTTP/1.1\r\nHost: a\r\nAuthorization: {BASIC['Authorization']}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: 500\r\n\r\n--x\r\n".encode()
    )
    async with asyncio.timeout(5):
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readuntil(b"}")
    assert head.startswith(b"HTTP/1.1 408 ")
    assert b'"error":"The rest of this request' in body
    writer.close()
    assert frame.acted == []


async def test_programs_find_all_acts_in_a_list(frame):
    async with aiohttp.ClientSession(frame.base, headers=BASIC) as program:
        status, said = await sent(program, "/api/v1/acts", "GET")
        assert (status, said) == await sent(program, "/ops/actions/status.json", "GET")
    assert [row["name"] for row in said["actions"]] == list(frame.operations())
    assert said["actions"][0] == {
        "name": "note", "about": "Notes what it is told.", "area": "channels", "role": "operator",
    }  # fmt: skip


async def test_reports_and_described_paths(frame):
    async with aiohttp.ClientSession(frame.base, headers=BASIC) as program:
        assert await sent(program, "/deck/sample.json?a=1", "GET") == (200, {"query": {"a": "1"}})
        assert (await sent(program, "/deck/sample.json?text=a", "DELETE"))[1] == {"ok": True, "message": "Noted a."}
    async with frame.browser("vera") as viewer:
        assert (await sent(viewer, "/deck/sample.json", "GET"))[0] == 200
        assert (await sent(viewer, "/deck/sample.json", "DELETE"))[0] == 403
    assert [who for who, _ in frame.acted] == ["admin"]


async def test_a_token_does_acts_of_its_area_alone(frame):
    secret = await frame.access.tokens.make("guide", ["read", "guide"], None, who="otto")
    async with aiohttp.ClientSession(frame.base, headers={"Authorization": f"Bearer {secret}"}) as program:
        assert (await sent(program, "/api/v1/acts/refuse"))[0] == 409
        assert (await sent(program, "/api/v1/acts/note"))[0] == 403
        assert (await sent(program, "/deck/sample.json", "DELETE"))[0] == 403
    assert frame.acted == []


HERE = "http://deck.test:48879/act/note"
SIGNS = st.text(alphabet="/\\.:@?#%&= \t\r\n\0aevil5cE2f\u2028\ud800ä", max_size=16)
BEGINNINGS = st.sampled_from(
    ["", "/", "//", "///", "/\\", "\\", "http:", "https://", "javascript:", "/\t/", "//[", " /"]
)


@settings(derandomize=True, max_examples=500)
@given(st.builds("{}{}".format, BEGINNINGS, SIGNS))
def test_an_act_leads_to_no_other_place(target):
    """As browsers read a Location: white space and controls are left out, and `\\` is `/`."""
    led = local(target)
    assert led.startswith("/")
    assert led in {target, "/"}
    read = "".join(sign for sign in led if sign not in "\t\r\n").strip().replace("\\", "/")
    assert not read.startswith("//")
    assert urlsplit(urljoin(HERE, read)).netloc == "deck.test:48879"
    led.encode()


@pytest.mark.parametrize(
    "target",
    ["", "evil", "//evil.example", "///evil.example", "http://evil.example/", "/\\evil.example", "\\\\evil.example",
     "javascript:alert(1)", "/\t/evil.example", "/a\r\nSet-Cookie: x=1", "//[", "https:/evil.example",
     " //evil.example"],
)  # fmt: skip
async def test_a_form_with_another_place_leads_home(frame, target):
    async with (
        frame.browser() as browser,
        browser.post("/act/note", data={"back": target}, allow_redirects=False) as answer,
    ):
        assert (answer.status, answer.headers["Location"]) == (303, "/")
        assert "x" not in answer.cookies


@pytest.mark.parametrize("target", ["/", "/channels?q=a%23b&page=2", "/guide/channel/dna-1#now", "/a//b", "/ä?q=//x"])
def test_a_place_of_the_deck_is_kept(target):
    assert local(target) == target
