import pytest

from tunerr.catalog import countries


@pytest.mark.parametrize(
    ("group", "country"),
    [
        ("UK | Sports", "gb"),
        ("VIP | UK", "gb"),
        ("US Sports", "us"),
        ("[DE] Sport", "de"),
        ("Albania", "al"),
        ("VOD Italy", "it"),
        ("日本 / Japan", "jp"),
        ("Bosnia and Herzegovina", "ba"),
        ("North Macedonia", "mk"),
        ("North Korea", "kp"),
        ("ESPAÑA TDT", "es"),
        ("UK/USA", ""),
        ("News (AR)", ""),
        ("News", ""),
        ("Us and them", ""),
        ("", ""),
    ],
)
def test_group(group, country):
    assert countries.of_group(group) == country


@pytest.mark.parametrize(
    ("tvg", "country"),
    [
        ("bbc1.uk", "gb"),
        ("espn.us2", "us"),
        ("bbcone.uk@hd", "gb"),
        ("eltrece.ar", "ar"),
        ("news18.com", ""),
        ("uk", ""),
        ("6a1ea2d1eddc28f7681e518e", ""),
        ("", ""),
    ],
)
def test_tvg_id(tvg, country):
    assert countries.of_tvg(tvg) == country


def test_markers_codes_and_flags():
    assert [countries.of_marker(text) for text in ("uk", "GER", " Deutschland ", "Türkiye", "SD", "CSI")] == [
        "gb",
        "de",
        "de",
        "tr",
        "",
        "",
    ]
    assert [countries.of_code(text) for text in ("UK", "gb", "SD", "GBR")] == ["gb", "gb", "sd", ""]
    assert countries.of_flag("🇬🇧") == "gb"
    assert countries.NAMES["gb"] == "United Kingdom"


def test_no_word_stands_for_two_countries():
    words = [word.strip() for names in countries._TABLE.values() for word in names.split(",")]
    assert len(words) == len(set(words)) == len(countries._WORDS)
    assert not {word for word in countries._WORDS if len(word) == 2} - {"uk"}
