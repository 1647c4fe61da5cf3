import gzip
import re
import shutil
import subprocess
from datetime import timedelta

import pytest
from lxml import etree

from tests.unit.guide.documents import (
    DTD_FOLDER,
    NOW,
    at,
    guide,
    problems,
    programme,
    seconds,
    validator_complaints,
)
from tests.unit.guide.test_naming import jellyfin_number
from tunerr.guide import edition
from tunerr.guide.times import parse_time

ONE = ("1", "BBC One", "one.test", "https://x/1.png")
TWO = ("2.1", "24", "TWO.test", "")
BARE = ("30", "No <Guide> & more", "", "data:x")


def parsed(made):
    return etree.parse(str(made.xml)).getroot()


def rows(made, number):
    """(start in hours from NOW, stop, title) of one channel."""
    root = parsed(made)
    [channel] = [row for row in root.iterfind("channel") if [name.text for name in row][1] == number]
    found = [row for row in root.iterfind("programme") if row.get("channel") == channel.get("id")]
    return [
        *(((parse_time(row.get("start")) - seconds(0)) / 3600, (parse_time(row.get("stop")) - seconds(0)) / 3600,
           row.findtext("title")) for row in found)
    ]  # fmt: skip


@pytest.fixture
def full(desk):
    desk.ingest(guide(programme("one.test", 0, 1, title="A"), programme("one.test", 2, 3, title="C"),
                      programme("two.test", 0, 1)))  # fmt: skip
    other = guide(programme("one.test", 1, 2, title="B"), programme("one.test", 2.5, 4, title="no"))
    desk.ingest(other, source="xmltv-2")
    return desk


def test_the_edition_is_valid_for_every_judge(full):
    made = full.render(ONE, TWO, BARE)
    assert problems(made.xml) == []
    assert validator_complaints(made.xml) == []


@pytest.mark.skipif(shutil.which("xmllint") is None, reason="xmllint is not installed (apt-get install libxml2-utils)")
def test_xmllint_accepts_the_edition(full):
    made = full.render(ONE, TWO, BARE)
    problems(made.xml)  # skips where there is no DTD
    argv = ["xmllint", "--noout", "--dtdvalid", str(DTD_FOLDER / "xmltv.dtd"), str(made.xml)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_x01_every_channel_once_and_its_number_last(full):
    root = parsed(full.render(ONE, TWO, BARE))
    channels = root.findall("channel")
    assert [row.index(channel) for row in [root] for channel in channels] == [0, 1, 2]
    for channel, number in zip(channels, ("1", "2.1", "30"), strict=True):
        names = [name.text for name in channel.findall("display-name")]
        assert jellyfin_number(names, channel.get("id")) == number
        assert [name for name in names if re.fullmatch(r"[\d.]+", name)] == [number]
        assert not re.fullmatch(r"[\d.]+", channel.get("id"))
        assert [child.tag for child in channel][: len(names)] == ["display-name"] * len(names)
    assert [channel.find("icon") is not None for channel in channels] == [True, False, False]


def test_guides_are_merged_by_priority(full):
    assert rows(full.render(ONE), "1") == [(0, 1, "A"), (1, 2, "B"), (2, 3, "C")]
    turned = full.render(ONE, sources=("xmltv-2", "xmltv"))
    assert rows(turned, "1") == [(0, 1, "A"), (1, 2, "B"), (2.5, 4, "no")]
    assert rows(full.render(ONE, sources=("xmltv-2",)), "1") == [(1, 2, "B"), (2.5, 4, "no")]


def test_channels_may_share_a_guide_and_unknown_ones_get_blocks(full):
    made = full.render(ONE, ("7", "BBC One +HD", "one.test", ""), BARE)
    assert rows(made, "1") == rows(made, "7")
    assert {title for _, _, title in rows(made, "30")} == {"No <Guide> & more"}
    assert (made.channels, made.linked, made.programmes, made.placeholders) == (3, 2, 6, len(rows(made, "30")))


def test_only_the_window_is_shown(desk):
    hours = (-40, -24.5, 0, 24 * 14 + 20)
    desk.ingest(guide(*(programme("one.test", hour, hour + 1, title=str(hour)) for hour in hours)))
    assert [title for _, _, title in rows(desk.render(ONE), "1")] == ["-24.5", "0"]


def test_without_any_guide_every_channel_has_blocks(desk):
    made = desk.render(ONE, TWO)
    assert (made.linked, made.programmes) == (0, 0)
    assert problems(made.xml) == []
    assert any(start <= 0 < stop for start, stop, _ in rows(made, "2.1"))


def test_equal_input_gives_equal_bytes_and_the_same_edition(full):
    first = full.render(ONE, TWO)
    content = (first.xml.read_bytes(), first.gz.read_bytes())
    again = full.render(ONE, TWO, now=NOW + timedelta(minutes=10), version="v2")
    assert (again.version, again.xml, again.built_at) == (first.version, first.xml, first.built_at)
    assert again.lineup_version == "v2"
    assert (again.xml.read_bytes(), again.gz.read_bytes()) == content
    shutil.rmtree(full.guide_dir)
    anew = full.render(ONE, TWO)
    assert (anew.xml.read_bytes(), anew.gz.read_bytes()) == content


def test_x02_the_compressed_file_holds_the_same(full):
    made = full.render(ONE, TWO)
    assert gzip.decompress(made.gz.read_bytes()) == made.xml.read_bytes()
    assert made.gz.read_bytes()[4:8] == b"\0\0\0\0"


def test_a_change_makes_a_new_edition_and_keeps_one_old(full):
    editions = [full.render(ONE, (number, "X", "", "")) for number in ("2", "3", "4")]
    assert len({made.version for made in editions}) == 3
    assert [made.xml.exists() for made in editions] == [False, True, True]
    assert sorted(path.name for path in full.guide_dir.iterdir()) == sorted(
        [editions[1].version, editions[2].version, "current.json"]
    )
    back = full.render(ONE, ("3", "X", "", ""))
    assert back == editions[1]
    assert editions[2].xml.exists()


def test_a_failed_rendering_leaves_the_edition_alone(full, monkeypatch):
    made = full.render(ONE)

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(edition.EditionSink, "finish", full_disk)
    with pytest.raises(Exception, match="full"):
        full.render(TWO)
    assert edition.read(full.guide_dir) == made
    assert sorted(path.name for path in full.guide_dir.iterdir()) == sorted([made.version, "current.json"])


@pytest.mark.parametrize("lost", ["guide.xml", "guide.xml.gz", "edition.json"])
def test_an_edition_with_a_file_missing_is_none_and_made_anew(full, lost):
    made = full.render(ONE)
    (made.xml.parent / lost).unlink()
    assert edition.read(full.guide_dir) is None
    assert full.render(ONE).xml.exists()
    (full.guide_dir / "current.json").write_text("{")
    assert edition.read(full.guide_dir) is None


def test_times_are_written_with_their_zone(full):
    assert f'start="{at(0)}"' in full.render(ONE).xml.read_text()
