import orjson
import pytest

from tests.unit.catalog.test_identity import Memory
from tunerr.catalog.identity import RULING, EntryKeys, ruled_id
from tunerr.catalog.keys import stream_key
from tunerr.catalog.rulings import Rulings, check, parse, read
from tunerr.errors import ActionRefused, StorageError
from tunerr.storage.connection import open_worker

A, B, C, D = (f"dna-{digit * 16}" for digit in "abcd")
URL = "http://h/live/u/p/7.ts"
STREAM = stream_key("m3u", URL)
KEYS = EntryKeys.of(tvg_id="bbc1.uk", name="BBC One", url=URL)


def merge(*channels):
    return {"ruling": "merge", "channels": channels}


def pin(channel, *streams):
    return {"ruling": "pin", "channel": channel, "streams": streams}


def split(channel, *streams):
    return {"ruling": "split", "channel": channel, "streams": streams}


def stored(*rulings):
    """Make rulings one after the other, as the operator does."""
    documents = {}
    for number, ruling in enumerate(rulings):
        documents[f"r{number}"] = orjson.dumps(check(ruling, documents)).decode()
    return documents


def test_a_merge_shows_channels_under_the_first():
    rulings = parse(stored(merge(A, B), merge(C, A)))
    assert rulings.shown([A, B, C, D]) == [C, C, C, D]
    assert rulings.native(KEYS, "m3u", URL) == KEYS.native("m3u")


def test_a_split_makes_a_group_of_its_own_whose_id_is_always_the_same():
    rulings = parse(stored(split(A, STREAM, "0" * 12)))
    native = rulings.native(KEYS, "m3u", "https://other:8080/live/new/account/7.ts?x=1")
    assert native.kind == RULING
    assert rulings.made == {ruled_id(native)}
    assert rulings.native(KEYS, "xtream", URL) == KEYS.native("xtream")
    assert rulings.shown([ruled_id(native)]) == [ruled_id(native)]
    assert parse(stored(split(B, "0" * 12, STREAM))).made == rulings.made


def test_a_pin_shows_a_stream_under_its_channel_also_when_that_was_merged():
    rulings = parse(stored(pin(A, STREAM), merge(B, A)))
    assert rulings.shown([ruled_id(rulings.native(KEYS, "m3u", URL)), A]) == [B, B]


@pytest.mark.parametrize("order", [("one", "two"), ("two", "one")])
def test_a_merge_over_two_sources_holds_and_leaves_no_trace(order):
    memory, lists = Memory(), {"one": [("", "BBC One", "1")], "two": [("", "BBC 1 London", "2")]}
    (a,) = memory.answer(lists["one"], source="one")
    (b,) = memory.answer(lists["two"], source="two", elsewhere={a})
    held = {"one": a, "two": b}
    for rulings in [parse(stored(merge(a, b)))] * 3 + [Rulings()] * 2:
        for source in order:
            others = {natural for other, natural in held.items() if other != source}
            assert memory.answer(lists[source], source=source, elsewhere=others) == [held[source]]
        assert rulings.shown([a, b]) == [a, rulings.target(b)]


def test_no_rulings_cost_nothing():
    ids = [A, B]
    assert Rulings().shown(ids) is ids
    assert Rulings().digest != parse(stored(merge(A, B))).digest != parse(stored(merge(B, A))).digest


@pytest.mark.parametrize(
    ("made", "new", "words"),
    [
        ([merge(A, B)], merge(B, A), "are one channel already"),
        ([merge(A, B), merge(B, C)], merge(C, A), "are one channel already"),
        ([merge(A, B)], merge(C, B), f"{B} is a part of {A} already."),
        ([], merge(A, A), "are one channel already"),
        ([], merge(A, B, B), "can't be merged with itself"),
        ([split(A, STREAM)], pin(B, STREAM), f"Stream {STREAM} was split off or pinned already."),
        ([pin(A, STREAM)], split(B, STREAM), "was split off or pinned already."),
    ],
)
def test_contradictions_and_circles_are_refused_in_words(made, new, words):
    with pytest.raises(ActionRefused, match=words) as refused:
        check(new, stored(*made))
    assert refused.value.hint


@pytest.mark.parametrize(
    "wrong",
    [merge(A), merge(A, "B"), split(A), pin(A, "xyz"), {"ruling": "rename"}, {}, {**merge(A, B), "more": 1}],
)
def test_what_is_no_ruling_is_refused(wrong):
    with pytest.raises(ActionRefused, match="This is no ruling"):
        check(wrong, {})


def test_a_circle_that_came_in_otherwise_still_gives_each_member_one_answer():
    texts = {str(n): orjson.dumps(ruling).decode() for n, ruling in enumerate([merge(A, B), merge(B, C), merge(C, A)])}
    assert set(parse(texts).shown([A, B, C])) == {A}


def test_rulings_are_read_from_state_db(tmp_path):
    path = tmp_path / "state.db"
    assert read(path).shown([B]) == [B]
    db = open_worker(path, kind="state")
    text = orjson.dumps(check(merge(A, B), {})).decode()
    db.execute("INSERT INTO choice VALUES ('identity', 'x', ?), ('channel', 'y', '{}')", (text,))
    assert read(path).shown([B]) == [A]
    db.execute("UPDATE choice SET value = '{' WHERE key = 'x'")
    with pytest.raises(StorageError, match="ruling x"):
        read(path)
    db.execute("DROP TABLE choice")
    db.close()
    assert read(path).shown([B]) == [B]


def test_a_damaged_state_db_is_an_error(tmp_path):
    path = tmp_path / "state.db"
    path.write_bytes(b"no database" * 100)
    with pytest.raises(StorageError):
        read(path)
