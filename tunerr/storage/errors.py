"""SQLite's refusals in the program's own words."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from tunerr.errors import DataFolderError, StorageError

_PRIMARY = 0xFF  # the low byte of an extended result code is the primary one


def translate(error: sqlite3.Error, path: Path) -> StorageError:
    """Make the StorageError for what SQLite said about the database at `path`."""
    match getattr(error, "sqlite_errorcode", 0) & _PRIMARY:
        case sqlite3.SQLITE_FULL:
            return DataFolderError(f"The disk of the data folder {path.parent} is full.", hint="Free some space.")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return DataFolderError(
                f"{path} can't be opened for writing.", hint="Check owner and mode of the data folder and its files."
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return StorageError(
                f"{path} is damaged or no database.",
                hint="Move it away; catalog.db and guide.db are made anew, state.db comes back from its back-up.",
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StorageError(f"{path} stayed locked by another program.", hint="Close the program that has it open.")
        case _:
            return StorageError(f"{path} failed: {error}.")


@contextlib.contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn sqlite3.Error raised inside into StorageError (works around `await` too)."""
    try:
        yield
    except sqlite3.Error as error:
        raise translate(error, path) from error
