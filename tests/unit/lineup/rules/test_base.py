import pytest

from tests.unit.lineup.rules.channels import kept, made, reasons, row
from tunerr.lineup.rules import base
from tunerr.lineup.rules.chosen import LineupRules
from tunerr.lineup.rules.stage import Given, Skipped

ROWS = [
    row("CNN", tvg="CNN.us", host=("fast.example:8080", "b.example:80")),
    row("MTV Hits", tvg="MTV.uk", host="cdn.bad.example:80"),
    row("Sky Radio", group="Audio", radio=True),
    row("TSN 1", tvg="TSN1.ca", group="Sports"),
    row("TF1", group="FR | Général"),
    row("Россия 1"),
    row("PPV 4"),
]

CASES = {
    "nothing": ({}, []),
    "hosts": ({"strip_hosts": ("bad.example",)}, ["MTV Hits"]),
    "a host of several": ({"strip_hosts": ("fast.example",)}, []),
    "all hosts of a channel": ({"strip_hosts": ("fast.example:8080", "b.example")}, ["CNN"]),
    "another port": ({"strip_hosts": ("cdn.bad.example:8080",)}, []),
    "no tvg-id": ({"guide_id_only": True}, ["Sky Radio", "TF1", "Россия 1", "PPV 4"]),
    "music": ({"drop_music": True}, ["MTV Hits", "Sky Radio"]),
    "sports": ({"drop_sports": True}, ["TSN 1", "PPV 4"]),
    "ids": ({"exclude_ids": ("TF1", "tsn1.CA")}, ["TSN 1", "TF1"]),
    "language": ({"languages": ("en",)}, ["TF1", "Россия 1"]),
    "two languages": ({"languages": ("fr", "ru")}, ["CNN", "MTV Hits", "Sky Radio", "TSN 1", "PPV 4"]),
    "expression": ({"exclude_regex": r"^ppv|\.UK$"}, ["MTV Hits", "PPV 4"]),
}


@pytest.mark.parametrize(("rules", "left_out"), CASES.values(), ids=CASES)
def test_each_filter_leaves_out_what_it_says(rules, left_out):
    assert kept(ROWS, **rules) == [one.channel_id for one in ROWS if one.channel_id not in left_out]


def test_radio_is_told_by_its_mark_and_its_group():
    rows = [row("ICI Radio-Canada Télé"), row("Heart", group="UK | Radio"), row("Sky", radio=True)]
    assert kept(rows, drop_music=True) == ["ICI Radio-Canada Télé"]


def test_reasons_are_words_for_an_operator():
    why = reasons([*ROWS, row("BBC One")], drop_music=True, drop_sports=True, languages=("en",), exclude_regex="^CNN$")
    assert why == {
        "CNN": "left out: exclude regex `^CNN$` matches its name or tvg-id",
        "MTV Hits": "left out: music: 'mtv' is in its name or group",
        "Sky Radio": "left out: music: it is radio",
        "TSN 1": "left out: sports: 'tsn' is in its name or group",
        "TF1": "left out: its language is fr ('FR' in its name or group), wanted is en",
        "Россия 1": "left out: its language is ru (its script), wanted is en",
        "PPV 4": "left out: sports: 'ppv' is in its name or group",
        "BBC One": "kept: 1st in the order of the sources",
    }


def test_a_slow_expression_is_skipped_and_reported(monkeypatch):
    monkeypatch.setattr(base, "PATTERN_SECONDS", 0.05)
    rows = [row("b" * 60 + "!", "slow"), row("other")]
    found = made(rows, exclude_regex=r"(b|bb)+$")
    assert [one.channel.id for one in found.decisions if one.kept] == ["slow", "other"]
    (report,) = found.stages
    assert (report.stage, report.left_out) == ("expression", 0)
    assert "was not applied" in report.note
    assert "took more than 0.05 s" in report.note


def test_an_expression_that_became_invalid_is_skipped():
    rules = LineupRules.model_construct(**LineupRules().model_dump() | {"exclude_regex": "("})
    assert isinstance(base.expression([], Given(rules, now=0.0, limit=1)), Skipped)
