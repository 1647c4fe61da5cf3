import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.guide.rows.episodes import (
    canonical,
    counts,
    from_counts,
    from_date,
    from_numbers,
    from_text,
    is_film_number,
)

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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("S1/E8 - Whiskey Limits", "0.7."),
        ("'S1/E8 - Whiskey Limits'. A storm shakes Rio Paloma.", "0.7."),
        ("'S2/E8 of 26'. A spring morning", "1.7."),
        ("S01E08", "0.7."),
        ("s01e08 The One", "0.7."),
        ("Season 1 Episode 8", "0.7."),
        ("Season 1, Episode 8: Pilot", "0.7."),
        ("Series 3 Ep. 2", "2.1."),
        ("S1 Ep8 The One", "0.7."),
        ("S1:E8", "0.7."),
        ("(S1 E8) The One", "0.7."),
        ("The One (S1 E8)", "0.7."),
        ("attractive to him. (S2, ep10)", "1.9."),
        ("The One S01E08.", "0.7."),
        ("Staffel 2, Folge 11", "1.10."),
        ("Saison 4 \u00c9pisode 1", "3.0."),
        ("Temporada 1 Episodio 8", "0.7."),
        ("T3:E4", "2.3."),
        ("S2026E105", "2025.104."),
        ("In S1 E8 she came back, and left.", ""),
        ("Episode 4", ""),
        ("Catch 22", ""),
        ("4x4", ""),
        ("S1E8x", ""),
        ("Boss1E8", ""),
        ("It was 1999", ""),
        ("S0E0", ""),
        ("", ""),
    ],
)
def test_numbers_are_read_where_people_write_them(text, expected):
    assert from_text(text) == expected


def test_of_several_numbers_those_for_people_are_read():
    assert from_numbers([("pluto", "S1E1"), ("onscreen", "7"), ("SxxExx", "S02E03")]) == "1.2."
    assert from_numbers([("", "S02E03")]) == "1.2."
    assert from_numbers([("dd_progid", "EP01234567.0012")]) == ""


@pytest.mark.parametrize(
    ("numbers", "episode", "film"),
    [
        ([("onscreen", "7")], True, False),
        ([("", "7")], True, False),
        ([("dd_progid", "EP01234567.0012")], True, False),
        ([("dd_progid", "MV01234567.0000")], True, True),
        ([("pluto", "5b19")], False, False),
        ([], False, False),
    ],
)
def test_catalog_entries_are_no_episodes(numbers, episode, film):
    assert (counts(numbers), is_film_number(numbers)) == (episode, film)


@given(st.integers(0, 4_000_000_000))
@settings(derandomize=True)
def test_dates_are_written_with_their_time(start):
    assert from_date(start) == datetime.fromtimestamp(start, UTC).strftime("%Y-%m-%d %H:%M:%S")


@given(st.text(alphabet="sSeEp1290 /,.-()[]'season", max_size=60))
@settings(derandomize=True)
def test_whatever_is_read_is_valid(text):
    number = from_text(text)
    assert number == "" or VALID.fullmatch(number)
