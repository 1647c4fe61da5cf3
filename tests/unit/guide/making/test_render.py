import gzip
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from itertools import pairwise

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
from tests.unit.guide.making.test_naming import jellyfin_number
from tunerr.guide.diagnosis import health_file
from tunerr.guide.making import edition
from tunerr.guide.matching.values import Wanted
from tunerr.guide.rows.times import parse_time

ONE = ("1", "BBC One", "one.test", "https://x/1.png")
TWO = ("2.1", "24", "TWO.test", "")
BARE = ("30", "No <Guide> & more", "", "data:x")


def parsed(made):
    return etree.parse(str(made.xml)).getroot()


def rows(made, number, *, blocks=False, path=None):
    """(start in hours from NOW, stop, title) of one channel's programmes or of its placeholders."""
    root = etree.parse(str(path or made.xml)).getroot()
    [channel] = [row for row in root.iterfind("channel") if [name.text for name in row][1] == number]
    called = channel.find("display-name").text.removeprefix(f"{number} ")
    found = [row for row in root.iterfind("programme") if row.get("channel") == channel.get("id")]
    return [
        *(((parse_time(row.get("start")) - seconds(0)) / 3600, (parse_time(row.get("stop")) - seconds(0)) / 3600,
           row.findtext("title")) for row in found if (row.findtext("title") == called) == blocks)
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
    assert rows(made, "1") == rows(made, "7") != []
    assert rows(made, "30") == []
    blocks = sum(len(rows(made, number, blocks=True)) for number in ("1", "7", "30"))
    assert (made.channels, made.linked, made.programmes, made.placeholders) == (3, 2, 6, blocks)


def test_placeholders_fill_the_time_around_programmes(full):
    made = full.render(ONE, TWO)
    every = sorted([*rows(made, "1"), *rows(made, "1", blocks=True)])
    assert all(before[1] == after[0] for before, after in pairwise(every))
    assert (every[0][0], every[-1][1]) == (-24, 7 * 24 + 4)


def test_an_event_channel_shows_its_event(desk):
    made = desk.render(("9", "PPV 1: A v B 2026-08-23 20:00", "", "", {"country": "gb"}))
    assert rows(made, "9") == [(7, 10, "A v B")]


def test_a_match_and_the_operator_move_the_times(desk):
    desk.ingest(guide(programme("one.test", 0, 1, title="A")))
    assert rows(desk.render((*ONE, {"shift": "+1"})), "1") == [(1, 2, "A")]
    assert rows(desk.render((*ONE, {"shift": "Europe/London"})), "1") == [(-1, 0, "A")]


def test_the_logo_is_that_of_the_guide_where_the_channel_has_none(desk):
    channel = '<channel id="one.test"><display-name>One</display-name><icon src="https://g/one.png"/></channel>'
    desk.ingest(guide(channel, programme("one.test", 0, 1), channels=()))
    made = desk.render(ONE, ("2", "One", "one.test", ""), ("3", "One", "one.test", "data:x"))
    logos = [row.find("icon").get("src") for row in parsed(made)[:3]]
    assert logos == ["https://x/1.png", "https://g/one.png", "https://g/one.png"]


def test_further_devices_have_a_guide_of_their_own(full):
    made = full.render(ONE, (*TWO, {"device": 2}), (*BARE, {"device": 3}))
    assert made.devices == (2, 3)
    second = made.xml.with_name("guide-2.xml")
    assert problems(made.xml) == problems(second) == []
    assert [row.findtext("display-name") for row in etree.parse(second).iterfind("channel")] == ["2.1 24"]
    assert rows(made, "2.1", path=second) == rows(made, "2.1") != []
    assert gzip.decompress(made.xml.with_name("guide-2.xml.gz").read_bytes()) == second.read_bytes()
    moved = full.render(ONE, (*TWO, {"device": 3}), (*BARE, {"device": 2}))
    assert moved.version != made.version
    assert full.render(ONE, TWO, BARE).devices == ()


def test_channels_without_a_match_are_left_out_on_demand(full):
    made = full.render(ONE, BARE, (*TWO, {"device": 2}), prune=True)
    assert [row.findtext("display-name") for row in parsed(made).iterfind("channel")] == ["1 BBC One", "2.1 24"]
    assert made.channels == 2
    health = health_file.read(full.guide_dir)
    assert [row.status for row in health.channels] == ["healthy", "unlinked", "sparse"]
    assert health.channels[1].placeholders == 0


def test_the_health_of_all_channels_is_written(full):
    desk_rows = (ONE, TWO, BARE, ("4", "Mute", "mute.test", ""))
    full.ingest(guide(channels=("mute.test",)), source="xmltv-3")
    made = full.render(*desk_rows, sources=("xmltv", "xmltv-2", "xmltv-3"))
    health = health_file.read(full.guide_dir)
    assert (health.edition, health.lineup_version, health.made_at) == (made.version, "v1", NOW)
    one, two, bare, mute = health.channels
    assert (one.status, one.programmes, one.real, one.first, one.last) == ("healthy", 3, 3, seconds(0), seconds(3))
    assert [(link.source, link.guide_id, link.method) for link in one.links] == [
        ("xmltv", "one.test", "id"),
        ("xmltv-2", "one.test", "id"),
    ]
    assert one.placeholders == len(rows(made, "1", blocks=True))
    assert (two.status, two.real) == ("sparse", 1)
    assert (bare.status, bare.links, bare.first) == ("unlinked", (), 0)
    assert (mute.status, mute.programmes) == ("matched_no_programmes", 0)


def test_rows_that_only_name_the_channel_are_not_real(desk):
    desk.ingest(guide(programme("one.test", 0, 1, title="BBC One"), programme("one.test", 1, 2, title="BBC ONE")))
    made = desk.render(ONE)
    [one] = health_file.read(desk.guide_dir).channels
    assert (one.status, one.programmes, one.real) == ("placeholder_only", 2, 0)
    assert made.programmes == 2


def test_what_was_not_stored_is_told_and_a_channel_without_programmes_is_not_missing(desk):
    desk.ingest(guide(programme("one.test", 0, 1), programme("two.test", 0, 1), channels=("one.test", "two.test", "x")))
    desk.render(ONE, ("5", "X", "x", ""))
    assert desk.answer.missing == {}
    desk.ingest(guide(programme("one.test", 0, 1), programme("two.test", 0, 1)), "one.test")
    desk.render(ONE, TWO, ("7", "Twin", "two.test", ""))
    assert desk.answer.missing == {"xmltv": 2}


def test_a_channel_stays_linked_when_it_is_renamed(desk):
    desk.ingest(guide(programme("one.test", 0, 1)), Wanted("c", ("one.test",)))
    first = ("1", "one.test", "", "", {"id": "dna-1111111111111111"})
    assert rows(desk.render(first), "1") != []
    assert rows(desk.render(("1", "Renamed", "", "", {"id": "dna-1111111111111111"})), "1") != []
    assert rows(desk.render(("1", "Other", "", "", {"id": "dna-2222222222222222"})), "1") == []


def test_only_the_window_is_shown(desk):
    hours = (-40, -24.5, 0, 24 * 14 + 4)
    desk.ingest(guide(*(programme("one.test", hour, hour + 1, title=str(hour)) for hour in hours)))
    assert [title for _, _, title in rows(desk.render(ONE), "1")] == ["-24.5", "0"]


def test_without_any_guide_every_channel_has_blocks(desk):
    made = desk.render(ONE, TWO)
    assert (made.linked, made.programmes) == (0, 0)
    assert problems(made.xml) == []
    assert any(start <= 0 < stop for start, stop, _ in rows(made, "2.1", blocks=True))


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
        [editions[1].version, editions[2].version, "current.json", "health.json"]
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
    assert sorted(path.name for path in full.guide_dir.iterdir()) == sorted(
        [made.version, "current.json", "health.json"]
    )


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


def test_times_stay_the_same_moments_across_a_change_of_the_clocks(desk):
    """In Berlin, at 03:00 on 25 October 2026 it is 02:00 again; in New York a week later."""
    told = {
        "A": ("20261025013000 +0200", "20261025023000 +0200"),
        "B": ("20261025023000 +0200", "20261025023000 +0100"),
        "C": ("20261025023000 +0100", "20261025043000 +0100"),
        "D": ("20261101013000 EDT", "20261101013000 EST"),
    }
    rows = [programme("one.test", *times, title=title) for title, times in told.items()]
    night = datetime(2026, 10, 25, tzinfo=UTC)
    desk.ingest(guide(*rows), now=night)
    found = parsed(desk.render(ONE, now=night)).iterfind("programme")
    moments = {row.findtext("title"): (row.get("start")[4:12], row.get("stop")[4:12]) for row in found}
    assert [moments[title] for title in told] == [
        ("10242330", "10250030"),
        ("10250030", "10250130"),
        ("10250130", "10250330"),
        ("11010530", "11010630"),
    ]
