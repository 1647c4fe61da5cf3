from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.lineup.numbering import RESERVED_AFTER, Holding, number_new, staying
from tunerr.model.channel import Channel, ChannelId
from tunerr.model.numbers import GuideNumber


def channel(name, wanted=None):
    return Channel(ChannelId(name), name, wanted_number=GuideNumber.parse(wanted) if wanted else None)


def numbers(channels, unavailable=()):
    given = number_new(channels, unavailable={GuideNumber.parse(text) for text in unavailable})
    return {row.name: str(number) for number, row in given}


def test_wanted_numbers_first_then_the_lowest_free_ones():
    channels = [
        channel("a"),
        channel("b", "2"),
        channel("c", "2"),
        channel("d", "5.1"),
        channel("e"),
        channel("f", "1"),
    ]
    assert numbers(channels) == {"b": "2", "d": "5.1", "f": "1", "a": "3", "c": "4", "e": "5"}


def test_taken_numbers_are_never_given():
    assert numbers([channel("a", "3"), channel("b")], ["1", "3"]) == {"a": "2", "b": "4"}


def test_a_number_is_reserved_a_day_after_its_first_fetch():
    holding = Holding(GuideNumber(1), ChannelId("a"), "m3u", assigned_at=0, first_served_at=100)
    assert not holding.reserved(100 + RESERVED_AFTER - 1)
    assert holding.reserved(100 + RESERVED_AFTER)
    assert not Holding(GuideNumber(1), ChannelId("a"), "m3u", assigned_at=0).reserved(1e12)


def test_with_too_few_places_promises_come_first_then_age():
    rows = [
        Holding(GuideNumber(1), ChannelId("young"), "m3u", assigned_at=50),
        Holding(GuideNumber(2), ChannelId("old"), "m3u", assigned_at=10),
        Holding(GuideNumber(3), ChannelId("promised"), "m3u", assigned_at=40, first_served_at=41),
        Holding(GuideNumber(4), ChannelId("gone"), "m3u", assigned_at=1, first_served_at=2),
    ]
    present = {ChannelId("young"), ChannelId("old"), ChannelId("promised")}
    stay = staying(rows, present=present, now=41 + RESERVED_AFTER, limit=2)
    assert [row.channel for row in stay] == ["old", "promised"]


@given(
    st.lists(st.none() | st.integers(1, 12), max_size=15),
    st.sets(st.integers(1, 12), max_size=8),
)
@settings(derandomize=True, deadline=None)
def test_every_channel_gets_one_number_of_its_own(wanted, taken):
    channels = [channel(str(place), str(number) if number else None) for place, number in enumerate(wanted)]
    given = list(number_new(channels, unavailable={GuideNumber(number) for number in taken}))
    assert {row.name for _, row in given} == {row.name for row in channels}
    assert len({number for number, _ in given}) == len(channels)
    assert not {number.major for number, _ in given} & taken
