from itertools import islice

from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.lineup.numbering import RESERVED_AFTER, Former, Holding, Newcomer, number_new, shifted, upwards
from tunerr.model.channel import ChannelId
from tunerr.model.numbers import LARGEST, GuideNumber


def number(text):
    return GuideNumber.parse(text) if text else None


def numbers(wishes, taken=(), start=1):
    """Wishes by name; a name that ends in a digit is on that device."""
    newcomers = [Newcomer(ChannelId(name), int(name[1:] or 1), number(wish)) for name, wish in wishes.items()]
    given = number_new(newcomers, taken={number(text) for text in taken}, start=start)
    return {name: str(value) for name, value in given.items()}


def test_wanted_numbers_first_then_the_lowest_free_ones():
    wishes = {"a": "", "b": "2", "c": "2", "d": "5.1", "e": "", "f": "1"}
    assert numbers(wishes) == {"b": "2", "d": "5.1", "f": "1", "a": "3", "c": "4", "e": "5"}


def test_taken_numbers_are_never_given():
    assert numbers({"a": "3", "b": ""}, ["1", "3"]) == {"a": "2", "b": "4"}


def test_each_device_counts_in_its_own_block():
    wishes = {"a": "", "b2": "", "c2": "1001", "d3": "7", "e3": "", "f": "2001"}
    assert numbers(wishes) == {"a": "1", "b2": "1002", "c2": "1001", "d3": "7", "e3": "2002", "f": "2001"}
    assert numbers({"a": "", "b2": ""}, start=500) == {"a": "500", "b2": "1500"}


def test_a_full_block_goes_on_in_the_next_one():
    taken = [str(each) for each in range(1, 1001)]
    assert numbers({"a": "", "b2": "", "c": ""}, taken) == {"a": "1001", "b2": "1002", "c": "1003"}


def test_after_the_largest_number_it_begins_anew():
    assert [row.major for row in islice(upwards(1, start=LARGEST - 1), 4)] == [LARGEST - 1, LARGEST, 1, 2]
    assert next(upwards(32, start=LARGEST)).major == LARGEST


def test_shifted():
    assert shifted(GuideNumber(5, 1), 100) == GuideNumber(105, 1)
    assert shifted(GuideNumber(5), -5) is None
    assert shifted(GuideNumber(5), LARGEST) is None


def test_a_number_is_reserved_a_day_after_its_first_fetch():
    holding = Holding(GuideNumber(1), ChannelId("a"), "m3u", assigned_at=0, first_served_at=100)
    assert not holding.reserved(100 + RESERVED_AFTER - 1)
    assert holding.reserved(100 + RESERVED_AFTER)
    assert not Holding(GuideNumber(1), ChannelId("a"), "m3u", assigned_at=0).reserved(1e12)
    assert Former(GuideNumber(1), ChannelId("a"), None, home=True).reserved(0)
    assert not Former(GuideNumber(1), ChannelId("a"), 100, home=False).reserved(100)
    assert Former(GuideNumber(1), ChannelId("a"), 100, home=False).reserved(100 + RESERVED_AFTER)


@given(
    st.lists(st.none() | st.integers(1, 12), max_size=15),
    st.sets(st.integers(1, 12), max_size=8),
    st.integers(1, 3),
)
@settings(derandomize=True, deadline=None)
def test_every_channel_gets_one_number_of_its_own(wanted, taken, devices):
    newcomers = [
        Newcomer(ChannelId(str(place)), place % devices + 1, GuideNumber(wish) if wish else None)
        for place, wish in enumerate(wanted)
    ]
    given = number_new(newcomers, taken={GuideNumber(each) for each in taken})
    assert given.keys() == {row.channel for row in newcomers}
    assert len(set(given.values())) == len(newcomers)
    assert not {each.major for each in given.values()} & taken
