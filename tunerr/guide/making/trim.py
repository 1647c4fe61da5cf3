"""Worker job `trim-guide`: a guide of an edition made shorter, for clients that ask for some days only."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tunerr.guide.making.guide_file import PROGRAMME_BEGIN, GuideFile, guide_files, guide_name
from tunerr.guide.messages import TrimRequest
from tunerr.guide.rows.times import format_time
from tunerr.storage.folder import folder_error

_DAY = 24 * 3600
_PIECE_BYTES = 1 << 20
# Each is as large as a guide; who asks for all lengths in turn must not fill the disk.
_MOST_PARTS = 4


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Do what a TrimRequest asks; answers nothing, the files are there or as they were. Raises DataFolderError.

    All channels stay; a programme belongs when it begins less than `days` times 24 hours after the edition was made.
    Of the parts in the folder the four that were made last stay.
    """
    asked = TrimRequest.model_validate(request)
    until = format_time(int(asked.made_at) + asked.days * _DAY).encode()
    whole, _ = guide_files(asked.folder, guide_name(asked.device))
    try:
        with _building(asked.folder, guide_name(asked.device, asked.days)) as target:
            for piece in _trimmed(whole, until):
                target.write(piece)
        _prune(asked.folder)
    except OSError as error:
        raise folder_error(error, asked.folder) from error
    return {}


def _trimmed(path: Path, until: bytes) -> Iterator[bytes]:
    begin, end = len(PROGRAMME_BEGIN), len(PROGRAMME_BEGIN) + len(until)
    with path.open("rb") as file:
        while lines := file.readlines(_PIECE_BYTES):
            yield b"".join(line for line in lines if not line.startswith(PROGRAMME_BEGIN) or line[begin:end] < until)


@contextlib.contextmanager
def _building(folder: Path, name: str) -> Iterator[GuideFile]:
    """A file that has its name once it is whole, the plain form last."""
    new = f"new-{name}"
    file = GuideFile(folder, new)
    try:
        yield file
        file.finish()
    except BaseException:
        _remove(folder, [new])
        raise
    finally:
        file.close()
    (new_xml, new_packed), (xml, packed) = guide_files(folder, new), guide_files(folder, name)
    new_packed.rename(packed)
    new_xml.rename(xml)


def _prune(folder: Path) -> None:
    parts = sorted(folder.glob("guide*-*d.xml"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    _remove(folder, [path.stem for path in parts[_MOST_PARTS:]])


def _remove(folder: Path, names: Iterable[str]) -> None:
    for name in names:
        for path in guide_files(folder, name):
            path.unlink(missing_ok=True)
