"""Logos of channels: a picture through the guard, or letters that are text."""

from types import SimpleNamespace
from xml.etree import ElementTree as ET

import aiohttp
import pytest
from aiohttp import web

from tunerr.deck import logos
from tunerr.deck.render import json_refusal
from tunerr.errors import TunerrError
from tunerr.model.channel import Channel, ChannelId, SourceId, Stream
from tunerr.model.url import SecretUrl, Zone
from tunerr.support.http import HttpClients
from tunerr.support.pictures import Pictures
from tunerr.support.tasks import Supervisor

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


@web.middleware
async def explained(request, handler):
    try:
        return await handler(request)
    except TunerrError as error:
        return json_refusal(error)


@pytest.fixture
async def deck(tmp_path):
    """The logos of `channels`, and a server of pictures at `base`, which notes what it was `asked`."""
    asked, channels, clients = [], {}, HttpClients(user_agent="test")

    async def picture(request):
        asked.append(request.path)
        return web.Response(body=b"<svg onload='x'/>" if request.path.endswith("svg") else PNG)

    async def find(channel):
        return channels.get(channel)

    application = web.Application(middlewares=[explained])
    background = Supervisor()
    pictures = Pictures(folder=tmp_path / "logos", clients=clients, background=background)
    application.add_routes(logos.routes(find, pictures))
    application.router.add_get("/pictures/{name}", picture)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with aiohttp.ClientSession(base) as browser:
        yield SimpleNamespace(base=base, browser=browser, asked=asked, channels=channels)
    await background.aclose()
    await runner.cleanup()
    await clients.aclose()


def named(deck, name="One", *, logo="", zone=Zone.LOOPBACK, streams=1):
    """Put a channel there whose playlist came from that zone."""
    stream = Stream(SecretUrl("http://provider.test/1.ts"), SourceId("m3u"), zone)
    deck.channels["dna-1"] = Channel(ChannelId("dna-1"), name, logo=logo, streams=(stream,) * streams)


async def logo(deck, channel="dna-1"):
    async with deck.browser.get(f"/logo/{channel}") as answer:
        return answer.status, answer.content_type, await answer.read(), answer.headers.get("Cache-Control")


async def test_a_picture_comes_from_us_and_is_fetched_once(deck):
    named(deck, logo=f"{deck.base}/pictures/one.png")
    for _ in range(3):
        assert await logo(deck) == (200, "image/png", PNG, "private, max-age=86400")
    assert deck.asked == ["/pictures/one.png"]


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("BBC One HD", "BOH"),
        ("a b c d e", "abc"),
        ("3sat", "3"),
        ("<script>alert(1)</script>", "sa1"),
        ("]]> & \"x\" 'y'", "xy"),
        ("\u202egnp.exe \0\x01", "ge"),
        ("Первый канал", "Пк"),
        ("…", "?"),
        ("", "?"),
    ],
)
async def test_without_a_picture_there_are_letters(deck, name, letters):
    named(deck, name)
    status, kind, body, kept = await logo(deck)
    assert (status, kind, kept) == (200, "image/svg+xml", "private, max-age=3600")
    root = ET.fromstring(body)
    assert [child.tag.rpartition("}")[2] for child in root.iter()] == ["svg", "text"]
    assert root[0].text == letters
    assert not [name for child in root.iter() for name in child.attrib if name.startswith("on") or "href" in name]


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:image/svg+xml,<svg onload='x'/>", "file:///etc/passwd", "ftp://x/y.png", "//", "http://",
     "not an address", "http://[", "HERE/pictures/vector.svg", "http://127.0.0.1:1/gone.png"],
)  # fmt: skip
async def test_what_is_no_picture_is_letters(deck, address):
    named(deck, logo=address.replace("HERE", deck.base))
    status, kind, body, _ = await logo(deck)
    assert (status, kind) == (200, "image/svg+xml")
    assert b">O</text>" in body
    assert b"onload" not in body


@pytest.mark.parametrize("streams", [1, 0])
async def test_a_list_from_the_internet_names_nothing_inside_the_house(deck, streams):
    """Nor one that nobody knows the origin of."""
    named(deck, logo=f"{deck.base}/pictures/one.png", zone=Zone.INTERNET, streams=streams)
    assert (await logo(deck))[1] == "image/svg+xml"
    assert deck.asked == []


async def test_a_channel_that_nobody_knows_is_not_found(deck):
    status, _, body, _ = await logo(deck, "dna-9")
    assert (status, b"There is no such channel." in body) == (404, True)
