import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.guide.episodes import canonical, from_counts

# What xmltv's validator accepts.
VALID = re.compile(r"\s*\d*(\s*/\s*\d+)?\s*\.\s*\d*(\s*/\s*\d+)?\s*\.\s*\d*(\s*/\s*\d+)?\s*", re.ASCII)


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("1.0.0/1", "1.0.0/1"),
        ("0 . 12/13 . 0/3", "0.12/13.0/3"),
        ("1.3", "1.3."),
        (".5.", ".5."),
        ("-1.4.", ".4."),
        ("0.x.", "0.."),
        ("..", ""),
        ("7", ""),
        ("S01E02", ""),
        ("1.2.3.4", ""),
        ("/3.1.", ".1."),
    ],
)
def test_numbers_become_canonical(given_text, expected):
    assert canonical(given_text) == expected


@pytest.mark.parametrize(
    ("season", "episode", "expected"),
    [
        ("1", "8", "0.7."),
        ("03", " 010 ", "2.9."),
        ("", "5", ".4."),
        ("2", "", "1.."),
        ("0", "5", ".4."),
        ("0", "0", ""),
        ("x", "1a", ""),
        ("-1", "99999999", ""),
    ],
)
def test_plain_counts_become_a_number(season, episode, expected):
    assert from_counts(season, episode) == expected


@given(st.text(alphabet="0123456789./ -x", max_size=15))
@settings(derandomize=True)
def test_whatever_comes_in_is_valid_or_gone(text):
    number = canonical(text)
    assert number == "" or (VALID.fullmatch(number) and canonical(number) == number)
