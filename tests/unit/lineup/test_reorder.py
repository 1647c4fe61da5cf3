import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.errors import ActionRefused
from tunerr.lineup.reorder import group_above, in_order, moved, places_for, rearranged

CHANNELS = [f"c{index}" for index in range(12)]
PLACES = st.dictionaries(st.sampled_from(CHANNELS), st.integers(-1_000_000, 1_000_000) | st.integers(-3, 3))


@settings(derandomize=True)
@given(base=st.permutations(CHANNELS), wanted=st.permutations(CHANNELS), places=PLACES)
def test_the_places_make_the_order(base, wanted, places):
    changed = places_for(wanted, base=base, places=places)
    assert in_order(base, places | changed) == wanted
    assert all(-1_000_000 <= place <= 1_000_000 for place in changed.values())
    assert all(places.get(one) != place for one, place in changed.items())


def test_an_order_as_it_is_needs_nothing():
    assert places_for(CHANNELS, base=CHANNELS, places={}) == {}


def test_a_channel_that_goes_up_takes_the_least_with_it():
    up = moved(CHANNELS, ["c9"], 2)
    assert up[:3] == ["c0", "c9", "c1"]
    assert places_for(up, base=CHANNELS, places={}) == {"c0": 100, "c9": 200}


def test_between_two_places_one_channel_changes():
    places = {one: 100 * place for place, one in enumerate(CHANNELS, 1)}
    assert places_for(moved(CHANNELS, ["c0"], 6), base=CHANNELS, places=places) == {"c0": 650}
    assert places_for(moved(CHANNELS, ["c5"], 1), base=CHANNELS, places=places) == {"c5": 0}
    assert places_for(moved(CHANNELS, ["c5"], 12), base=CHANNELS, places=places) == {"c5": 1300}


def test_without_room_all_get_places_anew():
    places = {one: place for place, one in enumerate(CHANNELS)}
    changed = places_for(moved(CHANNELS, ["c9"], 2), base=CHANNELS, places=places)
    assert changed["c9"] == 200
    assert len(changed) == 12


def test_a_block_comes_together():
    assert moved(list("abcdef"), ["e", "b"], 1) == list("ebacdf")
    assert moved(list("abc"), ["a"], 99) == list("bca")
    assert moved(list("abc"), ["c"], -5) == list("cab")


def test_a_part_is_rearranged_on_its_own_places():
    assert rearranged(list("abcdef"), ["e", "b", "gone", "d"]) == list("aecbdf")
    with pytest.raises(ActionRefused, match="twice"):
        rearranged(list("abc"), ["a", "a"])


def test_a_group_goes_before_the_one_before_it():
    groups = {"a": "News", "b": "Sport", "c": "News", "d": "Kids", "e": "Sport"}
    assert group_above(list("abcde"), groups.get, "Kids") == (["d"], 2)
    assert group_above(list("abcde"), groups.get, "Sport") == (["b", "e"], 1)
    assert group_above(list("abcde"), groups.get, "News") == (["a", "c"], 1)
    assert group_above(list("abcde"), groups.get, "none") == ([], 1)
