"""The templates of preview, groups and order, with what providers send."""

from dataclasses import replace

import pytest

from tests.unit.deck.test_guide_pages import HOSTILE, shown
from tests.unit.views.test_preview import lineup
from tunerr.lineup.group_reader import GroupTotal
from tunerr.lineup.renumber import Renumbered
from tunerr.model.numbers import GuideNumber
from tunerr.views.groups import GroupRow, GroupsView
from tunerr.views.order import order_view, renumbering_view
from tunerr.views.paging import pages_of
from tunerr.views.preview import KNOWN, Listed, Outcome, PreviewView, Row, Rule, Staged

EMPTY = PreviewView(0, "nothing", "", "", None, (), None)
ROW = Row("dna-1", HOSTILE, "5", HOSTILE, HOSTILE, KNOWN)
LISTED = Listed(60, (ROW,))
OUTCOME = Outcome(
    before=400, after=479, places=479, devices=1, added=LISTED, removed=LISTED, renamed=LISTED, renumbered=LISTED,
    known=3, moved=LISTED, crowded=LISTED, guided=200, unexamined=9,
    rules=(Rule(HOSTILE, 4, (HOSTILE,)),),
    notes=(HOSTILE,),
)  # fmt: skip
FULL = PreviewView(
    61, "60 channels and 1 rule", "abc", HOSTILE, None,
    (Staged("dna-1", HOSTILE, (HOSTILE,)), Staged("", "take", ("→ 5",))), OUTCOME,
)  # fmt: skip
GROUPS = GroupsView(
    rows=(
        GroupRow("a--news", HOSTILE, "a", 1200, 12, "include"),
        GroupRow("b--x", "", "b", 3, 0, "exclude"),
        GroupRow("b--y", "Y", "b", 3, 0, "other"),
    ),
    pages=pages_of("1", 2000, 100, "q=x"), text=HOSTILE, source="b", show="ticked", sources=("a", "b"),
    all=GroupTotal(2000, 50_000, 412), ticked=GroupTotal(1, 1200, 12), left_out=GroupTotal(1, 3, 0), wanted=1200,
    places=479, devices=1, file="",
)  # fmt: skip


def words(page):
    return " ".join(page.text_content().split())


def test_an_empty_draft_says_what_to_do():
    page = shown("preview.html", EMPTY)
    assert "Nothing is waiting to be published." in words(page)
    assert not page.xpath("//form[contains(@action, 'draft-publish')]")


def test_the_preview_names_what_publishing_does():
    page = shown("preview.html", FULL)
    text = words(page)
    assert "479 channels instead of 400." in text
    assert "3 known numbers change" in text
    assert "61 changes are forgotten." in text
    assert "and 59 more" in text
    (form,) = page.xpath("//form[contains(@action, '/act/draft-publish')]")
    assert form.xpath(".//input[@name='version']/@value") == ["abc"]
    assert not page.xpath("//main//script | //main//img[@onerror]")
    assert page.xpath("//form[contains(@action, 'draft-discard')]//input[@name='channel']/@value") == ["dna-1"]


def test_a_preview_that_failed_says_why_and_lets_discard():
    page = shown("preview.html", replace(FULL, outcome=None, trouble="The disk is full. Free some space."))
    assert "The disk is full." in words(page)
    assert page.xpath("//form[contains(@action, 'draft-discard')]")


def test_groups_are_boxes_with_their_counts():
    page = shown("groups.html", GROUPS)
    text = words(page)
    assert "2,000 groups" in text
    assert "1,200 channels for 479 numbers" in text
    assert "721 find no place." in text
    assert "Tick all 2,000 found" in text
    assert page.xpath("//input[@name='shown']/@value") == ["a--news", "b--x", "b--y"]
    assert page.xpath("//input[@name='tick'][@checked]/@value") == ["a--news"]
    assert page.xpath("//input[@name='never'][@checked]/@value") == ["b--x"]
    assert all(page.xpath(f"//label[@for='{box.get('id')}']") for box in page.xpath("//input[@name='tick']"))
    assert not page.xpath("//main//script | //main//img[@onerror]")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rows": (), "all": GroupTotal(0, 0, 0)}, "There are no groups yet."),
        ({"rows": ()}, "No group is like that."),
        (
            {"ticked": GroupTotal(0, 0, 0), "wanted": 412},
            "No group is ticked: all are offered. 412 of 479 numbers used",
        ),
        ({"file": "recipe.json"}, "The file recipe.json decides"),
        ({"devices": 3, "places": 1437}, "Your 3 devices carry 1,437 channels."),
    ],
)
def test_other_states_of_the_groups(changes, said):
    assert said in words(shown("groups.html", replace(GROUPS, **changes)))


def test_the_order_is_a_list_with_buttons():
    held = lineup(a=5, b=6, c=7)
    changes = [Renumbered("a", GuideNumber(5), GuideNumber(1), 1, 1, seen=True)]
    renumbering = renumbering_view(changes, {"a": HOSTILE}, start=1, version="v")
    page = shown("order.html", order_view(held, list("abc"), list("cab"), pages_of("1", 3, 100), renumbering))
    assert page.xpath("//input[@name='order']/@value") == ["c,a,b"]
    assert page.xpath("//li[@data-id]/@data-id") == ["c", "a", "b"]
    assert page.xpath("//button[@name='move']/@value")[:2] == ["up:c", "down:c"]
    assert "was at place 3" in words(page)
    assert "Clients know 1 of the old ones" in words(page)
    assert page.xpath("//form[contains(@action, 'channels-renumber')]//input[@name='version']/@value") == ["v"]


def test_an_order_of_nothing():
    page = shown("order.html", order_view(lineup(), [], [], pages_of("", 0, 100), None))
    assert "There are no channels yet." in words(page)
