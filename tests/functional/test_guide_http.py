"""The guide as clients read it."""

import asyncio
import gzip
import re
import time
from itertools import pairwise

from lxml import etree

from tests.tools.until import until
from tunerr.guide.rows.times import parse_time


async def guide_of(server):
    """The guide once it is made, as bytes."""

    async def made():
        answer = await server.get("/guide.xml")
        return answer.data if answer.status == 200 else None

    return await until(made, what="the guide")


async def test_X01_the_guide_leads_every_client_to_the_number(demo):
    channels = etree.fromstring(await guide_of(demo)).findall("channel")
    lineup = await demo.json("/lineup.json")
    assert len(channels) == len(lineup)
    for element, row in zip(channels, lineup, strict=True):
        assert re.fullmatch(r"\d+(\.\d+)?", element.get("id")) is None
        names = [name.text for name in element.findall("display-name")]
        assert names[0] == f"{row['GuideNumber']} {row['GuideName']}"
        assert [name for name in names if re.fullmatch(r"[\d.]+", name)] == [row["GuideNumber"]]


async def test_X02_every_form_of_the_guide_holds_the_same(demo):
    whole = await guide_of(demo)
    packed = await demo.get("/guide.xml.gz")
    assert "Content-Encoding" not in packed.headers
    assert gzip.decompress(packed.data) == whole
    encoded = await demo.get("/guide.xml", headers={"Accept-Encoding": "gzip"})
    assert encoded.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(encoded.data) == whole
    known = await demo.get("/guide.xml", headers={"If-None-Match": encoded.headers["ETag"]})
    assert (known.status, known.data) == (304, b"")
    assert (await demo.get("/device/2/guide.xml")).status == 404


async def test_a_guide_of_some_days_is_made_when_it_is_asked_for(demo):
    def of(xml):
        root = etree.fromstring(xml)
        return len(root.findall("channel")), {row.get("start") for row in root.findall("programme")}

    channels, starts = of(await guide_of(demo))
    answers = await asyncio.gather(*(demo.get(f"/guide.xml{ending}?days=1") for ending in ("", ".gz")))
    assert [answer.status for answer in answers] == [200, 200]
    plain, packed = (answer.data for answer in answers)
    assert gzip.decompress(packed) == plain
    some_channels, some_starts = of(plain)
    assert some_channels == channels
    assert some_starts < starts
    assert max(some_starts) < max(starts)


async def test_no_channel_is_blank_in_the_days_to_come(demo):
    """A television offers what has something on."""
    root = etree.fromstring(await guide_of(demo))
    now = time.time()
    for channel in root.iterfind("channel"):
        rows = [row for row in root.iterfind("programme") if row.get("channel") == channel.get("id")]
        times = sorted((parse_time(row.get("start")), parse_time(row.get("stop"))) for row in rows)
        assert times[0][0] < now - 20 * 3600
        assert times[-1][1] > now + 6 * 86400
        assert all(before[1] <= after[0] < before[1] + 300 for before, after in pairwise(times))
