import pytest

from tests.unit.lineup.rules.channels import kept, linked, made, reasons, row

# Without tvg-ids, names alone make them one.
ROWS = [
    row("CNN HD", "one", streams=1, host="slow:80"),
    row("CNN", "two", streams=2, host="fast.example:8080"),
    row("CNN UHD", "three", chno="5", streams=1, host="other:80"),
    row("BBC", "bbc"),
]

CASES = {
    "off": ({}, ["one", "two", "three", "bbc"]),
    "best total": ({"dna_policy": "prefer_best"}, ["two", "bbc"]),
    "preferred host first": (
        {"dna_policy": "prefer_best", "preferred_hosts": ("slow", "fast.example")},
        ["one", "bbc"],
    ),
    "dedupe by score": ({"dedupe": "identity"}, ["two", "bbc"]),
    "one that holds a number stays": ({"dedupe": "identity", "held": ("three",)}, ["three", "bbc"]),
    "a policy among two that hold numbers": ({"dedupe": "identity", "held": ("three", "two")}, ["two", "bbc"]),
    "what you put in stays beside": (
        {"dedupe": "identity", "overrides": {"three": {"enabled": True}}},
        ["three", "bbc"],
    ),
}


@pytest.mark.parametrize(("rules", "expected"), CASES.values(), ids=CASES)
def test_one_of_each_stays(rules, expected):
    assert kept(ROWS, **rules) == expected


def test_best_and_resilient_differ():
    rows = [row("X", "guide", chno="1", streams=1), row("X HD", "streams", streams=2)]
    assert kept(rows, dna_policy="prefer_resilient") == ["streams"]
    assert kept(rows, dna_policy="prefer_best", coverage=linked("guide")) == ["guide"]
    assert kept(rows, dna_policy="prefer_resilient", coverage=linked("guide")) == ["streams"]


def test_keys_are_tvg_id_then_name_and_strong_looks_at_the_name_first():
    rows = [row("News", "a", tvg="News.us"), row("News", "b", tvg="News.ca"), row("News HD", "c")]
    assert kept(rows, dedupe="identity") == ["a", "b", "c"]
    assert kept(rows, dedupe="strong") == ["a"]


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        (row("X SD", "worse"), row("X", "better")),
        (row("X Backup", "worse"), row("X HD", "better")),
        (row("X HD", "worse"), row("X FHD", "better")),
        (row("X", "worse"), row("X", "better", streams=2)),
    ],
)
def test_the_winner_of_dedupe(worse, better):
    assert kept([worse, better], dedupe="strong") == ["better"]


def test_exact_backups_need_the_same_name_too_and_the_preferred_one_stays():
    rows = [row("TSN", "a", tvg="T"), row("TSN HD", "b", tvg="T"), row("TSN 2", "c", tvg="T")]
    assert kept(rows, programming={"collapse_exact_backups": True}) == ["a", "c"]
    preferred = {"collapse_exact_backups": True, "preferred_backup_ids": ["b"]}
    assert kept(rows, programming=preferred) == ["b", "c"]
    assert reasons(rows, programming=preferred)["a"] == (
        "left out: exact backups: the same tvg-id and name as 'TSN HD' (b), which is kept"
    )


def test_streams_go_to_the_channel_that_is_kept_in_the_end():
    rows = [row("A", "a"), row("A HD", "b", streams=2), row("A", "c", tvg="A", streams=3)]
    found = made(rows, dna_policy="prefer_best", dedupe="strong")
    assert {one.channel.id: one.into for one in found.decisions} == {"c": "", "b": "c", "a": "c"}
    alone = made([*rows, row("Z")], dna_policy="prefer_best", dedupe="strong", exclude_regex="nothing", take=1, skip=1)
    assert {one.channel.id: one.into for one in alone.decisions} == {"Z": "", "a": "", "b": "", "c": ""}
