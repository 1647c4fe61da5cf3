import asyncio
import json
import threading

import pytest
from aiohttp import web
from lxml import etree

from tests.tools.world import serving
from tests.unit.guide.documents import HOUR, NOW, seconds
from tunerr.errors import BadStatus, Unreachable
from tunerr.guide.fetching import short
from tunerr.guide.fetching.short import Heard, ShortGuide, Thin, thin
from tunerr.model.channel import Channel, ChannelId, Lineup, LineupChannel, SourceId, Stream
from tunerr.model.guide import ChannelHealth, GuideHealth, GuideLink
from tunerr.model.numbers import GuideNumber
from tunerr.model.source import Programmes, Source
from tunerr.model.url import SecretUrl, Zone
from tunerr.providers.xtream.epg import listings
from tunerr.support.http import HttpClients

PANEL = SourceId("xtream")
LATER = seconds(48)


def source(port=1, timeout=5):
    url = SecretUrl(f"http://127.0.0.1:{port}/player_api.php?username=u&password=hidden&action=get_short_epg")
    return Source(SourceId("xtream-short"), "guide", url, timeout, programmes=Programmes(of=PANEL, short=True))


def row(number, *urls, of=PANEL):
    streams = tuple(Stream(SecretUrl(url), of, Zone.INTERNET) for url in urls or [f"http://p/live/u/p/{number}.ts"])
    return LineupChannel(GuideNumber(number), Channel(ChannelId(f"dna-{number}"), f"C {number}", streams=streams))


def lineup(*rows):
    return Lineup("v1", NOW, rows)


def health(**known):
    """Of channels by number: (real programmes, end, the guides that know it)."""
    rows = [
        ChannelHealth(
            ChannelId(f"dna-{name[1:]}"),
            name[1:],
            name,
            "",
            "healthy",
            links=tuple(GuideLink(SourceId(link), "x", "id", "") for link in links),
            real=real,
            last=last,
        )
        for name, (real, last, *links) in known.items()
    ]
    return GuideHealth("e", "v1", NOW, tuple(rows))


class Panel:
    """Answers get_short_epg; what it was asked is kept."""

    def __init__(self):
        self.asked = []
        self.at_once = self.most_at_once = 0
        self.status = {}
        self.delay = 0.0
        self.port = 0

    async def handler(self, request):
        number = request.query["stream_id"]
        self.asked.append((number, request.query["limit"], request.query["action"]))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(self.delay)
        self.at_once -= 1
        rows = [
            {"title": f"Show {number}", "start_timestamp": seconds(hour), "stop_timestamp": seconds(hour + 1)}
            for hour in range(2)
        ]
        body = json.dumps({"epg_listings": rows if number != "3" else []})
        return web.Response(status=self.status.get(number, 200), text=body, content_type="application/json")


@pytest.fixture
async def panel():
    made = Panel()
    async with serving(made.handler) as made.port:
        yield made


@pytest.fixture
async def guide():
    clients = HttpClients(user_agent="test")
    yield ShortGuide(clients, least=2, limit=6, concurrency=2)
    await clients.aclose()


def asked(known, *rows):
    return [channel.stream_id for channel in thin(source(), lineup(*rows), known, least=2, now=NOW.timestamp())]


def test_those_are_asked_about_that_little_is_known_of_the_least_known_first():
    known = health(
        c1=(9, LATER, "xmltv"),
        c2=(1, LATER, "xmltv"),
        c3=(0, 0),
        c4=(9, seconds(2), "xmltv"),
        c5=(9, LATER, "xtream-short"),
        c6=(9, LATER, "xtream-short", "xmltv"),
    )
    assert asked(known, *map(row, range(1, 8))) == ["3", "7", "2", "4", "5"]
    assert asked(None, row(1)) == ["1"]


def test_only_channels_that_the_panel_has_a_number_for():
    rows = [
        row(1, "http://other/live/u/p/9.ts", of=SourceId("m3u")),
        row(2, "http://p/some/page"),
        row(3, "http://p/some/page", "http://p/u/p/33"),
        row(4, "http://p/live/u/p/44.m3u8?token=5"),
    ]
    assert asked(None, *rows) == ["33", "44"]


async def test_what_the_panel_says_becomes_a_guide_with_the_channels_own_ids(guide, panel, tmp_path):
    target = tmp_path / "xtream-short"
    heard = await guide.fetch(
        source(panel.port), lineup(row(1), row(2), row(3)), None, now=NOW.timestamp(), target=target
    )
    assert heard == Heard(asked=3, channels=2, programmes=4)
    assert sorted(panel.asked) == [(str(number), "6", "get_short_epg") for number in (1, 2, 3)]
    root = etree.parse(target).getroot()
    assert sorted(one.get("id") for one in root.iter("channel")) == ["dna-1", "dna-2"]
    assert {(one.get("channel"), one.findtext("title")) for one in root.iter("programme")} == {
        ("dna-1", "Show 1"),
        ("dna-2", "Show 2"),
    }


async def test_nothing_is_written_when_nobody_needs_it_or_the_panel_knows_nothing(guide, panel, tmp_path):
    target = tmp_path / "xtream-short"
    known = health(c1=(9, LATER, "xmltv"))
    assert await guide.fetch(source(panel.port), lineup(row(1)), known, now=NOW.timestamp(), target=target) == Heard(
        0, 0, 0
    )
    assert panel.asked == []
    assert (await guide.fetch(source(panel.port), lineup(row(3)), None, now=NOW.timestamp(), target=target)).asked == 1
    assert not target.exists()


async def test_questions_are_few_at_once_and_few_in_all(guide, panel, tmp_path, monkeypatch):
    monkeypatch.setattr(short, "_MOST_CHANNELS", 7)
    panel.delay = 0.01
    rows = [row(number) for number in range(10, 30)]
    heard = await guide.fetch(source(panel.port), lineup(*rows), None, now=NOW.timestamp(), target=tmp_path / "g")
    assert (heard.asked, len(panel.asked), panel.most_at_once) == (7, 7, 2)


async def test_answers_are_read_beside_the_event_loop(guide, panel, tmp_path, monkeypatch):
    readers = set()
    monkeypatch.setattr(short, "listings", lambda body: (readers.add(threading.current_thread()), listings(body))[1])
    await guide.fetch(source(panel.port), lineup(row(1)), None, now=NOW.timestamp(), target=tmp_path / "x")
    assert len(readers - {threading.main_thread()}) == 1


async def test_single_failures_leave_the_others(guide, panel, tmp_path):
    panel.status = {"2": 500}
    heard = await guide.fetch(
        source(panel.port), lineup(row(1), row(2)), None, now=NOW.timestamp(), target=tmp_path / "g"
    )
    assert (heard.asked, heard.channels) == (2, 1)


async def test_a_panel_that_refuses_is_left_alone_after_a_few_questions(guide, panel, tmp_path):
    panel.status = {str(number): 403 for number in range(100)}
    target = tmp_path / "g"
    target.write_bytes(b"before")
    with pytest.raises(BadStatus) as caught:
        await guide.fetch(
            source(panel.port), lineup(*map(row, range(10, 40))), None, now=NOW.timestamp(), target=target
        )
    assert len(panel.asked) <= short._MOST_FAILURES + 1
    assert target.read_bytes() == b"before"
    assert "hidden" not in str(caught.value)


async def test_a_slow_panel_is_waited_for_as_long_as_the_source_says(guide, panel, tmp_path):
    panel.delay = 5
    with pytest.raises(Unreachable, match=r"not here within 0\.1 s"):
        await guide.fetch(source(panel.port, 0.1), lineup(row(1)), None, now=NOW.timestamp(), target=tmp_path / "g")


async def test_the_whole_round_has_an_end(guide, panel, tmp_path, monkeypatch):
    monkeypatch.setattr(short, "_MOST_SECONDS", 0.3)
    panel.delay = 0.1
    rows = [row(number) for number in range(10, 60)]
    heard = await guide.fetch(source(panel.port), lineup(*rows), None, now=NOW.timestamp(), target=tmp_path / "g")
    assert 0 < heard.channels < 50


def test_a_channel_is_a_number_at_the_panel():
    assert thin(source(), lineup(row(4)), None, least=2, now=NOW.timestamp() + HOUR) == [Thin("dna-4", "4")]
