"""What an operator does to channels, their guide and their streams, in a real browser with the real program."""

import asyncio
import contextlib

import aiohttp
import pytest
import pytest_asyncio

from tests.functional.test_guide_policy import rows, xmltv
from tests.functional.test_stream_http import watching
from tests.tools.deck import browsing, operating
from tests.tools.operator import lineup
from tests.tools.origin import origin
from tests.tools.server import running
from tests.tools.until import until

pytestmark = [pytest.mark.client, pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]

NAMES = ("Alpha", "Beta", "Gamma", "Delta", "Sports Arena Premium")
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(media, tmp_path_factory):
    """Five channels, Alpha with two streams; a guide that has all but the last, whose id is like its name only."""
    async with origin(media, 60) as provider:
        again = f'#EXTINF:-1 tvg-id="Alpha.test",Alpha\n{provider.base}/live/Alpha-2\n'
        url = provider.playlist(*NAMES, extra=again)
        ids = [f"{name}.test" for name in (*NAMES[:4], "arena")]
        document = xmltv(*(rows(one, 60) for one in ids), channels=ids)
        provider.publish("/guide.xml", document.replace(">Arena<", ">Sports Arena Premium Extra<"))
        env = {"IPTV_TUNERR_M3U_URL": url, "IPTV_TUNERR_XMLTV_URL": f"{provider.base}/guide.xml"}
        async with running(tmp_path_factory.mktemp("house") / "data", env=env) as server, operating(server) as operator:
            server.operator = operator
            server.ids = {row["name"]: row["id"] for row in (await operator.api("/channels"))["rows"]}
            yield server


async def order(house):
    return [row["name"] for row in (await house.operator.api("/channels/order"))["rows"]]


async def test_a_guide_match_is_mended_and_taken_back(house):
    async def method():
        view = await house.operator.api(f"/guide/channel/{house.ids[NAMES[4]]}")
        return [link["method"] for link in view["match"]["links"]]

    async with browsing(house, path="/guide/repair?show=suggested") as tab:
        row = tab.locator("li.repair", has_text=NAMES[4])
        await row.get_by_role("button", name="Accept").first.click()
        said = tab.locator("#notice")
        await said.get_by_text("Sports Arena Premium is linked to arena.test.").wait_for()

        async def linked():
            return await method() == ["chosen"]

        await until(linked, what="the guide of the choice")
        await said.get_by_role("button", name="Undo").click()
        await said.get_by_text("was taken back").wait_for()
        await row.get_by_role("button", name="Accept").first.wait_for()
        assert await method() != ["chosen"]


async def dragged(tab, name, onto):
    """Drag a row by its grip over another one."""
    grip = await tab.locator(f'li[data-name="{name}"] .grip').bounding_box()
    goal = await tab.locator(f'li[data-name="{onto}"]').bounding_box()
    await tab.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
    await tab.mouse.down()
    await tab.mouse.move(goal["x"] + 40, goal["y"] + goal["height"] - 4, steps=12)
    await tab.mouse.up()


async def test_the_order_changes_by_mouse_and_keys_and_numbers_by_an_act_of_their_own(house):
    before = await lineup(house)
    first = await order(house)
    async with browsing(house, path="/channels/order", level="operator") as tab:
        await tab.wait_for_function("() => Boolean(window.Sortable)")
        await dragged(tab, first[0], first[2])
        await tab.get_by_text(f"{first[0]} is now 3 of 5.").wait_for()
        await tab.get_by_role("button", name=f"Move {first[4]} up").focus()
        await tab.keyboard.press("Enter")
        await tab.get_by_text(f"{first[4]} is now 4 of 5.").wait_for()
        await tab.keyboard.press("Enter")
        await tab.get_by_text(f"{first[4]} is now 3 of 5.").wait_for()
        await tab.get_by_role("button", name="Save this order").click()
        await tab.get_by_role("link", name="Preview and publish").click()
        await tab.get_by_text("No known number changes").wait_for()
        await tab.get_by_role("button", name="Publish", exact=True).click()
        await tab.get_by_text("Nothing is waiting to be published.").wait_for()
        new = [first[1], first[2], first[4], first[0], first[3]]
        assert await order(house) == new
        assert await lineup(house) == before

        await tab.goto(f"{house.deck}/channels/order")
        await tab.get_by_label("From number").fill("11")
        await tab.get_by_role("button", name="Show what changes").click()
        await tab.get_by_text("Clients know 5 of the old ones").wait_for()
        await tab.locator("summary", has_text="Give these numbers").click()
        await tab.get_by_text("Undo does not bring old numbers back.").wait_for()
        await tab.locator(".sure").get_by_role("button", name="Give these numbers").click()
        await tab.locator("#notice").get_by_text("number").first.wait_for()
    assert await lineup(house) == {name: str(11 + place) for place, name in enumerate(new)}


@SCRIPTS
async def test_a_stream_tries_another_source_and_is_stopped(house, scripts):
    await house.idle()
    number = (await lineup(house))["Alpha"]
    async with (
        watching(house, f"/auto/v{number}", User_Agent="VLC/3.0.20 LibVLC/3.0.20") as answer,
        browsing(house, path="/live", level="operator", java_script_enabled=scripts) as tab,
    ):
        reading = asyncio.get_running_loop().create_task(read_to_the_end(answer))
        await tab.get_by_role("link", name="Alpha").first.click()
        await tab.get_by_text("source 1 of 2").first.wait_for()
        await tab.get_by_role("button", name="Try another source").click()
        await tab.locator("#notice").get_by_text("Trying source 2 of 2").wait_for()

        async def switched():
            if not scripts:
                await tab.reload()
            return await tab.get_by_text("source 2 of 2").count()

        await until(switched, every=0.5, what="the other source")
        await tab.locator("summary", has_text="Stop").first.click()
        await tab.get_by_text("1 viewer loses the picture.").wait_for()
        await tab.get_by_role("button", name="Stop the stream").click()
        await tab.locator("#notice").get_by_text("The stream was stopped.").wait_for()
        await asyncio.wait_for(reading, 90)
    await house.idle()


async def read_to_the_end(answer):
    with contextlib.suppress(aiohttp.ClientConnectionError):  # this side has closed it first
        async for _ in answer.content.iter_any():
            pass


@SCRIPTS
async def test_a_channel_is_edited_published_and_taken_back(house, scripts):
    """A number of another channel is refused beside its field, and what was typed stays."""
    before = await lineup(house)
    await house.operator.act("channel-edit", channel=house.ids["Gamma"], number="66")
    own = f"/channels/{house.ids['Beta']}"
    async with browsing(house, path=own, java_script_enabled=scripts) as tab:
        form = tab.locator("form", has=tab.get_by_label("Lineup"))
        name, number = form.get_by_label("Name", exact=True), form.get_by_label("Number", exact=True)
        put = form.get_by_role("button", name="Put into the draft").last
        await name.fill("Zwei")
        await number.fill("66")
        await put.click()
        await tab.locator(".field.wrong").get_by_text("You gave number 66 to Gamma already.").wait_for()
        assert await number.get_attribute("aria-invalid") == "true"
        assert (await name.input_value(), await number.input_value()) == ("Zwei", "66")
        await number.fill("77")
        await put.click()
        await tab.get_by_text("Not published yet:").wait_for()
        assert await lineup(house) == before
        await tab.get_by_role("link", name="Preview and publish").click()
        await tab.get_by_role("cell", name="77").wait_for()
        await tab.get_by_role("button", name="Publish", exact=True).click()
        await tab.get_by_text("Nothing is waiting to be published.").wait_for()
        after = await lineup(house)
        others = {name: before[name] for name in set(before) - {"Beta", "Gamma"}}
        assert after == others | {"Zwei": "77", "Gamma": "66"}
        said = tab.locator("#notice")
        await said.get_by_role("button", name="Undo").click()
        await said.get_by_text("was taken back").wait_for()
    assert set(await lineup(house)) == set(before)


async def test_a_tab_that_is_closed_in_the_middle_of_publishing_leaves_all_or_nothing(house):
    before = await lineup(house)
    for name in NAMES[:3]:
        await house.operator.act("channel-edit", channel=house.ids[name], name=f"My {name}", number="", keep="1")
    changed = {f"My {name}" for name in NAMES[:3]}
    async with browsing(house, path="/channels/preview", forgive="ERR_") as tab:
        button = tab.get_by_role("button", name="Publish", exact=True)
        async with tab.expect_request("**/act/draft-publish"):
            await button.click(no_wait_after=True)
        await tab.close()

    async def settled():
        waiting = (await house.operator.api("/channels/preview"))["count"]
        return (waiting, changed & set(await lineup(house))) in ((0, changed), (3, set()))

    await until(settled, what="all or nothing")
    await house.operator.act("channel-clear", all="1", query="show=all")
    assert set(await lineup(house)) in (set(before), set(before) - set(NAMES[:3]) | changed)
