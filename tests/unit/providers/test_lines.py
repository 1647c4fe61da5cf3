from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.providers.lines import LONGEST_LINE, lines


def test_every_line_ending_and_a_bom():
    assert list(lines([b"\xef\xbb\xbfa\r\nb\rc\n\nd"])) == ["a", "b", "c", "", "d"]
    assert list(lines([])) == []
    assert list(lines([b"", b"\xef", b"\xbb\xbfa"])) == ["a"]


@given(st.lists(st.text("ab\u00e4\u6f22", max_size=6), max_size=8), st.sampled_from(["\n", "\r\n", "\r"]), st.data())
@settings(derandomize=True, deadline=None)
def test_chunks_may_be_cut_anywhere(texts, ending, data):
    body = "".join(text + ending for text in texts).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=5)))
    chunks = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    assert list(lines(chunks)) == texts


def test_lines_in_latin1_stand_beside_lines_in_utf8():
    assert list(lines(["größe\n".encode(), "größe\n".encode("latin-1")])) == ["größe", "größe"]
    assert list(lines(["größe\n".encode() + "größe\n".encode("latin-1") + "漢".encode()])) == ["größe", "größe", "漢"]


def test_an_endless_line_is_cut_but_still_too_long():
    *_, last = lines(["漢".encode() * 100_000] * 50 + [b"\nnext"])
    assert last == "next"
    first = next(lines(["漢".encode() * 100_000] * 50 + [b"\nnext"]))
    assert LONGEST_LINE < len(first) < 600_000
