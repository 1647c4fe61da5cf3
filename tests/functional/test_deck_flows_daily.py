"""What an operator does in the deck any day, in a real browser: one program for all of it."""

import contextlib

import aiohttp
import pytest
import pytest_asyncio

from tests.tools.deck import PASSWORD, browsing, operating
from tests.tools.nginx import nginx
from tests.tools.server import free_port

pytestmark = [pytest.mark.client, pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]

CHANNELS, TUNERS = ("kilo", "lima", "mike", "oscar", "quebec", "sierra", "tango", "uniform"), 2


@pytest_asyncio.fixture(loop_scope="module")
async def house(shared):
    """The program, with its password set."""
    server, _ = shared
    async with operating(server):
        return server


def below(port, deck):
    """A block of nginx with the deck at /tunerr/, as docs/how-to/behind-a-reverse-proxy.md has it."""
    return f"""server {{ listen 127.0.0.1:{port};
      location /tunerr/ {{
        proxy_set_header Host               $http_host;
        proxy_set_header X-Forwarded-For    $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Host   $http_host;
        proxy_set_header X-Forwarded-Proto  $scheme;
        proxy_set_header X-Forwarded-Prefix /tunerr;
        proxy_buffering off;
        proxy_pass http://127.0.0.1:{deck}/;
      }} }}"""


async def test_a_token_is_made_used_and_revoked(house):
    async def asked(secret):
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {secret}"}) as program,
            program.get(f"{house.deck}/api/v1/home") as answer,
        ):
            return answer.status

    async with browsing(house, path="/settings/tokens", level="operator") as tab:
        await tab.get_by_label("Name", exact=True).fill("hall")
        await tab.get_by_role("button", name="Make the token").click()
        said = await tab.locator("#notice").get_by_text("tnr_").inner_text()
        secret = next(word for word in said.split() if word.startswith("tnr_")).rstrip(".,")
        assert await asked(secret) == 200
        await tab.reload()
        assert secret not in await tab.content()
        await tab.locator("summary", has_text="Revoke").click()
        await tab.get_by_role("button", name="Revoke hall").click()
        await tab.get_by_text("No tokens yet.").wait_for()
        assert await asked(secret) == 401


async def test_a_setting_is_changed_and_taken_back(house):
    async with browsing(house, path="/settings", level="operator") as tab:
        await tab.get_by_role("searchbox").fill("IPTV_TUNERR_REFRESH")
        await tab.wait_for_url("**q=IPTV_TUNERR_REFRESH**")
        row = tab.locator("#s-IPTV_TUNERR_REFRESH")
        await row.locator("summary").click()
        await row.get_by_label("New value").fill("soon")
        await row.get_by_role("button", name="Use it").click()
        await row.get_by_text("is no duration").wait_for()
        await row.get_by_label("New value").fill("2h")
        await row.get_by_role("button", name="Use it").click()
        await tab.locator("#notice").get_by_text("REFRESH is 2h now.").wait_for()
        assert await row.locator(".now code").inner_text() == "2h"
        await tab.locator("#notice").get_by_role("button", name="Undo").click()
        await row.get_by_text("default", exact=True).wait_for()


async def test_how_much_is_shown_is_a_choice(house):
    async with browsing(house) as tab:
        places = tab.get_by_role("navigation", name="Main").get_by_role("listitem").get_by_role("link")
        names = [(await places.nth(place).inner_text()).split()[0] for place in range(await places.count())]
        assert names == ["Home", "First", "Channels", "Guide"]
        for level, count in (("Operator", 10), ("Lab", 10), ("Simple", 4)):
            await tab.get_by_role("button", name=level).click()
            await tab.locator("button[aria-pressed=true]", has_text=level).wait_for()
            assert await places.count() == count


async def test_behind_a_proxy_at_a_path_of_its_own_the_deck_stays_there(house, tmp_path):
    """Login, live values, an act and assets by a real nginx."""
    port = free_port()
    root = f"http://127.0.0.1:{port}/tunerr"
    async with (
        nginx(tmp_path, below(port, house.deck_port)),
        browsing(house, url=root, login=False, level="operator") as tab,
    ):
        asked = []
        tab.on("request", lambda request: asked.append(request.url))
        await tab.get_by_label("Password", exact=True).fill(PASSWORD)
        await tab.get_by_role("button", name="Log in").click()
        await tab.get_by_text("updates live").wait_for()
        await tab.goto(f"{root}/providers/m3u")
        await tab.get_by_role("button", name="Refresh", exact=True).click()
        await tab.locator("#notice").get_by_text("Nothing changed.").wait_for()
        await tab.get_by_role("link", name="Channels").first.click()
        await tab.get_by_role("searchbox").fill("tango")
        await tab.wait_for_url(f"{root}/channels?**q=tango**")
        await tab.get_by_role("button", name="Log out").click()
        await tab.get_by_label("Password", exact=True).wait_for()
    assert asked
    assert not [url for url in asked if not url.startswith(f"{root}/")]


async def test_a_live_page_goes_on_by_itself_when_the_way_to_it_is_back(house, tmp_path):
    port = free_port()
    block = below(port, house.deck_port)
    async with contextlib.AsyncExitStack() as way:
        await way.enter_async_context(nginx(tmp_path, block))
        async with browsing(house, url=f"http://127.0.0.1:{port}/tunerr", path="/live", forgive="ERR_") as tab:
            await tab.get_by_text("updates live").wait_for()
            await way.aclose()
            await tab.get_by_text("No answer from Tunerr since").wait_for()
            await way.enter_async_context(nginx(tmp_path, block))
            await tab.get_by_text("updates live").wait_for()


async def test_slash_jumps_to_the_search_and_filters_work_without_a_new_page(house):
    """What is filtered stands in the URL, and Back leads to what was there before."""
    async with browsing(house) as tab:
        await tab.get_by_text("updates live").wait_for()
        await tab.keyboard.press("/")
        await tab.wait_for_url("**/channels**")
        search = tab.get_by_role("searchbox")
        await tab.evaluate("window.same = true")
        assert await search.evaluate("box => box === document.activeElement")
        await search.press_sequentially("tango")
        await tab.wait_for_url("**/channels?**q=tango**")
        rows = tab.locator("table.channels tbody tr")
        await rows.nth(1).wait_for(state="detached")
        assert "tango" in await rows.inner_text()
        assert await tab.evaluate("window.same")
        await tab.get_by_role("link", name="tango", exact=True).click()
        await tab.get_by_role("heading", name="tango", level=1).wait_for()
        await tab.go_back()
        await tab.wait_for_url("**/channels?**q=tango**")
        await rows.nth(1).wait_for(state="detached")
        assert await search.input_value() == "tango"
        await tab.go_back()
        await rows.nth(7).wait_for()
        assert await search.input_value() == ""
