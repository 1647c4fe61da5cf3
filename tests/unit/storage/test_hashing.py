import contextlib
import sqlite3
import struct

from tunerr.storage.hashing import register, text_numbers


def test_the_hash_of_texts_is_stored_and_never_changes():
    assert text_numbers(["a.uk", "", "b"]).hex() == "4f5b1d3933407c4c00000000000000008472c2e34d854f75"
    assert text_numbers([]) == b""


def test_any_text_has_a_hash():
    assert text_numbers(["\ud800"]) == text_numbers(["?"])


def test_keys_are_packed_in_their_order_with_channels_and_times():
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        register(db)
        (packed,) = db.execute(
            "SELECT packed_keys(column1, column2, column3) FROM"
            " (VALUES ('b', 'dna-00000000000000ff', 2.0), ('a', '', 1.5), ('c', 'dna-ffffffffffffffff', 3.0))"
        ).fetchone()
    numbers = struct.unpack("<3Q", text_numbers("bac"))
    expected = sorted(zip(numbers, (0xFF, 0, 2**64 - 1), (2.0, 1.5, 3.0), strict=True))
    keys, channels, times = zip(*expected, strict=True)
    assert packed == struct.pack("<6Q3d", *keys, *channels, *times)
