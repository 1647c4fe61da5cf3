import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tunerr.guide.making.ids import guide_channel_id, xmltv_id
from tunerr.guide.making.naming import channel_xml, display_names, parses_as_number
from tunerr.model.channel import Channel, ChannelId, LineupChannel
from tunerr.model.numbers import GuideNumber

DNA = ChannelId("dna-0a1b2c3d4e5f6071")


def jellyfin_number(names, channel_id):
    """The last display-name that parses as a number, `-` and `_` read as points; else the id.

    .NET's double.TryParse with NumberStyles.Any and the invariant culture: blanks around, sign at either end, brackets,
    currency, thousands commas, exponent.
    """
    number = channel_id
    for name in names:
        text = name.replace("-", ".").replace("_", ".")
        bare = text.strip().removeprefix("(").removesuffix(")").strip("¤ ").strip("+").replace(",", "")
        if re.fullmatch(r"(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|nan|infinity|∞", bare, re.IGNORECASE | re.ASCII):
            number = text
    return number


@pytest.mark.parametrize("number", ["1", "24", "5.1", "10"])
@pytest.mark.parametrize(
    "name",
    [
        "BBC One",
        "24",
        "24.5",
        "4-2",
        "7_1",
        "1e5",
        "(13)",
        "+24",
        "1,000",
        " 24 ",
        "NaN",
        "Infinity",
        "",
        "-",
        "24/7",
        "E4",
        "5",
    ],
)
def test_the_last_number_is_the_guide_number(number, name):
    names = display_names(number, name)
    assert jellyfin_number(names, xmltv_id(number, DNA)) == number
    assert number in names
    assert len(set(names)) == len(names)


@given(st.text(max_size=12), st.sampled_from(["1", "5.1", "479"]))
@settings(derandomize=True, max_examples=300)
def test_no_name_takes_the_number_away(name, number):
    assert jellyfin_number(display_names(number, name), "C1.x") == number


@given(st.text(alphabet="0123456789.,-_+() eE", max_size=8))
@settings(derandomize=True, max_examples=500)
def test_nothing_that_looks_like_a_number_does_either(name):
    assert jellyfin_number(display_names("5.1", name), "C1.x") == "5.1"


def test_ordinary_names_have_three_forms():
    assert display_names("5", "BBC  One") == ("5 BBC One", "5", "BBC One")
    assert display_names("5", "24") == ("5 24", "5")
    assert not parses_as_number("E4")
    assert not parses_as_number("4Music")


def test_ids_have_the_form_of_xmltv_and_are_no_numbers():
    row = LineupChannel(GuideNumber.parse("5.1"), Channel(id=DNA, name="x"))
    assert guide_channel_id(row) == "C5-1.0a1b2c3d.tunerr"
    assert re.fullmatch(r"[-a-zA-Z0-9]+(\.[-a-zA-Z0-9]+)+", guide_channel_id(row))


def test_the_channel_element():
    made = etree.fromstring(channel_xml("5", DNA, 'A & "B" <c>', "https://x/a b.png?c=1&d=2"))
    assert [child.tag for child in made] == ["display-name"] * 3 + ["icon"]
    assert made[0].text == '5 A & "B" <c>'
    assert made[3].get("src") == "https://x/a%20b.png?c=1&d=2"
    assert "icon" not in channel_xml("5", DNA, "A", "file:///x.png")
