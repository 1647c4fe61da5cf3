"""The bytes of a guide document in small blocks, however it is packed: plain, gzip, xz or zip, told by its content."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO

from isal import isal_zlib

from tunerr.errors import NotAGuide

BLOCK = 1 << 16
"""Bytes of a block at most."""

_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WINDOW = 31  # zlib's way of saying "with a gzip header"
_XZ_MAGIC = b"\xfd7zXZ\x00"
# `xz -9` needs 65 MiB; whoever asks for more wants our memory.
_XZ_MEMORY = 80 << 20
_ZIP_MAGIC = b"PK\x03\x04"
# Of a zip archive the table of contents stands at the end; APPNOTE.TXT 4.3.16: 22 bytes and a comment.
_ZIP_END = b"PK\x05\x06"
_ZIP_END_REACH = 22 + (1 << 16)
_ZIP64_LOCATOR = b"PK\x06\x07"
_ZIP64_LOCATOR_BYTES = 20
# One guide needs 100 bytes of it.
_LARGEST_CONTENTS = 1 << 20
_BROKEN_ZIP = NotAGuide("The zip archive is broken or cut.", hint="Ask for the plain or gzip form of the guide.")


def blocks(file: BinaryIO) -> Iterator[bytes]:
    """Read `file` from its beginning, unpacked; what is cut or damaged ends quietly where it breaks off.

    Raises NotAGuide for archives that hold no guide or can't be read at all.
    """
    head = file.read(len(_XZ_MAGIC))
    file.seek(0)
    if head.startswith(_GZIP_MAGIC):
        return _gzip(file)
    if head.startswith(_XZ_MAGIC):
        return _xz(file)
    return _zip(file) if head.startswith(_ZIP_MAGIC) else _plain(file)


def _plain(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block


def _gzip(file: BinaryIO) -> Iterator[bytes]:
    """All members, one after the other."""
    unpacker = isal_zlib.decompressobj(_GZIP_WINDOW)
    packed = file.read(BLOCK)
    while packed:
        try:
            block = unpacker.decompress(packed, BLOCK)
        except isal_zlib.IsalError:  # type: ignore[misc]  # its stub types the class as an instance
            return
        if block:
            yield block
        if unpacker.eof:
            packed = unpacker.unused_data or file.read(BLOCK)
            unpacker = isal_zlib.decompressobj(_GZIP_WINDOW)
        else:
            packed = unpacker.unconsumed_tail or file.read(BLOCK)


def _xz(file: BinaryIO) -> Iterator[bytes]:
    """All streams, one after the other, with the zero bytes that may stand between them."""
    packed = file.read(BLOCK)
    while packed:
        unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
        while not unpacker.eof:
            try:
                block = unpacker.decompress(packed, BLOCK)
            except lzma.LZMAError as error:
                if "memory" in str(error).lower():
                    raise NotAGuide(
                        "The xz archive takes more memory to unpack than any guide needs.",
                        hint="Ask for the plain or gzip form of the guide.",
                    ) from error
                return
            if block:
                yield block
            packed = b""
            if unpacker.needs_input and not unpacker.eof:
                packed = file.read(BLOCK)
                if not packed:
                    return
        packed = unpacker.unused_data or file.read(BLOCK)
        while packed and not (packed := packed.lstrip(b"\0")):
            packed = file.read(BLOCK)


def _zip(file: BinaryIO) -> Iterator[bytes]:
    """The one guide inside."""
    _refuse_endless_contents(file)
    try:
        with zipfile.ZipFile(file) as archive, archive.open(_guide_in(archive)) as member:
            while block := _read(member):
                yield block
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, struct.error) as error:
        # RuntimeError is zipfile's word for a password, NotImplementedError for an unknown compression; ValueError and
        # OSError come of places outside of the file.
        raise _BROKEN_ZIP from error


def _read(member: IO[bytes]) -> bytes:
    """The next block; none where the member is cut or damaged."""
    try:
        return member.read(BLOCK)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError):
        return b""


def _guide_in(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    files = [entry for entry in archive.infolist() if not entry.is_dir()]
    guides = [entry for entry in files if entry.filename.lower().endswith((".xml", ".xmltv"))] or files
    if len(guides) != 1:
        raise NotAGuide(
            f"The zip archive holds {len(guides)} files; which one is the guide can't be told.",
            hint="Unpack it and give the guide itself.",
        )
    if guides[0].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _BROKEN_ZIP  # the others unpack without a bound on memory
    return guides[0]


def _refuse_endless_contents(file: BinaryIO) -> None:
    """Raise NotAGuide before `zipfile` would read a table of contents that fills the memory."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _ZIP_END_REACH))
    tail = file.read()
    end = tail.rfind(_ZIP_END)
    contents = int.from_bytes(tail[end + 12 : end + 16], "little")
    is_zip64 = tail[max(0, end - _ZIP64_LOCATOR_BYTES) : end].startswith(_ZIP64_LOCATOR)
    if end < 0 or is_zip64 or contents > _LARGEST_CONTENTS:
        raise _BROKEN_ZIP
