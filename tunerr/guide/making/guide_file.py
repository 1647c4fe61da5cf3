"""A guide document on its way to the disk, plain and compressed at once."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from isal import isal_zlib

# A fifth of the size at 700 MB/s; the slow levels save another fifth at a fifteenth of that speed.
_GZIP_LEVEL = 2
_GZIP_WINDOW = 31  # zlib's way of saying "with a gzip header", one without name and time

PROGRAMME = b'  <programme start="%b" stop="%b" channel="%b">%b</programme>\n'
"""A programme of an edition: start and stop as `format_time` writes them, channel, body; one line each."""

PROGRAMME_BEGIN = PROGRAMME.partition(b"%b")[0]


def guide_name(device: int | None = None, days: int | None = None) -> str:
    """Name without ending of the guide of all channels or of one further device, whole or of some days."""
    return "-".join(filter(None, ("guide", str(device or ""), f"{days}d" if days else "")))


def guide_files(folder: Path, name: str) -> tuple[Path, Path]:
    """The plain and the packed file of a guide."""
    return folder / f"{name}.xml", folder / f"{name}.xml.gz"


class GuideFile:
    """Takes the bytes of `<name>.xml` in `folder` and makes `<name>.xml.gz` on the way. Methods raise OSError."""

    def __init__(self, folder: Path, name: str) -> None:
        xml, packed = guide_files(folder, name)
        self._digest = sha256()
        self._xml: BinaryIO = xml.open("wb")
        self._packed: BinaryIO = packed.open("wb")
        self._packer = isal_zlib.compressobj(_GZIP_LEVEL, wbits=_GZIP_WINDOW)

    @property
    def digest(self) -> bytes:
        """Hash of all bytes written."""
        return self._digest.digest()

    def write(self, text: bytes) -> None:
        """Append to the guide; pieces of some 10 KB and more are fastest."""
        self._digest.update(text)
        self._xml.write(text)
        self._packed.write(self._packer.compress(text))

    def finish(self) -> None:
        """Bring both files to the disk."""
        self._packed.write(self._packer.flush())
        for file in (self._xml, self._packed):
            file.flush()
            os.fsync(file.fileno())

    def close(self) -> None:
        """Close both files; safe to call at any time."""
        self._xml.close()
        self._packed.close()
