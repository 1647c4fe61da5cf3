import base64
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tunerr.errors import AccountRefused, NotAPanel
from tunerr.providers.xtream.epg import listings

ROW = {
    "title": "News",
    "description": "All of it.",
    "lang": "en",
    "start": "2026-01-01 10:00:00",
    "end": "2026-01-01 10:30:00",
    "channel_id": "bbc1.uk",
    "start_timestamp": "1767261600",
    "stop_timestamp": "1767263400",
    "has_archive": 1,
}


def read(*rows, **options):
    return listings(json.dumps({"epg_listings": rows}).encode(), **options)


def coded(text):
    return base64.b64encode(text.encode()).decode()


def test_plain_titles():
    (found,) = read(ROW)
    assert (found.title, found.description, found.channel, found.language) == ("News", "All of it.", "bbc1.uk", "en")
    assert (found.start, found.stop) == (datetime(2026, 1, 1, 10, tzinfo=UTC), datetime(2026, 1, 1, 10, 30, tzinfo=UTC))
    assert found.archived


def test_base64_titles():
    (found,) = read({**ROW, "title": coded("Tagesschau à 20h"), "description": coded("Línea\nzwei")})
    assert (found.title, found.description) == ("Tagesschau à 20h", "Línea zwei")


def test_words_that_could_be_base64_stay_when_others_can_not_be():
    first, second = read({**ROW, "title": "abcd"}, {**ROW, "title": "Ein Film", "start_timestamp": 1767261601})
    assert (first.title, second.title) == ("abcd", "Ein Film")
    assert read({**ROW, "title": coded("A"), "description": ""})[0].title == "A"


def test_times_as_text_are_the_panels():
    (found,) = read({**ROW, "start_timestamp": None, "stop_timestamp": ""}, zone=ZoneInfo("Europe/Berlin"))
    assert found.start == datetime(2026, 1, 1, 9, tzinfo=UTC)


def test_they_come_in_order_and_impossible_ones_are_left_out():
    late = {**ROW, "start_timestamp": 1767263400, "stop_timestamp": 1767265200}
    backwards = {**ROW, "start_timestamp": 1767263400, "stop_timestamp": 1767261600}
    found = read(late, ROW, backwards, {**ROW, "start": None, "start_timestamp": None}, "no row")
    assert [one.start.minute for one in found] == [0, 30]


@pytest.mark.parametrize("body", [b'{"epg_listings": []}', b'{"epg_listings": null}', b"[]", b'{"epg_listings": {}}'])
def test_nothing_is_on(body):
    assert listings(body) == ()


def test_lists_as_objects():
    assert len(listings(json.dumps({"epg_listings": {"0": ROW}}).encode())) == 1


def test_no_answer():
    with pytest.raises(NotAPanel):
        listings(b"<html>")
    with pytest.raises(AccountRefused):
        listings(b"INVALID_CREDENTIALS")
    with pytest.raises(AccountRefused):
        listings(b'{"user_info": {"auth": 0}}')
