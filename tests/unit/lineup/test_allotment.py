from tunerr.lineup.allotment import Demand, Devices, Promises, Refusal, allot
from tunerr.lineup.numbering import RESERVED_AFTER, Former, Holding
from tunerr.model.numbers import GuideNumber

NOW = 10 * RESERVED_AFTER
SEEN = 0.0  # reserved by now


def held(number, channel, *, seen=None, at=0.0, device=1, absent=None):
    return Holding(GuideNumber(number), channel, "m3u", at, seen, device, absent)


def former(number, channel, *, seen=None, home=False):
    return Former(GuideNumber(number), channel, seen, home)


def made(channels, holdings=(), left=(), *, fixed=(), wishes=(), waiting=(), limit=9, devices=1):
    demand = Demand(
        channels=list(channels),
        fixed={one: GuideNumber(number) for one, number in dict(fixed).items()},
        wishes={one: GuideNumber(number) for one, number in dict(wishes).items()},
        waiting=waiting,
    )
    return allot(demand, Promises(tuple(holdings), tuple(left)), Devices(limit, devices), now=NOW)


def numbers(*args, **options):
    return {one: place.number.major for one, place in made(*args, **options).places.items()}


def test_with_too_few_places_promises_come_first_then_age_and_those_that_return_last():
    rows = [
        held(1, "young", at=50),
        held(2, "old", at=10),
        held(3, "promised", at=40, seen=SEEN),
        held(4, "returns", at=1, seen=SEEN, absent=5.0),
    ]
    assert Promises(tuple(rows)).precedence(NOW) == ("promised", "old", "young", "returns")
    result = made(["returns", "young", "old", "promised", "new"], rows, limit=2)
    assert {one: place.number.major for one, place in result.places.items()} == {"old": 2, "promised": 3}
    assert result.crowded == ("returns", "young", "new")


def test_what_is_not_chosen_leaves_and_keeps_only_what_is_reserved():
    rows = [held(1, "a", seen=SEEN), held(2, "b", seen=NOW - 10), held(3, "c")]
    assert numbers(["c", "d", "e"], rows) == {"c": 3, "d": 2, "e": 4}


def test_places_of_waiting_channels_are_kept():
    result = made("bcd", [held(1, "a")], waiting={"a"}, limit=3)
    assert {one: place.number.major for one, place in result.places.items()} == {"b": 2, "c": 3}
    assert result.crowded == ("d",)


def test_new_channels_fill_the_first_device_first():
    rows = [held(1, "a"), held(1001, "z", device=2)]
    result = made("zabcde", rows, limit=2, devices=3)
    assert {one: (place.device, place.number.major) for one, place in result.places.items()} == {
        "a": (1, 1),
        "z": (2, 1001),
        "b": (1, 2),
        "c": (2, 1002),
        "d": (3, 2001),
        "e": (3, 2002),
    }


def test_a_number_reserved_on_a_device_that_is_gone_waits_and_another_is_free():
    rows = [held(1001, "promised", seen=SEEN, device=2), held(1002, "free", device=2)]
    result = made(["promised", "free"], rows)
    assert {one: (place.device, place.number.major) for one, place in result.places.items()} == {"free": (1, 1)}
    assert (result.stranded, result.crowded) == (("promised",), ())


def test_the_operators_number_wins_over_wishes_and_over_numbers_without_a_promise():
    result = made("abc", [held(1, "a"), held(2, "b")], fixed={"c": 1}, wishes={"c": 9, "a": 7})
    assert {one: place.number.major for one, place in result.places.items()} == {"b": 2, "c": 1, "a": 7}
    assert result.refusals == ()


def test_a_number_that_belongs_to_another_channel_is_refused():
    for rows, left, waiting in (
        ([held(1, "a", seen=SEEN)], [], ()),
        ([held(1, "a")], [], {"a"}),
        ([], [former(1, "a", seen=SEEN)], ()),
        ([], [former(1, "a", home=True)], ()),
    ):
        result = made(["b"], [held(2, "b"), *rows], left, fixed={"b": 1}, waiting=waiting)
        assert result.places["b"].number.major == 2
        assert result.refusals == (Refusal("b", GuideNumber(1), "a"),)


def test_of_two_channels_with_one_number_its_holder_has_it():
    result = made("ab", [held(5, "b")], fixed={"a": 5, "b": 5})
    assert {one: place.number.major for one, place in result.places.items()} == {"a": 1, "b": 5}
    assert result.refusals == (Refusal("a", GuideNumber(5), "b"),)
    assert numbers("ab", fixed={"a": 5, "b": 5}) == {"a": 5, "b": 1}


def test_the_operators_numbers_are_kept_for_channels_that_are_not_offered():
    assert numbers("ab", fixed={"c": 1, "d": 7}, wishes={"a": 7}) == {"a": 2, "b": 3}


def test_the_number_before_the_operators_is_home():
    first = made("a", [held(1, "a")], fixed={"a": 5})
    assert first.places["a"] == (GuideNumber(5), 1, True)
    again = made("a", [held(5, "a")], [former(1, "a", home=True)], fixed={"a": 6})
    assert again.places["a"] == (GuideNumber(6), 1, False)  # one home only
    back = made("ab", [held(6, "a")], [former(1, "a", home=True)], wishes={"b": 1})
    assert {one: place.number.major for one, place in back.places.items()} == {"a": 1, "b": 2}


def test_channels_may_exchange_numbers():
    assert numbers("ab", [held(1, "a"), held(2, "b")], fixed={"a": 2, "b": 1}) == {"a": 2, "b": 1}
