import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.guide.making.events import event_of

HOUR = 3600
NOW = datetime(2026, 11, 22, 18, tzinfo=UTC).timestamp()


def utc(day, hour, minute=0, month=11, year=2026):
    return datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()


# As providers write them; Eastern is five hours behind UTC on that day.
NAMES = [
    ("PPV 3: UFC 300 | Sat 28 Nov 10:00 PM ET", utc(29, 3), "UFC 300"),
    ("NFL 01: Bills @ Jets 11/24 1:00PM", utc(24, 18), "Bills @ Jets"),
    ("Premier League: Arsenal v Chelsea 20:45 CET", utc(22, 19, 45), "Premier League: Arsenal v Chelsea"),
    ("Boxing 2026-11-22 18:30:00 UTC", utc(22, 18, 30), "Boxing"),
    ("Kraken @ Flames (11.22 7:30PM ET)", utc(23, 0, 30), "Kraken @ Flames"),
    ("US (ESPN+ 033) | Foo v Bar start:2026-11-22 20:00:00", utc(23, 1), "US (ESPN+ 033) | Foo v Bar"),
    ("NBA 12 : Lakers vs Celtics @ Nov 22 07:30 PM ET", utc(23, 0, 30), "Lakers vs Celtics"),
    ("LIVE: [20:00 UK] Arsenal - Spurs (HD)", utc(22, 20), "LIVE: Arsenal - Spurs (HD)"),
    ("BILLS AT JETS 1:00PM", utc(22, 18), "BILLS AT JETS"),
    ("Final 24.11.2026 20:45 CET", utc(24, 19, 45), "Final"),
    ("Sunday 11/22 8pm ET // Titans v Colts", utc(23, 1), "Titans v Colts"),
    ("1:00 Packers v Bears", utc(22, 6), "Packers v Bears"),
    ("7 PM ET", utc(23, 0), "7 PM ET"),
    ("Jan 2: A v B 1:00 PM ET", utc(2, 18, month=1, year=2027), "A v B"),
]


@pytest.mark.parametrize(("name", "start", "title"), NAMES, ids=[name for name, *_ in NAMES])
def test_what_a_name_tells(name, start, title):
    event = event_of(name, NOW)
    assert (event.start, event.title) == (start, title)


@pytest.mark.parametrize(
    "name",
    ["BBC One", "CP24", "24/7 Simpsons", "4K 16:9", "Channel 5.1", "", "Game 2/30 8:00 PM", "Score 3:99", "UFC 300"],
)
def test_names_without_a_time(name):
    assert event_of(name, NOW) is None


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("UFC 300", 3),
        ("NFL Bills @ Jets", 3),
        ("MLB Mets @ Cubs", 4.5),
        ("MLB Finals", 5),
        ("Soccer A v B", 2.5),
        ("Premier League: A v B", 2.5),
        ("NBA A v B", 3.5),
        ("WNBA Finals A v B", 4),
        ("NHL A v B", 3.5),
        ("Rugby Final A v B", 3.5),
        ("Sopranos", 3),  # no sport within another word
    ],
)
def test_how_long_it_takes(name, hours):
    event = event_of(f"{name} 8:00 PM ET", NOW)
    assert event.stop - event.start == hours * HOUR


def test_an_end_that_is_told_counts():
    event = event_of("A v B start:2026-11-22 20:00:00 stop:2026-11-22 21:15:00", NOW, "gb")
    assert (event.start, event.stop, event.title) == (utc(22, 20), utc(22, 21, 15), "A v B")
    odd = event_of("A v B start:2026-11-22 20:00:00 stop:2026-11-29 21:15:00", NOW, "gb")
    assert odd.stop == odd.start + 3 * HOUR


@pytest.mark.parametrize(("country", "hour"), [("gb", 20), ("de", 19), ("us", 25), ("", 25), ("xx", 25)])
def test_a_time_without_a_zone_is_that_of_the_country(country, hour):
    assert event_of("A v B 2026-11-22 20:00", NOW, country).start == utc(22, 0) + hour * HOUR


def test_the_day_is_first_where_it_is_written_so():
    assert event_of("A v B 5/12 20:00", NOW, "gb").start == utc(5, 20, month=12)
    assert event_of("A v B 12/5 8 PM", NOW, "us").start == utc(6, 1, month=12)


@given(st.text(max_size=400), st.sampled_from(["", " 8:00 PM ET", " 11/24 1:00PM", " 2026-11-22 18:30:00"]))
@settings(derandomize=True, max_examples=300, deadline=None)
def test_any_name_is_borne(name, end):
    event = event_of(name + end, NOW)
    assert event is None or (event.start < event.stop <= event.start + 24 * HOUR and (event.title or not name))


@pytest.mark.parametrize("piece", ["1:", "1 ", "(", "nov ", "| ", "a", "11/", "start:", "0 1.1 ", "sun ", "@ "])
def test_hostile_names_cost_nothing(piece):
    began = time.process_time()
    event_of(piece * (20_000 // len(piece)) + " 8:00 PM ET", NOW)
    event_of("8:00 PM ET " + piece * (20_000 // len(piece)), NOW)
    assert time.process_time() - began < 0.1
