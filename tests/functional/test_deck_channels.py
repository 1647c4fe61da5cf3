"""Channels in the deck of the real program: the list, one channel, and edits that go through the draft."""

import re

import pytest
import pytest_asyncio

from tests.tools.deck import browsing, operating
from tests.tools.server import running
from tests.tools.until import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLAYLIST = """#EXTM3U
#EXTINF:-1 tvg-id="one" tvg-chno="7" group-title="News",One <b>HD</b>
{origin}/1.ts
#EXTINF:-1 tvg-id="two" group-title="News",Two
{origin}/2.ts
#EXTINF:-1 tvg-id="two" group-title="News",Two backup
{origin}/22.ts
#EXTINF:-1 tvg-id="three" group-title="Sport",Three
{origin}/3.ts
"""


class Deck:
    """What an operator sees of channels and does with them."""

    def __init__(self, server, operator):
        self.server, self.operator = server, operator
        self.page = operator.page

    async def view(self, path="/channels"):
        return await self.operator.api(path)

    async def act(self, act, /, back="/channels", **fields):
        """Send a form; the page that it leads back to."""
        form = [("csrf", self.operator.csrf), ("back", back)]
        for key, value in fields.items():
            form += [(key, one) for one in (value if isinstance(value, list) else [value])]
        async with self.operator.session.post(f"{self.operator.url}/act/{act}", data=form) as answer:
            assert (answer.status, answer.url.path_qs) == (200, back), await answer.text()
            return await answer.text()

    async def ids(self):
        return {row["name"]: row["id"] for row in (await self.view("/channels?show=all"))["rows"]}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory):
    """One program for all of the file: each test takes back what it staged."""
    folder = tmp_path_factory.mktemp("channels")
    (folder / "list.m3u").write_text(PLAYLIST.format(origin="http://192.0.2.1"))
    env = {"IPTV_TUNERR_M3U_URL": str(folder / "list.m3u"), "IPTV_TUNERR_LINEUP_EXCLUDE_REGEX": "Three"}
    async with running(folder / "data", env=env) as booted:

        async def offered():
            return len(await booted.json("/lineup.json")) == 2

        await until(offered, what="the first lineup")
        yield booted


@pytest_asyncio.fixture(loop_scope="module")
async def deck(server):
    async with operating(server) as operator:
        made = Deck(server, operator)
        yield made
        await made.act("channel-clear", all="1", query="show=all")


def text_of(page):
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


async def test_the_list_says_what_is_offered_and_why_the_rest_is_not(deck):
    view = await deck.view()
    assert [(row["number"], row["name"], row["streams"]) for row in view["rows"]] == [
        ("1", "Two", 2),
        ("7", "One <b>HD</b>", 1),
    ]
    (three,) = (await deck.view("/channels?show=left-out"))["rows"]
    assert (three["name"], three["number"]) == ("Three", "")
    assert three["why"]
    page = await deck.page("/channels?show=all")
    assert "One &lt;b&gt;HD&lt;/b&gt;" in page
    assert "<b>HD</b>" not in page
    nothing = await deck.page("/channels?q=nowhere")
    assert "Nothing matches these filters." in nothing
    assert "<script>x" not in await deck.page("/channels?show=%3Cscript%3Ex", status=400)


async def test_an_edit_waits_in_the_draft_and_can_be_undone_after_it_was_published(deck):
    two = (await deck.ids())["Two"]
    own = f"/channels/{two}"
    said = await deck.act("channel-edit", own, channel=two, name="Zwei", number="12", group="", logo="", keep="1")
    assert "Not published yet:" in said
    assert "Zwei" in said
    assert (await deck.view())["rows"][0]["name"] == "Two", "nothing counts before it is published"
    (row,) = [row for row in (await deck.view("/channels?changed=1"))["rows"] if row["id"] == two]
    assert [(one["field"], one["new"]) for one in row["pending"]] == [("name", "Zwei"), ("number", "12")]
    draft = re.search(r'name="version" value="([0-9a-f]+)"', await deck.page("/channels/preview"))
    await deck.act("draft-publish", own, version=draft[1])
    lineup = await deck.server.json("/lineup.json")
    assert ("12", "Zwei") in [(one["GuideNumber"], one["GuideName"]) for one in lineup]
    view = await deck.view(own)
    assert view["pending"] == []
    (act,) = view["history"]
    assert {(one["field"], one["new"]) for one in act["changes"]} == {("name", "Zwei"), ("number", "12")}
    await deck.act("undo", own, act=str(act["undo"]))
    assert (await deck.view(own))["name"] == "Two"


async def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(deck):
    one = (await deck.ids())["One <b>HD</b>"]
    page = await deck.act("channel-edit", f"/channels/{one}", channel=one, name="My name", number="5.x", keep="1")
    assert "is no guide number" in page
    assert re.search(r'name="number"[^>]*value="5.x"[^>]*aria-invalid="true"', page), page
    assert 'value="My name"' in page
    assert (await deck.view(f"/channels/{one}"))["pending"] == []
    again = await deck.page(f"/channels/{one}")
    assert "My name" not in again, "kept for the one page that follows"


async def test_many_are_changed_at_once_by_ticks_or_by_the_filters(deck):
    ids = await deck.ids()
    await deck.act("channel-leave-out", channel=[ids["Two"], ids["One <b>HD</b>"]])
    assert (await deck.view("/channels?show=all&changed=1"))["pages"]["total"] == 2
    await deck.act("channel-set-group", all="1", query="show=all&q=three", group="Mine")
    three = await deck.view(f"/channels/{ids['Three']}")
    assert three["pending"] == [{"field": "group", "old": "Sport", "new": "Mine"}]
    await deck.act("channel-clear", all="1", query="show=all")
    assert (await deck.view("/channels?show=all&changed=1"))["pages"]["total"] == 0
    await deck.act("channel-offer", only=ids["Three"])
    assert (await deck.view(f"/channels/{ids['Three']}"))["pending"][0]["new"] == "offered"
    refused = await deck.act("channel-offer")
    assert "No channel is ticked." in refused
    refused = await deck.act("channel-set-group", channel=ids["Two"], group=" ")
    assert "No group is named." in refused


async def test_streams_change_places_without_scripts(deck):
    two = (await deck.ids())["Two"]
    own = f"/channels/{two}"
    view = await deck.view(own)
    first, second = [one["key"] for one in view["streams"]]
    await deck.act("channel-edit", own, channel=two, order=view["order"], shown=view["order"], move=f"{first} down")
    view = await deck.view(own)
    assert [one["key"] for one in view["streams"]] == [second, first]
    assert "number 1 of your order" in view["streams"][0]["reasons"]
    await deck.act("channel-edit", own, channel=two, reset="streams", order=view["order"], shown=view["order"])
    assert [one["key"] for one in (await deck.view(own))["streams"]] == [first, second]


async def test_one_channel_says_by_what_it_is_recognized(deck):
    two = (await deck.ids())["Two"]
    view = await deck.view(f"/channels/{two}?identity=1")
    assert len(view["recognized"]) == 2
    assert all("two" in one["by"] for one in view["recognized"])
    await deck.page("/channels/dna-0000000000000000", status=404)
    page = await deck.page(f"/channels/{two}")
    assert "clients know it since" in text_of(page), "this test has fetched the lineup"


async def test_in_a_browser_the_list_is_searched_changed_and_read_on_a_phone(server):
    async with browsing(server, path="/channels?show=all", level="operator") as tab:
        await tab.get_by_role("searchbox").fill("three")
        await tab.wait_for_url("**q=three*")
        await tab.get_by_role("button", name="Offer it Three").click()
        await tab.get_by_text("In the draft", exact=True).wait_for()
        assert "q=three" in tab.url
        await tab.get_by_role("link", name="Three", exact=True).click()
        await tab.get_by_label("Number").fill("5.x")
        await tab.get_by_label("Name", exact=True).fill("Drei")
        await tab.get_by_role("button", name="Put into the draft").last.click()
        await tab.locator("[aria-invalid=true]").wait_for()
        assert await tab.get_by_label("Name", exact=True).input_value() == "Drei"
        await tab.get_by_label("Number").fill("55")
        await tab.get_by_role("button", name="Put into the draft").last.click()
        await tab.get_by_text("Not published yet:").wait_for()
    async with browsing(server, path="/channels?show=all", phone=True, theme="dark") as tab:
        width = await tab.evaluate("document.documentElement.scrollWidth")
        assert width <= 420, "nothing is wider than the phone"
