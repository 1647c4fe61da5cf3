import gzip
import os

import pytest
from lxml import etree

from tests.unit.guide.documents import NOW, guide, problems, programme
from tunerr.errors import DataFolderError
from tunerr.guide.making import trim

DAY = 24
ONE, TWO = ("1", "BBC One", "one.test", ""), ("2", "Two", "two.test", "")


@pytest.fixture
def made(desk):
    hours = (-2, 0, DAY - 1, DAY - 0.01, DAY, 2 * DAY, 9 * DAY)
    desk.ingest(guide(*(programme("one.test", hour, hour + 0.01, title=str(hour)) for hour in hours)))
    return desk.render(ONE, (*TWO, {"device": 2}))


def cut(made, days, device=None):
    request = {"folder": made.xml.parent, "made_at": NOW.timestamp(), "device": device, "days": days}
    assert trim.run(request) == {}
    return made.xml.with_name(f"guide-{days}d.xml" if device is None else f"guide-{device}-{days}d.xml")


def titles(path):
    return [title for title in etree.parse(path).xpath("//programme/title/text()") if title not in ("BBC One", "Two")]


def test_what_begins_within_the_days_stays(made):
    assert titles(cut(made, 1)) == ["-2", "0", "23", "23.99"]
    assert titles(cut(made, 2)) == ["-2", "0", "23", "23.99", "24"]
    assert cut(made, 14).read_bytes() == made.xml.read_bytes()


def test_a_part_is_valid_and_has_all_channels(made):
    part = cut(made, 1)
    assert problems(part) == []
    assert len(etree.parse(part).findall("channel")) == 2
    assert gzip.decompress(part.with_name("guide-1d.xml.gz").read_bytes()) == part.read_bytes()
    assert len(etree.parse(cut(made, 1, device=2)).findall("channel")) == 1


def test_four_parts_are_kept(made):
    parts = [cut(made, days) for days in (1, 2, 3, 4, 5)]
    os.utime(parts[1], (0, 0))
    parts.append(cut(made, 6))
    assert [part.exists() for part in parts] == [False, False, True, True, True, True]
    assert [part.with_suffix(".xml.gz").exists() for part in parts] == [part.exists() for part in parts]
    assert made.xml.exists()


def test_a_failure_leaves_nothing(made):
    before = sorted(made.xml.parent.iterdir())
    made.xml.unlink()
    with pytest.raises(DataFolderError):
        cut(made, 1)
    assert sorted([*made.xml.parent.iterdir(), made.xml]) == before
