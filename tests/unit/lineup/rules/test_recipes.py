import pytest

from tests.unit.lineup.rules.channels import given, kept, linked, made, reasons, row
from tunerr.lineup.rules.candidate import candidates
from tunerr.lineup.rules.recipes import RECIPES
from tunerr.lineup.rules.scores import Score, score

ROWS = [
    row("Poor"),  # 0 + 30
    row("Guided", tvg="g.us", chno="5"),  # 25 + 30, linked 50 + 30
    row("Strong", streams=3),  # 0 + 50
    row("Number", chno="7", streams=2),  # 10 + 50
]
COVERED = linked("Guided")

CASES = {
    "off": ("off", ["Poor", "Guided", "Strong", "Number"]),
    "high_confidence": ("high_confidence", ["Guided"]),
    "balanced": ("balanced", ["Guided", "Number", "Strong", "Poor"]),
    "guide_first": ("guide_first", ["Guided", "Number", "Strong", "Poor"]),
    "resilient": ("resilient", ["Number", "Strong", "Guided", "Poor"]),
    "healthy": ("healthy", ["Guided", "Strong", "Number"]),
}


@pytest.mark.parametrize(("recipe", "expected"), CASES.values(), ids=CASES)
def test_recipes_of_scores(recipe, expected):
    assert kept(ROWS, recipe=recipe, coverage=COVERED) == expected


def test_confidence_needs_a_guide_else_all_are_kept():
    found = made(ROWS, recipe="high_confidence")
    assert found.kept == 4
    assert found.stages[0].note == "it would leave nothing, so it was not applied (recipe high_confidence)"


@pytest.mark.parametrize(
    ("channel", "coverage", "expected", "tier"),
    [
        (row("a"), None, Score(0, 30), "poor"),
        (row("a", streams=0), None, Score(0, 10), "poor"),
        (row("a", tvg="t", chno="1"), None, Score(25, 30), "fair"),
        (row("a", tvg="t", chno="1", streams=2), None, Score(25, 50), "good"),
        (row("a", tvg="t", chno="1", streams=2), linked("a"), Score(50, 50), "excellent"),
        (row("a", streams=2), linked("b"), Score(0, 50), "fair"),
    ],
)
def test_scores(channel, coverage, expected, tier):
    assert score(channel, coverage) == expected
    assert expected.tier == tier


WORDS = [row("TSN 1"), row("Newsworld"), row("Disney Junior"), row("Adult Swim Kids"), row("Foo", group="Kids")]


def test_sports_now_and_its_opposite():
    assert kept(WORDS, recipe="sports_now") == ["TSN 1"]
    assert kept(WORDS, exclude_recipe="sports_now") == ["Newsworld", "Disney Junior", "Adult Swim Kids", "Foo"]
    assert reasons(WORDS, exclude_recipe="sports_now")["TSN 1"] == (
        "left out: recipe sports_now would keep it, and what it keeps is excluded"
    )


def test_kids_safe():
    assert kept(WORDS, recipe="kids_safe") == ["Disney Junior", "Foo"]
    assert reasons(WORDS, recipe="kids_safe")["Adult Swim Kids"] == (
        "left out: recipe kids_safe: 'adult' is in its name or group"
    )


LOCALS = [
    row("Telenovela", tvg="t.ve"),  # -80 -120 +8
    row("Дождь", tvg="k.ua"),  # … and another script
    row("TSN 24/7", tvg="TSN.ca"),  # 80 -80 +8
    row("Canal 5", tvg="c5.mx"),  # 20 + 8
    row("CBS Boston", tvg="b.us", chno="40"),  # 60 + 55 + 25 + 12 + 8
    row("CTV Toronto", tvg="t.ca", chno="1200"),  # 80 + 55 + 25 - 6 + 8
    row("CTV Vancouver", tvg="v.ca"),  # the same without a number
    row("CTV Regina", tvg="r.ca"),  # a city only on the prairies
]


def test_locals_first():
    rows = [one._replace(channel_id=one.name) for one in LOCALS]
    assert kept(rows, recipe="locals_first") == [
        *("CTV Vancouver", "CTV Toronto", "CBS Boston", "CTV Regina", "Canal 5", "TSN 24/7", "Telenovela", "Дождь"),
    ]
    assert reasons(rows, recipe="locals_first")["CBS Boston"] == (
        "kept: 3rd by recipe locals_first, score 160 (.us +60, city boston +55, network cbs +25, number +12, guide +8)"
    )
    assert "score 162" in reasons(rows, recipe="locals_first")["CTV Toronto"]


def test_shape_knows_regions_and_languages():
    rows = [*LOCALS, row("RDI (FR)", tvg="rdi.ca"), row("CP24", tvg="cp.ca")]
    shaped = kept(rows, shape="na_en")
    assert sorted(shaped) == sorted(one.channel_id for one in rows)  # nothing is left out
    assert shaped.index("CP24") < shaped.index("RDI (FR)")
    assert shaped[0] == "CTV Vancouver"
    assert kept(rows, shape="na_en", region_profile="ca_prairies")[0] == "CTV Regina"
    assert kept(rows, shape="na_en", region_profile="ca_west")[0] == "CTV Vancouver"


def test_every_recipe_answers_for_nothing_and_for_all():
    for name, recipe in RECIPES.items():
        assert recipe([], given()).order == [], name
        channels = candidates(ROWS, {})
        assert sorted(recipe(channels, given(recipe=name)).order) == sorted(channels), name
