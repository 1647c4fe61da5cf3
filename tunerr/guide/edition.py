"""Editions of the rendered guide on disk.

    <guide_dir>/<version>/guide.xml, guide.xml.gz, edition.json     never change once they are there
    <guide_dir>/current.json                                        names the edition that is served, and its lineup

The edition before the current one stays, because a client may still be downloading it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from isal import isal_zlib
from pydantic import BaseModel, ConfigDict, ValidationError

from tunerr.model.status import GuideEdition
from tunerr.storage.folder import folder_error

_BUILDING = "building-"
_VERSION_DIGITS = 16
# A fifth of the size at 700 MB/s; the slow levels save another fifth at a fifteenth of that speed.
_GZIP_LEVEL = 2
_GZIP_WINDOW = 31  # zlib's way of saying "with a gzip header", one without name and time


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EditionCounts(_Strict):
    """What an edition holds. `programmes` are real ones; `placeholders` are blocks, in channels without any."""

    channels: int
    linked: int
    programmes: int
    placeholders: int


class _Description(_Strict):
    version: str
    built_at: datetime
    counts: EditionCounts


class _Current(_Strict):
    version: str
    lineup_version: str
    previous: str = ""


class EditionSink:
    """Takes the bytes of one guide.xml; makes the compressed file and the version on the way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._digest = sha256()
        self._xml: BinaryIO = (folder / "guide.xml").open("wb")
        self._packed: BinaryIO = (folder / "guide.xml.gz").open("wb")
        self._packer = isal_zlib.compressobj(_GZIP_LEVEL, wbits=_GZIP_WINDOW)

    @property
    def version(self) -> str:
        """Hash of all bytes written."""
        return self._digest.hexdigest()[:_VERSION_DIGITS]

    def write(self, text: bytes) -> None:
        """Append to the guide."""
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


@contextmanager
def building(guide_dir: Path) -> Iterator[EditionSink]:
    """A sink in a folder of its own, which is gone afterwards unless `publish` took it.

    Raises DataFolderError (for what is written inside the context, too).
    """
    try:
        guide_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=guide_dir))
        try:
            sink = EditionSink(folder)
            try:
                yield sink
            finally:
                sink.close()
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise folder_error(error, guide_dir) from error


def publish(sink: EditionSink, counts: EditionCounts, *, lineup_version: str, built_at: datetime) -> None:
    """Make the finished sink the current edition; equal bytes keep their files, their version and their time."""
    sink.finish()
    guide_dir, version = sink.folder.parent, sink.version
    if not _complete(guide_dir / version):
        description = _Description(version=version, built_at=built_at, counts=counts)
        _write(sink.folder / "edition.json", description.model_dump_json())
        shutil.rmtree(guide_dir / version, ignore_errors=True)
        sink.folder.rename(guide_dir / version)
    before = _read_current(guide_dir)
    previous = ""
    if before is not None:
        previous = before.previous if before.version == version else before.version
    current = _Current(version=version, lineup_version=lineup_version, previous=previous)
    _write(guide_dir / "current.json.new", current.model_dump_json())
    (guide_dir / "current.json.new").replace(guide_dir / "current.json")
    _sync_folder(guide_dir)
    _prune(guide_dir, keep={version, previous})


def read(guide_dir: Path) -> GuideEdition | None:
    """Return the current edition; None when there is none, or its files are missing or unreadable."""
    current = _read_current(guide_dir)
    if current is None or not _complete(folder := guide_dir / current.version):
        return None
    try:
        found = _Description.model_validate_json((folder / "edition.json").read_bytes())
    except (OSError, ValidationError):
        return None
    return GuideEdition(
        version=found.version,
        lineup_version=current.lineup_version,
        built_at=found.built_at,
        xml=folder / "guide.xml",
        gz=folder / "guide.xml.gz",
        channels=found.counts.channels,
        linked=found.counts.linked,
        programmes=found.counts.programmes,
        placeholders=found.counts.placeholders,
    )


def _complete(folder: Path) -> bool:
    return all((folder / name).is_file() for name in ("guide.xml", "guide.xml.gz", "edition.json"))


def _read_current(guide_dir: Path) -> _Current | None:
    try:
        return _Current.model_validate_json((guide_dir / "current.json").read_bytes())
    except (OSError, ValidationError):
        return None


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _prune(guide_dir: Path, keep: set[str]) -> None:
    for folder in guide_dir.iterdir():
        is_edition = (folder / "edition.json").is_file() or folder.name.startswith(_BUILDING)
        if is_edition and folder.name not in keep:
            shutil.rmtree(folder, ignore_errors=True)
