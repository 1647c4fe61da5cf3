"""The worker's job `ingest`: the fetched documents of a source become its next generation, or nothing changes."""

from __future__ import annotations

import gc
import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Literal
from zlib import crc32

import orjson
from pydantic import BaseModel, ConfigDict

from tunerr.catalog import guard, recovery, rulings
from tunerr.catalog.diff import Change, changes
from tunerr.catalog.generations import BATCH_ROWS, Generations, Published, Row
from tunerr.catalog.identity import LABEL, EntryKeys, Group, Key, Recognition, fingerprint, learned, recognise
from tunerr.errors import EmptyPlaylist, Truncated
from tunerr.model.channel import ChannelId, SourceId
from tunerr.model.url import Zone
from tunerr.providers.documents import Form, PanelLogin, entries
from tunerr.providers.entry import Entry, Header, Skipped
from tunerr.storage.connection import open_worker
from tunerr.storage.errors import storage_errors

_EXAMPLES = 5
# Five times the largest list known. What packs well may hold tens of millions, and each becomes a row on the disk.
_MOST_ENTRIES = 1_000_000
# All tables are written in their own order, so a large cache is never used again and only fills memory.
_CACHE_KIB = 8192
# Raised when documents are read differently: equal ones are then stored again, with what is new in them.
_READING = 2


class Request(BaseModel):
    """What the server asks for; `now` is Unix seconds, `zone` that of the documents, `sources` are all configured.

    `documents` and `panel` are those of `providers.documents.entries`. `country` is that of entries which say none.
    `accept_shrink` takes what else is refused: an answer that shrank, or that the operator took back.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    form: Form = "m3u"
    documents: dict[str, Path]
    panel: PanelLogin | None = None
    country: str = ""
    source: str
    sources: tuple[str, ...]
    zone: Zone
    catalog_db: Path
    state_db: Path
    now: float
    accept_shrink: bool = False


@dataclass(slots=True)
class Report:
    """What came of it. `outcome` is published, unchanged or refused; counts are of the answer, served or not."""

    outcome: Literal["published", "unchanged", "refused"]
    entries: int
    channels: int
    skipped: dict[str, int]
    guide_urls: tuple[str, ...] = ()
    changes: dict[str, Change] = field(default_factory=dict)
    new: Change = field(default_factory=lambda: Change(0, ()))
    message: str = ""
    hint: str = ""


@dataclass(slots=True)
class _Channel:
    """A channel of the answer while it is read."""

    group: Group
    ordinal: int
    name: str
    group_title: str
    addresses: int = 0


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Run the job; the answer is a `Report` as plain data.

    Raises NotAPlaylist, EmptyPlaylist, Truncated and StorageError; the served generation is then as it was.
    """
    asked = Request.model_validate(request)
    ruled = rulings.read(asked.state_db)
    with storage_errors(asked.catalog_db), closing(open_worker(asked.catalog_db, kind="catalog")) as db:
        db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        store = Generations(db)
        store.remove_unfinished()
        store.remove_strangers({*asked.sources, asked.source})
        if store.nothing_learned():
            store.learn(recovery.ledger_keys(asked.state_db, without=ruled.made), asked.now)
        with _no_garbage_collection():
            return asdict(_Ingest(asked, db, store, ruled).run())


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Keep the collector from walking over a million live objects again and again; there are no cycles among them."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _Ingest:
    """One run over the documents of one answer."""

    def __init__(self, asked: Request, db: sqlite3.Connection, store: Generations, ruled: rulings.Rulings) -> None:
        self._asked = asked
        self._source = SourceId(asked.source)
        self._db = db
        self._store = store
        self._rulings = ruled
        self._zone = int(asked.zone)
        self._channels: dict[Key, _Channel] = {}
        self._groups: dict[str, str] = {}
        self._skipped: Counter[str] = Counter()
        self._guide_urls: tuple[str, ...] = ()
        self._entries = 0

    def run(self) -> Report:
        before = self._store.published(self._source)
        documents = _fingerprint(self._asked, self._rulings.digest)
        if before is not None and before.documents == documents:
            return self._seen_before(before)
        generation = self._store.begin(self._source, self._asked.now)
        kept = False
        try:
            digest = self._read(generation)
            if before is not None and before.digest == digest:
                return self._seen_before(before)
            report = self._decide(before, Published(generation, self._entries, 0, digest, documents))
            kept = report.outcome == "published"
        finally:
            if not kept:
                self._store.remove(generation)
        self._store.remove_history(self._source)
        return report

    def _seen_before(self, before: Published) -> Report:
        """Answer for documents that say what the served generation says."""
        said = self._store.report(before.id)
        self._store.remember(self._source, guard.Answer(self._asked.now, before.channels, ""), "unchanged")
        return Report(
            "unchanged", before.entries, before.channels, said["skipped"], guide_urls=tuple(said["guide_urls"])
        )

    def _read(self, generation: int) -> str:
        """Write the entries and gather the channels; the digest over all of it."""
        digest = hashlib.blake2b(self._rulings.digest.encode(), digest_size=16)
        batch: list[Row] = []
        for entry in self._usable():
            if self._entries == _MOST_ENTRIES:
                raise Truncated(
                    f"The source has more than {_MOST_ENTRIES:,} entries.",
                    hint="Ask the provider for a smaller selection.",
                )
            batch.append(self._row(entry))
            if len(batch) == BATCH_ROWS:
                self._flush(generation, batch, digest)
        self._flush(generation, batch, digest)
        if not self._channels:
            raise EmptyPlaylist(
                f"None of the {self._skipped.total():,} rows of the source can be used.",
                hint="; ".join(f"{reason}: {count:,}" for reason, count in self._skipped.most_common()),
            )
        return digest.hexdigest()

    def _flush(self, generation: int, batch: list[Row], digest: hashlib.blake2b) -> None:
        digest.update(orjson.dumps(batch))
        self._store.write_entries(generation, batch)
        batch.clear()

    def _usable(self) -> Iterator[Entry]:
        for found in entries(self._asked.form, self._asked.documents, panel=self._asked.panel):
            if type(found) is Entry:  # nearly all of them, and this is the fastest question
                yield found
            elif isinstance(found, Skipped):
                self._skipped[found.reason.value] += 1
            elif isinstance(found, Header):
                self._guide_urls = found.guide_urls

    def _row(self, entry: Entry) -> Row:
        ordinal, self._entries = self._entries, self._entries + 1
        name, tvg_id, group, logo, chno, radio, url, headers, country, archive_days, archive = entry
        keys = EntryKeys.of(
            tvg_id=tvg_id,
            name=name,
            url=url,
            group=group,
            country=country,
            default_country=self._asked.country,
        )
        native = self._rulings.native(keys, self._source, url)
        channel = self._channels.get(native)
        if channel is None:
            # A list has few groups: one text for each of them, not one for each channel.
            channel = _Channel(Group(native), ordinal, name, self._groups.setdefault(group, group))
            self._channels[native] = channel
        channel.group.add(keys.name, keys.path, keys.label)
        channel.addresses = crc32(url.encode("utf-8", "replace"), channel.addresses)
        return (
            *(ordinal, channel.ordinal, name, tvg_id, group, logo, chno, radio, url, self._zone),
            *(orjson.dumps(headers).decode() if headers else "[]", keys.country, archive_days, archive),
        )

    def _decide(self, before: Published | None, read: Published) -> Report:
        """Recognise the channels, ask the guard, publish."""
        recognised = recognise(
            [channel.group for channel in self._channels.values()],
            source=self._source,
            lookup=self._store.known,
            elsewhere=self._store.held_by_others(self._source),
            taken=self._store.taken,
            teachers=self._store.teachers(LABEL),
        )
        shown = self._rulings.shown(recognised.ids)
        candidate = read._replace(channels=len(set(shown)))
        answer = guard.Answer(self._asked.now, candidate.channels, fingerprint(shown))
        report = Report("published", candidate.entries, candidate.channels, dict(self._skipped.most_common()))
        report.guide_urls = self._guide_urls
        verdict = guard.judge(
            answer,
            last_good=before.channels if before else 0,
            history=self._store.answers(self._source),
            withdrawn=self._store.is_withdrawn(self._source, candidate.digest),
            accept_shrink=self._asked.accept_shrink,
        )
        if verdict.accepted:
            self._store.write_channels(candidate.id, self._rows(candidate.id, shown))
            self._publish(before, candidate, recognised, report)
        else:
            report.outcome, report.message, report.hint = "refused", verdict.message, verdict.hint
        self._store.remember(self._source, answer, report.outcome)
        return report

    def _rows(self, generation: int, shown: Sequence[ChannelId]) -> Iterator[Row]:
        """Yield the rows of `channel` in the order of their ids; what was merged is shown as one."""
        channels = list(self._channels.values())
        # A stable sort: of those that were merged the first of the playlist comes first.
        for channel_id, places in groupby(sorted(range(len(shown)), key=shown.__getitem__), key=shown.__getitem__):
            first, *merged = [channels[place] for place in places]
            for other in merged:
                self._store.join(generation, other.ordinal, first.ordinal)
                first.addresses ^= other.addresses
            yield channel_id, first.ordinal, first.name, first.group_title, first.addresses

    def _publish(self, before: Published | None, candidate: Published, recognised: Recognition, report: Report) -> None:
        channels = list(self._channels.values())
        report.changes = changes(self._db, old=before.id if before else 0, new=candidate.id)
        new = sorted(recognised.new)
        report.new = Change(len(new), tuple(channels[place].name for place in new[:_EXAMPLES]))
        # Learned before the swap: what is served must be recognised again, whenever we are killed.
        self._store.learn(
            learned([channel.group for channel in channels], recognised.ids, self._source), self._asked.now
        )
        self._store.publish(
            self._source, at=self._asked.now, published=candidate, report=orjson.dumps(asdict(report)).decode()
        )


def _fingerprint(asked: Request, ruled: str) -> str:
    """Hash the documents as they lie there, with all else that the generation is made of."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(
        orjson.dumps([_READING, ruled, asked.form, int(asked.zone), asked.country, asked.panel and [*asked.panel]])
    )
    for name, path in sorted(asked.documents.items()):
        digest.update(name.encode())
        with path.open("rb") as document:
            while chunk := document.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()
