"""The custom elements in a real browser, as the server renders them and under the deck's own CSP."""

import asyncio
import contextlib
from types import SimpleNamespace

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.tools.a11y import findings
from tests.tools.deck import browsing
from tests.tools.deck_pictures import watched
from tests.tools.media import PICTURE, TONE, ffmpeg, make_ts
from tests.tools.until import until
from tunerr.deck.assets import Assets
from tunerr.deck.render import Renderer
from tunerr.deck.security import add_security_headers

pytestmark = pytest.mark.client

ASSETS = Assets()
CHART = {
    "times": [1_700_000_000 + 60 * minute for minute in range(60)],
    "series": [{"label": "Bit rate", "unit": "Mbit/s", "values": [None, *map(float, range(59))]}],
}
ROWS = "".join(
    f'<li data-id="{name}" data-name="{name.upper()}">{name} {{{{ moving("{name}", "{name.upper()}") }}}}</li>'
    for name in ("a", "b", "c")
)


def page(script, body):
    """A page with one of the elements, rendered with the deck's own macros."""
    renderer = Renderer(asset=ASSETS.url, has_asset=ASSETS.has)
    text = (
        '{% from "widgets.html" import player, chart, sorting, moving, log with context %}<!doctype html>'
        '<html lang="en"><meta name="viewport" content="width=device-width"><title>x</title>'
        f'<link rel="icon" href="{ASSETS.url("icon.svg")}"><link rel="stylesheet" href="{ASSETS.url("deck.css")}">'
        f'<script type="module" src="{ASSETS.url(f"js/{script}")}"></script><main><h1>x</h1>{body}</main></html>'
    )
    return renderer._pages.from_string(text).render(chart_data=CHART)


@contextlib.asynccontextmanager
async def serving(script, body, *routes):
    """The deck's files and one page at /, with its security headers."""

    async def home(_):
        return web.Response(text=page(script, body), content_type="text/html")

    application = web.Application()
    application.on_response_prepare.append(add_security_headers)
    application.add_routes([*ASSETS.routes(), web.get("/", home), *routes])
    async with TestServer(application) as server:
        yield SimpleNamespace(deck=f"http://{server.host}:{server.port}")


class Origin:
    """A live stream at 1.5 times its speed; `open` connections, and what it answers."""

    def __init__(self, media, status=200):
        self.media, self.status, self.open, self.opened = media, status, 0, 0

    async def serve(self, request):
        if self.status != 200:
            return web.Response(status=self.status)
        answer = web.StreamResponse(headers={"Content-Type": "video/mp2t"})
        await answer.prepare(request)
        self.open, self.opened = self.open + 1, self.opened + 1
        try:
            for start in range(0, len(self.media), 188 * 64):
                await answer.write(self.media[start : start + 188 * 64])
                await asyncio.sleep(0.1)
            await asyncio.sleep(60)
        finally:
            self.open -= 1
        return answer


PLAYER = '{{ player("/live.ts", "One", "http://tuner/auto/v1") }}'


def said(tab):
    return tab.locator("t-player p")


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    return make_ts(tmp_path_factory.mktemp("media") / "live.ts", seconds=20).read_bytes()


async def test_the_player_plays_a_live_stream_and_ends_it_with_pause_and_with_the_page(media):
    origin = Origin(media)
    async with (
        serving("player.js", PLAYER, web.get("/live.ts", origin.serve)) as server,
        browsing(server, login=False) as tab,
    ):
        video = tab.locator("t-player video")
        assert origin.opened == 0, "nothing is opened before somebody asks"
        assert await tab.get_by_role("link", name="Open in another player").is_visible()
        for number in (1, 2):
            await tab.get_by_role("button", name="Watch").click()
            await until(
                lambda: video.evaluate("video => video.currentTime > 0.5 && video.videoWidth"), what="a picture"
            )
            assert (origin.open, origin.opened) == (1, number)
            assert await said(tab).text_content() == ""
            await video.evaluate("video => video.pause()")
            await until(lambda: origin.open == 0, deadline=10, what="the connection closed")
            await tab.get_by_text("Stopped; its tuner is free again.").wait_for()
        await tab.get_by_role("button", name="Watch").click()
        await until(lambda: origin.open == 1)
        await tab.locator("t-player").evaluate("player => player.remove()")
        await until(lambda: origin.open == 0, deadline=10, what="the connection closed by removal")


async def test_the_player_plays_a_channel_of_the_program(demo):
    async with watched(demo), browsing(demo, path="/live", level="operator") as tab:
        await tab.locator('main a[href^="/live/"]').first.click()
        await tab.get_by_role("button", name="Watch").click()
        video = tab.locator("t-player video")
        await until(lambda: video.evaluate("video => video.currentTime > 1 && video.videoWidth"), what="a picture")
        await tab.get_by_role("button", name="Stop").last.wait_for()
        assert await findings(tab) == []
        await tab.goto(demo.deck + "/")
    await demo.idle()


async def test_the_player_says_in_words_why_there_is_no_picture(tmp_path):
    for audio in ("mp2", "aac"):
        ffmpeg(*PICTURE, *TONE, "-t", 8, "-c:v", "mpeg2video", "-c:a", audio, "-f", "mpegts", tmp_path / f"{audio}.ts")
    origin = Origin((tmp_path / "mp2.ts").read_bytes())
    async with (
        serving("player.js", PLAYER, web.get("/live.ts", origin.serve)) as server,
        browsing(server, login=False, forgive="503") as tab,
    ):
        await tab.get_by_role("button", name="Watch").click()
        await tab.get_by_text("This browser can't play this channel").wait_for(timeout=10_000)
        await until(lambda: origin.open == 0, deadline=10, what="the connection closed")
        origin.media = (tmp_path / "aac.ts").read_bytes()
        await tab.get_by_role("button", name="Watch").click()
        await tab.get_by_text("Sound only. If it has a picture, this browser can't play that").wait_for(timeout=10_000)
        await tab.get_by_role("button", name="Stop").click()
        await until(lambda: origin.open == 0, deadline=10, what="the connection closed")
        origin.status = 503
        await tab.get_by_role("button", name="Watch").click()
        await tab.get_by_text("Tunerr has no stream for it now (status 503).").wait_for()
        assert await tab.get_by_role("button", name="Watch").is_visible()
        assert await findings(tab) == []


async def test_the_chart_draws_and_its_words_stay_for_screen_readers():
    body = "{% call chart(chart_data) %}<p>59 Mbit/s at the end</p>{% endcall %}"
    async with serving("chart.js", body) as server, browsing(server, login=False, timezone_id="Asia/Kolkata") as tab:
        await tab.locator("t-chart canvas").wait_for()
        light = await tab.locator("t-chart canvas").evaluate("canvas => canvas.toDataURL()")
        words = tab.get_by_text("59 Mbit/s at the end")
        # In the accessibility tree, while it takes no room of the page.
        assert "59 Mbit/s at the end" in await tab.locator("main").aria_snapshot()
        assert await words.evaluate("words => getComputedStyle(words.assignedSlot.parentElement).width") == "1px"
        box = await tab.locator("t-chart").bounding_box()
        await tab.emulate_media(color_scheme="dark")
        await until(
            lambda: tab.locator("t-chart canvas").evaluate("(canvas, light) => canvas.toDataURL() !== light", light),
            what="another look in the dark",
        )
        await tab.set_viewport_size({"width": 420, "height": 800})
        await until(
            lambda: tab.locator("t-chart canvas").evaluate("canvas => canvas.clientWidth <= 420"), what="a small one"
        )
        assert box["height"] < 260
        assert await findings(tab) == []


async def test_the_chart_follows_its_data_and_shows_the_words_when_there_is_none():
    async def data(_):
        return web.json_response({"chart": CHART})

    body = "{% call chart(chart_data) %}<p>Nothing measured yet.</p>{% endcall %}"
    other = '<t-chart id="other" src="/chart.json"><p>A table.</p></t-chart>'
    async with (
        serving("chart.js", body + other, web.get("/chart.json", data)) as server,
        browsing(server, login=False) as tab,
    ):
        canvas = tab.locator("t-chart:not([id]) canvas")
        await canvas.wait_for()
        await tab.locator("#other canvas").wait_for()
        await tab.locator("t-chart script").evaluate(
            """script => { script.textContent = '{"times": [], "series": []}' }"""
        )
        await canvas.wait_for(state="detached")
        words = tab.get_by_text("Nothing measured yet.")
        assert (await words.bounding_box())["width"] > 50


async def test_rows_are_moved_by_keys_and_by_dragging_and_announced():
    body = f'<form>{{% call sorting(("a", "b", "c")) %}}<ol data-rows>{ROWS}</ol>{{% endcall %}}</form>'
    async with serving("sortable.js", body) as server, browsing(server, login=False) as tab:
        order = tab.locator('input[name="order"]')
        down = tab.get_by_role("button", name="Move A down")
        await down.focus()
        await tab.keyboard.press("Enter")
        assert await order.input_value() == "b,a,c"
        await tab.get_by_text("A is now 2 of 3.").wait_for()
        assert await down.evaluate("button => button === document.activeElement")
        await tab.keyboard.press("Enter")
        await tab.keyboard.press("Enter")
        assert await order.input_value() == "b,c,a"
        assert await down.get_attribute("aria-disabled") == "true"
        await tab.wait_for_function("window.Sortable && Sortable.get(document.querySelector('ol'))")
        last = await tab.locator('[data-id="a"]').bounding_box()
        first = await tab.locator('[data-id="b"]').bounding_box()
        await tab.mouse.move(last["x"] + 5, last["y"] + last["height"] / 2)
        await tab.mouse.down()
        for step in range(1, 6):
            await tab.mouse.move(last["x"] + 5, last["y"] + (first["y"] - last["y"]) * step / 5 + 3)
        await tab.mouse.up()
        await tab.get_by_text("A is now 1 of 3.").wait_for()
        assert await order.input_value() == "a,b,c"
        assert await findings(tab) == []


async def test_the_log_follows_pauses_filters_and_keeps_a_thousand_lines():
    lines = asyncio.Queue()

    async def tail(request):
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        while True:
            entry = {"at": "2026-11-22T12:00:00Z", "fields": {"channel": "<b>1</b>"}, **await lines.get()}
            await answer.write(b"data: %s\n\n" % orjson.dumps(entry))

    body = '{% call log("/tail") %}<li>before</li>{% endcall %}'
    async with serving("log-tail.js", body, web.get("/tail", tail)) as server, browsing(server, login=False) as tab:
        rows = tab.locator("[data-lines] li")
        lines.put_nowait({"level": "warning", "event": "host is slow"})
        line = tab.get_by_text("warning  host is slow  channel=<b>1</b>")
        await line.wait_for()
        assert await line.get_attribute("class") == "warn"
        assert await rows.count() == 2
        pause = tab.get_by_role("button", name="Pause")
        await pause.click()
        lines.put_nowait({"level": "info", "event": "while it was paused"})
        await tab.get_by_role("button", name="Pause (1)", pressed=True).wait_for()
        assert await rows.count() == 2
        await pause.click()
        await tab.get_by_text("while it was paused").wait_for()
        await tab.get_by_label("Only lines with").fill("SLOW")
        assert await rows.locator("visible=true").count() == 1
        for number in range(1100):
            lines.put_nowait({"level": "info", "event": f"number {number}"})
        await tab.get_by_text("number 1099").wait_for(state="attached")
        assert await rows.count() == 1000
        assert await tab.get_by_text("number 1099").is_hidden()
        assert await findings(tab) == []
