"""Pages as routes: HTML, the same as JSON, and the events of what is live."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from structlog.testing import capture_logs

from tests.tools.structure import well_formed
from tests.tools.until import until
from tests.unit.deck.frame_rig import block, following, live, page, running
from tunerr.deck import feed, pages
from tunerr.deck.gate import COOKIE
from tunerr.deck.notice import Notice
from tunerr.errors import NotReady
from tunerr.model.operator import Role

EVIL = "<script>alert('1')</script>\u202e&\"\n\r\x1c\u2028data: x"


@pytest.fixture
async def frame(tmp_path, monkeypatch):
    monkeypatch.setattr(feed, "_EVERY_S", 0.01)
    async with running(tmp_path) as deck:
        yield deck


async def test_a_page_is_html_and_the_same_as_json(frame):
    frame.text = EVIL
    async with frame.browser() as browser:
        status, text = await page(browser, "/things/a%2Fb?q=1")
        async with browser.get("/api/v1/things/a%2Fb?q=1") as answer:
            said = await answer.json()
            assert (answer.status, answer.content_type) == (200, "application/json")
    assert status == 200
    assert not well_formed(text)
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(&#39;1&#39;)" in text
    assert said == {"text": EVIL, "asked": "{'q': '1'} {'thing': 'a/b'} admin", "role": Role.ADMIN.value}


async def test_home_is_called_home_for_programs(frame):
    async with frame.browser() as browser:
        assert (await page(browser, "/api/v1/home"))[0] == 200


@pytest.mark.parametrize("path", ["/", "/api/v1/home"])
async def test_what_is_large_is_compressed_and_kept_by_nobody(frame, path):
    frame.text = "word " * 10_000
    async with frame.browser() as browser:
        async with browser.get(path, headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert answer.headers["Cache-Control"] == "no-store"
            assert frame.text in await answer.text()
        async with browser.get(path, headers={"Accept-Encoding": "identity"}) as answer:
            assert "Content-Encoding" not in answer.headers


async def test_page_and_events_of_one_address_are_told_apart_by_caches(frame):
    async with frame.browser() as browser:
        async with browser.get("/") as answer:
            assert answer.headers["Vary"] == "Accept, Cookie"
        async with following(browser) as answer:
            assert answer.headers["Vary"] == "Accept, Cookie"
            assert answer.content_type == "text/event-stream"


@pytest.mark.parametrize(("user", "allowed"), [("vera", {"/"}), ("otto", {"/", "/operators"})])
async def test_a_page_is_for_its_role(frame, user, allowed):
    """As a page, as JSON, and as events."""
    async with frame.browser(user) as browser:
        for path, name in (("/", "home"), ("/operators", "operators"), ("/admins", "admins")):
            status, text = await page(browser, path)
            async with browser.get(f"/api/v1/{name}") as answer:
                assert answer.status == status == (200 if path in allowed else 403)
                said = await answer.json()
            if status == 403:
                assert said["error"] in text
                assert said["error"].startswith("This is for ")
                assert not well_formed(text)
        async with following(browser, "/operators") as answer:
            assert answer.status == (200 if "/operators" in allowed else 403)


async def test_an_act_leads_back_to_the_page_with_its_filter(frame):
    """Whatever was typed there: signs that mean something in an address stay what they were."""
    asked = "/things/one?q=a%23b%26c%20100%25+d%2Be&group=%C3%A4%22"
    async with frame.browser() as browser:
        _, text = await page(browser, asked)
        back = re.search(r'name="back" value="([^"]*)"', text)[1].replace("&amp;", "&")
        form = {"text": "x", "back": back}
        async with browser.post("/act/note", data=form, allow_redirects=False) as answer:
            assert answer.status == 303
            there = urlsplit(answer.headers["Location"])
    assert there.path == "/things/one"
    assert parse_qsl(there.query) == parse_qsl(urlsplit(asked).query)


async def test_the_first_event_comes_at_once_and_is_the_live_part_of_the_page(frame):
    frame.text = EVIL
    async with frame.browser() as browser:
        _, text = await page(browser)
        async with following(browser) as answer:
            assert await block(answer) == "retry: 2000"
            said = await live(answer)
    own = text.split('<div id="live" data-live>\n')[1].split("</div>")[0]
    own = re.sub(r'(name="csrf" value=")[^"]+', r"\1", own)
    assert said.split() == own.split(), "the part is not what the page has there"
    assert "<script>alert" not in said


async def test_events_come_on_change_only(frame):
    async with frame.browser() as browser, following(browser) as answer:
        assert "first" in await live(answer)
        seen = frame.looks
        await until(lambda: frame.looks > seen + 5, what="looks")
        frame.text = "second"
        assert "second" in await live(answer)
        frame.failing = NotReady("not now")
        seen = frame.looks
        await until(lambda: frame.looks > seen + 5, what="looks that fail")
        frame.failing, frame.text = None, "third"
        assert "third" in await live(answer)


async def test_while_nothing_changes_the_connection_is_kept(frame, monkeypatch):
    monkeypatch.setattr(pages, "_HEARTBEAT_S", 0.05)
    async with frame.browser() as browser, following(browser) as answer:
        await live(answer)
        assert [await block(answer) for _ in range(3)] == [": still here"] * 3


async def test_nothing_of_a_session_is_in_an_event(frame):
    """Readers of one role get the same bytes, so neither a token nor a name may be in them."""
    async with frame.browser("vera") as vera, frame.browser("viola") as viola:
        assert "[vera]" in (await page(vera, "/named"))[1]
        async with following(vera, "/named") as one, following(viola, "/named") as other:
            assert await live(one) == await live(other) == "[]"
        async with following(vera) as answer:
            assert 'name="csrf" value=""' in await live(answer)


async def test_browsers_that_show_the_same_share_one_look(frame):
    async with (
        frame.browser("vera") as vera,
        frame.browser("viola") as viola,
        frame.browser("admin") as admin,
        following(vera) as one,
        following(viola) as other,
    ):
        assert await live(one) == await live(other)
        assert len(frame.tasks.names) == 1
        async with following(admin) as third:
            assert "[ADMIN" in await live(third)
            assert len(frame.tasks.names) == 2
            async with following(vera, "/?q=1") as fourth:
                assert "first" in await live(fourth)
                assert len(frame.tasks.names) == 3
        frame.text = "second"
        assert await live(one) == await live(other)


async def test_what_a_browser_prefers_is_in_its_events(frame):
    kept = {"iptvtunerr_deck_level": "lab", "iptvtunerr_deck_zone": "Europe/Paris"}
    async with (
        frame.browser("vera") as plain,
        frame.browser("vera", **kept) as other,
        following(plain) as one,
        following(other) as two,
    ):
        assert "[VIEWER SIMPLE UTC]" in await live(one)
        assert "[VIEWER LAB Europe/Paris]" in await live(two)


async def test_readers_who_have_gone_end_the_look(frame, monkeypatch):
    monkeypatch.setattr(pages, "_HEARTBEAT_S", 0.05)
    async with frame.browser() as browser:
        async with following(browser) as answer:
            await live(answer)
            assert frame.tasks.names
        await until(lambda: not frame.tasks.names, what="the end of the look")


@pytest.mark.parametrize("way", ["log out", "role", "removed"])
async def test_events_end_with_the_session(frame, monkeypatch, way):
    monkeypatch.setattr(pages, "_HEARTBEAT_S", 0.05)
    async with frame.browser("vera") as browser, following(browser) as answer:
        await live(answer)
        if way == "log out":
            async with browser.post("/logout") as done:
                assert done.status == 200
        elif way == "role":
            await frame.access.users.change_role("vera", Role.OPERATOR, who="admin")
        else:
            await frame.access.users.remove("vera", who="admin")
        frame.text = "for somebody else"
        assert "somebody else" not in "".join([said async for said in rest(answer)][1:])


async def rest(answer):
    """All that comes until the end."""
    while said := await block(answer):
        yield said


async def test_events_end_with_the_token_and_with_the_program(frame, monkeypatch):
    monkeypatch.setattr(pages, "_HEARTBEAT_S", 0.05)
    secret = await frame.access.tokens.make("follow", ["read"], None, who="vera")
    async with frame.browser("admin") as browser:
        bearer = {"Authorization": f"Bearer {secret}", "Cookie": ""}
        async with browser.get("/", headers={**bearer, "Accept": "text/event-stream"}, allow_redirects=False) as answer:
            assert answer.status == 307, "pages are for browsers"
        async with following(browser) as answer:
            await live(answer)
            await frame.feeds.end()
            assert await live(answer) == "", "the last version came once more"


async def test_a_fault_ends_the_events_and_is_in_the_log(frame):
    with capture_logs() as logs:
        async with frame.browser() as browser, following(browser) as answer:
            await live(answer)
            frame.failing = RuntimeError("a fault of ours")
            assert await live(answer) == ""
            frame.failing = None
            async with following(browser) as again:
                assert "first" in await live(again)
    assert [line["task"] for line in logs if line["event"] == "background task failed"] == ["live part of a page"]


async def test_two_hundred_follow_and_the_next_is_told(frame):
    async with frame.browser("vera") as browser:
        readers = [await browser.get("/", headers={"Accept": "text/event-stream"}) for _ in range(200)]
        try:
            for one in readers:
                assert "first" in await live(one)
            assert len(frame.tasks.names) == 1
            frame.text = "second"
            for one in readers:
                assert "second" in await live(one)
            async with following(browser) as answer:
                assert answer.status == 503
                assert "Too many browsers follow the deck." in await answer.text()
            assert (await page(browser))[0] == 200, "the page itself is served"
        finally:
            for one in readers:
                one.close()


async def test_a_notice_is_for_whoever_reads_the_page(frame):
    async with frame.browser("vera") as browser:
        token = re.search(rf"{COOKIE}=([\w-]+)", browser.headers["Cookie"])[1]
        frame.access.sessions.leave_notice(token, Notice("Done & <dusted>."))
        async with browser.head("/") as answer:
            assert answer.status == 200
        async with browser.get("/api/v1/home") as answer:
            assert "Done" not in await answer.text()
        async with following(browser) as answer:
            assert "Done" not in await live(answer)
        assert "Done &amp; &lt;dusted&gt;." in (await page(browser))[1]
        assert "Done" not in (await page(browser))[1], "a notice is shown once"
        frame.access.sessions.leave_notice(token, Notice("Once more."))
        status, text = await page(browser, "/nothing")
        assert (status, "Once more." in text) == (404, True)


async def test_text_of_several_lines_is_one_event():
    assert pages.event("live", "a\n\nb\r\nc") == b"event: live\ndata: a\ndata: \ndata: b\ndata: c\n\n"
