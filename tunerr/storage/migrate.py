"""Schema versions: numbered SQL files, applied in order, each in one transaction; PRAGMA user_version counts them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal

from tunerr.errors import DatabaseTooNew
from tunerr.storage import hashing

Kind = Literal["state", "catalog", "guide"]


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: the SQL that leads to schema `version`."""

    version: int
    sql: str


def migrations(kind: Kind) -> tuple[Migration, ...]:
    """All steps of one kind of database, in order."""
    folder = resources.files("tunerr.storage") / "migrations" / kind
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return tuple(Migration(int(file.name.split("_", 1)[0]), file.read_text("utf-8")) for file in files)


def migrate(db: sqlite3.Connection, path: Path, steps: Sequence[Migration], *, backup: bool) -> None:
    """Bring the database to the newest schema.

    With `backup`, an existing one is copied to `<path>.before-<version>` first. The connection must be in autocommit
    mode. Raises DatabaseTooNew when a later program wrote it, and sqlite3.Error.
    """
    hashing.register(db)
    found, newest = _version(db), steps[-1].version
    if found > newest:
        raise DatabaseTooNew(
            f"{path} has schema {found}; this version of the program knows schemas up to {newest}.",
            hint="Start the newer version that wrote it, or put back the copy that was made before the upgrade "
            f"({path.name}.before-{found}).",
        )
    if 0 < found < newest and backup:
        _back_up(db, path.with_name(f"{path.name}.before-{newest}"))
    for step in steps[found:]:
        _apply(db, step)


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _apply(db: sqlite3.Connection, step: Migration) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        if _version(db) < step.version:  # another process may have been here while we waited for the lock
            for statement in _statements(step.sql):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {step.version}")
        db.execute("COMMIT")
    except BaseException:
        db.rollback()
        raise


def _statements(sql: str) -> Iterator[str]:
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _back_up(db: sqlite3.Connection, target: Path) -> None:
    unfinished = target.with_name(f"{target.name}.part")
    unfinished.unlink(missing_ok=True)
    copy = sqlite3.connect(unfinished)
    try:
        db.backup(copy)
    finally:
        copy.close()
    unfinished.chmod(0o600)
    unfinished.replace(target)
