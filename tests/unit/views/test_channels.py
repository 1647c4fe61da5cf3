from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest
from multidict import MultiDict

from tunerr.errors import QueryRefused
from tunerr.lineup.listing import Counts, ListedChannel, Narrowed
from tunerr.model.carried import Carried, CarriedBook
from tunerr.model.channel import Channel, ChannelId, Lineup, LineupChannel, SourceId, Stream
from tunerr.model.guide import ChannelHealth, GuideHealth, GuideLink
from tunerr.model.numbers import GuideNumber
from tunerr.model.url import SecretUrl, Zone
from tunerr.storage.stream_tests import PassRate
from tunerr.views.channels import (
    Known,
    Suggested,
    carried_words,
    channels_query,
    channels_view,
    guide_state,
    offered_facts,
    query_text,
)

ONE, TWO, THREE = (ChannelId(f"dna-{n:016x}") for n in (1, 2, 3))
AT = datetime(2026, 11, 22, tzinfo=UTC)


def stream(source):
    return Stream(SecretUrl("http://u:p@h/1"), SourceId(source), Zone(2))


LINEUP = Lineup(
    "1",
    AT,
    (
        LineupChannel(GuideNumber(1), Channel(ONE, "One", streams=(stream("m3u"), stream("m3u"), stream("panel")))),
        LineupChannel(GuideNumber(5, 1), Channel(TWO, "Two", streams=(stream("m3u"),))),
    ),
)


def health(**of):
    links = (GuideLink(SourceId("guide"), "one.uk", "name", "the same name"),)
    rows = [ChannelHealth(ONE, "1", "One", "", "healthy", links, programmes=9, real=8)]
    rows.append(ChannelHealth(TWO, "5.1", "Two", "", **{"status": "unlinked", **of}))
    return GuideHealth("e", "1", AT, tuple(rows))


def known(**of):
    given = {
        "lineup": LINEUP,
        "health": health(),
        "carried": CarriedBook({ONE: Carried("h264", "ac3", 1920, 1080)}),
        "tested": {ONE: PassRate(3, 2)},
        "suggested": {TWO: Suggested("two.uk", 93)},
        "wishes": {TWO},
        "draft": {},
    }
    return Known(**{**given, **of})


def listed(channel, *, kept=True, reason="kept: 1st in the order of the sources", stage="lineup"):
    return ListedChannel(channel, "A name", "News", kept, stage, reason, ("m3u", "panel"), 4)


def view(query="", rows=(), counts=None, **of):
    asked = channels_query(dict(pair.split("=") for pair in query.split("&") if pair))
    counts = counts or Counts(
        {"offered": 2, "left-out": 120, "all": 122},
        {"linked": 1, "sparse": 0, "none": 1, "suggested": 1},
        {"one": 1, "several": 1},
        1,
    )
    return channels_view(asked, counts, rows, known(**of), groups=["News"], sources=["m3u"], most=5000)


def test_the_query_is_read_and_written_back():
    url = "q=bbc+one&show=all&group=UK&source=m3u&guide=none&streams=one&changed=1&sort=name"
    asked = channels_query(MultiDict(parse_qsl(f"{url}&page=3")))
    assert asked.narrowed == Narrowed("bbc one", "all", "UK", "m3u", "none", "one", changed=True)
    assert (asked.sort, asked.page) == ("name", 3)
    assert query_text(asked) == url
    assert channels_query({}).narrowed == Narrowed()
    assert query_text(channels_query({})) == ""


@pytest.mark.parametrize("name", ["show", "guide", "streams", "sort"])
def test_a_value_that_is_none_is_refused_with_those_that_are(name):
    with pytest.raises(QueryRefused) as refused:
        channels_query({name: "<script>"})
    assert "It is one of " in refused.value.hint


@pytest.mark.parametrize("page", ["", "0", "-3", "x", "9" * 99, "²"])
def test_any_page_can_be_asked_for(page):
    assert channels_query({"page": page}).page >= 1


def test_an_offered_channel_says_all_that_is_known_of_it():
    (row,) = view(rows=[listed(ONE)]).rows
    assert (row.number, row.carried, row.why) == ("1", "1920x1080 H.264 · AC-3", "1st in the order of the sources")
    assert (row.sources, row.streams) == (("m3u", "panel"), 3), "what is tried, backups included"
    assert (row.health, row.tested) == (67, 3)
    assert (row.guide.state, row.guide.method, row.guide.programmes) == ("linked", "name", 8)
    assert not row.changed


def test_one_that_is_left_out_says_why():
    out = listed(THREE, kept=False, reason="left out: sports", stage="sports")
    (row,) = view(rows=[out]).rows
    assert (row.number, row.why, row.health, row.guide.state) == ("", "sports", None, "unknown")
    assert (row.sources, row.streams) == (("m3u", "panel"), 4)
    (crowded,) = view(rows=[listed(THREE)]).rows
    assert "no place left" in crowded.why


def test_a_suggestion_stands_where_no_guide_has_the_channel():
    (row,) = view(rows=[listed(TWO)]).rows
    assert (row.guide.state, row.guide.suggested) == ("suggested", Suggested("two.uk", 93))
    assert row.changed
    (row,) = view(rows=[listed(TWO)], suggested={}).rows
    assert (row.guide.state, row.guide.suggested) == ("none", None)


def test_what_waits_in_the_draft_is_shown_old_and_new():
    draft = {TWO: {"enabled": False, "name": "Zwei", "number": None, "streams": ["0f3a5b7c9d1e"]}}
    (row,) = view(rows=[listed(TWO)], draft=draft).rows
    assert [tuple(vars_of(one)) for one in row.pending] == [
        ("enabled", "offered", "left out"),
        ("name", "A name", "Zwei"),
        ("number", "5.1", ""),
        ("streams", "", "0f3a5b7c9d1e"),
    ]


def vars_of(one):
    return one.field, one.old, one.new


def test_each_chip_leads_to_its_filter_and_back():
    shown = view("show=all&guide=none&q=x")
    assert shown.choices["show-offered"].query == "q=x&guide=none"
    assert shown.choices["show-left-out"].query == "q=x&show=left-out&guide=none"
    assert shown.choices["guide-none"].on
    assert shown.choices["guide-none"].query == "q=x&show=all"
    assert shown.choices["guide-linked"].query == "q=x&show=all&guide=linked"
    assert shown.choices["changed"].query == "q=x&show=all&guide=none&changed=1"
    assert shown.choices["show-left-out"].count == 120
    assert shown.is_narrowed
    assert not view().is_narrowed


def test_a_page_past_the_end_is_the_last_one():
    pages = view("show=left-out&page=99").pages
    assert (pages.page, pages.pages, pages.total, pages.query) == (3, 3, 120, "show=left-out")
    empty = Counts({"offered": 0, "left-out": 0, "all": 0}, {}, {}, 0)
    assert view(counts=empty).pages.pages == 1


def test_facts_of_offered_channels_come_by_number():
    facts = offered_facts(LINEUP, health(), {ONE: PassRate(4, 1)}, {})
    assert facts == [(ONE, "1", "linked", 0.25), (TWO, "5.1", "none", None)]
    assert offered_facts(None, None, {}, {}) == []
    assert [fact.guide for fact in offered_facts(LINEUP, None, {}, {})] == ["unknown", "unknown"]


def test_a_link_with_nothing_behind_it_is_sparse():
    links = (GuideLink(SourceId("guide"), "two.uk", "name", ""),)
    for status in ("sparse", "placeholder_only", "matched_no_programmes"):
        assert guide_state(TWO, health(status=status, links=links), {}) == "sparse"
    assert guide_state(TWO, health(status="good"), {}) == "linked"


def test_what_never_was_played_carries_nothing_known():
    assert carried_words(Carried()) == ""
    assert carried_words(Carried("hevc", "aac", 0, 0)) == "HEVC · AAC"
