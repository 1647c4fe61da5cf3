from tunerr.storage.hashing import key_bytes, key_number


def test_the_hash_of_keys_is_stored_and_never_changes():
    assert key_number("tvg", "", "a.uk") == -4680361856473479180
    assert int.from_bytes(key_bytes("tvg", "", "a.uk"), "big", signed=True) == key_number("tvg", "", "a.uk")
    assert key_number("name", "m3u", "a") != key_number("name", "m3ua", "")


def test_any_text_has_a_hash():
    assert key_number("tvg", "", "\ud800") == key_number("tvg", "", "?")
