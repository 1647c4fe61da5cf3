"""Words of the deck."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from tunerr.deck.words import SOURCES, STREAMS, ago, clock, lasting, program
from tunerr.gateway.state import State
from tunerr.model.status import SourceState


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("VLC/3.0.20 LibVLC/3.0.20", "VLC 3.0"),
        ("Lavf/59.27.100", "FFmpeg"),
        ("Kodi/20.2 (X11; Linux x86_64) App_Bitness/64", "Kodi 20.2"),
        ("Mozilla/5.0 (X11; Linux) AppleWebKit/537.36 Chrome/139.0.0.0 Safari/537.36", "Chrome 139.0"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Apple", "Browser"),
        ("PlexMediaServer/1.41.2.9200", "Plex 1.41"),
        ("some old box", "some old box"),
        ("", "Unknown player"),
    ],
)
def test_a_client_is_named_as_people_name_it(agent, words):
    assert program(agent) == words


def test_times_are_counted_in_the_largest_unit():
    def before(**span):
        return datetime.now(UTC) - timedelta(**span)

    assert ago(before(seconds=5)) == "just now"
    assert ago(before(seconds=-60)) == "just now", "clocks differ"
    assert ago(before(minutes=5, seconds=30)) == "5 min ago"
    assert ago(before(hours=3)) == "3 h ago"
    assert lasting(before(days=2, hours=5)) == "2 d"


def test_every_state_has_a_word():
    assert set(SOURCES) == {state.value for state in SourceState}
    assert set(STREAMS) == {state.value for state in State}


@pytest.mark.parametrize(("zone", "said"), [("UTC", "14:02:11"), ("Asia/Kolkata", "19:32:11")])
def test_a_time_of_day_is_that_of_the_visitor(zone, said):
    moment = datetime(2026, 11, 22, 15, 2, 11, tzinfo=timezone(timedelta(hours=1)))
    assert clock({"zone": ZoneInfo(zone)}, moment) == said
