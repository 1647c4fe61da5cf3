import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.catalog.identity import EntryKeys, Group, Known, learned, recognise


class Memory:
    """What a catalog remembers, in a dict."""

    def __init__(self):
        self.rows = {}
        self.now = 0.0

    def answer(self, entries, *, source="m3u", elsewhere=()):
        """Take in `(tvg_id, name, path)` entries; the id of each, in their order."""
        self.now += 1
        groups, natives = {}, []
        for tvg_id, name, path in entries:
            keys = EntryKeys.of(tvg_id=tvg_id, name=name, url=f"http://h/{path}")
            native = keys.native(source)
            natives.append(native)
            groups.setdefault(native, Group(native)).add(keys.name, keys.path)
        listed = list(groups.values())
        result = recognise(
            listed,
            source=source,
            lookup=self.rows.get,
            elsewhere=elsewhere,
            taken=lambda channel: channel in self.issued(),
        )
        for key, channel in learned(listed, result.ids, source):
            if key not in self.rows or self.rows[key].channel_id != channel:
                self.rows[key] = Known(channel, self.now)
        ids = dict(zip(groups, result.ids, strict=True))
        return [ids[native] for native in natives]

    def issued(self):
        return {known.channel_id for known in self.rows.values()}


def refreshed(before, after):
    memory = Memory()
    return memory.answer(before), memory.answer(after)


def test_entries_of_one_answer_are_merged_by_tvg_id_or_name():
    a, b, c, d, e = Memory().answer(
        [("x", "One", "1"), ("X", "Another", "2"), ("", "One HD", "3"), ("", "one", "4"), ("y", "One", "5")]
    )
    assert a == b
    assert c == d
    assert len({a, c, e}) == 3
    assert a.startswith("dna-")
    assert len(a) == 20


def test_a_rename_and_a_new_address_keep_the_channel():
    (before,), (after,) = refreshed([("x", "One", "1")], [("x", "Uno", "2")])
    assert before == after
    (before,), (after,) = refreshed([("", "One", "1")], [("", "Uno", "1")])
    assert before == after


def test_a_tvg_id_changed_added_or_removed_keeps_the_channel():
    for old, new in (("x", "y"), ("", "y"), ("x", "")):
        (before,), (after,) = refreshed([(old, "One", "1")], [(new, "One", "2")])
        assert before == after, (old, new)


def test_tvg_id_and_name_changed_are_found_by_path_and_nothing_left_is_new():
    (before,), (after,) = refreshed([("x", "One", "9/1")], [("y", "Two", "9/1")])
    assert before == after
    (before,), (after,) = refreshed([("x", "One", "9/1")], [("y", "Two", "9/2")])
    assert before != after


def test_swapped_tvg_ids_take_the_channel_along():
    (a, b), (c, d) = refreshed([("x", "One", "1"), ("y", "Two", "2")], [("y", "One", "1"), ("x", "Two", "2")])
    assert (a, b) == (d, c)


def test_a_name_never_merges_into_a_channel_that_is_present():
    (x,), (x2, y) = refreshed([("x", "News", "1")], [("x", "News", "1"), ("y", "News", "2")])
    assert x == x2 != y
    (x,), (y, x2) = refreshed([("x", "News", "1")], [("", "News", "2"), ("x", "Novelties", "3")])
    assert x == x2 != y


def test_a_shared_name_recognises_neither():
    before, after = refreshed([("x", "News", "1"), ("y", "News", "2")], [("z", "News", "3")])
    assert after[0] not in before
    before, after = refreshed([("", "News", "1")], [("y", "News", "2"), ("z", "News", "3")])
    assert before[0] not in after


def test_the_entry_without_tvg_id_owns_its_name():
    (old,), (tagged, plain) = refreshed([("", "News", "1")], [("x", "News", "2"), ("", "News", "3")])
    assert plain == old != tagged


def test_an_old_tvg_id_that_comes_back_beside_its_successor_is_new():
    memory = Memory()
    (a,) = memory.answer([("x", "One", "1")])
    assert memory.answer([("y", "One", "1")]) == [a]
    y, x = memory.answer([("y", "One", "1"), ("x", "Zwei", "2")])
    assert y == a != x
    assert memory.answer([("x", "Zwei", "2"), ("y", "One", "1")]) == [x, a]


def test_names_without_letters_are_known_by_their_path():
    (a, b), (c, d) = refreshed([("", "★", "9/1"), ("", "☆", "9/2")], [("", "☆", "9/2"), ("", "★", "9/1")])
    assert (a, b) == (d, c)
    assert a != b


def test_a_channel_comes_back_after_an_absence():
    memory = Memory()
    (a,) = memory.answer([("x", "One", "1")])
    memory.answer([("z", "Other", "2")])
    assert memory.answer([("x", "One", "1")]) == [a]


def test_sources_share_a_channel_by_tvg_id_only():
    memory = Memory()
    (a, n) = memory.answer([("x", "One", "1"), ("", "Two", "2")])
    assert memory.answer([("x", "Eins", "7"), ("", "Two", "8")], source="m3u-2", elsewhere={a, n})[0] == a
    (_, two) = memory.answer([("x", "Eins", "7"), ("", "Two", "8")], source="m3u-2", elsewhere={a, n})
    assert two != n
    # The second source calls it `q` now: the first still has `x`, so this is another channel.
    assert memory.answer([("q", "Eins", "7")], source="m3u-2", elsewhere={a, n}) != [a]


ENTRY = st.tuples(
    st.sampled_from(["", "", "a", "b", "c", "d"]),
    st.sampled_from(["One", "Two HD", "two", "Three", "★"]),
    st.sampled_from(["9/1", "9/2", "9/3", "9/4"]),
)
ANSWERS = st.lists(st.lists(ENTRY, max_size=10, unique=True), min_size=1, max_size=5)


@given(ANSWERS, st.integers(0, 1000))
@settings(derandomize=True, deadline=None, max_examples=400)
def test_order_never_matters_and_no_two_channels_share_an_id(answers, seed):
    straight, shuffled = Memory(), Memory()
    dice = random.Random(seed)
    for entries in answers:
        mixed = dice.sample(entries, len(entries))
        ids = straight.answer(entries)
        assert dict(zip(mixed, shuffled.answer(mixed), strict=True)) == dict(zip(entries, ids, strict=True))
        natives = [
            EntryKeys.of(tvg_id=tvg, name=name, url=f"http://h/{path}").native("m3u") for tvg, name, path in entries
        ]
        assert len(set(natives)) == len(set(ids))
        assert len(set(zip(natives, ids, strict=True))) == len(set(natives))


@given(ANSWERS)
@settings(derandomize=True, deadline=None, max_examples=200)
def test_the_same_answer_again_changes_nothing(answers):
    memory = Memory()
    for entries in answers:
        assert memory.answer(entries) == memory.answer(entries)
