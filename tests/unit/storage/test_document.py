import gzip

import pytest

from tunerr.errors import Truncated
from tunerr.storage.document import read_document

TEXT = b"".join(b"line %d of a document\n" % number for number in range(200_000))


def read(path, limit=1 << 30):
    return b"".join(read_document(path, limit=limit))


@pytest.mark.parametrize(
    "body", [TEXT, gzip.compress(TEXT, mtime=0), gzip.compress(TEXT[:99], mtime=0) + gzip.compress(TEXT[99:], mtime=0)]
)
def test_plain_and_gzip_are_told_apart_by_their_first_bytes(tmp_path, body):
    path = tmp_path / "document"
    path.write_bytes(body)
    assert read(path) == TEXT


@pytest.mark.parametrize("cut", [5, 1000, -4])
def test_a_cut_gzip_is_truncated(tmp_path, cut):
    path = tmp_path / "document"
    path.write_bytes(gzip.compress(TEXT)[:cut])
    with pytest.raises(Truncated, match="ends early"):
        read(path)


def test_a_damaged_gzip_is_truncated(tmp_path):
    body = bytearray(gzip.compress(TEXT))
    body[len(body) // 2 : len(body) // 2 + 64] = b"\xff" * 64
    path = tmp_path / "document"
    path.write_bytes(body)
    with pytest.raises(Truncated, match="damaged"):
        read(path)


def test_a_bomb_is_stopped_at_the_limit(tmp_path):
    path = tmp_path / "document"
    path.write_bytes(gzip.compress(bytes(8 << 20)))
    with pytest.raises(Truncated, match="larger than 4 MiB"):
        read(path, limit=4 << 20)
