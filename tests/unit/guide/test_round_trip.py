"""From a provider's document to guide.xml: what is told of a programme comes through, and when it is."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from tests.unit.guide.documents import guide, problems, programme, validator_complaints
from tunerr.guide.rows.times import parse_time

ONE = ("1", "BBC One", "one.test", "")
# What a guide can tell of a programme besides its title, in the order of xmltv.dtd; all of them are valid as they are.
TOLD = (
    '<title lang="de">Zweiter</title>',
    '<sub-title lang="en">Pilot</sub-title>',
    '<desc lang="en">A long story.</desc>',
    '<desc lang="de">Eine lange Geschichte.</desc>',
    '<credits><director>D</director><actor role="R" guest="yes">E</actor><writer>W</writer></credits>',
    "<date>2026</date>",
    '<category lang="en">Drama</category>',
    '<category lang="de">Krimi</category>',
    '<keyword lang="en">k</keyword>',
    "<language>en</language>",
    "<orig-language>fr</orig-language>",
    '<length units="minutes">90</length>',
    '<icon src="https://x/y.png" width="1" height="2"/>',
    '<url system="s">http://x/</url>',
    "<country>GB</country>",
    '<episode-num system="xmltv_ns">1.2.0/1</episode-num>',
    '<episode-num system="onscreen">S02E03</episode-num>',
    '<episode-num system="dd_progid">EP01234567.0012</episode-num>',
    "<video><present>yes</present><aspect>16:9</aspect><quality>HDTV</quality></video>",
    "<audio><stereo>surround</stereo></audio>",
    '<previously-shown start="20200101"/>',
    '<premiere lang="en">First</premiere>',
    "<last-chance/>",
    "<new/>",
    '<subtitles type="teletext"><language>en</language></subtitles>',
    '<rating system="BBFC"><value>15</value><icon src="https://x/15.png"/></rating>',
    "<star-rating><value>3/5</value></star-rating>",
    '<review type="text" source="S" reviewer="R" lang="en">Fine.</review>',
)
NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
CHANGES = [(BERLIN, (2026, 3, 29)), (BERLIN, (2026, 10, 25)), (NEW_YORK, (2026, 3, 8)), (NEW_YORK, (2026, 11, 1))]
HALF_HOUR = 1800


def rendered(desk, children, **more):
    """Children of the one programme of the edition that a guide says this of, as XML."""
    desk.ingest(guide(programme("one.test", 0, 1, children)), **more)
    made = desk.render(ONE)
    assert problems(made.xml) == []
    assert validator_complaints(made.xml) == []
    [row] = [one for one in etree.parse(str(made.xml)).iter("programme") if one.findtext("title") != "BBC One"]
    return [etree.tostring(child, encoding="unicode", with_tail=False) for child in row]


def test_all_that_is_told_comes_through(desk):
    children = ['<title lang="en">Second &amp; last</title>', *TOLD]
    assert rendered(desk, "".join(children)) == children


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        *((one, one) for one in TOLD if one.endswith(("-chance/>", "<new/>", "shown>", "</premiere>"))),
        ("<new>yes</new>", "<new/>"),
        ("<premiere/>", "<premiere/>"),
        ("<previously-shown/>", "<previously-shown/>"),
        ('<previously-shown start="20200101"/>', '<previously-shown start="20200101"/>'),
        ("<last-chance>Gone then</last-chance>", "<last-chance>Gone then</last-chance>"),
        ("<live/>", "<category>Live</category>"),
        ('<category lang="en">Live</category>', '<category lang="en">Live</category>'),
    ],
)
def test_each_flag_comes_through_alone(desk, told, shown):
    found = rendered(desk, f"<title>Final</title>{told}")
    assert [one for one in found if not one.startswith(("<title", "<episode-num"))] == [shown]


@pytest.mark.parametrize(("title", "number"), [("Lost S02E03", "1.2."), ("Lost (Season 2 Episode 3)", "1.2.")])
def test_a_number_in_a_title_becomes_one_for_recorders(desk, title, number):
    assert f'<episode-num system="xmltv_ns">{number}</episode-num>' in rendered(desk, f"<title>{title}</title>")


def aired(desk, rows, now, **more):
    """(start, stop) by title in the edition that is made of a guide of these rows, in Unix seconds."""
    desk.ingest(guide(*rows), now=now, **more)
    found = etree.parse(str(desk.render(ONE, now=now).xml)).iter("programme")
    times = {row.findtext("title"): (parse_time(row.get("start")), parse_time(row.get("stop"))) for row in found}
    return {title: when for title, when in times.items() if title.startswith("Show")}


@pytest.mark.parametrize(("zone", "day"), CHANGES)
@pytest.mark.parametrize("stated", ["%z", "", "+0000"], ids=["true offsets", "no zone", "local times as UTC"])
def test_times_are_the_same_moments_across_a_change_of_the_clocks(desk, zone, day, stated):
    """From half a day before until a day and a half after; what does not state true offsets is told the zone."""
    now = datetime(*day, tzinfo=UTC)
    first = int(now.timestamp()) - 12 * 3600
    true = {f"Show {at}": (first + at * HALF_HOUR, first + (at + 1) * HALF_HOUR) for at in range(96)}

    def local(moment):
        return datetime.fromtimestamp(moment, zone).strftime(f"%Y%m%d%H%M%S {stated}").strip()

    rows = [programme("one.test", local(start), local(stop), title=title) for title, (start, stop) in true.items()]
    assert aired(desk, rows, now, shift="" if stated == "%z" else zone.key) == true


@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_a_channel_may_have_the_zone_that_its_source_has_not(desk, zone, day):
    """One channel of a guide has local times as UTC; what the clocks show twice is taken for the first of the two."""
    now = datetime(*day, tzinfo=UTC)
    first = int(now.timestamp()) - 12 * 3600
    true = {f"Show {at}": (first + at * 3600, first + (at + 1) * 3600) for at in range(40)}
    rows = [
        programme(
            "one.test", *(datetime.fromtimestamp(at, zone).strftime("%Y%m%d%H%M%S +0000") for at in when), title=t
        )
        for t, when in true.items()
    ]
    desk.ingest(guide(*rows), now=now)
    made = desk.render((*ONE, {"shift": zone.key}), now=now)
    found = {
        row.findtext("title"): parse_time(row.get("start"))
        for row in etree.parse(str(made.xml)).iter("programme")
        if row.findtext("title").startswith("Show")
    }
    wrong = {title for title, start in found.items() if start != true[title][0]}
    assert len(found) >= 38
    assert len(wrong) <= 1, wrong
