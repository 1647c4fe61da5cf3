"""Guide sources that fail in every way while a channel plays: the last good guide stays, and the reason is told."""

import asyncio
import contextlib
import json
import os
import re
import signal
import sqlite3
import time
from collections import Counter, defaultdict
from html import unescape
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from lxml import etree

from tests.functional.test_panel import panel_settings
from tests.tools.deck import operating
from tests.tools.full_disk import full, small_disk
from tests.tools.operator import asked, attempt, lineup
from tests.tools.origin import origin
from tests.tools.server import start
from tests.tools.until import until
from tunerr.lab.bench.process import family
from tunerr.lab.guides import GuideFault, GuideProvider, Shape, document
from tunerr.lab.panel import Content, Live, Quirk, XtreamPanel

HOUR = 3600
NAMES = ("one", "two", "three")
# A viewer waits for nothing: pieces come each 40 ms; what is more is this machine's other work.
LONGEST_GAP = 1.5


def shape(title, *names, rows=48, **more):
    """Hours from six hours ago on, for channels of these names; all titles begin with `title`."""
    ids = tuple(f"{name}.test" for name in names)
    first = int(time.time()) // HOUR * HOUR - 6 * HOUR
    more = {"channels": len(ids), "programmes": rows * len(ids), "hours": 1} | more
    return Shape(first, ids=ids, title=f"{title}: ", **more)


async def on_air(server):
    """(channel, title) of all programmes; empty without a guide."""
    answer = await server.get("/guide.xml")
    if answer.status != 200:
        return []
    tree = etree.fromstring(answer.data)
    names = {row.get("id"): row.findtext("display-name").split()[-1] for row in tree.iter("channel")}
    return [(names[row.get("channel")], row.findtext("title")) for row in tree.iter("programme")]


async def aired(server):
    """By channel, how many programmes are of which guide, by their titles; `-`: placeholders. Empty without a guide."""
    found = defaultdict(Counter)
    for name, title in await on_air(server):
        guide, colon, _ = title.partition(": ")
        found[name][guide if colon and len(guide) == 1 else "-"] += 1
    return found


async def airs(server, guide, *names):
    """Whether each channel has programmes of `guide` and of no other."""
    found = await aired(server)
    return all(set(found.get(name, {})) - {"-"} == {guide} for name in names)


async def state(server, source="xmltv"):
    """What the metrics say of a guide."""
    figures = (await server.get("/metrics")).data.decode()
    return re.findall(rf'iptv_tunerr_source_state\{{kind="guide",source="{source}",state="(\w+)"\}} 1\.0', figures)


@contextlib.asynccontextmanager
async def watching(server):
    """A viewer of the first channel; the gaps between the pieces that it got, in seconds."""
    gaps = []

    async def read(answer):
        last = time.monotonic()
        while await answer.content.readany():
            now = time.monotonic()
            gaps.append(now - last)
            last = now

    async with aiohttp.ClientSession() as session, session.get(f"{server.base}/auto/v1") as answer:
        assert answer.status == 200
        await answer.content.readexactly(188)
        reading = asyncio.ensure_future(read(answer))
        try:
            yield gaps
            assert not reading.done(), "the stream ended"
        finally:
            reading.cancel()
            await asyncio.wait([reading])
    assert max(gaps) < LONGEST_GAP


@pytest.fixture
async def guides():
    async with GuideProvider() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(media, tmp_path_factory):
    """The program with three channels and one guide that has them all, and where that comes from."""
    async with origin(media, 60) as provider, GuideProvider() as guides:
        guides.publish("tv", shape("A", *NAMES))
        env = {"IPTV_TUNERR_M3U_URL": provider.playlist(*NAMES), "IPTV_TUNERR_XMLTV_URL": guides.url("tv")}
        server = start(tmp_path_factory.mktemp("guides") / "data", env=env | {"IPTV_TUNERR_XMLTV_TIMEOUT": "2s"})
        try:
            yield await server.ready(), guides
            assert server.stop() == 0, server.log
        finally:
            if server.process.poll() is None:
                server.kill()


@pytest_asyncio.fixture(loop_scope="module")
async def tuner(home):
    """That program with its first guide."""
    server, guides = home
    guides.heal("tv")
    guides.publish("tv", shape("A", *NAMES))
    await refresh(server)
    await until(lambda: airs(server, "A", *NAMES), what="the guide")
    return home


async def refresh(server, source="xmltv"):
    """What the operator reads after asking for a refresh."""
    return await asked(server, "refresh", source=source)


# What is told of answers that have nothing in them to be used.
REFUSED = {
    GuideFault.SERVER_ERROR: "500",
    GuideFault.NOT_FOUND: "404",
    GuideFault.LOGIN_WANTED: "401",
    GuideFault.LOGIN_PAGE: "web page",
    GuideFault.EMPTY_BODY: "empty",
    GuideFault.EMPTY_GUIDE: "no channels",
    GuideFault.CUT_SHORT: "ended early",
    GuideFault.RESET: "ended early",
    GuideFault.SLOW: "2 s",
    GuideFault.SILENT: "2 s",
    GuideFault.REDIRECT_LOOP: "redirect",
    GuideFault.REDIRECT_PRIVATE: "169.254.169.254",
    GuideFault.BOMB_OF_SPACES: "4 MiB",
    GuideFault.BOMB_OF_ROWS: "over and over",
    GuideFault.HUGE_ELEMENT: "4 MiB",
    GuideFault.ENTITY_BOMB: "entities",
}
# Guides that are odd, and what of them is in the edition.
USED = (
    GuideFault.CUT,
    GuideFault.LATIN_1,
    GuideFault.ZONES,
    GuideFault.OVERLAPS,
    GuideFault.BACKWARDS,
    GuideFault.PAST,
    GuideFault.UTF_16_CLAIMED,
)


@pytest.mark.asyncio(loop_scope="module")
async def test_the_last_good_guide_is_served_whatever_comes(tuner):
    server, guides = tuner
    before = await aired(server)
    async with watching(server), operating(server) as operator:
        for fault, words in REFUSED.items():
            guides.ail("tv", fault)
            assert words in await refresh(server), fault
            assert words in unescape(await operator.page("/")), fault
            assert await state(server) == ["failed"], fault
            assert await aired(server) == before, fault
        guides.heal("tv")
        guides.publish("tv", shape("N", *NAMES))
        await refresh(server)
        await until(lambda: airs(server, "N", *NAMES), what="the new guide")
        assert await state(server) == ["ok"]


@pytest.mark.asyncio(loop_scope="module")
async def test_odd_guides_lose_nothing(tuner):
    server, guides = tuner
    async with watching(server):
        for fault in USED:
            guides.ail("tv", fault)
            await refresh(server)
            found = await aired(server)
            for name in NAMES:
                assert found[name]["A"] == 48, (fault, name)


@pytest.mark.asyncio(loop_scope="module")
async def test_an_unchanged_guide_is_not_sent_again(tuner):
    server, guides = tuner
    sent = sum(one.sent for one in guides.asked("tv"))
    etag = (await server.get("/guide.xml")).headers["ETag"]
    for _ in range(3):
        await refresh(server)
        assert guides.asked("tv")[-1].status == 304
    assert sum(one.sent for one in guides.asked("tv")) == sent
    answer = await server.get("/guide.xml", headers={"If-None-Match": etag})
    assert (answer.status, answer.data) == (304, b"")
    assert await state(server) == ["ok"]


async def test_the_healthy_source_fills_what_the_ill_one_lacks(boot, provider, guides):
    guides.publish("best", shape("A", "one", "two"))
    guides.publish("other", shape("B", *NAMES))
    guides.ail("best", GuideFault.SERVER_ERROR)
    urls = f"{guides.url('best')},{guides.url('other', 'xml.gz')}"
    server = await boot(env={"IPTV_TUNERR_M3U_URL": provider.playlist(*NAMES), "IPTV_TUNERR_XMLTV_URL": urls})
    await until(lambda: airs(server, "B", *NAMES), what="the guide of the healthy source")
    assert await state(server, "xmltv") == ["failed"]
    guides.heal("best")
    await refresh(server)
    await until(lambda: airs(server, "A", "one", "two"), what="the best source")
    assert await airs(server, "B", "three")
    guides.ail("best", GuideFault.EMPTY_GUIDE)
    guides.ail("other", GuideFault.CUT_SHORT)
    for source in ("xmltv", "xmltv-2"):
        await refresh(server, source)
        assert await state(server, source) == ["failed"]
    assert await airs(server, "A", "one", "two")
    assert await airs(server, "B", "three")


def device_guide():
    """What an HDHomeRun device tells of the channel `two`."""
    start = int(time.time()) // HOUR * HOUR
    shows = [{"StartTime": start + n * HOUR, "EndTime": start + (n + 1) * HOUR, "Title": f"D {n}"} for n in range(6)]
    return json.dumps([{"GuideNumber": "2.1", "GuideName": "two", "Guide": shows}])


async def told(server):
    """(channel, title) of all programmes but placeholders; empty without a guide."""
    return {(name, title) for name, title in await on_air(server) if title != name}


async def test_every_kind_of_source_keeps_its_last_good_guide(boot, provider, tmp_path):
    """The panel's guide, a file, the guide of a device, and what the panel says of single channels."""
    file = tmp_path / "guide.xml"
    file.write_bytes(b"".join(document(shape("F", "three"))))
    provider.publish("/device.json", device_guide())
    names = ("one", *NAMES[1:], "four")
    live = [Live(at, name, "", "one.test" if at == 1 else "") for at, name in enumerate(names, 1)]
    async with XtreamPanel(content=Content(live)) as panel:
        env = panel_settings(panel, SHORT_EPG_FALLBACK="true") | {"IPTV_TUNERR_XMLTV_URL": str(file)}
        server = await boot(env=env | {"IPTV_TUNERR_HDHR_GUIDE_URL": f"{provider.base}/device.json"})

        async def complete():
            return {name for name, _ in await told(server)} == set(names) and await told(server)

        before = await until(complete, deadline=60, what="programmes of every source")
        panel.quirks.update({Quirk.WRONG_CREDENTIALS, Quirk.SERVER_ERROR_500})
        file.write_text("<html>moved</html>")
        provider.publish("/device.json", '{"error": "no guide"}')
        reasons = {
            "xtream-guide": "401",
            "xmltv": "web page",
            "hdhr-guide": "not the guide of an HDHomeRun device",
            "xtream-short": "500",
        }
        for source, words in reasons.items():
            assert words in await refresh(server, source)
            assert await state(server, source) == ["failed"]
        assert await told(server) == before


async def test_a_new_lineup_finds_its_channels_without_another_download(boot, provider, guides):
    guides.publish("tv", shape("A", *NAMES, "four"))
    env = {"IPTV_TUNERR_M3U_URL": provider.playlist("one", "two"), "IPTV_TUNERR_XMLTV_URL": guides.url("tv")}
    server = await boot(env=env)
    await until(lambda: airs(server, "A", "one", "two"), what="the guide")
    sent = sum(one.sent for one in guides.asked("tv"))
    provider.playlist("one", "two", "four")
    await refresh(server, "m3u")
    assert set(await lineup(server)) == {"one", "two", "four"}
    await until(lambda: airs(server, "A", "one", "two", "four"), what="programmes of the new channel")
    assert sum(one.sent for one in guides.asked("tv")) == sent


async def halted(server):
    """Process id of the job `ingest-guide`, stopped while its generation is under construction."""
    worker = await until(lambda: _worker(server), every=0.005, what="the worker")
    while True:
        os.kill(worker, signal.SIGSTOP)
        if _is_building(server):
            return worker
        os.kill(worker, signal.SIGCONT)
        await asyncio.sleep(0.01)


def _worker(server):
    with contextlib.suppress(OSError):
        for pid in family(server.process.pid):
            if b"ingest-guide" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
    return None


def _is_building(server):
    db = sqlite3.connect(f"file:{server.folder / 'guide.db'}?mode=ro", uri=True)
    try:
        return db.execute("SELECT count(*) FROM generation WHERE state = 'building'").fetchone()[0] > 0
    finally:
        db.close()


def _large(title):
    """A guide that takes the worker half a second."""
    return shape(title, *NAMES, channels=300, programmes=15_000)


async def test_kill_9_of_the_worker_and_of_the_program(boot, provider, guides):
    guides.publish("tv", shape("A", *NAMES))
    env = {"IPTV_TUNERR_M3U_URL": provider.playlist(*NAMES), "IPTV_TUNERR_XMLTV_URL": guides.url("tv")}
    tuner = await boot(env=env)
    await until(lambda: airs(tuner, "A", *NAMES), what="the guide")
    guides.publish("tv", _large("L"))
    asking = asyncio.ensure_future(refresh(tuner))
    os.kill(await halted(tuner), signal.SIGKILL)
    said = await asking
    assert await state(tuner) == ["failed"]
    assert "ingest-guide" in said
    assert await airs(tuner, "A", *NAMES)
    await refresh(tuner)
    await until(lambda: airs(tuner, "L", *NAMES), what="the guide after the worker's end")

    guides.publish("tv", _large("M"))
    asking = asyncio.ensure_future(refresh(tuner))
    worker = await halted(tuner)
    tuner.kill()
    with contextlib.suppress(Exception):
        await asking
    await until(lambda: not Path(f"/proc/{worker}").exists(), deadline=20, what="the worker's end")
    guides.ail("tv", GuideFault.SILENT)
    server = await boot(env=env)
    assert await airs(server, "L", *NAMES)
    guides.heal("tv")
    await until(lambda: airs(server, "M", *NAMES), deadline=60, what="the refreshed guide")


async def test_a_full_disk(boot, provider, guides, tmp_path):
    guides.publish("tv", shape("A", *NAMES))
    env = {"IPTV_TUNERR_M3U_URL": provider.playlist(*NAMES), "IPTV_TUNERR_XMLTV_URL": guides.url("tv")}
    with small_disk(tmp_path / "disk") as mounted:
        server = await boot(folder="disk/data", env=env)
        await until(lambda: airs(server, "A", *NAMES), what="the guide")
        guides.publish("tv", shape("N", *NAMES, channels=200, programmes=20_000))
        async with watching(server):
            with full(tmp_path / "disk", server.process.pid, mounted=mounted):
                status, said = await attempt(server, "source", "refresh", "xmltv")
                assert status != 0 or await state(server) == ["failed"]
                assert "full" in said or not mounted, said
                assert await airs(server, "A", *NAMES)
            await refresh(server)
            await until(lambda: airs(server, "N", *NAMES), what="the guide once there is room")
        assert server.stop() == 0
