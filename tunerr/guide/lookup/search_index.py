"""Worker job `index-guide`: titles and sub-titles of the published guides become searchable."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from hashlib import blake2b
from typing import Any

from tunerr.guide.messages import IndexAnswer, IndexRequest
from tunerr.guide.rows.programme import titles_of
from tunerr.storage.connection import open_worker, worker_transaction
from tunerr.storage.errors import storage_errors
from tunerr.support.batches import batches

# Rows of one transaction: some 20 ms of work, far below the 250 ms that any writer may hold the file.
_BATCH = 2000

_PAGE = """
    SELECT xmltv_id, start, body FROM programme
    WHERE generation = ? AND (xmltv_id, start) > (?, ?) ORDER BY xmltv_id, start LIMIT ?"""
_FORGET_WORDS = """
    INSERT INTO search_word (search_word, rowid, title, sub_title)
    SELECT 'delete', id, title, sub_title FROM search_text WHERE id IN (SELECT value FROM json_each(?))"""

_Row = tuple[str, int, bytes]


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Do what an IndexRequest asks; answers an IndexAnswer. Raises StorageError.

    Only generations that are not searchable yet are read, and of their texts only new ones are taken apart. What is
    searchable stays so meanwhile; a job that ended half way is done again from the start of its generation.
    """
    asked = IndexRequest.model_validate(request)
    with storage_errors(asked.guide_db), closing(open_worker(asked.guide_db, kind="guide")) as db:
        return _Index(db).run().model_dump()


class _Index:
    """The search tables on their way to what is published. Methods raise sqlite3.Error."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._texts: dict[bytes, int] = {}  # ids by digest, because 150,000 texts are too much to keep
        self._last = 0

    def run(self) -> IndexAnswer:
        published = self._generations("SELECT id FROM generation WHERE state = 'published' ORDER BY id")
        done = self._generations("SELECT generation FROM searchable")
        missing = [generation for generation in published if generation not in done]
        stale = self._generations("SELECT DISTINCT generation FROM search_row")
        for generation in sorted({*stale, *done} - set(published)):
            self._forget(generation)
        programmes = 0
        if missing:
            self._know_texts()
            programmes = sum(self._add(generation) for generation in missing)
        forgotten = self._forget_texts()
        return IndexAnswer(generations=len(missing), programmes=programmes, texts=len(self._texts), forgotten=forgotten)

    def _generations(self, query: str) -> list[int]:
        return [int(row[0]) for row in self._db.execute(query)]

    def _know_texts(self) -> None:
        for row in self._db.execute("SELECT id, title, sub_title FROM search_text"):
            self._texts[_digest(row["title"], row["sub_title"])] = row["id"]
            self._last = max(self._last, row["id"])

    def _add(self, generation: int) -> int:
        count = 0
        for page in self._pages(generation):
            new: list[tuple[int, str, str]] = []
            rows = [(generation, self._text(body, new), xmltv_id, start) for xmltv_id, start, body in page]
            with worker_transaction(self._db):
                self._db.executemany("INSERT INTO search_text (id, title, sub_title) VALUES (?, ?, ?)", new)
                self._db.executemany("INSERT INTO search_word (rowid, title, sub_title) VALUES (?, ?, ?)", new)
                self._db.executemany("INSERT OR IGNORE INTO search_row VALUES (?, ?, ?, ?)", rows)
            count += len(rows)
        self._db.execute("INSERT INTO searchable VALUES (?)", (generation,))
        return count

    def _pages(self, generation: int) -> Iterator[Sequence[_Row]]:
        place: tuple[str, int] = ("", -1)
        while page := [tuple(row) for row in self._db.execute(_PAGE, (generation, *place, _BATCH))]:
            yield page
            place = page[-1][:2]

    def _text(self, body: bytes, new: list[tuple[int, str, str]]) -> int:
        """Return the id of a programme's text; one that was never seen is added to `new`."""
        title, sub_title = titles_of(body)
        digest = _digest(title, sub_title)
        known = self._texts.get(digest)
        if known is None:
            self._last += 1
            known = self._texts[digest] = self._last
            new.append((known, title, sub_title))
        return known

    def _forget(self, generation: int) -> None:
        rows = "SELECT generation, text, xmltv_id, start FROM search_row WHERE generation = ? LIMIT ?"
        delete = "DELETE FROM search_row WHERE generation = ? AND text = ? AND xmltv_id = ? AND start = ?"
        while batch := [tuple(row) for row in self._db.execute(rows, (generation, _BATCH))]:
            with worker_transaction(self._db):
                self._db.executemany(delete, batch)
        self._db.execute("DELETE FROM searchable WHERE generation = ?", (generation,))

    def _forget_texts(self) -> int:
        """Remove the texts that no programme has any more."""
        unused = "SELECT id FROM search_text WHERE id NOT IN (SELECT text FROM search_row)"
        ids = self._generations(unused)
        for batch in batches(ids, _BATCH):
            listed = str(batch)
            with worker_transaction(self._db):
                self._db.execute(_FORGET_WORDS, (listed,))
                self._db.execute("DELETE FROM search_text WHERE id IN (SELECT value FROM json_each(?))", (listed,))
        return len(ids)


def _digest(title: str, sub_title: str) -> bytes:
    return blake2b(f"{title}\0{sub_title}".encode(errors="replace"), digest_size=10).digest()
