import json
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.errors import AccountRefused, NotAPanel, Truncated
from tunerr.providers.xtream.arrays import rows

ROWS = [{"id": 1, "name": 'Á€😀 "x" [{]}'}, {"id": "2", "list": [1, [2, {"a": {}}]], "none": None}, {}]


def pieces(text, size=1):
    body = text if isinstance(text, bytes) else text.encode()
    return (body[at : at + size] for at in range(0, len(body), size))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 10_000])
@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ROWS),
        json.dumps(ROWS, ensure_ascii=False, indent=2),
        "\ufeff \r\n" + json.dumps(ROWS),
        json.dumps({str(at): row for at, row in enumerate(ROWS)}),
        json.dumps(ROWS)[:-1] + ', 17, 1.5e3, true, null, "x", [{}]]',
        json.dumps(ROWS)[:-1] + ",] trailing",
    ],
)
def test_rows_come_however_the_answer_is_cut_into_chunks(text, size):
    assert list(rows(pieces(text, size))) == ROWS


@pytest.mark.parametrize("text", ["[]", "{}", " null ", "false", "[ ]", "[1,2]"])
def test_empty_lists(text):
    assert list(rows(pieces(text))) == []


def test_control_characters_and_broken_utf8_are_no_obstacle():
    assert list(rows([b'[{"a": "x\x07\n\xff"}]'])) == [{"a": "x\x07\n\ufffd"}]


@pytest.mark.parametrize("cut", [1, 5, 20, 40, len(json.dumps(ROWS)) - 1])
def test_a_list_that_ends_in_the_middle_is_truncated(cut):
    with pytest.raises(Truncated):
        list(rows(pieces(json.dumps(ROWS)[:cut])))


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("", NotAPanel, "empty"),
        (" \r\n", NotAPanel, "empty"),
        ("<!DOCTYPE html><html>Welcome", NotAPanel, "web page"),
        ("<html><title>Just a moment...</title>", NotAPanel, "Cloudflare"),
        ("INVALID_CREDENTIALS", AccountRefused, "password"),
        ("Access denied", AccountRefused, "password"),
        ("We are back soon", NotAPanel, "text"),
        ("<br /><b>Fatal error</b>: memory exhausted in /x.php on line 3", NotAPanel, "program failed"),
        ('{"user_info": {"auth": 0}}', AccountRefused, "password"),
        ('{"user_info": {"auth": "0"}, "server_info": {}}', AccountRefused, "password"),
        ('{"user_info": {"auth": 1, "status": "Active"}}', NotAPanel, "account in place"),
        ('{"error": "no"}', NotAPanel, "message"),
        ('{"a" 1}', NotAPanel, "no JSON"),
        ("[" * 200_000, NotAPanel, "no JSON"),
        ('[{"a": "' + "x" * 3_000_000 + '"}]', NotAPanel, "no JSON"),
    ],
)
def test_what_is_no_list_says_what_it_is(text, error, words):
    with pytest.raises(error, match=words) as caught:
        list(rows(pieces(text, 100_000)))
    assert caught.value.hint


def test_memory_stays_at_a_chunk():
    row = {"stream_id": 1, "name": "n" * 200, "plot": "p" * 250}
    chunk = (json.dumps([row] * 500)[1:-1] + ",").encode()
    tracemalloc.start()
    try:
        count = sum(1 for _ in rows([b"[", *[chunk] * 100, b"{}]"]))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 50_001
    assert peak < 8_000_000


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.lists(st.dictionaries(st.text(), _JSON)), st.integers(1, 50))
def test_what_json_reads_is_what_comes(found, size):
    text = json.dumps(found)
    assert list(rows(pieces(text, size))) == json.loads(text)


@settings(derandomize=True, deadline=None)
@given(st.binary(max_size=300))
def test_noise_raises_nothing_but_our_errors(noise):
    for start in (b"", b"[", b'{"0":', b"[{"):
        with suppress(AccountRefused, NotAPanel, Truncated):
            list(rows([start + noise]))
