import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tunerr.guide.rows.markup import clean, element, web_address


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        (None, ""),
        ("", ""),
        ("  a \n\t b  ", "a b"),
        ("a\xa0b\u2028c", "a b c"),
        ("caf\ufffd\u00ef\u00bf\u00bd", "caf"),
        ("it\x92s \x93so\x94\x81", "it\u2019s \u201cso\u201d"),
        ("a\x00\x0b\x1f\x7fb", "ab"),
        ("Škoda 日本 🎬", "Škoda 日本 🎬"),
    ],
)
def test_text_is_cleaned(dirty, expected):
    assert clean(dirty) == expected


@given(st.text())
@settings(derandomize=True)
def test_clean_text_is_fit_for_xml_and_stays_as_it_is(text):
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    made = etree.fromstring(element("a", cleaned, [("b", cleaned)]))
    assert (made.text or "") == cleaned == made.get("b")


def test_only_web_addresses_are_addresses():
    assert web_address(" https://x/a b.png ") == "https://x/a%20b.png"
    assert [web_address(text) for text in ("file:///etc/passwd", "data:x", "javascript:1", "//x/y", None)] == [""] * 5
