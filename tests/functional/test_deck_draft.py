"""The draft in the real program: staged, looked at, published at once, taken back; also when it is interrupted."""

import asyncio
import contextlib
from functools import partial

import aiohttp

from tests.tools.operator import asked, lineup
from tests.tools.until import until

PASSWORD = "a long pass phrase"
LOGIN = {"Authorization": aiohttp.encode_basic_auth("admin", PASSWORD)}
NAMES = ("one", "two", "three", "four", "five", "six")


class Deck:
    """A program that asks the deck with a password."""

    def __init__(self, server, session):
        self.server = server
        self.session = session

    async def act(self, name, **fields):
        """Do it; the sentence."""
        async with self.session.post(f"{self.server.deck}/api/v1/acts/{name}", json=fields) as answer:
            said = await answer.json()
            assert answer.status == 200, said
            return said["message"]

    async def refused(self, name, **fields):
        """Have it refused; why."""
        async with self.session.post(f"{self.server.deck}/api/v1/acts/{name}", json=fields) as answer:
            assert answer.status == 409, await answer.text()
            return (await answer.json())["error"]

    async def view(self, path):
        async with self.session.get(f"{self.server.deck}/api/v1{path}") as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def page(self, path):
        """A page as a browser has it, for which Basic is no login."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
            form = {"username": "admin", "password": PASSWORD}
            async with browser.post(f"{self.server.deck}/login", data=form) as answer:
                assert answer.status == 200, await answer.text()
            async with browser.get(f"{self.server.deck}{path}") as answer:
                assert (answer.status, str(answer.url.path)) == (200, path.partition("?")[0])
                return await answer.text()


@contextlib.asynccontextmanager
async def deck_of(boot, provider, **options):
    """The program with six channels in two groups, and its deck."""
    url = provider.playlist(*NAMES)
    text = provider.documents["/playlist.m3u"][2].decode()
    provider.publish("/playlist.m3u", text.replace('group-title="Test"', 'group-title="UK | News"', 2))
    server = await boot(env={"IPTV_TUNERR_M3U_URL": url, "IPTV_TUNERR_WEBUI_PASS": PASSWORD, **options})
    async with aiohttp.ClientSession(headers=LOGIN) as session:
        yield Deck(server, session)


async def settled(deck):
    """Whether the draft of the one group of two channels is published whole, or not at all and still there."""
    count = (await deck.view("/channels/preview"))["count"]
    return (count, len(await lineup(deck.server))) in {(0, 2), (1, 6)}


async def test_groups_are_ticked_previewed_published_and_taken_back(boot, provider):
    async with deck_of(boot, provider) as deck:
        before = await lineup(deck.server)
        found = await deck.view("/channels/groups?q=news")
        assert [(row["title"], row["channels"], row["chosen"], row["pick"]) for row in found["rows"]] == [
            ("UK | News", 2, 2, "other")
        ]
        assert (found["wanted"], found["places"]) == (6, 479)
        await deck.act("groups-save", do="tick-found", q="news")
        found = await deck.view("/channels/groups")
        assert (found["ticked"]["groups"], found["wanted"]) == (1, 2)
        assert "1 group ticked." in await deck.page("/channels/groups?show=ticked")

        preview = await deck.view("/channels/preview")
        assert (preview["outcome"]["before"], preview["outcome"]["after"]) == (6, 2)
        assert [row["name"] for row in preview["outcome"]["removed"]["rows"]] == ["three", "four", "five", "six"]
        assert "4 channels leave" in await deck.page("/channels/preview")
        assert await lineup(deck.server) == before, "a preview publishes nothing"

        assert "The draft changed since you looked" in await deck.refused("draft-publish", version="other")
        await deck.act("draft-publish", version=preview["version"])
        assert await lineup(deck.server) == {name: before[name] for name in ("one", "two")}
        assert (await deck.view("/channels/preview"))["count"] == 0
        await asked(deck.server, "undo")
        assert await lineup(deck.server) == before


async def test_what_never_comes_wins_and_the_last_tick_away_offers_all(boot, provider):
    async with deck_of(boot, provider) as deck:
        shown = [row["id"] for row in (await deck.view("/channels/groups"))["rows"]]
        assert len(shown) == 2
        await deck.act("groups-save", do="tick-shown", shown=shown, never=[shown[1]])
        rows = (await deck.view("/channels/groups"))["rows"]
        assert [row["pick"] for row in rows] == ["include", "exclude"]
        assert "so already" in await deck.refused("groups-save", shown=shown, tick=shown, never=[shown[1]])
        said = await deck.act("groups-save", shown=shown)
        assert said.endswith("No group is ticked: all are offered.")
        assert (await deck.view("/channels/preview"))["count"] == 0
        assert "There is no group" in await deck.refused("groups-save", shown=["nonsense"], tick=["nonsense"])


async def test_the_order_changes_no_number_and_numbers_change_by_an_act_of_their_own(boot, provider):
    async with deck_of(boot, provider) as deck:
        before = await lineup(deck.server)
        rows = (await deck.view("/channels/order"))["rows"]
        ids = {row["name"]: row["channel"] for row in rows}
        await deck.act(
            "order-save", order=",".join(ids[name] for name in ("two", "one", "three", "four", "five", "six"))
        )
        await deck.act("channel-move", channel="six", to="1")
        await deck.act("channel-move", group="Test", to="up")
        await deck.act("order-save", move=f"down:{ids['six']}")
        order = [row["name"] for row in (await deck.view("/channels/order"))["rows"]]
        assert order == ["three", "six", "four", "five", "two", "one"]
        assert "1 of 6" not in await deck.page("/channels/order")
        preview = await deck.view("/channels/preview")
        assert not preview["outcome"]["renumbered"]["count"]
        assert preview["outcome"]["moved"]["count"]
        await deck.act("draft-publish", version=preview["version"])
        assert await lineup(deck.server) == before

        cost = (await deck.view("/channels/order?renumber=11"))["renumbering"]
        assert cost["changes"]["count"] == 6
        assert cost["known"] == 6, "the test's own client has fetched them"
        assert "Clients know 6 of the old ones" in await deck.page("/channels/order?renumber=11")
        assert "changed since you looked" in await deck.refused("channels-renumber", start="11", version="x")
        await deck.act("channels-renumber", start="11", version=cost["version"])
        after = await lineup(deck.server)
        assert after == {name: str(11 + place) for place, name in enumerate(order)}
        await asked(deck.server, "undo")
        assert await lineup(deck.server) == after, "an order that is taken back brings no number back"


async def test_a_kill_in_the_middle_of_publishing_leaves_all_or_nothing(boot, provider):
    for seconds in (0.005, 0.05):  # before, in the midst of or after the writing, as the machine has it
        async with deck_of(boot, provider) as deck:
            if not (await deck.view("/channels/preview"))["count"]:
                await deck.act("groups-save", do="tick-found", q="news")
            version = (await deck.view("/channels/preview"))["version"]
            publishing = asyncio.create_task(deck.act("draft-publish", version=version))
            await asyncio.sleep(seconds)
            deck.server.kill()
            with contextlib.suppress(aiohttp.ClientError):
                await publishing
        async with deck_of(boot, provider) as deck:
            await until(partial(settled, deck), what=f"all or nothing after {seconds} s")
            if await asked(deck.server, "rules-show"):
                await asked(deck.server, "undo")
        deck.server.stop()


async def test_a_tab_closed_in_the_middle_of_publishing_publishes_whole(boot, provider):
    async with deck_of(boot, provider) as deck:
        await deck.act("groups-save", do="tick-found", q="news")
        version = (await deck.view("/channels/preview"))["version"]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.01):
                await deck.act("draft-publish", version=version)
        await until(partial(settled, deck), what="all or nothing")
