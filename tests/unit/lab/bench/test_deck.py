"""Loading and following the deck, against a stand-in: what is timed, weighed and counted; where decks are opened."""

import asyncio
import gzip
from collections import Counter

import pytest
from aiohttp import web

from tests.tools.deck_pictures import PAGES as PICTURED
from tests.tools.until import until
from tunerr.deck.preferences import ZONE_COOKIE
from tunerr.errors import TunerrError
from tunerr.lab.bench.deck import open_decks
from tunerr.lab.bench.deck_followers import Decks, Followed
from tunerr.lab.bench.deck_loader import Loaded, Pages, Times
from tunerr.lab.bench.deck_paths import LIVE, PAGES, browsing
from tunerr.lab.bench.process import child_of, running, say, told

HOME = '<link rel="stylesheet" href="assets/1/deck.css"><script type="module" src="assets/1/js/deck.js"></script>'
SCRIPTS = {
    "deck.js": 'import { follow } from "./live.js";\nconst player = () => import("./player.js");\n',
    "live.js": 'import { x } from "./deck.js";\n',
}


class Deck:
    """A stand-in. Knows `secret`; /slow takes 50 ms, /gone isn't there, and each live page sends what `changes` has."""

    def __init__(self):
        self.asked = Counter()
        self.zones = set()
        self.changes = asyncio.Queue()

    def routes(self):
        return [
            web.post("/login", self.login),
            web.get("/assets/1/{name:.+}", self.asset),
            web.get("/gone", self.gone),
            web.get("/{path:.*}", self.page),
        ]

    async def login(self, request):
        if (await request.post())["password"] != "secret":
            raise web.HTTPUnauthorized
        answer = web.Response(status=303, headers={"Location": "/"})
        answer.set_cookie("session", "one")
        return answer

    async def asset(self, request):
        text = SCRIPTS.get(request.match_info["name"].removeprefix("js/"), "p{}")
        return web.Response(body=gzip.compress(text.encode(), mtime=0), headers={"Content-Encoding": "gzip"})

    async def gone(self, request):
        raise web.HTTPNotFound

    async def page(self, request):
        if request.cookies.get("session") != "one":
            raise web.HTTPSeeOther("/login")
        self.asked[request.path] += 1
        if request.headers["Accept"] == "text/event-stream":
            return await self.live(request)
        await asyncio.sleep(0.05 if request.path == "/slow" else 0)
        link = '<a href="/channels/dna-7?a=1&amp;b=2">one</a>' if request.path == "/channels" else ""
        return web.Response(text=HOME + link, content_type="text/html")

    async def live(self, request):
        self.zones.add(request.cookies[ZONE_COOKIE])
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        await answer.write(b"event: live\ndata: first\n\n")
        while (text := await self.changes.get()) is not None:
            await answer.write(b"event: live\ndata: %b\n\n" % text)
        return answer


@pytest.fixture
async def deck():
    standing = Deck()
    application = web.Application()
    application.add_routes(standing.routes())
    runner = web.AppRunner(application, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    standing.port = runner.addresses[0][1]
    standing.base = f"http://127.0.0.1:{standing.port}"
    yield standing
    for _ in range(2):
        standing.changes.put_nowait(None)
    await runner.cleanup()


async def test_all_pages_are_loaded_in_whole_rounds_and_timed(deck):
    pages = Pages(deck.port, "session=one", {"fast": "/", "slow": "/slow", "gone": "/gone"})
    async with running(child_of("deck_loader", pages), name="loader", talks=True) as child:
        await told(child, "ready")
        await say(child, "0")
        once = Loaded(**(await told(child, "loaded"))["loaded"])
        await say(child, "0.3")
        often = Loaded(**(await told(child, "loaded"))["loaded"])
    assert {name: len(took) for name, took in once.took.items()} == {"fast": 1, "slow": 1, "gone": 1}
    assert once.failed == 1
    assert once.size["fast"] == len(HOME)
    rounds = len(often.took["slow"])
    assert 1 < rounds <= 6
    assert (len(often.took["fast"]), often.failed) == (rounds, rounds)
    assert min(often.took["slow"]) > 50
    assert min(often.took["fast"]) < 50
    once.more(often)
    assert len(once.took["slow"]) == deck.asked["/slow"] == rounds + 1


def test_times_of_a_page():
    assert Times.of([float(n) for n in range(100, 0, -1)]) == Times(50.5, 95.0, 100.0)
    assert Times.of([7.0]) == Times(7.0, 7.0, 7.0)
    assert Times.of([1.0] * 19 + [90.0]) == Times(1.0, 1.0, 90.0)
    assert Times.of([1.0] * 18 + [90.0] * 2).p95 == 90.0


async def test_open_decks_follow_and_are_counted(deck):
    decks = Decks(deck.port, (("/", f"session=one; {ZONE_COOKIE}=A"), ("/live", f"session=one; {ZONE_COOKIE}=B")))
    async with running(child_of("deck_followers", decks), name="decks", talks=True) as child:

        async def followed():
            await say(child, "")
            return Followed(**(await told(child, "followed"))["followed"])

        await told(child, "open")
        first = await followed()
        assert (first.events, first.ended) == (2, 0)
        assert await followed() == Followed()
        deck.changes.put_nowait(b"x" * 100)
        deck.changes.put_nowait(None)
        seen = Followed()

        async def all_came():
            more = await followed()
            seen.events, seen.bytes, seen.ended = seen.events + more.events, seen.bytes + more.bytes, more.ended
            return seen.ended == 1

        await until(all_came, deadline=10)
    assert seen.events == 1
    assert seen.bytes > 100
    assert deck.zones == {"A", "B"}


async def test_a_deck_that_is_not_let_in_is_a_failure(deck):
    decks = Decks(deck.port, (("/", "session=two"),))
    async with running(child_of("deck_followers", decks), name="decks", talks=True) as child:
        with pytest.raises(TunerrError, match="did not tell open"):
            await told(child, "open", 20.0)


async def test_the_first_page_weighs_what_a_browser_loads_at_once(deck):
    async with browsing(deck.base, user="admin", password="secret", cookies={"level": "lab"}) as browser:
        assert sorted(browser.cookie.split("; ")) == ["level=lab", "session=one"]
        weights = await browser.weights("/")
    packed = {name: len(gzip.compress(text.encode(), mtime=0)) for name, text in SCRIPTS.items()}
    assert weights == {
        "/": len(HOME),
        "/assets/1/deck.css": len(gzip.compress(b"p{}", mtime=0)),
        "/assets/1/js/deck.js": packed["deck.js"],
        "/assets/1/js/live.js": packed["live.js"],
    }


async def test_pages_of_one_thing_are_found_by_their_first_link(deck):
    async with browsing(deck.base, user="admin", password="secret", cookies={}) as browser:
        found = await browser.found()
    assert found["/channels/dna-"] == "/channels/dna-7?a=1&b=2"
    assert found["/guide"] == "/guide"
    assert "/live/" not in found, "nothing links to such a page"


async def test_a_wrong_password_is_said(deck):
    with pytest.raises(TunerrError, match="401"):
        async with browsing(deck.base, user="admin", password="wrong", cookies={}):
            pass


def test_decks_are_open_at_all_live_pages_in_several_zones():
    paths = {name: name or "/" for name in LIVE if name != "/live/"}
    decks = open_decks(1, "session=one", paths, 20).decks
    assert len(decks) == 20
    assert {path for path, _ in decks} == set(paths.values())
    # Those that show the same share one look: 18 at most differ here.
    assert len(set(decks)) == 18


def test_every_page_that_is_pictured_is_loaded():
    assert set(PAGES) == {(path, link) for _, path, link in PICTURED}
