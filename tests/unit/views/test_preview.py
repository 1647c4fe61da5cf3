from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tunerr.lineup.allotment import Demand, Devices, Promises, allot
from tunerr.lineup.numbering import Holding
from tunerr.lineup.plan import Change, Difference, Example, Offer, StageSummary, Summary
from tunerr.model.channel import Channel, ChannelId, Lineup, LineupChannel
from tunerr.model.numbers import GuideNumber
from tunerr.views.preview import MOST, Listed, Rehearsal, outcome, staged_rows

NONE = Change(count=0)
SUMMARY = Summary(
    made_at=0, channels=9, raw=9, kept=9, stages=(), difference=Difference(added=NONE, removed=NONE, moved=NONE)
)


def lineup(**numbers):
    rows = [
        LineupChannel(GuideNumber(number), Channel(id=ChannelId(one), name=one, streams=()))
        for one, number in numbers.items()
    ]
    return Lineup(version="1", built_at=datetime(2026, 1, 1, tzinfo=UTC), channels=tuple(rows))


def rehearse(before, names, *, limit=10, fixed=None, seen=(), summary=SUMMARY):
    """What the worker and the allotment say of channels, by id their names."""
    held = tuple(
        Holding(row.number, row.channel.id, "m3u", 0.0, 1.0 if row.channel.id in seen else None)
        for row in before.channels
    )
    fixed = {one: GuideNumber(number) for one, number in (fixed or {}).items()}
    devices = Devices(limit)
    allotment = allot(Demand(list(names), fixed, {}), Promises(held), devices, now=2.0)
    offers = [Offer(one, name, "News", "") for one, name in names.items()]
    order = [row.channel.id for row in before.channels]
    return outcome(before, Rehearsal(offers, summary, allotment, Promises(held), order), devices, guided=None)


def told(listed):
    return [(row.channel, row.number, row.was, row.now) for row in listed.rows]


def test_nothing_differs():
    found = rehearse(lineup(a=1, b=2), {"a": "a", "b": "b"}, seen=("a",))
    assert found.same
    assert (found.before, found.after, found.places, found.known) == (2, 2, 10, 0)
    assert found.moved == found.crowded == Listed()


def test_what_comes_goes_and_is_called_otherwise():
    found = rehearse(lineup(a=1, b=2, c=3), {"a": "Alpha", "c": "c", "d": "d"})
    assert not found.same
    assert told(found.removed) == [("b", "2", "", "")]
    assert told(found.added) == [("d", "2", "", "")]
    assert told(found.renamed) == [("a", "1", "a", "Alpha")]


def test_a_number_that_clients_know_is_said_to_be_lost():
    found = rehearse(lineup(a=1, b=2), {"a": "a", "b": "b"}, fixed={"a": 7, "b": 8}, seen=("a",))
    assert told(found.renumbered) == [("a", "7", "1", "7"), ("b", "8", "2", "8")]
    assert [bool(row.note) for row in found.renumbered.rows] == [True, False]
    assert found.known == 1


def test_only_those_are_moved_that_were():
    found = rehearse(lineup(a=1, b=2, c=3, d=4), {one: one for one in "dabc"})
    assert told(found.moved) == [("d", "4", "4", "1")]
    assert not found.renumbered.count


def test_those_without_a_place_are_named():
    stage = StageSummary(
        stage="limit", summary="the limit", left_out=7, examples=(Example(name="x", reason="it was 9th"),)
    )
    summary = SUMMARY.model_copy(update={"stages": (stage,)})
    found = rehearse(lineup(a=1, b=2), {one: one for one in "abcd"}, limit=3, summary=summary)
    assert told(found.added) == [("c", "3", "", "")]
    assert found.crowded.count == 8
    assert [row.name for row in found.crowded.rows] == ["x", "d"]


def test_a_number_of_another_channel_is_refused_in_words():
    before = lineup(a=1, b=2)
    held = tuple(Holding(row.number, row.channel.id, "m3u", 0.0, 1.0) for row in before.channels)
    allotment = allot(Demand(["a", "b"], {"a": GuideNumber(2)}, {}), Promises(held), Devices(5), now=1e6)
    offers = [Offer(one, one.upper(), "", "") for one in "ab"]
    found = outcome(before, Rehearsal(offers, SUMMARY, allotment, Promises(held), "ab"), Devices(5), guided={"a": True})
    assert found.notes == ("A can't have the number 2: it belongs to B.",)
    assert (found.guided, found.unexamined) == (1, 1)


def test_before_the_first_lineup_all_are_added():
    found = outcome(None, Rehearsal((), SUMMARY, replace(allot(Demand([], {}, {}), Promises(), Devices(5), now=0)),
                                    Promises(), ()), Devices(5), guided=None)  # fmt: skip
    assert (found.before, found.after, found.same) == (0, 0, True)


def test_lists_are_short_and_counted():
    found = rehearse(lineup(), {f"c{index}": "x" for index in range(MOST + 7)}, limit=479)
    assert (found.added.count, len(found.added.rows)) == (MOST + 7, MOST)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"take": 5}, "→ 5"),
        ({"drop_music": True}, "→ yes"),
        ({"languages": ["en", "de", "fr", "it"]}, "→ en, de, fr, …"),
        ({"take": None}, "→ as the setting has it"),
        ({"programming": {"selected_categories": ["a", "b"]}}, "→ 2 ticked, 0 left out"),
        ({"programming": None}, "→ all groups"),
    ],
)
def test_staged_rules_are_said_in_words(rules, said):
    assert [one.fields for one in staged_rows({}, rules, {}, {})] == [(said,)]


def test_staged_channels_are_said_with_what_was():
    rows = staged_rows({"a": {"name": "New", "enabled": False, "order": None}}, {}, {"a": "Alpha"}, {"a": {"order": 3}})
    assert rows[0].name == "Alpha"
    assert rows[0].fields == ("name: as provided → New", "enabled: as provided → no", "order: 3 → as provided")
