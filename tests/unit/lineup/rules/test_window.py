import pytest

from tests.unit.lineup.rules.channels import kept, linked, made, reasons, row
from tunerr.lineup.rules.ordinal import ordinal

ROWS = [row(name, chno=chno) for name, chno in (("a", "5.1"), ("b", ""), ("c", "99999"), ("d", "2"), ("e", ""))]


@pytest.mark.parametrize(
    ("skip", "take", "expected"),
    [(0, 0, "abcde"), (2, 0, "cde"), (0, 2, "ab"), (1, 2, "bc"), (4, 9, "e"), (5, 0, "abcde")],
)
def test_skip_and_take(skip, take, expected):
    assert "".join(kept(ROWS, skip=skip, take=take)) == expected


def test_reasons_of_the_window():
    why = reasons(ROWS, skip=1, take=2)
    assert why["a"] == "left out: the first 1 are skipped"
    assert why["e"] == "left out: only 2 after the first 1 are taken"


def numbers(**rules):
    return [str(one.channel.number) for one in made(ROWS, **rules).decisions if one.kept]


def test_numbers_that_new_channels_want():
    assert numbers() == ["None"] * 5
    assert numbers(resequence=True, resequence_start=100) == ["100", "101", "102", "103", "104"]
    assert numbers(number_offset=1000) == ["1005.1", "None", "None", "1002", "None"]
    assert numbers(resequence=True, number_offset=1000) == ["1001", "1002", "1003", "1004", "1005"]
    assert numbers(resequence=True, resequence_start=99998) == ["99998", "99999", "None", "None", "None"]
    assert numbers(number_offset=-4) == ["1.1", "None", "99995", "None", "None"]


CAPS = {
    "the first ones": ({}, "ab"),
    "those that hold numbers": ({"held": ["d", "gone", "c", "b"]}, "cd"),
    "one of them": ({"held": ["e"]}, "ae"),
    "what you put in, then those": ({"held": ["d", "c"], "overrides": {"e": {"enabled": True}}}, "de"),
    "in your order": ({"overrides": {"e": {"order": 1}, "d": {"order": 0}}}, "de"),
}


@pytest.mark.parametrize(("more", "expected"), CAPS.values(), ids=CAPS)
def test_the_limit_keeps(more, expected):
    assert sorted(kept(ROWS, limit=2, **more)) == list(expected)


def test_the_limit_says_where_a_channel_would_have_been():
    why = reasons(ROWS, limit=2, held=["d"])
    assert why["b"] == "left out: the limit of 2 channels; it was 2nd (channels with numbers hold 1 places)"
    assert reasons(ROWS, limit=4)["e"] == "left out: the limit of 4 channels; it was 5th"


def test_your_order_comes_first():
    assert "".join(kept(ROWS, overrides={"e": {"order": 7}, "c": {"order": -1}})) == "ceabd"
    why = reasons(ROWS, overrides={"e": {"order": 7}})
    assert why["e"] == "kept: 1st by the place 7 that you gave it"


def test_failed_streams_only_when_asked():
    assert "".join(kept(ROWS, failed={"b"})) == "abcde"
    assert "".join(kept(ROWS, failed={"b"}, drop_failed=True)) == "acde"
    found = made(ROWS, failed=set("abcde"), drop_failed=True)
    assert found.kept == 5
    assert found.stages[0].note.startswith("it would leave nothing")


HEALTH = linked(a="healthy", b="good", c="sparse", d="placeholder_only")
POLICIES = {"off": "abcde", "healthy": "abe", "strict": "ae", "drop_placeholders": "abce"}


@pytest.mark.parametrize(("policy", "expected"), POLICIES.items())
def test_guide_policy(policy, expected):
    rows = [one._replace(tvg_id="t" if one.name == "a" else "") for one in ROWS]
    assert "".join(kept(rows, guide_policy=policy, coverage=HEALTH)) == expected


def test_guide_policy_waits_for_the_guide():
    found = made(ROWS, guide_policy="strict")
    assert found.kept == 5
    assert [(one.stage, one.note) for one in found.stages] == [("guide-policy", "no guide health yet")]


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (112, "112th"), (1021, "1,021st")],
)
def test_ordinal(number, text):
    assert ordinal(number) == text
