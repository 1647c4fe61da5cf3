"""A small file is replaced whole or not at all."""

import pytest

from tunerr.storage.atomic import replace_file


def test_a_file_is_made_with_its_folder_and_is_private(tmp_path):
    path = tmp_path / "folder" / "file.json"
    replace_file(path, b"one")
    assert path.read_bytes() == b"one"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_what_a_killed_process_left_is_in_nobodys_way(tmp_path):
    path = tmp_path / "file.json"
    elsewhere = tmp_path / "elsewhere"
    path.with_name("file.json.new").symlink_to(elsewhere)
    replace_file(path, b"two")
    assert path.read_bytes() == b"two"
    assert not elsewhere.exists()
    assert [one.name for one in tmp_path.iterdir()] == ["file.json"]


def test_what_was_there_stays_when_the_disk_refuses(tmp_path):
    path = tmp_path / "file.json"
    replace_file(path, b"one")
    path.with_name("file.json.new").mkdir()
    with pytest.raises(OSError, match="director"):
        replace_file(path, b"two")
    assert path.read_bytes() == b"one"
