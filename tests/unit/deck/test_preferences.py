"""What a browser prefers: kept in cookies, which may hold anything."""

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.deck.frame_rig import page, running
from tunerr.deck.page import Level
from tunerr.deck.preferences import LEVEL_COOKIE, ZONE_COOKIE, keep_level, level_of, read_level, zone_of

HOSTILE = ["", "x", "../../../../etc/passwd", "/etc/localtime", "..", ".", "Europe", "Europe/", "Europe/Nowhere",
           "Europe/../Europe/Paris", "a\0b", "ä", "Europe/Paris\n", "A" * 5000, "tzdata.zi", "zone.tab", "%s{}",
           "C:\\x", "__class__"]  # fmt: skip


@pytest.fixture
async def frame(tmp_path):
    async with running(tmp_path) as deck:
        yield deck


@pytest.mark.parametrize("name", HOSTILE)
def test_a_zone_that_is_none_is_utc(name):
    assert zone_of(Cookies({ZONE_COOKIE: name})).key == "UTC"
    assert level_of(Cookies({LEVEL_COOKIE: name})) is Level.SIMPLE


class Cookies:
    """As much of a request as is looked at."""

    def __init__(self, cookies):
        self.cookies = cookies


@settings(derandomize=True, max_examples=200)
@given(st.text(max_size=80))
def test_no_cookie_breaks_a_page(text):
    assert zone_of(Cookies({ZONE_COOKIE: text})).key
    assert level_of(Cookies({LEVEL_COOKIE: text})) in Level


def test_what_is_a_zone_is_one():
    assert zone_of(Cookies({ZONE_COOKIE: "America/Argentina/Buenos_Aires"})).key == "America/Argentina/Buenos_Aires"
    assert zone_of(Cookies({})).key == "UTC"


@pytest.mark.parametrize("level", Level)
def test_a_level_is_kept_by_its_name(level):
    answer = web.Response()
    keep_level(answer, level, path="/tunerr")
    kept = answer.cookies[LEVEL_COOKIE]
    assert level_of(Cookies({LEVEL_COOKIE: kept.value})) is level
    assert (kept["path"], kept["httponly"], kept["samesite"]) == ("/tunerr", True, "Lax")
    assert read_level(level.name) is level


async def test_a_level_is_chosen_by_a_form_and_shows_more(frame):
    async with frame.browser("vera") as browser:
        _, text = await page(browser)
        assert 'href="/live"' not in text
        assert 'value="simple" aria-pressed="true"' in text
        async with browser.post("/level", data={"level": "lab"}, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/")
            assert answer.cookies[LEVEL_COOKIE].value == "lab"
        async with browser.post("/level", data={"level": "<b>"}, allow_redirects=False) as answer:
            assert answer.cookies[LEVEL_COOKIE].value == "simple"
        odd = {"Content-Type": "application/x-www-form-urlencoded; charset=klingon"}
        async with browser.post("/level", data=b"level=lab", headers=odd, allow_redirects=False) as answer:
            assert answer.status == 400
    async with frame.browser("vera", iptvtunerr_deck_level="lab", iptvtunerr_deck_zone="../x") as browser:
        status, text = await page(browser)
    assert status == 200
    assert 'href="/live"' in text
    assert 'value="lab" aria-pressed="true"' in text
    assert "[VIEWER LAB UTC]" in text, "a level is a taste, and gives no right"


async def test_a_level_is_kept_below_the_path_of_a_proxy(frame):
    below = {"X-Forwarded-For": "192.0.2.9", "X-Forwarded-Prefix": "/tunerr"}
    async with (
        frame.browser(headers=below) as browser,
        browser.post("/level", data={"level": "operator"}, allow_redirects=False) as answer,
    ):
        assert answer.headers["Location"] == "/tunerr/"
        assert answer.cookies[LEVEL_COOKIE]["path"] == "/tunerr"
