"""Texts as numbers of 64 bits, and how what was learned under them is stored: one row for a million of them."""

from __future__ import annotations

import hashlib
import sqlite3
from array import array
from collections.abc import Iterable

_BYTES = 8
_NONE = bytes(_BYTES)
_ID_DIGITS = slice(len("dna-"), None)


def text_numbers(texts: Iterable[str]) -> bytes:
    """Hash each text to eight bytes, the same ones in every process and version: they are stored. Empty ones are 0."""
    blake2b = hashlib.blake2b
    return b"".join(
        [blake2b(text.encode("utf-8", "replace"), digest_size=_BYTES).digest() if text else _NONE for text in texts]
    )


class _PackedKeys:
    """The SQL aggregate `packed_keys(value, channel_id, learned_at)`: a blob as `catalog.known.Known` reads it."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, int, float]] = []

    def step(self, value: str, channel: str, learned_at: float) -> None:
        """Take in a row."""
        number = int.from_bytes(text_numbers([value]), "little")
        self._rows.append((number, int(channel[_ID_DIGITS] or "0", 16), learned_at))

    def finalize(self) -> bytes:
        """Return all keys in their order, then all channels, then all times: little-endian, eight bytes each."""
        numbers, channels, times = zip(*sorted(self._rows), strict=True)
        columns = array("Q", numbers), array("Q", channels), array("d", times)
        return b"".join(column.tobytes() for column in columns)


def register(db: sqlite3.Connection) -> None:
    """Make `packed_keys` known to the SQL of a connection; migrations use it."""
    db.create_aggregate("packed_keys", 3, _PackedKeys)  # type: ignore[arg-type]  # typeshed: an aggregate returns an int
