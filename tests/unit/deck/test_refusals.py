"""Refusals and failures as answers: a page for a person, JSON for a program, nothing of ours for either."""

import aiohttp
import pytest
from structlog.testing import capture_logs

from tests.tools.structure import well_formed
from tests.unit.deck.access_rig import PASSWORD
from tests.unit.deck.frame_rig import FAULT, page, running
from tunerr import errors
from tunerr.deck.feed import TooManyReaders
from tunerr.deck.gate import CSRF_HEADER

BASIC = {"Authorization": aiohttp.encode_basic_auth("admin", PASSWORD)}
KINDS = {
    errors.QueryRefused: 400,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.ActionRefused: 409,
    errors.WrongName: 421,
    errors.WorkerError: 502,
    errors.NotReady: 503,
    errors.StorageError: 503,
    errors.DataFolderError: 503,
    TooManyReaders: 503,
    errors.FetchError: 500,
    errors.TunerrError: 500,
}


@pytest.fixture
async def frame(tmp_path):
    async with running(tmp_path, largest=10_000) as deck:
        yield deck


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
async def test_every_refusal_has_its_status_and_says_what_to_do(frame, kind):
    frame.failing = kind("It is <gone>.", hint="Look <elsewhere>.")
    async with frame.browser() as browser:
        status, text = await page(browser, "/things/one")
        async with browser.get("/api/v1/things/one") as answer:
            assert answer.status == status == KINDS[kind]
            assert await answer.json() == {"error": "It is <gone>.", "hint": "Look <elsewhere>."}
            assert answer.headers["Content-Security-Policy"]
    assert not well_formed(text)
    assert "<b>It is &lt;gone&gt;.</b>" in text
    assert "<p>Look &lt;elsewhere&gt;.</p>" in text
    assert f"Status {status}" in text
    assert 'aria-label="Main"' in text, "the way out is the navigation"


async def test_a_fault_of_ours_tells_nothing_and_is_in_the_log(frame):
    frame.failing = RuntimeError(FAULT)
    with capture_logs() as logs:
        async with frame.browser() as browser:
            status, text = await page(browser, "/things/one")
            async with browser.get("/api/v1/things/one") as answer:
                assert answer.status == status == 500
                said = await answer.text()
            async with browser.post("/act/fail", allow_redirects=False) as answer:
                assert answer.status == 500
                form = await answer.text()
    for shown in (text, said, form):
        assert "Something went wrong here." in shown
        assert FAULT not in shown
        assert "Traceback" not in shown
        assert "RuntimeError" not in shown
    failed = [line for line in logs if line["event"] == "page failed"]
    assert [line["path"] for line in failed] == ["/things/one", "/api/v1/things/one", "/act/fail"]
    assert all(line["exc_info"] for line in failed)


async def test_what_is_not_there_and_what_can_not_be_done(frame):
    async with frame.browser() as browser:
        for path, status, said in (
            ("/nothing", 404, "There is no such page."),
            ("/act/note", 405, "That can&#39;t be done here."),
        ):
            got, text = await page(browser, path)
            assert (got, said in text) == (status, True)
            assert not well_formed(text)
        async with browser.get("/api/v1/nothing") as answer:
            assert (answer.status, (await answer.json())["error"]) == (404, "There is no such page.")
        async with browser.get("/api/v1/acts/note") as answer:
            assert (answer.status, answer.headers["Allow"]) == (405, "POST")
            assert "error" in await answer.json()


async def test_what_is_too_large_is_said(frame):
    async with aiohttp.ClientSession(frame.base, headers=BASIC) as program:
        for body in ({"data": {"text": "x" * 20_000}}, {"json": {"text": "x" * 20_000}}):
            async with program.post("/api/v1/acts/note", **body) as answer:
                assert (answer.status, await answer.json()) == (
                    413,
                    {"error": "That is too much at once.", "hint": "Send less."},
                )
    assert frame.acted == []


async def test_a_form_that_is_none_is_said_by_a_page(frame):
    """The gate reads it first, for its token."""
    form = "application/x-www-form-urlencoded"
    bodies = (
        (400, "This form can&#39;t be read.", {"Content-Type": f"{form}; charset=klingon"}, b"x=y"),
        (413, "That is too much at once.", {"Content-Type": form}, b"x" * 20_000),
    )
    async with frame.browser() as browser:
        del browser.headers[CSRF_HEADER]
        for status, said, headers, data in bodies:
            async with browser.post("/act/note", data=data, headers=headers) as answer:
                text = await answer.text()
                assert (answer.status, said in text) == (status, True)
            assert not well_formed(text)
            assert 'aria-label="Main"' in text
    assert frame.acted == []


async def test_a_file_that_is_not_there_is_a_small_page_for_whoever_asks(frame):
    async with aiohttp.ClientSession(frame.base) as stranger:
        status, text = await page(stranger, "/assets/1/nothing")
    assert status == 404
    assert not well_formed(text)
    assert "There is no such page." in text
    assert "navigation" in text
    assert 'aria-label="Main"' not in text
