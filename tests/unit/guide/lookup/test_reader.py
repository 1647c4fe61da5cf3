"""What the server reads of the guide is what guide.xml says."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.unit.guide.documents import HOUR, NOW, Desk, guide, programme, seconds
from tests.unit.guide.readers import lineup_rows, opened, reader_of, source
from tunerr.guide.rows.times import parse_time

CHANNELS = ("one.test", "two.test", "three.test")


def shown_by_xml(edition, start, stop):
    """(channel's place, start, stop, title) of the rows of guide.xml that touch the time."""
    tree = etree.parse(str(edition.xml))
    places = {one.get("id"): place for place, one in enumerate(tree.iterfind("channel"))}
    rows = [
        (places[one.get("channel")], parse_time(one.get("start")), parse_time(one.get("stop")), one.findtext("title"))
        for one in tree.iterfind("programme")
    ]
    return sorted(row for row in rows if row[1] < stop and row[2] > start)


def title(body):
    return etree.fromstring(b"<p>%b</p>" % body).findtext("title")


async def shown_by_reader(reader, rows, start, stop):
    found = []
    place = 0
    async for row, airings in reader.shown(rows, start, stop):
        assert row is rows[place]
        found += [(place, one.start, one.stop, title(one.body)) for one in airings]
        place += 1
    assert place == len(rows)
    return sorted(found)


@st.composite
def documents(draw, name):
    """A guide with random programmes on random channels; quarters of an hour, from ten hours ago to thirty ahead."""
    rows = []
    for channel in draw(st.lists(st.sampled_from(CHANNELS), unique=True)):
        starts = draw(st.lists(st.integers(-40, 120), unique=True, max_size=8))
        for start in sorted(starts):
            stop = start + draw(st.integers(1, 60))
            rows.append(programme(channel, start / 4, stop / 4, title=f"{name} {start}"))
    return guide(*rows, channels=CHANNELS)


SHIFTS = st.sampled_from(["", "", "+1", "-2.5", "Europe/Berlin", "America/New_York", "nonsense"])
EVENT = "PPV 1: Fight Night | Sun 23 Aug 21:30 UTC"


@settings(derandomize=True, max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    guides=st.lists(st.sampled_from(["a", "b", "c"]).flatmap(documents), min_size=1, max_size=3),
    shifts=st.tuples(SHIFTS, SHIFTS, SHIFTS),
    window=st.tuples(st.integers(-36 * 60, 40 * 60), st.integers(1, 20 * 60)),
    event=st.booleans(),
)
async def test_the_same_as_guide_xml(tmp_path_factory, guides, shifts, window, event):
    desk = Desk(tmp_path_factory.mktemp("guide"))
    names = [f"xmltv-{place}" for place in range(len(guides))]
    for name, document in zip(names, guides, strict=True):
        desk.ingest(document, *CHANNELS, source=name)
    channels = [
        (str(place + 1), EVENT if event and place == 1 else f"Channel {place}", tvg_id, "", {"shift": shift})
        for place, (tvg_id, shift) in enumerate(zip(CHANNELS, shifts, strict=True))
    ]
    edition = desk.render(*channels, sources=names)
    start = seconds(0) + window[0] * 60
    stop = start + window[1] * 60
    async with opened(desk) as db:
        reader = reader_of(desk, db, [source(name) for name in names])
        assert await shown_by_reader(reader, lineup_rows(channels), start, stop) == shown_by_xml(edition, start, stop)


async def test_a_better_guide_decides_from_afar(tmp_path):
    """B touches the window and is hidden by A, which is hidden by nothing, though A itself is outside."""
    desk = Desk(tmp_path)
    desk.ingest(guide(programme("one.test", 10, 12, title="A")), source="best")
    desk.ingest(guide(programme("one.test", 1, 11, title="B")), source="second")
    channels = [("1", "One", "one.test", "")]
    edition = desk.render(*channels, sources=("best", "second"))
    start, stop = seconds(1), seconds(2)
    async with opened(desk) as db:
        reader = reader_of(desk, db, [source("best"), source("second")])
        rows = await shown_by_reader(reader, lineup_rows(channels), start, stop)
    assert [row[3] for row in rows] == ["One"]
    assert rows == shown_by_xml(edition, start, stop)


async def test_many_channels_are_read_in_their_order(tmp_path):
    names = [f"c{number}.test" for number in range(120)]
    desk = Desk(tmp_path)
    desk.ingest(guide(*(programme(name, 0, 1, title=name) for name in names), channels=names), *names)
    channels = [(str(number), f"Channel {number}", name, "") for number, name in enumerate(names, 1)]
    desk.render(*channels, sources=("xmltv",))
    async with opened(desk) as db:
        reader = reader_of(desk, db, [source("xmltv")])
        rows = await shown_by_reader(reader, lineup_rows(channels), seconds(0), seconds(0) + 1)
    assert [row[3] for row in rows] == names


@pytest.mark.parametrize("known", [True, False])
async def test_what_no_edition_knows_has_placeholders(tmp_path, known):
    desk = Desk(tmp_path)
    desk.ingest(guide(programme("one.test", 0, 1)))
    if known:
        desk.render(("7", "Seven", "", ""))
    async with opened(desk) as db:
        reader = reader_of(desk, db, [source("xmltv")])
        rows = await shown_by_reader(reader, lineup_rows([("1", "One", "one.test", "")]), seconds(0), seconds(0) + HOUR)
    assert [row[3] for row in rows] == ["One"]
    assert rows[0][2] - rows[0][1] == 4 * HOUR
    assert datetime.fromtimestamp(rows[0][1], UTC) == NOW


async def read_both(tmp_path, channel, rows, start, stop):
    """(title, start, stop) of one channel's rows in hours from NOW, by the reader; they are those of guide.xml."""
    desk = Desk(tmp_path)
    desk.ingest(guide(*rows))
    edition = desk.render(channel, sources=("xmltv",))
    window = (seconds(start), seconds(stop))
    async with opened(desk) as db:
        found = await shown_by_reader(reader_of(desk, db, [source("xmltv")]), lineup_rows([channel]), *window)
    assert found == shown_by_xml(edition, *window)
    return [(row[3], (row[1] - seconds(0)) / HOUR, (row[2] - seconds(0)) / HOUR) for row in found]


@pytest.mark.parametrize("border", [0, 4])
async def test_a_short_gap_across_the_border_of_a_block(tmp_path, border):
    """It is filled because both of its parts together have five minutes."""
    rows = [programme("one.test", border - 1, border - 0.05), programme("one.test", border + 0.05, border + 1)]
    for start, stop in ((border - 0.03, border - 0.02), (border + 0.02, border + 0.03)):
        found = await read_both(tmp_path, ("1", "One", "one.test", ""), rows, start, stop)
        assert found == [("One", border - 0.05, border + 0.05)]


async def test_an_event_is_hidden_by_what_comes_at_its_end(tmp_path):
    """Its row would last from 9.5 to 12.5."""
    rows = [programme("one.test", 12.25, 13)]
    found = await read_both(tmp_path, ("1", EVENT, "one.test", ""), rows, 9.75, 10)
    assert [row[0] for row in found] == [EVENT]
