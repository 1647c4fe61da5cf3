"""The log as server-sent events, and the bundle: who gets them, and what comes."""

import asyncio
import contextlib
import io
import json
import zipfile

import pytest

from tests.unit.deck.access_rig import PASSWORD, running
from tunerr.deck.download import bundle_routes
from tunerr.deck.log_tail import log_routes
from tunerr.model.operator import Role
from tunerr.support.log_ring import MOST_FOLLOWERS, LogRing
from tunerr.views.diagnostics import as_event


async def bundle(who):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("who", who)
    return "bundle.zip", target.getvalue()


@pytest.fixture
def ring():
    return LogRing()


@pytest.fixture
async def access(tmp_path, ring):
    def routes(gate):
        return [*log_routes(gate=gate, log=ring, tell=as_event), *bundle_routes(gate=gate, make=bundle)]

    async with running(tmp_path, more=routes) as deck:
        await deck.operators.set_password(deck.code, deck.code.renew(), PASSWORD)
        await deck.users.add("vera", Role.VIEWER, PASSWORD, who="admin")
        await deck.users.add("otto", Role.OPERATOR, PASSWORD, who="admin")
        yield deck


def say(ring, event, **fields):
    ring(None, "info", {"event": event, "level": "info", "timestamp": "2026-11-22T14:02:11Z", **fields})


async def message(answer):
    while not (line := await asyncio.wait_for(answer.content.readline(), 5)).startswith(b"data: "):
        assert line, "the stream ended"
    return json.loads(line[6:])


async def test_an_operator_follows_the_log(access, ring):
    say(ring, "before")
    async with access.browser() as browser:
        await access.log_in(browser, "otto")
        async with browser.get("/diagnostics/logs/tail") as answer:
            assert (answer.status, answer.content_type) == (200, "text/event-stream")
            say(ring, "first", channel="5.1", count=3)
            say(ring, "two\nlines")
            assert await message(answer) == {
                "at": "2026-11-22T14:02:11Z", "level": "info", "event": "first",
                "fields": {"channel": "5.1", "count": "3"},
            }  # fmt: skip
            assert (await message(answer))["event"] == "two\nlines"


async def test_a_viewer_does_not_and_a_stranger_neither(access):
    async with access.browser() as browser:
        for path in ("/diagnostics/logs/tail", "/diagnostics/bundle.zip"):
            async with browser.get(path, allow_redirects=False) as answer:
                assert answer.status in (307, 401), path
        await access.log_in(browser, "vera")
        for path in ("/diagnostics/logs/tail", "/diagnostics/bundle.zip"):
            async with browser.get(path, allow_redirects=False) as answer:
                assert answer.status == 403, path


async def test_ten_follow_and_the_eleventh_is_told(access):
    async with access.browser() as browser, contextlib.AsyncExitStack() as stack:
        await access.log_in(browser, "otto")
        for _ in range(MOST_FOLLOWERS):
            await stack.enter_async_context(browser.get("/diagnostics/logs/tail"))
        async with browser.get("/diagnostics/logs/tail") as answer:
            assert answer.status == 409


async def test_the_bundle_is_for_administrators(access):
    async with access.browser() as browser:
        await access.log_in(browser, "otto")
        async with browser.get("/diagnostics/bundle.zip") as answer:
            assert answer.status == 403
        await access.log_in(browser)
        async with browser.get("/diagnostics/bundle.zip") as answer:
            assert (answer.status, answer.content_type) == (200, "application/zip")
            assert answer.headers["Content-Disposition"] == 'attachment; filename="bundle.zip"'
            with zipfile.ZipFile(io.BytesIO(await answer.read())) as archive:
                assert archive.read("who") == b"admin"
