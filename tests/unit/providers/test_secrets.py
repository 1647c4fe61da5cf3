from tunerr.providers.secrets import PLACEHOLDER, hidden, revealed

BEFORE = {
    "type": "xtream",
    "hosts": ["http://u:p@a.example", "http://b.example"],
    "username": "alice",
    "password": "hunter2",
    "headers": {"Referer": "http://r", "x-key": "k"},
}
SHOWN = {field: hidden(field, value) for field, value in BEFORE.items()}


def test_what_was_shown_comes_back():
    assert SHOWN["hosts"] == [f"{PLACEHOLDER} http://a.example", "http://b.example"]
    assert revealed(SHOWN, BEFORE) == BEFORE


def test_what_was_changed_stays_changed():
    found = revealed(SHOWN | {"username": "bob", "headers": {"x-key": PLACEHOLDER}}, BEFORE)
    assert found["username"] == "bob"
    assert found["headers"] == {"x-key": "k"}


def test_no_password_goes_to_another_address():
    found = revealed(SHOWN | {"hosts": ["http://c", SHOWN["hosts"][0]]}, BEFORE)
    assert found["hosts"] == ["http://c", "http://u:p@a.example"]
    assert found["password"] == PLACEHOLDER
    assert found["headers"] == {"Referer": PLACEHOLDER, "x-key": PLACEHOLDER}


def test_a_placeholder_of_another_thing_stays():
    odd = {"hosts": [f"{PLACEHOLDER} http://other", 7], "cookies": PLACEHOLDER, "headers": {"New": PLACEHOLDER}}
    assert revealed(odd, BEFORE) == odd
    assert revealed(SHOWN, {}) == SHOWN
