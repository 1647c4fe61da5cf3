import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.guide.messages import Taste
from tunerr.guide.rows.titles import chosen_titles, in_order, is_latin, is_other

NEWS = "\u041d\u043e\u0432\u043e\u0441\u0442\u0438"


@pytest.mark.parametrize(
    ("text", "latin", "other"),
    [
        ("News", True, False),
        ("\u0160koda \u00e9t\u00e9", True, False),
        (NEWS, False, True),
        ("News " + NEWS[:3], True, False),
        ("TV " + NEWS, False, True),
        ("24", False, False),
        ("It", False, False),
        ("\u65e5", False, True),
        ("", False, False),
        ("24 H", False, False),
    ],
)
def test_scripts_are_told_apart(text, latin, other):
    assert (is_latin(text), is_other(text)) == (latin, other)


@pytest.mark.parametrize(
    ("languages", "expected"),
    [
        ((), ["fr", "en-GB", "de", ""]),
        (("de",), ["de", "fr", "en-GB", ""]),
        (("en", "de"), ["en-GB", "de", "fr", ""]),
        (("EN_gb",), ["en-GB", "fr", "de", ""]),
        (("en-US",), ["fr", "en-GB", "de", ""]),
        (("e",), ["fr", "en-GB", "de", ""]),
    ],
)
def test_preferred_languages_come_first(languages, expected):
    phrases = [("fr", "a"), ("en-GB", "b"), ("de", "c"), ("", "d")]
    assert [language for language, _ in in_order(phrases, Taste(languages=languages))] == expected


def test_latin_letters_come_first_behind_preferred_languages():
    phrases = [("ru", NEWS), ("ar", "\u0623\u062e\u0628\u0627\u0631"), ("en", "News")]
    assert [p[0] for p in in_order(phrases, Taste(latin=True))] == ["en", "ru", "ar"]
    assert [p[0] for p in in_order(phrases, Taste(latin=True, languages=("ar",)))] == ["ar", "en", "ru"]


@pytest.mark.parametrize(
    ("titles", "taste", "name", "first"),
    [
        ([("ru", NEWS)], Taste(channel_for_others=True), "First Channel", "First Channel"),
        ([("ru", NEWS)], Taste(), "First Channel", NEWS),
        ([("ru", NEWS)], Taste(channel_for_others=True, languages=("ru",)), "First Channel", NEWS),
        ([("ru", NEWS)], Taste(channel_for_others=True), NEWS, NEWS),
        ([("ru", NEWS), ("en", "News")], Taste(channel_for_others=True, latin=True), "First Channel", "News"),
        ([("", "24")], Taste(channel_for_others=True), "First Channel", "24"),
    ],
)
def test_the_channel_stands_for_a_title_in_other_letters(titles, taste, name, first):
    chosen = chosen_titles(titles, taste, name)
    assert chosen[0][1] == first
    assert set(titles) <= set(chosen)


TEXTS = st.sampled_from([NEWS, "News", "24", "\u65e5\u672c", "Journal"])
LANGUAGES = st.sampled_from(["", "en", "en-GB", "ru", "de"])


@given(
    st.lists(st.tuples(LANGUAGES, TEXTS), max_size=5),
    st.builds(
        Taste,
        languages=st.lists(LANGUAGES.filter(bool), max_size=3).map(tuple),
        latin=st.booleans(),
        channel_for_others=st.booleans(),
    ),
)
@settings(derandomize=True)
def test_what_was_chosen_stays_chosen(titles, taste):
    chosen = chosen_titles(titles, taste, "Channel One")
    assert chosen_titles(chosen, taste, "Channel One") == chosen
    assert [phrase for phrase in chosen if phrase in titles] == in_order(titles, taste)
