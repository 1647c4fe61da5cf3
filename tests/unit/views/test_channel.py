import json
from datetime import UTC, datetime

from tests.unit.views.test_channels import AT, LINEUP, ONE, THREE, TWO, known, listed, stream
from tunerr.catalog.keys import stream_key
from tunerr.catalog.ranking import Ranked
from tunerr.lineup.numbering import Former, Holding
from tunerr.model.channel import Channel
from tunerr.model.numbers import GuideNumber
from tunerr.model.stream_test import Finding, StreamTest
from tunerr.storage.choices import Act, Change
from tunerr.views.channel import Held, channel_view

PROVIDED = Channel(ONE, "One HD", tvg_id="one.uk", group="UK", wanted_number=GuideNumber(7), streams=(stream("m3u"),))
KEY = stream_key("m3u", "http://u:p@h/1")


def held(channel=PROVIDED, **of):
    given = {
        "provider": channel,
        "listed": listed(channel.id),
        "offered": LINEUP.by_id.get(channel.id),
        "streams": [Ranked(one, ("preferred host h",)) for one in channel.streams],
        "tests": {},
        "wish": {},
        "holding": None,
        "former": (),
        "acts": (),
        "recognized": None,
    }
    return Held(**{**given, **of})


def test_each_field_has_what_is_chosen_and_what_the_provider_says():
    view = channel_view(
        held(wish={"name": "Uno", "enabled": True}), known(draft={ONE: {"name": None, "order": 3}}), now=AT
    )
    fields = {field.name: (field.value, field.provider) for field in view.fields}
    assert fields == {
        "enabled": ("true", ""),
        "name": ("", "One HD"),
        "number": ("", "7"),
        "group": ("", "UK"),
        "logo": ("", ""),
        "order": ("3", ""),
    }
    assert [(one.field, one.old, one.new) for one in view.pending] == [("name", "Uno", ""), ("order", "", "3")]


def test_a_stream_shows_its_last_test_and_no_secret():
    tests = {KEY: StreamTest(AT.timestamp(), Finding.GONE, "404", AT.timestamp())}
    (row,) = channel_view(held(tests=tests), known(), now=AT).streams
    assert (row.key, row.plays, row.tested, row.tested_at) == (KEY, False, "gone", AT)
    assert "p@" not in row.url
    (row,) = channel_view(held(), known(), now=AT).streams
    assert (row.plays, row.tested, row.reasons) == (None, "", "preferred host h")


def test_a_number_that_clients_know_for_a_day_is_kept_for_ever():
    def number(seen):
        holding = Holding(GuideNumber(1), ONE, "m3u", 0.0, first_served_at=seen)
        former = (Former(GuideNumber(9), ONE, None, home=True),)
        return channel_view(held(holding=holding, former=former), known(), now=AT).number

    assert (number(None).seen_at, number(None).kept, number(None).former) == (None, False, ("9",))
    assert not number(AT.timestamp() - 3600).kept
    assert number(AT.timestamp() - 25 * 3600).kept
    left_out = held(Channel(THREE, "Three"), listed=None)
    assert channel_view(left_out, known(), now=AT).number is None


def test_one_that_is_left_out_says_what_would_change_it():
    out = listed(THREE, kept=False, reason="left out: its streams failed", stage="probe")
    view = channel_view(held(Channel(THREE, "Three"), listed=out), known(), now=AT)
    assert (view.offered, view.why, view.stage) == (False, "its streams failed", "probe")
    assert "Test its streams" in view.what_next
    sports = out._replace(stage="sports")
    assert (
        "more than every rule" in channel_view(held(Channel(THREE, "Three"), listed=sports), known(), now=AT).what_next
    )
    unknown = channel_view(held(Channel(THREE, "Three"), listed=None), known(), now=AT)
    assert "no plan knows it yet" in unknown.why


def test_its_history_tells_old_and_new_and_what_can_be_undone():
    change = Change("channel", TWO, None, json.dumps({"name": "Zwei", "enabled": False}))
    acts = [Act(4, AT.timestamp(), "admin", "channel-set", "Two", "Two: name set.", (change,), undone_by)
            for undone_by in (None, 9)]  # fmt: skip
    done, undone = channel_view(held(acts=acts), known(), now=datetime.now(UTC)).history
    assert [(one.field, one.old, one.new) for one in done.changes] == [
        ("enabled", "", "left out"),
        ("name", "", "Zwei"),
    ]
    assert (done.undo, undone.undo) == (4, None)
