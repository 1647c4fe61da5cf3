"""Files written whole or not at all, without holding the loop."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from tunerr.errors import DataFolderError, Truncated

PART = ".part"
"""Ending of a file that is not whole yet; it has the name of what it becomes before that."""

# Gathered before it goes to the thread that writes: a slow disk may make each write wait.
_BATCH_BYTES = 1 << 20
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class Sink:
    """Takes the bytes of one file. Raises Truncated past the limit, DataFolderError when the disk refuses."""

    def __init__(self, *, file: BinaryIO, path: Path, limit_bytes: int) -> None:
        self._file = file
        self._path = path
        self._limit = limit_bytes
        self._batch: list[bytes] = []
        self._gathered = 0
        self.size = 0

    async def write(self, chunk: bytes) -> None:
        """Add `chunk`."""
        self.size += len(chunk)
        if self.size > self._limit:
            raise too_large(self._limit)
        self._batch.append(chunk)
        self._gathered += len(chunk)
        if self._gathered >= _BATCH_BYTES:
            await self._write_batch()

    async def finish(self) -> None:
        """Write what is left and wait until the disk has it."""
        await self._write_batch()
        with disk_errors(self._path):
            await asyncio.to_thread(self._sync)

    async def _write_batch(self) -> None:
        data = b"".join(self._batch)
        self._batch.clear()
        self._gathered = 0
        with disk_errors(self._path):
            await asyncio.to_thread(self._file.write, data)

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())


@asynccontextmanager
async def written_whole(target: Path, *, limit_bytes: int) -> AsyncIterator[Sink]:
    """Give a sink whose bytes become `target` when the block ends well; otherwise `target` stays as it was."""
    with replaced(target) as file:
        sink = Sink(file=file, path=target, limit_bytes=limit_bytes)
        yield sink
        await sink.finish()


@contextmanager
def replaced(target: Path) -> Iterator[BinaryIO]:
    """Give a file that becomes `target` when the block ends well; otherwise `target` stays as it was."""
    part = target.with_name(target.name + PART)
    with disk_errors(target):
        file = part.open("wb")
    try:
        yield file
        with disk_errors(target):
            file.close()
            part.replace(target)
    except BaseException:
        # A full disk makes close() fail a second time; the first error is the one that counts. A thread that still
        # writes after a cancellation holds the file's lock, so close() waits for it.
        with suppress(OSError):
            file.close()
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Translate what the disk refuses into DataFolderError."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DataFolderError(
                f"The disk is full: {path} could not be written.",
                hint="Free some space; what was there before is still in use.",
            ) from error
        raise DataFolderError(
            f"{path} could not be written: {error.strerror}.", hint="Check the folder and its permissions."
        ) from error


def too_large(limit_bytes: int) -> Truncated:
    """Return the error for a document that passes its limit."""
    return Truncated(
        f"The document is larger than the limit of {limit_bytes / 1_000_000:g} MB and was not taken.",
        hint="Check that the URL is the right one.",
    )
