import re
from pathlib import Path

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from tests.unit.lineup.rules.channels import given, kept, linked, made, reasons, row
from tunerr.lineup.rules import pipeline
from tunerr.lineup.rules.candidate import RuleOverride, candidates
from tunerr.lineup.rules.pipeline import STAGES, plan

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "lineup-rules.md"

ROWS = [row("CNN", group="News"), row("TSN", group="Sports"), row("MTV", group="Music"), row("ESPN", group="Sports")]


def test_nothing_set_keeps_everything_in_order():
    found = made(ROWS)
    assert [one.channel.id for one in found.decisions] == ["CNN", "TSN", "MTV", "ESPN"]
    assert (found.stages, found.raw, found.kept) == ((), 4, 4)
    assert found.decisions[2].reason == "kept: 3rd in the order of the sources"


def test_no_channels_at_all():
    found = made([], drop_sports=True, recipe="sports_na", take=3)
    assert (found.decisions, found.stages) == ((), ())


def test_what_you_put_in_passes_every_filter_and_what_you_took_out_is_out():
    overrides = {"TSN": {"enabled": True}, "CNN": {"enabled": False}}
    found = made(ROWS, overrides=overrides, drop_sports=True)
    assert {one.channel.id: (one.kept, one.stage) for one in found.decisions} == {
        "TSN": (True, "override"),
        "MTV": (True, "lineup"),
        "CNN": (False, "disabled"),
        "ESPN": (False, "sports"),
    }
    why = {one.channel.id: one.reason for one in found.decisions}
    assert why["TSN"] == "kept: 1st, you put it in; otherwise left out: sports: 'tsn' is in its name or group"
    assert why["CNN"] == "left out: you took it out"


def test_rules_see_your_names_and_groups():
    overrides = {"CNN": {"name": "TSN 9"}, "TSN": {"name": "Neutral", "group": "News"}}
    assert kept(ROWS, overrides=overrides, drop_sports=True) == ["TSN", "MTV"]


def test_a_filter_that_would_leave_nothing_is_not_applied_and_says_so_once():
    found = made(ROWS, languages=("fr",), drop_music=True)
    assert [one.channel.id for one in found.decisions if one.kept] == ["CNN", "TSN", "ESPN"]
    assert [(one.stage, one.left_out, one.note) for one in found.stages] == [
        ("music", 1, ""),
        ("language", 0, "it would leave nothing, so it was not applied (other languages than fr)"),
    ]


def test_the_raw_lineup_is_what_the_dna_policy_leaves():
    rows = [*ROWS, row("CNN HD")]
    assert made(rows, drop_music=True, dna_policy="prefer_best", take=1).raw == 3


def test_examples_and_places():
    rows = [row(f"Sports {place}") for place in range(9)] + [row("News")]
    (report,) = made(rows, drop_sports=True).stages
    assert (report.left_out, report.summary) == (9, "sports")
    assert report.examples[0] == ("Sports 0", "sports: 'sports' is in its name or group")
    assert len(report.examples) == 5
    assert [one.place for one in made(rows, take=2).decisions] == [1, 2, *range(3, 11)]


# Each pair of neighbors whose order shows: rows, rules and what each order gives.
MANY = [row("A", "a", group="x"), row("A HD", "b", group="y", streams=2), row("TSN", "tsn", group="x", tvg="t.ca")]
SWAPS = {
    # DNA keeps b, which is in no chosen group; picks first would have kept a.
    ("dna", "programming"): (
        MANY,
        {"dna_policy": "prefer_best", "programming": {"selected_categories": ["x"]}},
        ["tsn"],
        ["a", "tsn"],
    ),
    # The language filter would leave nothing after the sports are gone.
    ("sports", "language"): (
        [row("FR: RDS", "rds"), row("CNN", "cnn")],
        {"drop_sports": True, "languages": ("fr",)},
        ["cnn"],
        ["rds"],
    ),
    ("programming-order", "recipe"): (
        [row("One", "one", streams=1), row("Two", "two", streams=2)],
        {"programming": {"order_mode": "custom", "custom_order": ["one"]}, "recipe": "balanced"},
        ["two", "one"],
        ["one", "two"],
    ),
    ("free", "dna"): (
        [row("CNN", "paid"), row("CNN", "public", source="free", streams=3)],
        {"free": ["free"], "free_guide_id": False, "dna_policy": "prefer_best"},
        ["paid"],
        ["public"],
    ),
    ("exclude-recipe", "recipe"): (
        [row("TSN", "tsn"), row("CNN", "cnn")],
        {"exclude_recipe": "sports_now", "recipe": "sports_now"},
        ["cnn"],
        ["tsn"],
    ),
    ("recipe", "shape"): (
        [row("Far", "far", tvg="far.al", streams=2), row("Near", "near", tvg="near.ca")],
        {"recipe": "balanced", "shape": "na_en"},
        ["near", "far"],
        ["far", "near"],
    ),
    ("dedupe", "window"): (MANY, {"dedupe": "strong", "take": 2}, ["b", "tsn"], ["b"]),
    ("shape", "window"): (
        [row("Far", "far", tvg="far.al"), row("Near", "near", tvg="near.ca")],
        {"shape": "na_en", "take": 1},
        ["near"],
        ["far"],
    ),
    ("own-order", "window"): (MANY, {"take": 1, "overrides": {"tsn": {"order": 1}}}, ["tsn"], ["a"]),
    ("limit", "probe"): (MANY, {"drop_failed": True, "failed": ["a"], "limit": 2}, ["b"], ["b", "tsn"]),
    ("limit", "guide-policy"): (
        MANY,
        {"guide_policy": "healthy", "coverage": linked(a="unlinked"), "limit": 2},
        ["b"],
        ["b", "tsn"],
    ),
}


@pytest.mark.parametrize("pair", SWAPS, ids="-".join)
def test_the_order_of_stages_shows(pair, monkeypatch):
    rows, rules, right, wrong = SWAPS[pair]
    assert kept(rows, **rules) == right
    names = [stage.id for stage in STAGES]
    first, second = map(names.index, pair)
    swapped = list(STAGES)
    swapped[first], swapped[second] = swapped[second], swapped[first]
    monkeypatch.setattr(pipeline, "STAGES", tuple(swapped))
    assert kept(rows, **rules) == wrong


@pytest.mark.parametrize(
    ("more", "right", "wrong"),
    [
        ({"resequence": True, "skip": 1}, ["1", "2"], ["2", "3"]),
    ],
)
def test_numbers_follow_the_window(more, right, wrong, monkeypatch):
    def numbers():
        return [str(one.channel.number) for one in made(MANY, **more).decisions if one.kept]

    assert numbers() == right
    order = sorted(STAGES, key=lambda stage: stage.id != "resequence")
    monkeypatch.setattr(pipeline, "STAGES", tuple(order))
    assert numbers() == wrong


def test_the_page_lists_the_stages_in_their_order():
    table = re.findall(r"^\| \d+ \| `([a-z-]+)` \| ([^|]+?) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert table == [(stage.id, stage.title) for stage in STAGES]


NAMES = st.sampled_from(
    [
        "TSN",
        "TSN HD",
        "CNN",
        "FR: TF1",
        "Disney Kids",
        "MTV",
        "NBA: A vs B 7:00 PM ET",
        "Дождь",
        "",
        "ABC News",
        "9 | x",
    ]
)
CATALOG = st.lists(
    st.builds(
        row,
        NAMES,
        group=st.sampled_from(["News", "Sports", "XXX", ""]),
        tvg=st.sampled_from(["", "a.ca", "b.us", "c.al"]),
        chno=st.sampled_from(["", "5", "7.2", "1200"]),
        source=st.sampled_from(["m3u", "m3u-2"]),
        radio=st.booleans(),
        streams=st.integers(1, 3),
        host=st.sampled_from(["a:80", "b.c:8080"]),
    ),
    max_size=25,
).map(lambda rows: [one._replace(channel_id=f"dna-{place}") for place, one in enumerate(rows)])
IDS = st.lists(st.integers(0, 25).map("dna-{}".format), max_size=6)
RULES = st.fixed_dictionaries(
    {},
    optional={
        "strip_hosts": st.just(("c",)),
        "guide_id_only": st.booleans(),
        "drop_music": st.booleans(),
        "drop_sports": st.booleans(),
        "exclude_ids": IDS,
        "languages": st.sampled_from([(), ("en",), ("fr", "ru")]),
        "exclude_regex": st.sampled_from(["", "^TSN", "HD$"]),
        "free_mode": st.sampled_from(["supplement", "merge", "full"]),
        "free_guide_id": st.booleans(),
        "free_drop_adult": st.booleans(),
        "dna_policy": st.sampled_from(["off", "prefer_best", "prefer_resilient"]),
        "preferred_hosts": st.just(("b.c",)),
        "programming": st.fixed_dictionaries(
            {
                "collapse_exact_backups": st.booleans(),
                "order_mode": st.sampled_from(["source", "custom", "recommended"]),
            },
            optional={
                "selected_categories": st.just(["news", "m3u--sports"]),
                "excluded_categories": st.just(["xxx"]),
                "included_channel_ids": IDS,
                "excluded_channel_ids": IDS,
                "preferred_backup_ids": IDS,
                "custom_order": IDS,
            },
        ),
        "exclude_recipe": st.sampled_from(["off", "sports_now", "sports_na", "kids_safe"]),
        "recipe": st.sampled_from(["off", *pipeline.recipes.RECIPES]),
        "shape": st.sampled_from(["off", "na_en"]),
        "dedupe": st.sampled_from(["off", "identity", "strong"]),
        "skip": st.integers(0, 5),
        "take": st.integers(0, 9),
        "resequence": st.booleans(),
        "number_offset": st.integers(-10, 10),
        "drop_failed": st.booleans(),
        "guide_policy": st.sampled_from(["off", "healthy", "strict", "drop_placeholders"]),
    },
)
OVERRIDES = st.dictionaries(
    st.integers(0, 25).map("dna-{}".format),
    st.fixed_dictionaries({"enabled": st.sampled_from([None, True, False]), "order": st.none() | st.integers(0, 3)}),
    max_size=6,
)


@settings(derandomize=True, max_examples=200, deadline=None)
@drawn(CATALOG, RULES, OVERRIDES, st.tuples(IDS, IDS), st.integers(1, 12))
def test_every_channel_has_one_decision_whatever_the_rules(rows, rules, overrides, ids, limit):
    more = {"held": ids[0], "failed": ids[1], "limit": limit, "coverage": linked("dna-1", "dna-2"), "free": ["m3u-2"]}

    def run(chosen):
        return plan(candidates(rows, {key: RuleOverride(**value) for key, value in chosen}), given(**rules, **more))

    found = run(overrides.items())
    assert sorted(one.channel.id for one in found.decisions) == sorted(one.channel_id for one in rows)
    lineup = [one for one in found.decisions if one.kept]
    assert [one.place for one in lineup] == list(range(1, len(lineup) + 1))
    assert len(lineup) == found.kept <= limit
    assert found.kept > 0 or all(overrides.get(one.channel_id, {}).get("enabled") is False for one in rows)
    assert all(one.reason.startswith("kept: " if one.kept else "left out: ") for one in found.decisions)
    offered = {one.channel.id for one in lineup}
    assert all(one.into in offered for one in found.decisions if one.into)
    assert not offered & {key for key, value in overrides.items() if value["enabled"] is False}
    assert sum(one.left_out for one in found.stages) == len(rows) - found.kept
    assert run(reversed(overrides.items())) == found


@settings(derandomize=True, max_examples=100, deadline=None)
@drawn(CATALOG, IDS, st.integers(1, 12))
def test_channels_that_hold_numbers_stay_before_others(rows, held, limit):
    present = [one for one in dict.fromkeys(held) if one in {each.channel_id for each in rows}]
    ids = kept(rows, held=held, limit=limit)
    assert set(present[:limit]) <= set(ids)
    assert len(ids) == min(limit, len(rows))


def test_reasons_never_end_in_a_void():
    assert all(len(reason) > len("left out: ") for reason in reasons(ROWS, recipe="kids_safe").values())
