"""The worker's job `ingest-titles`: a panel's films and series into catalog.db, each list by itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict

from tunerr.catalog.guard import PROOF_SECONDS, SHRINK_FLOOR
from tunerr.catalog.title_lists import BATCH_ROWS, Known, ListName, Title, TitleLists
from tunerr.errors import ContentError, FetchError
from tunerr.providers.xtream import live, titles
from tunerr.storage.connection import open_worker
from tunerr.storage.document import read_document
from tunerr.storage.errors import storage_errors
from tunerr.support.batches import batches

_LARGEST_DOCUMENT = 1 << 30
# Five times the largest list known. What packs well may hold tens of millions, and each becomes a row on the disk.
_MOST_TITLES = 1_000_000

_READERS: dict[ListName, Callable[[Iterable[bytes], Mapping[str, str]], Iterator[Title]]] = {
    "movies": titles.movies,
    "series": titles.series,
}


class Request(BaseModel):
    """What the server asks for; `now` is Unix seconds.

    `documents`: `movies` and `series` with their `movies-categories` and `series-categories`; what did not come is
    missing. `sources` are all whose titles are wanted: those of others are removed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    documents: dict[str, Path]
    source: str
    sources: tuple[str, ...]
    catalog_db: Path
    now: float


@dataclass(frozen=True, slots=True)
class ListReport:
    """What came of one list. `outcome` is taken, unchanged, refused or failed; `titles` are those of the answer."""

    outcome: str
    titles: int = 0
    message: str = ""
    hint: str = ""


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Run the job; the answer is a `ListReport` as plain data for each list that came. Raises StorageError."""
    asked = Request.model_validate(request)
    with storage_errors(asked.catalog_db), closing(open_worker(asked.catalog_db, kind="catalog")) as db:
        lists = TitleLists(db)
        lists.remove_strangers({*asked.sources, asked.source})
        return {name: asdict(_attempt(lists, asked, name)) for name in _READERS if name in asked.documents}


def _attempt(lists: TitleLists, asked: Request, name: ListName) -> ListReport:
    try:
        return _take(lists, asked, name)
    except (ContentError, FetchError) as error:  # the other list may be well
        return ListReport("failed", message=error.message, hint=error.hint)


def _take(lists: TitleLists, asked: Request, name: ListName) -> ListReport:
    groups = live.categories(_chunks(asked, f"{name}-categories"))
    # Read twice: nothing may be written before all of it was seen, and it is too much to be held.
    count, digest = _measured(_READERS[name](_chunks(asked, name), groups))
    known = lists.known(asked.source, name)
    fresh = Known(count, digest, None)
    if known is not None and known.digest == digest:
        lists.note(asked.source, name, fresh, asked.now)
        return ListReport("unchanged", count)
    if known is not None and not _believed(known, count, asked.now):
        since = known.refused_since or asked.now
        lists.note(asked.source, name, known._replace(refused_since=since), asked.now)
        return ListReport(
            "refused",
            count,
            f"The provider now has {count:,} {name}, {known.titles:,} before; the {known.titles:,} are kept.",
            "A smaller list is taken when it has stood for 24 hours.",
        )
    lists.write(asked.source, name, _READERS[name](_chunks(asked, name), groups))
    lists.note(asked.source, name, fresh, asked.now)
    return ListReport("taken", count)


def _believed(known: Known, count: int, now: float) -> bool:
    """Whether a list of that length is the provider's will: enough of it is there, or it has been so for a day."""
    if count >= SHRINK_FLOOR * known.titles:
        return True
    return known.refused_since is not None and now - known.refused_since >= PROOF_SECONDS


def _measured(rows: Iterable[Title]) -> tuple[int, str]:
    digest, count = hashlib.blake2b(digest_size=16), 0
    for batch in batches(rows, BATCH_ROWS):
        count += len(batch)
        if count > _MOST_TITLES:
            raise ContentError(
                f"The list has more than {_MOST_TITLES:,} titles.", hint="Ask the provider for a smaller selection."
            )
        digest.update(orjson.dumps([tuple(row) for row in batch]))
    return count, digest.hexdigest()


def _chunks(asked: Request, name: str) -> Iterator[bytes]:
    return read_document(asked.documents[name], limit=_LARGEST_DOCUMENT)
