import pytest

from tests.unit.lineup.rules.channels import kept, reasons, row
from tunerr.lineup.rules.candidate import candidates
from tunerr.lineup.rules.groups import GroupCount, count_groups, slug

ROWS = [
    row("a", group="US | News"),
    row("b", group="US | Sports"),
    row("c", group="XXX", source="m3u-2"),
    row("d", group="US | News", source="m3u-2"),
    row("e", group=""),
]

CASES = {
    "nothing picked is everything": ({}, "abcde"),
    "a group of all sources": ({"selected_categories": ["us-news"]}, "ad"),
    "a group of one source": ({"selected_categories": ["m3u-2--us-news"]}, "d"),
    "without a group": ({"selected_categories": ["ungrouped"]}, "e"),
    "an excluded group": ({"excluded_categories": ["xxx"]}, "abde"),
    "excluded beats selected": ({"selected_categories": ["us-news"], "excluded_categories": ["m3u--us-news"]}, "d"),
    "an included channel": ({"selected_categories": ["us-news"], "included_channel_ids": ["c"]}, "acd"),
    "an included channel of an excluded group": (
        {"excluded_categories": ["xxx"], "included_channel_ids": ["c"]},
        "abcde",
    ),
    "an excluded channel": ({"selected_categories": ["us-news"], "excluded_channel_ids": ["a"]}, "d"),
    "exclude wins": ({"included_channel_ids": ["a"], "excluded_channel_ids": ["a"]}, "bcde"),
    "custom order": ({"order_mode": "custom", "custom_order": ["d", "gone", "b"]}, "dbace"),
    "an order that is not in force": ({"order_mode": "source", "custom_order": ["d"]}, "abcde"),
}


@pytest.mark.parametrize(("recipe", "expected"), CASES.values(), ids=CASES)
def test_picks(recipe, expected):
    assert "".join(kept(ROWS, programming=recipe)) == expected


def test_recommended_is_near_first():
    rows = [row("far", tvg="far.al"), row("Toronto", tvg="t.ca")]
    assert kept(rows, programming={"order_mode": "recommended"}) == ["Toronto", "far"]


def test_reasons():
    recipe = {"selected_categories": ["us-news"], "excluded_categories": ["us-sports"], "excluded_channel_ids": ["d"]}
    assert reasons(ROWS, programming=recipe) == {
        "a": "kept: 1st in the order of the sources",
        "b": "left out: group 'US | Sports' is excluded",
        "c": "left out: group 'XXX' is not among the chosen groups",
        "d": "left out: the programming recipe excludes this channel",
        "e": "left out: group '' is not among the chosen groups",
    }


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("US | News", "us-news"),
        ("  Été & Soleil! ", "été-soleil"),
        ("عام", "عام"),
        ("***", "ungrouped"),
        ("a_b", "a-b"),
    ],
)
def test_slug(title, expected):
    assert slug(title) == expected


def test_groups_are_counted_by_source():
    found = count_groups(candidates(ROWS, {}), {"a", "d"}, several=True)
    assert found == [
        GroupCount("m3u--us-news", "US | News", "m3u", 1, 1),
        GroupCount("m3u--us-sports", "US | Sports", "m3u", 1, 0),
        GroupCount("m3u-2--xxx", "XXX", "m3u-2", 1, 0),
        GroupCount("m3u-2--us-news", "US | News", "m3u-2", 1, 1),
        GroupCount("m3u--ungrouped", "", "m3u", 1, 0),
    ]
    assert [one.id for one in count_groups(candidates(ROWS[:2], {}), set(), several=False)] == ["us-news", "us-sports"]
