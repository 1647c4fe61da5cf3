import gzip
import re
from datetime import UTC, datetime

import pytest
from lxml import etree

from tests.unit.guide.documents import SHARED, problems, validator_complaints
from tunerr.guide.rows.times import parse_time

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared sample guides are not on this machine")


# The first night of the DStv guide.
NIGHT = datetime(2026, 8, 22, tzinfo=UTC)


def channels_of(ids):
    return [(str(number), f"Channel {number}", tvg_id, "") for number, tvg_id in enumerate(ids, 1)]


def test_pluto_links_195_of_195_by_id(desk):
    playlist = (SHARED / "plutotv-gb.m3u").read_text()
    ids = list(dict.fromkeys(re.findall(r'tvg-id="([^"]+)"', playlist)))
    report = desk.ingest(SHARED / "plutotv-gb.xml.gz", *(name.lower() for name in ids))
    assert (report.channels, report.wanted, report.programmes) == (195, 195, 3447)
    assert report.dropped == {}
    made = desk.render(*channels_of(ids))
    assert (made.channels, made.linked, made.programmes) == (195, 195, 3447)
    assert problems(made.xml) == []
    assert validator_complaints(made.xml) == []


def test_dstv_in_out_and_valid(desk):
    root = etree.fromstring(gzip.decompress((SHARED / "dstv-za.xml.gz").read_bytes()))
    ids = sorted({channel.get("id") for channel in root.iterfind("channel")})
    report = desk.ingest(SHARED / "dstv-za.xml.gz", *(name.lower() for name in ids), now=NIGHT)
    assert report.programmes + sum(report.dropped.values()) + report.outside == 14_291
    made = desk.render(*channels_of(ids), now=NIGHT)
    assert problems(made.xml) == []
    assert validator_complaints(made.xml) == []
    came = {(parse_time(row.get("start")), row.findtext("title").strip()) for row in root.iterfind("programme")}
    out = etree.parse(str(made.xml)).getroot()
    names = {row.get("id"): row.findtext("display-name").partition(" ")[2] for row in out.iterfind("channel")}
    went = [row for row in out.iterfind("programme") if row.findtext("title") != names[row.get("channel")]]
    assert len(went) == made.programmes == report.programmes > 14_000
    assert {(parse_time(row.get("start")), row.findtext("title")) for row in went} <= {
        (start, " ".join(title.split())) for start, title in came
    }
    assert len(out.findall("programme/rating/value")) > 13_000
    assert len(out.findall("programme/episode-num[@system='xmltv_ns']")) > 8_000
