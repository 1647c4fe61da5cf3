import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.catalog import reference
from tests.unit.catalog.memory import Learned, entries
from tunerr.catalog.identity import LABEL, NAME, PATH, TVG, EntryKeys, Key, explain
from tunerr.catalog.keys import stream_key
from tunerr.catalog.known import numbers
from tunerr.catalog.rulings import Rulings, Split


class Memory(Learned):
    """What a catalog remembers; `words` says by what the groups of the last answer were recognised."""

    def answer(self, rows, *, source="m3u", elsewhere=(), country=""):
        """Take in `(tvg_id, name, path)` entries; the id of each, in their order."""
        self.last = super().answer(source, entries(rows, country), elsewhere=elsewhere) if rows else None
        return self.last.of_entries if rows else []


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


def test_sources_share_a_channel_by_tvg_id():
    memory = Memory()
    (a,) = memory.answer([("x", "One", "1")])
    assert memory.answer([("x", "Eins", "7")], source="m3u-2", elsewhere={a}) == [a]
    # The second source calls it `q` now: the first still has `x` and never said Eins, so this is another channel.
    assert memory.answer([("q", "Eins", "7")], source="m3u-2", elsewhere={a}) != [a]


def two_sources(first, second, *, countries=("", "")):
    memory = Memory()
    known = memory.answer(first, country=countries[0])
    return known, memory.answer(second, source="xtream", elsewhere=set(known), country=countries[1]), memory


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("bbc1.uk", "BBC One", "1"), ("", "UK: BBC ONE FHD", "9")),
        (("bbc1.uk", "BBC One", "1"), ("4711", "[GB] BBC One", "9")),
        (("", "🇬🇧 BBC One", "1"), ("bbcone.gb", "BBC One HD", "9")),
        (("", "|UK| BBC One ᴴᴰ", "1"), ("", "BBC One (UK)", "9")),
        (("", "BBC One", "1"), ("", "BBC One 4K", "9")),
        (("", "E4 +1", "1"), ("", "E4+1 HD", "9")),
        (("", "EN: Movies", "1"), ("", "EN | Movies", "9")),
    ],
)
def test_sources_share_a_channel_by_name_and_country(first, second):
    (one,), (other,), memory = two_sources([first], [second])
    assert one == other
    assert memory.last.words[0].startswith("by label “")
    assert memory.last.words[0].endswith("from source m3u")
    # It stays, by its own tvg id now or by the label again, also with another tvg id that says as much of the country.
    assert memory.answer([second], source="xtream", elsewhere={one}) == [one]
    changed = ("new.gb" if second[0].endswith(".gb") else "new", second[1], "10")
    assert memory.answer([changed], source="xtream", elsewhere={one}) == [one]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("", "UK: BBC One", "1"), ("", "BBC One", "9")),
        (("", "UK: News", "1"), ("", "US: News", "9")),
        (("", "E4", "1"), ("", "E4 +1", "9")),
        (("", "EN: Movies", "1"), ("", "FR: Movies", "9")),
        (("", "EN: Movies", "1"), ("", "ES: Movies", "9")),
        (("", "BBC One London", "1"), ("", "BBC One Wales", "9")),
        (("", "UK: HD", "1"), ("", "[GB] 4K", "9")),
    ],
)
def test_what_tells_channels_apart_keeps_sources_apart(first, second):
    (one,), (other,), memory = two_sources([first], [second])
    assert one != other
    assert memory.last.words[0].startswith("new: nothing known of ")


def test_a_label_that_either_side_has_twice_joins_nothing():
    known, (other,), _ = two_sources([("x", "News", "1"), ("y", "News", "2")], [("z", "News", "9")])
    assert other not in known
    known, others, _ = two_sources([("x", "News", "1")], [("y", "News", "8"), ("z", "News", "9")])
    assert not set(known) & set(others)


def test_a_label_means_nothing_when_sources_disagree():
    memory = Memory()
    (a,) = memory.answer([("x", "News", "1")])
    (b,) = memory.answer([("y", "Nouvelles", "2")], source="two", elsewhere={a})
    assert memory.answer([("y", "News", "2")], source="two", elsewhere={a}) == [b] != [a]
    (c,) = memory.answer([("z", "News", "3")], source="three", elsewhere={a, b})
    assert c not in {a, b}


def test_a_default_country_makes_the_label():
    (one,), (other,), _ = two_sources([("", "UK: BBC One", "1")], [("", "BBC One", "9")], countries=("", "gb"))
    assert one == other


def test_a_provider_swap_keeps_channels_by_tvg_id_then_by_label():
    memory = Memory()
    a, b, c = memory.answer([("bbc1.uk", "BBC One", "1"), ("", "UK: E4", "2"), ("dave", "Dave", "3")])
    swapped = [("BBC1.uk", "BBC 1 London", "77"), ("e4.uk", "E4 HD", "78"), ("", "Dave ja vu", "79")]
    x, y, z = memory.answer(swapped, source="other")
    assert (x, y) == (a, b)
    assert z not in {a, b, c}
    assert sorted(memory.last.words) == [
        "by label “e4” (gb) from source m3u",
        "by tvg-id bbc1.uk",
        "new: nothing known of its name “dave ja vu”",
    ]


def test_the_same_source_with_another_provider_keeps_channels_by_label():
    (old,), (new,) = refreshed([("e4.uk", "E4", "1")], [("", "UK: E4 HD", "9")])
    assert old == new


def test_explanations_are_words_and_hold_no_path():
    assert explain(Key(TVG, "", "bbc1.uk")) == "by tvg-id bbc1.uk"
    assert explain(Key(NAME, "m3u", "bbc one")) == "by its name “bbc one”"
    assert explain(Key(PATH, "m3u", "/token/1.ts")) == "by its stream address"
    assert explain(Key(LABEL, "xtream", "bbc one|")) == "by label “bbc one” (country unknown) from source xtream"


def test_many_entries_of_one_tvg_id_are_one_channel_that_is_known_by_each_of_them():
    memory = Memory()
    many = [("none", f"name {number}", str(number)) for number in range(50_000)] * 2
    assert len(set(memory.answer(many))) == 1
    assert memory.find(NAME, "m3u", "name 49999") == memory.find(PATH, "m3u", "/0") == memory.find(TVG, "", "none")


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
    for rows in answers:
        mixed = dice.sample(rows, len(rows))
        ids = straight.answer(rows)
        assert dict(zip(mixed, shuffled.answer(mixed), strict=True)) == dict(zip(rows, ids, strict=True))
        natives = [
            EntryKeys.of(tvg_id=tvg, name=name, url=f"http://h/{path}").native("m3u") for tvg, name, path in rows
        ]
        assert len(set(natives)) == len(set(ids))
        assert len(set(zip(natives, ids, strict=True))) == len(set(natives))


@given(ANSWERS)
@settings(derandomize=True, deadline=None, max_examples=200)
def test_the_same_answer_again_changes_nothing(answers):
    memory = Memory()
    for rows in answers:
        assert memory.answer(rows) == memory.answer(rows)


class Reference:
    """The same over texts."""

    def __init__(self):
        self.rows, self.now = {}, 0.0

    def answer(self, source, listed, *, elsewhere, rulings):
        groups, natives = {}, []
        for keys, url in listed:
            native = rulings.native(keys, source, url)
            natives.append(native)
            groups.setdefault(native, reference.Group(native)).add(keys.name, keys.path, keys.label)
        found = reference.recognise(
            list(groups.values()),
            source=source,
            lookup=self.rows.get,
            elsewhere=elsewhere,
            taken=lambda channel: any(known.channel_id == channel for known in self.rows.values()),
            teachers={key.scope for key in self.rows if key.kind == LABEL},
        )
        self.now += 1
        for key, channel in reference.learned(list(groups.values()), found.ids, source):
            if key not in self.rows or self.rows[key].channel_id != channel:
                self.rows[key] = reference.Known(channel, self.now)
        return groups, found


ROW = st.tuples(
    st.sampled_from(["", "", "a", "A", "b", "c", "d.uk"]),
    st.sampled_from(["One", "UK: One HD", "Two HD", "two", "Three (UK)", "Three", "★", "☆"]),
    st.sampled_from(["9/1", "9/2", "9/3", "9/4", "9/5"]),
)
REFRESH = st.tuples(
    st.sampled_from(["m3u", "m3u", "xtream"]), st.lists(ROW, min_size=1, max_size=12), st.sampled_from(["", "gb"])
)


@given(st.lists(REFRESH, min_size=1, max_size=7), st.sampled_from(["", "9/1", "9/2"]))
@settings(derandomize=True, deadline=None, max_examples=600)
def test_numbers_recognise_what_texts_do(refreshes, split):
    """Over any refreshes of two sources: ids, what is new, by which tier and key, and all that is learned."""
    ours, texts, held = Learned(), Reference(), {}
    streams = tuple(stream_key(source, f"http://h/{split}") for source in ("m3u", "xtream"))
    rulings = Rulings([Split(ruling="split", channel=f"dna-{1:016}", streams=streams)] if split else [])
    for source, rows, country in refreshes:
        listed = entries(rows, country)
        elsewhere = {one for other, ids in held.items() if other != source for one in ids}
        groups, expected = texts.answer(source, listed, elsewhere=elsewhere, rulings=rulings)
        found = ours.answer(source, listed, elsewhere=elsewhere, rulings=rulings)
        assert found.channels == list(groups)
        assert found.ids == expected.ids
        assert found.new == expected.new
        assert [key.kind for key in found.keys] == [key.kind for key in expected.keys]
        held[source] = found.ids
    assert sum(len(table.keys) for table in ours.tables.values()) == len(texts.rows)
    for key, known in texts.rows.items():
        assert ours.find(*key) == known.channel_id
        table = ours.tables[key[:2]]
        assert table.times[table.find(numbers([key.value]))[1]] == [known.learned_at]
