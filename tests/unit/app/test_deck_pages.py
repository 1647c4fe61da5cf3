"""Pages of the whole deck: their live parts are what the page has, and the navigation leads to pages."""

import asyncio
import re

import aiohttp
import pytest

from tests.tools.structure import well_formed
from tests.unit.app.test_deck_routes import whole  # noqa: F401 - a fixture
from tunerr.deck.navigation import PLACES

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Of a live page with nothing in its path.
LIVE = {"/", "/start", "/live", "/providers", "/guide/repair", "/guide/doctor"}
CSRF = re.compile(r'(name="csrf" value=")[^"]*')


def browser(whole, user="admin"):  # noqa: F811
    cookies = {
        "iptvtunerr_deck_session": whole.desk.sessions.open(user),
        "iptvtunerr_deck_level": "lab",
        "iptvtunerr_deck_zone": "Europe/Paris",
    }
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return aiohttp.ClientSession(whole.base, headers={"Cookie": cookie})


def paths(whole):  # noqa: F811
    """Of all pages that are no one thing's."""
    api = {path.removeprefix("/api/v1") for _, path, _ in whole.paths() if path.startswith("/api/v1/")}
    found = {path for method, path, _ in whole.paths() if method == "GET" and path in api and "{" not in path}
    return sorted({"/", *found})


async def first_event(session, path):
    async with session.get(path, headers={"Accept": "text/event-stream"}) as answer, asyncio.timeout(10):
        assert answer.content_type == "text/event-stream"
        while not (block := (await answer.content.readuntil(b"\n\n")).decode()).startswith("event: live"):
            pass
    return [line.removeprefix("data: ") for line in block.splitlines()[1:] if line not in {"", "data: "}]


async def test_the_live_part_is_what_the_page_has_there(whole):  # noqa: F811
    seen = set()
    for user in ("admin", "vera"):
        async with browser(whole, user) as session:
            for path in paths(whole):
                async with session.get(path) as answer:
                    text = await answer.text()
                    if answer.status == 403 or "data-live" not in text:
                        continue
                seen.add(path)
                for _ in range(20):  # what is told in seconds may have changed between the two
                    event = await first_event(session, path)
                    async with session.get(path) as answer:
                        own = CSRF.sub(r"\1", (await answer.text()).split(" data-live>", 1)[1]).splitlines()
                    own = [line for line in own if line]
                    if own[: len(event)] == event:
                        break
                assert own[: len(event)] == event, path
                assert own[len(event)].strip() == "</div>", path
                assert not re.search(r'name="csrf" value="[^"]', "".join(event)), path
    assert seen == LIVE


async def test_the_navigation_leads_to_pages(whole):  # noqa: F811
    async with browser(whole) as session:
        for place in PLACES:
            async with session.get(place.path) as answer:
                text = await answer.text()
                assert answer.status == 200, place.path
            assert f'href="{place.path}" aria-current="page"' in text, place.path


async def test_every_link_and_form_of_every_page_is_answered(whole):  # noqa: F811
    routes = [(method, re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path))) for method, path, _ in whole.paths()]
    known = {act["name"] for act in await acts(whole)}
    async with browser(whole) as session:
        for path in paths(whole):
            async with session.get(path) as answer:
                text = await answer.text()
                assert answer.status == (404 if path == "/guide/programme" else 200), path
            assert not well_formed(text), path
            for target in re.findall(r'href="(/[^"?#]*)', text):
                if not target.startswith("/assets/"):
                    assert any(method == "GET" and one.fullmatch(target) for method, one in routes), (path, target)
            assert set(re.findall(r'action="/act/([^"]+)"', text)) <= known, path


async def acts(whole):  # noqa: F811
    async with browser(whole) as session, session.get("/api/v1/acts") as answer:
        return (await answer.json())["actions"]
