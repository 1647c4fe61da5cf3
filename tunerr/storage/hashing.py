"""Keys of many parts as one number, so that a table of a million of them stays small and its rows stay in one order."""

from __future__ import annotations

import hashlib
import sqlite3

_BYTES = 8  # SQLite's integers


def key_bytes(*parts: str) -> bytes:
    """Hash a key to eight bytes, the same ones in every process and version: they are stored."""
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=_BYTES).digest()


def key_number(*parts: str) -> int:
    """Return `key_bytes` as SQLite's signed integer."""
    return int.from_bytes(key_bytes(*parts), "big", signed=True)


def register(db: sqlite3.Connection) -> None:
    """Make `key_number(…)` known to the SQL of a connection; migrations use it."""
    db.create_function("key_number", -1, key_number, deterministic=True)
