import gzip
from datetime import UTC, datetime

import pytest

from tunerr.errors import DataFolderError
from tunerr.guide.making import edition
from tunerr.guide.making.edition import EditionCounts, building, publish

COUNTS = EditionCounts(channels=1, linked=1, programmes=2, placeholders=0)
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def make(folder, text, lineup="v1"):
    with building(folder) as sink:
        for piece in (text[:3], text[3:]):
            sink.whole.write(piece)
        publish(sink, COUNTS, lineup_version=lineup, built_at=NOW)
    return edition.read(folder)


def test_an_edition_is_what_was_written(tmp_path):
    made = make(tmp_path / "guide", b"<tv></tv>")
    assert made.xml.read_bytes() == gzip.decompress(made.gz.read_bytes()) == b"<tv></tv>"
    assert (made.lineup_version, made.built_at, made.programmes) == ("v1", NOW, 2)
    assert made.version == made.xml.parent.name


def test_the_version_is_that_of_the_bytes_however_they_came(tmp_path):
    assert make(tmp_path / "a", b"<tv></tv>").version == make(tmp_path / "b", b"<tv></tv>", "v2").version
    assert make(tmp_path / "a", b"<tv> </tv>").version != make(tmp_path / "b", b"<tv></tv>").version


def test_what_is_not_published_leaves_nothing(tmp_path):
    made = make(tmp_path, b"<tv></tv>")
    with building(tmp_path) as sink:
        sink.whole.write(b"<tv>")
    assert edition.read(tmp_path) == made
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([made.version, "current.json"])


def test_leftovers_of_a_killed_worker_go_with_the_next_edition(tmp_path):
    (tmp_path / "building-x").mkdir()
    (tmp_path / "building-x" / "guide.xml").write_bytes(b"<tv")
    (tmp_path / "documents").mkdir()
    made = make(tmp_path, b"<tv></tv>")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([made.version, "current.json", "documents"])


def test_a_refused_write_is_an_error_of_the_data_folder(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DataFolderError):
        make(tmp_path / "file", b"<tv></tv>")


def test_a_device_has_its_own_file_and_its_bytes_count(tmp_path):
    def made(folder, text):
        with building(folder) as sink:
            sink.whole.write(b"<tv></tv>")
            sink.device(2).write(text)
            publish(sink, COUNTS, lineup_version="v1", built_at=NOW)
        return edition.read(folder)

    one = made(tmp_path / "a", b"<tv> </tv>")
    assert one.devices == (2,)
    assert one.xml.with_name("guide-2.xml").read_bytes() == b"<tv> </tv>"
    assert gzip.decompress(one.xml.with_name("guide-2.xml.gz").read_bytes()) == b"<tv> </tv>"
    assert one.version != made(tmp_path / "b", b"<tv></tv>").version
    one.xml.with_name("guide-2.xml.gz").unlink()
    assert edition.read(tmp_path / "a") is None


def test_an_edition_of_the_version_before_is_still_served(tmp_path):
    made = make(tmp_path, b"<tv></tv>")
    description = made.xml.with_name("edition.json")
    description.write_text(description.read_text().replace(',"devices":[]', ""))
    assert "devices" not in description.read_text()
    assert edition.read(tmp_path) == made
