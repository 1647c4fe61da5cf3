"""Home, the timeline and the last 24 hours of the real program."""

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp
import pytest
import pytest_asyncio

from tests.tools.deck import browsing, operating
from tests.tools.samples import minute
from tests.tools.structure import well_formed
from tests.tools.until import until
from tunerr.storage.connection import open_server
from tunerr.storage.samples import SampleStore
from tunerr.views.history import SERIES

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHANNELS, TUNERS = ("One", "Two"), 2


@pytest_asyncio.fixture(loop_scope="module")
async def operator(shared):
    """Somebody who is logged in, the program, and its provider."""
    server, _ = shared
    async with operating(server) as one:
        yield one, server


@asynccontextmanager
async def playing(server, number=0):
    """A viewer of one channel, with its first packets."""
    async with (
        aiohttp.ClientSession(headers={"User-Agent": "Kodi/21.0"}) as session,
        session.get(server.rows[number]["URL"]) as answer,
    ):
        assert answer.status == 200, answer.headers
        await answer.content.readexactly(188)
        yield


async def document(operator, path, method="GET"):
    headers = {"X-IPTVTunerr-Deck-CSRF": operator.csrf}
    async with operator.session.request(method, operator.url + path, headers=headers) as answer:
        assert answer.status == 200, (path, answer.status, await answer.text())
        return await answer.json()


async def test_home_says_how_it_is_who_watches_and_what_happened(operator):
    deck, server = operator
    async with aiohttp.ClientSession(headers={"User-Agent": "PlexMediaServer/1.40.1"}) as plex:
        await (await plex.get(f"{server.base}/lineup.json")).read()
    async with playing(server):
        home = await deck.api("/home")
        assert home["verdict"]["sentence"].startswith("2 channels")
        assert home["asked"]["program"] == "PlexMediaServer/1.40.1"
        (row,) = home["watching"]
        assert (row["number"], row["viewers"]) == (server.rows[0]["GuideNumber"], ["Kodi/21.0"])
        assert row["why"].startswith("first choice")
        assert home["figures"]["tuners"]["value"] == 1
        kinds = {one["kind"] for one in home["happened"]}
        assert kinds >= {"stream", "source"}, home["happened"]
        html = await deck.page("/")
        assert well_formed(html) == []
        assert "Plex 1.40" in html
        assert f'/live/{row["request"]}"' in html


async def test_the_documents_of_the_described_system(operator):
    deck, _ = operator
    status = await document(deck, "/deck/status.json")
    assert (status["ready"], status["channels"], status["demo"]) == (True, 2, False)
    activity = (await document(deck, "/deck/activity.json"))["entries"]
    assert set(activity[0]) == {"at", "kind", "actor", "title", "message", "detail"}
    telemetry = await document(deck, "/deck/telemetry.json")
    assert telemetry["count"] == len(telemetry["samples"])
    history = await document(deck, "/api/v1/history?series=tuners,viewers")
    assert [one["name"] for one in history["series"]] == ["tuners", "viewers"]
    async with deck.session.get(f"{deck.url}/api/v1/history?series=nothing") as refused:
        assert refused.status == 400


async def test_the_timeline_is_emptied_and_goes_on(operator):
    deck, _ = operator
    assert (await document(deck, "/deck/activity.json"))["entries"]
    await deck.act("activity-clear", back="/activity")
    assert (await document(deck, "/deck/activity.json"))["entries"] == []
    await deck.act("telemetry-clear")
    (entry,) = (await document(deck, "/deck/activity.json"))["entries"]
    assert (entry["kind"], entry["actor"], entry["title"]) == ("act", "admin", "Telemetry clear")


async def test_home_follows_by_itself_in_a_browser_and_does_not_jump(shared):
    server, _ = shared
    async with browsing(server) as tab:
        await tab.get_by_text("Nobody is watching.").wait_for()
        before = await tab.locator(".kpi").first.bounding_box()
        async with playing(server, 1):
            await tab.locator("table.watching tbody tr").wait_for(timeout=10_000)
            assert await tab.locator(".kpi").first.bounding_box() == before
            assert "Kodi" in await tab.locator("table.watching").inner_text()
        await tab.get_by_text("Nobody is watching.").wait_for(timeout=20_000)


@pytest.mark.asyncio(loop_scope="function")
async def test_a_restart_keeps_the_last_24_hours_and_what_happened(boot, provider):
    env = {"IPTV_TUNERR_M3U_URL": provider.playlist("One")}
    server = await boot(env=env)
    async with operating(server) as deck:
        before = await deck.api("/activity")
    assert server.stop() == 0
    now = int(time.time())
    # A day of samples, which no test waits for, as the program itself would have stored them.
    state = await open_server(server.folder / "state.db", kind="state")
    try:
        rows = [replace(minute(0, picture_ms=310), at=now - 60 * number) for number in range(1440, 0, -1)]
        await SampleStore(state).add(rows)
    finally:
        await state.close()
    again = await boot(env=env)
    async with operating(again) as deck:
        home = await deck.api("/home")
        assert home["figures"]["picture"]["value"] == 310
        history = await deck.api("/history")
        assert len(history["series"]) == len(SERIES)
        assert len(history["times"]) >= 1439
        told = {one["message"] for one in (await deck.api("/activity"))["rows"]}
        assert {one["message"] for one in before["rows"]} <= told
        assert (await document(deck, "/deck/telemetry.json"))["count"] == 96
        assert well_formed(await deck.page("/diagnostics/metrics")) == []
    async with browsing(again, path="/diagnostics/metrics") as tab:
        await until(lambda: asyncio.wait_for(_drawn(tab), 5), what="charts that are drawn")


async def _drawn(tab):
    return await tab.evaluate("!!document.querySelector('t-chart').shadowRoot?.querySelector('canvas')")
