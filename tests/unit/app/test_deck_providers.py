"""What a form says of a source: what isn't there stays, what is empty is taken back, and a secret is never lost so."""

import pytest
from multidict import MultiDict

from tunerr.app.deck.providers import changes_of, flag, number
from tunerr.errors import ActionRefused


@pytest.mark.parametrize(
    ("fields", "changes"),
    [
        ({}, {}),
        ({"name": " A ", "country": ""}, {"name": "A", "country": None}),
        ({"password": "", "url": " ", "username": ""}, {}),
        ({"password": " x ", "url": "http://a"}, {"password": "x", "url": "http://a"}),
        ({"max_streams": "2", "priority": ""}, {"max_streams": 2, "priority": None}),
        ({"hosts": "a, b\nc,,"}, {"hosts": ["a", "b", "c"]}),
        ({"hosts": ""}, {}),
        ({"allow_lan": "1"}, {"allow_lan": True}),
        ({"allow_lan": "true"}, {"allow_lan": True}),
        ({"allow_lan": "false"}, {"allow_lan": None}),
        ({"allow_lan": ""}, {"allow_lan": None}),
        ({"nothing": "x", "id": "y"}, {}),
    ],
)
def test_fields_of_a_form(fields, changes):
    assert changes_of(MultiDict(fields)) == changes


@pytest.mark.parametrize("text", ["", " ", "x", "1.5", "1e3", "²", "--1", "9" * 19, "0x1", "\u0661"])
def test_what_is_no_whole_number_is_refused(text):
    with pytest.raises(ActionRefused, match="The form needs act: a whole number"):
        number(MultiDict({"act": text}), "act")


def test_a_whole_number_is_one():
    assert [number(MultiDict({"act": text}), "act") for text in ("7", " -7 ", "0", "9" * 18)] == [7, -7, 0, 10**18 - 1]


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("1", True),
        ("true", True),
        ("On", True),
        (" yes ", True),
        ("0", False),
        ("false", False),
        ("", False),
        ("2", False),
    ],
)
def test_a_switch_is_on_or_off(text, on):
    assert flag(MultiDict({"on": text}), "on") is on
    assert not flag(MultiDict(), "on")
