"""How the databases are opened: by the server through aiosqlite, by the worker through sqlite3.

Connections are in autocommit mode: a single statement is committed when it returns. Several statements that belong
together go into `transaction` (server) or `worker_transaction`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary

import aiosqlite

from tunerr.storage.errors import storage_errors
from tunerr.storage.folder import folder_error
from tunerr.storage.migrate import Kind, migrate, migrations

# At DEBUG it logs every statement with its parameters: session keys and password hashes among them.
logging.getLogger("aiosqlite").setLevel(logging.INFO)

# The worker's batches last at most 250 ms; whoever waits this long waits for something that hangs.
_BUSY_MS = 10_000
# state.db holds promises to clients (numbers), which must survive a power cut; the others can be fetched again.
_SYNCHRONOUS = {"state": "FULL", "catalog": "NORMAL", "guide": "NORMAL"}

# Bulk inserts touch indexes in many places; SQLite's own 2 MB would write pages many times.
_WORKER_CACHE_KIB = 32768


@dataclass(frozen=True, slots=True)
class _Opened:
    path: Path
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)


_opened: WeakKeyDictionary[aiosqlite.Connection, _Opened] = WeakKeyDictionary()


def _pragmas(kind: Kind, *, readonly: bool) -> tuple[str, ...]:
    common = (f"PRAGMA busy_timeout = {_BUSY_MS}", "PRAGMA foreign_keys = ON")
    if readonly:
        return (*common, "PRAGMA query_only = ON")
    return (*common, "PRAGMA journal_mode = WAL", f"PRAGMA synchronous = {_SYNCHRONOUS[kind]}")


def open_worker(path: Path, *, kind: Kind, readonly: bool = False) -> sqlite3.Connection:
    """Open a database in the worker, migrated; rows are sqlite3.Row. Raises StorageError.

    `readonly` neither creates nor migrates: the file must exist.
    """
    with storage_errors(path):
        if not readonly:
            _prepare(path, kind)
        db = sqlite3.connect(_uri(path), uri=True, isolation_level=None)
        try:
            for pragma in (*_pragmas(kind, readonly=readonly), f"PRAGMA cache_size = -{_WORKER_CACHE_KIB}"):
                db.execute(pragma)
        except BaseException:
            db.close()
            raise
        db.row_factory = sqlite3.Row
        return db


@contextlib.contextmanager
def worker_transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Statements inside are committed together or, on any exception, not at all. Raises sqlite3.Error."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        db.rollback()  # nothing where SQLite has rolled back by itself, as it does when the disk is full
        raise


async def open_server(path: Path, *, kind: Kind, readonly: bool = False) -> aiosqlite.Connection:
    """Open a database in the server, migrated; rows are sqlite3.Row. Raises StorageError.

    A missing database is created even when `readonly`, so that the server can start before the worker's first job;
    after that such a connection refuses to write.
    """
    with storage_errors(path):
        await asyncio.to_thread(_prepare, path, kind)
        db = await aiosqlite.connect(_uri(path), uri=True, isolation_level=None)
        try:
            for pragma in _pragmas(kind, readonly=readonly):
                await db.execute(pragma)
        except BaseException:
            await db.close()
            raise
        db.row_factory = sqlite3.Row
        _opened[db] = _Opened(path)
        return db


async def select(
    db: aiosqlite.Connection, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()
) -> list[sqlite3.Row]:
    """Return all rows of a query on a connection of `open_server`; page large answers by LIMIT. Raises StorageError."""
    with storage_errors(_opened[db].path):
        async with db.execute(sql, parameters) as cursor:
            return list(await cursor.fetchall())


@contextlib.asynccontextmanager
async def transaction(db: aiosqlite.Connection) -> AsyncIterator[None]:
    """Statements inside are committed together or, on any exception, not at all.

    Tasks share the server's connection, so each of its writers goes through here: one at a time, never into the
    transaction of another. Raises StorageError.
    """
    opened = _opened[db]
    async with opened.writing:
        with storage_errors(opened.path):
            try:
                await db.execute("BEGIN IMMEDIATE")
                yield
                await db.commit()
            except BaseException:
                # The connection works in order: a cancelled BEGIN or COMMIT has run before this, which then finds none.
                await db.rollback()
                raise


def _uri(path: Path) -> str:
    return f"{path.absolute().as_uri()}?mode=rw"


def _prepare(path: Path, kind: Kind) -> None:
    try:
        # SQLite gives -wal and -shm the mode of the database: nobody else reads the provider's credentials.
        # Only a file that is new is opened here: closing any descriptor of a file drops the POSIX locks that SQLite
        # holds on it in this process, and the other process then removes the journal under our feet.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        raise folder_error(error, path.parent) from error
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        for pragma in _pragmas(kind, readonly=False):
            db.execute(pragma)
        migrate(db, path, migrations(kind), backup=kind == "state")
