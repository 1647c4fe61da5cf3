import stat

import orjson
import pytest

from tunerr.errors import ContentError, DataFolderError
from tunerr.guide.matching.aliases import alias_key, read_aliases, write_aliases


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Discovery Channel", "discovery"),
        ("UK: BBC One HD", "bbcone"),
        ("Canada | TSN 1 (VIP) 4K", "tsn1"),
        ("CTV News-Channel RAW", "ctvnews"),
        ("Sky Sports F1", "skysportsf1"),
        ("ITV +1", "itv+1"),
        ("Pokémon", "pokémon"),
        ("US HD", ""),
        ("", ""),
    ],
)
def test_names_are_normalized(name, key):
    assert alias_key(name) == key
    assert alias_key(key) == key


def test_a_file_is_read():
    text = (
        b'\xef\xbb\xbf{"name_to_xmltv_id": {"UK: BBC One HD": " bbc1.uk ", "skynews": "Sky.uk", "HD": "x"}, "other": 1}'
    )
    assert read_aliases(text) == {"bbcone": "bbc1.uk", "skynews": "Sky.uk"}
    assert read_aliases(b"{}") == {}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (b"", "no JSON"),
        (b"<html>", "line 1"),
        (b"\xff\xfe", "no JSON"),
        (b"[1]", "no object"),
        (b'{"name_to_xmltv_id": []}', "no object"),
        (b'{"name_to_xmltv_id": {"BBC": 5}}', "'BBC'"),
        (b'{"name_to_xmltv_id": {"BBC": null}}', "'BBC'"),
        (b'{"name_to_xmltv_id": {"BBC": {"a": 1}}}', "'BBC'"),
        (b'{"name_to_xmltv_id": {"BBC": "  "}}', "'BBC'"),
        (b'{"name_to_xmltv_id": {"BBC": "%s"}}' % (b"x" * 501), "too long"),
        (b'{"name_to_xmltv_id": {"%s": "x"}}' % (b"x" * 501), "too long"),
        (b"[" * 100_000, "no JSON"),
        (b" " * ((16 << 20) + 1), "larger than 16 MiB"),
        (orjson.dumps({"name_to_xmltv_id": {str(at): "x" for at in range(100_001)}}), "more than 100000"),
    ],
)
def test_what_is_no_alias_file_is_said(text, what):
    with pytest.raises(ContentError) as caught:
        read_aliases(text)
    assert what in caught.value.message
    assert caught.value.hint


def test_a_file_is_made(tmp_path):
    path = tmp_path / "new" / "aliases.json"
    write_aliases(path, {"UK: BBC One HD": "bbc1.uk"})
    assert orjson.loads(path.read_bytes()) == {"name_to_xmltv_id": {"bbcone": "bbc1.uk"}}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_in_a_file_stays(tmp_path):
    path = tmp_path / "aliases.json"
    path.write_bytes(b'{"note": "mine", "name_to_xmltv_id": {"BBC One": "old.uk", "Sky News HD": "sky.uk"}}')
    write_aliases(path, {"bbc one": "bbc1.uk", "Dave": "dave.uk", "HD": "nothing"})
    assert orjson.loads(path.read_bytes()) == {
        "note": "mine",
        "name_to_xmltv_id": {"Sky News HD": "sky.uk", "bbcone": "bbc1.uk", "dave": "dave.uk"},
    }
    assert sorted(one.name for one in tmp_path.iterdir()) == ["aliases.json"]


@pytest.mark.parametrize("text", [b"{", b'{"name_to_xmltv_id": {"a": 1}}'])
def test_a_file_that_is_something_else_stays_as_it_is(tmp_path, text):
    path = tmp_path / "aliases.json"
    path.write_bytes(text)
    with pytest.raises(ContentError):
        write_aliases(path, {"Dave": "dave.uk"})
    assert path.read_bytes() == text


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DataFolderError):
        write_aliases(tmp_path / "file" / "aliases.json", {"Dave": "dave.uk"})
    (tmp_path / "folder").mkdir()
    with pytest.raises(DataFolderError):
        write_aliases(tmp_path / "folder", {"Dave": "dave.uk"})
