"""Guide sources that fail in every way while a channel plays: the last good guide stays, and the reason is told."""

import asyncio
import contextlib
import os
import re
import signal
import sqlite3
import time
from collections import Counter
from html import unescape
from pathlib import Path

import aiohttp
import pytest
from lxml import etree

from tests.functional.test_deck import page, set_up, visitor
from tests.tools.full_disk import full, small_disk
from tests.tools.operator import asked, attempt, lineup
from tests.tools.until import until
from tunerr.lab.guides import GuideFault, GuideProvider, Shape

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


async def aired(server):
    """By channel, how many programmes are of which guide, by their titles; `-`: placeholders. Empty without a guide."""
    answer = await server.get("/guide.xml")
    if answer.status != 200:
        return {}
    tree = etree.fromstring(answer.data)
    names = {row.get("id"): row.findtext("display-name").split()[-1] for row in tree.iter("channel")}
    found = {name: Counter() for name in names.values()}
    for row in tree.iter("programme"):
        guide, colon, _ = row.findtext("title").partition(": ")
        found[names[row.get("channel")]][guide if colon and len(guide) == 1 else "-"] += 1
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


@pytest.fixture
async def tuner(boot, provider, guides):
    """The program with three channels and one guide that has them all."""
    guides.publish("tv", shape("A", *NAMES))
    env = {"IPTV_TUNERR_M3U_URL": provider.playlist(*NAMES), "IPTV_TUNERR_XMLTV_URL": guides.url("tv")}
    server = await boot(env=env | {"IPTV_TUNERR_XMLTV_TIMEOUT": "2s"})
    await until(lambda: airs(server, "A", *NAMES), what="the guide")
    return server


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


async def test_the_last_good_guide_is_served_whatever_comes(tuner, guides):
    before = await aired(tuner)
    async with watching(tuner), visitor() as deck:
        await set_up(deck, tuner)
        for fault, words in REFUSED.items():
            guides.ail("tv", fault)
            assert words in await refresh(tuner), fault
            assert words in unescape(await page(deck, tuner)), fault
            assert await state(tuner) == ["failed"], fault
            assert await aired(tuner) == before, fault
        guides.heal("tv")
        guides.publish("tv", shape("N", *NAMES))
        await refresh(tuner)
        await until(lambda: airs(tuner, "N", *NAMES), what="the new guide")
        assert await state(tuner) == ["ok"]


async def test_odd_guides_lose_nothing(tuner, guides):
    async with watching(tuner):
        for fault in USED:
            guides.ail("tv", fault)
            await refresh(tuner)
            found = await aired(tuner)
            for name in NAMES:
                assert found[name]["A"] == 48, (fault, name)


async def test_an_unchanged_guide_is_not_sent_again(tuner, guides):
    sent = sum(one.sent for one in guides.asked("tv"))
    etag = (await tuner.get("/guide.xml")).headers["ETag"]
    for _ in range(3):
        await refresh(tuner)
        assert guides.asked("tv")[-1].status == 304
    assert sum(one.sent for one in guides.asked("tv")) == sent
    answer = await tuner.get("/guide.xml", headers={"If-None-Match": etag})
    assert (answer.status, answer.data) == (304, b"")
    assert await state(tuner) == ["ok"]


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


def _worker(server):
    """Process id of the job `ingest-guide` while it has a generation under construction."""
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{server.process.pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                if b"ingest-guide" in Path(f"/proc/{child}/cmdline").read_bytes() and _is_building(server):
                    return int(child)
    return None


def _is_building(server):
    db = sqlite3.connect(f"file:{server.folder / 'guide.db'}?mode=ro", uri=True)
    try:
        return db.execute("SELECT count(*) FROM generation WHERE state = 'building'").fetchone()[0] > 0
    finally:
        db.close()


def _large(title):
    """A guide that takes the worker some seconds."""
    return shape(title, *NAMES, channels=300, programmes=45_000)


async def test_kill_9_of_the_worker_and_of_the_program(boot, provider, guides):
    guides.publish("tv", shape("A", *NAMES))
    env = {"IPTV_TUNERR_M3U_URL": provider.playlist(*NAMES), "IPTV_TUNERR_XMLTV_URL": guides.url("tv")}
    tuner = await boot(env=env)
    await until(lambda: airs(tuner, "A", *NAMES), what="the guide")
    guides.publish("tv", _large("L"))
    asking = asyncio.ensure_future(refresh(tuner))
    os.kill(await until(lambda: _worker(tuner), every=0.005, what="the worker"), signal.SIGKILL)
    said = await asking
    assert await state(tuner) == ["failed"]
    assert "ingest-guide" in said
    assert await airs(tuner, "A", *NAMES)
    await refresh(tuner)
    await until(lambda: airs(tuner, "L", *NAMES), what="the guide after the worker's end")

    guides.publish("tv", _large("M"))
    asking = asyncio.ensure_future(refresh(tuner))
    worker = await until(lambda: _worker(tuner), every=0.005, what="the worker")
    tuner.kill()
    with contextlib.suppress(Exception):
        await asking
    await until(lambda: not Path(f"/proc/{worker}").exists(), deadline=10, what="the worker's end")
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
