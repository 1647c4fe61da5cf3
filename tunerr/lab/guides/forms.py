"""Guides as files are packed. Pure, streamed."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import Literal, get_args

Form = Literal["xml", "xml.gz", "xml.xz", "xml.zip"]
"""How the document is sent; as the end of its name."""
FORMS: tuple[Form, ...] = get_args(Form)

CONTENT_TYPES: dict[Form, str] = {
    "xml": "application/xml",
    "xml.gz": "application/gzip",
    "xml.xz": "application/x-xz",
    "xml.zip": "application/zip",
}

_GZIP = 31  # zlib's way of saying "with a gzip header"


def packed(pieces: Iterable[bytes], form: Form) -> Iterator[bytes]:
    """The same in another form, piece by piece."""
    match form:
        case "xml":
            yield from pieces
        case "xml.zip":
            yield from _zipped(pieces)
        case "xml.gz" | "xml.xz":
            packer = zlib.compressobj(1, wbits=_GZIP) if form == "xml.gz" else lzma.LZMACompressor(preset=0)
            for piece in pieces:
                yield from filter(None, (packer.compress(piece),))
            yield packer.flush()


class _Drain(io.RawIOBase):
    """Takes what is written until it is drained; can't be searched, so that zipfile does not go back."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        more = bytes(memoryview(data))  # type: ignore[arg-type]  # what zipfile writes is bytes
        self._held += more
        return len(more)

    def drain(self) -> bytes:
        held, self._held = bytes(self._held), bytearray()
        return held


def _zipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    drain = _Drain()
    archive = zipfile.ZipFile(drain, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    with archive, archive.open("guide.xml", "w", force_zip64=True) as file:
        for piece in pieces:
            file.write(piece)
            yield from filter(None, (drain.drain(),))
    yield drain.drain()
