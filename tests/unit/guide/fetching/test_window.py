from datetime import UTC, datetime

import pytest

from tunerr.guide.fetching.window import question
from tunerr.model.channel import SourceId
from tunerr.model.source import Programmes, Source
from tunerr.model.url import SecretUrl

NOW = datetime(2026, 3, 1, 12, 34, 56, tzinfo=UTC)
TOKENS = "from={from_unix}&to={to_unix}&a={from_ymd}&b={to_ymd}"


def source(url="http://p/xmltv.php?u=a", suffix=TOKENS, **more):
    return Source(SourceId("g"), "guide", SecretUrl(url), 5, programmes=Programmes(suffix=suffix, **more))


def asked(one, now=NOW, *, whole=False):
    location, partial = question(one, now, whole=whole)
    return location.reveal(), partial


def test_without_a_suffix_the_guide_is_asked_for_as_it_is():
    assert asked(source(suffix="")) == ("http://p/xmltv.php?u=a", False)
    assert asked(source("file:///srv/g.xml")) == ("file:///srv/g.xml", False)


def test_the_window_reaches_from_the_past_into_the_future_rounded_outwards():
    start = int(datetime(2026, 3, 1, 6, tzinfo=UTC).timestamp())
    stop = int(datetime(2026, 3, 4, 13, tzinfo=UTC).timestamp())
    url = f"http://p/xmltv.php?u=a&from={start}&to={stop}&a=2026-03-01&b=2026-03-04"
    assert asked(source()) == (url, False)
    assert asked(source(incremental=True)) == (url, True)
    wider = source(suffix="{from_unix}-{to_unix}", lookahead=1, backfill=24)
    hours = 24 + 1 + 1
    first, last = map(int, asked(wider)[0].partition("?u=a&")[2].split("-"))
    assert last - first == hours * 3600


def test_within_the_hour_the_question_is_the_same():
    assert asked(source(), NOW.replace(minute=0)) == asked(source(), NOW.replace(minute=59)) == asked(source())
    assert asked(source(), NOW.replace(hour=13)) != asked(source())


def test_an_incremental_guide_is_asked_for_whole_without_the_suffix():
    assert asked(source(incremental=True), whole=True) == ("http://p/xmltv.php?u=a", False)
    assert "from=" in asked(source(), whole=True)[0], "what always has the suffix has it then too"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://p/x", "http://p/x?d=1"),
        ("http://p/x?", "http://p/x?d=1"),
        ("http://p/x?a=1&", "http://p/x?a=1&d=1"),
        ("http://p/x#f", "http://p/x?d=1#f"),
    ],
)
def test_the_suffix_joins_any_url(url, expected):
    assert asked(source(url, suffix="d=1"))[0] == expected
