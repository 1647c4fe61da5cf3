"""Editions of the rendered guide on disk.

    <guide_dir>/<version>/guide.xml(.gz)        all channels
                          guide-2.xml(.gz)      those of device 2, and so on for each further device
                          edition.json          what it holds; these never change once they are there
                          guide-3d.xml(.gz)     a part of it, made when it is asked for (`tunerr.guide.making.trim`)
    <guide_dir>/current.json                    names the edition that is served, and its lineup

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

from pydantic import BaseModel, ConfigDict, ValidationError

from tunerr.guide.making.guide_file import GuideFile, guide_files, guide_name
from tunerr.model.status import GuideEdition
from tunerr.storage.atomic import replace_file
from tunerr.storage.folder import folder_error

_BUILDING = "building-"
_VERSION_DIGITS = 16


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EditionCounts(_Strict):
    """What an edition holds. `programmes` came from guides; `linked`: channels with some; `placeholders`: our rows."""

    channels: int
    linked: int
    programmes: int
    placeholders: int


class _Description(_Strict):
    version: str
    built_at: datetime
    counts: EditionCounts
    devices: tuple[int, ...] = ()


class _Current(_Strict):
    version: str
    lineup_version: str
    previous: str = ""


class EditionSink:
    """The files of one edition that is being made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.whole = GuideFile(folder, guide_name())
        self._devices: dict[int, GuideFile] = {}

    @property
    def version(self) -> str:
        """Hash of all bytes written."""
        digest = sha256()
        for number, file in sorted({0: self.whole, **self._devices}.items()):
            digest.update(b"%d " % number + file.digest)
        return digest.hexdigest()[:_VERSION_DIGITS]

    @property
    def devices(self) -> tuple[int, ...]:
        """Devices that have a file of their own."""
        return tuple(sorted(self._devices))

    def device(self, number: int) -> GuideFile:
        """Return the file of one further device."""
        if number not in self._devices:
            self._devices[number] = GuideFile(self.folder, guide_name(number))
        return self._devices[number]

    def finish(self) -> None:
        """Bring all files to the disk."""
        for file in (self.whole, *self._devices.values()):
            file.finish()

    def close(self) -> None:
        """Close all files; safe to call at any time."""
        for file in (self.whole, *self._devices.values()):
            file.close()


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
    if _described(guide_dir / version) is None:
        description = _Description(version=version, built_at=built_at, counts=counts, devices=sink.devices)
        replace_file(sink.folder / "edition.json", description.model_dump_json().encode())
        shutil.rmtree(guide_dir / version, ignore_errors=True)
        sink.folder.rename(guide_dir / version)
    before = _read_current(guide_dir)
    previous = ""
    if before is not None:
        previous = before.previous if before.version == version else before.version
    current = _Current(version=version, lineup_version=lineup_version, previous=previous)
    replace_file(guide_dir / "current.json", current.model_dump_json().encode())
    _sync_folder(guide_dir)
    _prune(guide_dir, keep={version, previous})


def read(guide_dir: Path) -> GuideEdition | None:
    """Return the current edition; None when there is none, or its files are missing or unreadable."""
    current = _read_current(guide_dir)
    if current is None or (found := _described(folder := guide_dir / current.version)) is None:
        return None
    xml, packed = guide_files(folder, guide_name())
    return GuideEdition(
        version=found.version,
        lineup_version=current.lineup_version,
        built_at=found.built_at,
        xml=xml,
        gz=packed,
        channels=found.counts.channels,
        linked=found.counts.linked,
        programmes=found.counts.programmes,
        placeholders=found.counts.placeholders,
        devices=found.devices,
    )


def _described(folder: Path) -> _Description | None:
    """What a folder says it holds, None unless all of that is there."""
    try:
        found = _Description.model_validate_json((folder / "edition.json").read_bytes())
    except (OSError, ValidationError):
        return None
    names = (guide_name(), *map(guide_name, found.devices))
    return found if all(file.is_file() for name in names for file in guide_files(folder, name)) else None


def _read_current(guide_dir: Path) -> _Current | None:
    try:
        return _Current.model_validate_json((guide_dir / "current.json").read_bytes())
    except (OSError, ValidationError):
        return None


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
