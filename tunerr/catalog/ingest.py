"""The worker's job `ingest`: the fetched documents of a source become its next generation, or nothing changes."""

from __future__ import annotations

import hashlib
import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from itertools import repeat
from pathlib import Path
from typing import Any, Literal
from zlib import crc32

import numpy as np
import orjson
from pydantic import BaseModel, ConfigDict

from tunerr.catalog import guard, known, recovery, rulings
from tunerr.catalog.answer import Answer
from tunerr.catalog.diff import Change, changes
from tunerr.catalog.generations import BATCH_ROWS, Generations, Published
from tunerr.catalog.identity import EntryKeys, Groups, Key, Memory, Recognition, fingerprint, learned, recognise
from tunerr.errors import EmptyPlaylist, Truncated
from tunerr.model.channel import SourceId
from tunerr.model.url import Zone
from tunerr.providers.documents import Form, PanelLogin, entries
from tunerr.providers.entry import Entry, Header, Skipped
from tunerr.storage.connection import open_worker
from tunerr.storage.errors import storage_errors
from tunerr.support.batches import batches
from tunerr.support.garbage import no_garbage_collection

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
    `provider` tells apart who had the same name one after the other. `accept_shrink` takes what else is refused: an
    answer that shrank, or that the operator took back.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    form: Form = "m3u"
    documents: dict[str, Path]
    panel: PanelLogin | None = None
    country: str = ""
    source: str
    provider: str = ""
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
        store.remove_strangers({*asked.sources, asked.source}, now=asked.now)
        if store.nothing_learned():
            store.learn(recovery.ledger_keys(asked.state_db, without=ruled.made), asked.now)
        with no_garbage_collection():
            return asdict(_Ingest(asked, db, store, ruled).run())


class _Ingest:
    """One run over the documents of one answer."""

    def __init__(self, asked: Request, db: sqlite3.Connection, store: Generations, ruled: rulings.Rulings) -> None:
        self._asked = asked
        self._source = SourceId(asked.source)
        self._db = db
        self._store = store
        self._rulings = ruled
        self._answer = Answer(self._source)
        self._names: list[str] = []  # name and group of each channel's first entry
        self._titles: list[str] = []
        self._title: dict[str, str] = {}
        self._addresses = array("Q")  # checksums over the URLs of each channel's entries
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
            asked, ruled = self._asked, self._rulings.digest
            if before is not None and (before.digest, before.ruled) == (digest, ruled):
                self._store.note_guides(before.id, self._guide_urls)
                return self._seen_before(before)
            report = self._decide(
                before, Published(generation, self._entries, 0, digest, documents, ruled, asked.provider)
            )
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
        """Write the entries and gather the channels; the digest over what the source says."""
        digest = hashlib.blake2b(digest_size=16)
        for batch in batches(self._usable(), BATCH_ROWS):
            if self._entries + len(batch) > _MOST_ENTRIES:
                raise Truncated(
                    f"The source has more than {_MOST_ENTRIES:,} entries.",
                    hint="Ask the provider for a smaller selection.",
                )
            self._take(generation, batch, digest)
        if not self._entries:
            raise EmptyPlaylist(
                f"None of the {self._skipped.total():,} rows of the source can be used.",
                hint="; ".join(f"{reason}: {count:,}" for reason, count in self._skipped.most_common()),
            )
        return digest.hexdigest()

    def _usable(self) -> Iterator[Entry]:
        for found in entries(self._asked.form, self._asked.documents, panel=self._asked.panel):
            if type(found) is Entry:  # nearly all of them, and this is the fastest question
                yield found
            elif isinstance(found, Skipped):
                self._skipped[found.reason.value] += 1
            elif isinstance(found, Header):
                self._guide_urls = found.guide_urls

    def _take(self, generation: int, batch: Sequence[Entry], digest: hashlib.blake2b) -> None:
        """Write the rows of some entries; of their keys and addresses only numbers are kept."""
        country = self._asked.country
        keys = [
            EntryKeys.of(tvg_id=tvg, name=name, url=url, group=group, country=said, default_country=country)
            for name, tvg, group, _, _, _, url, _, said, _, _ in batch
        ]
        *shown, urls, headers, _, days, archives = zip(*batch, strict=True)
        places = self._answer.add(keys, self._rulings.ruled(self._source, urls))
        firsts = self._answer.firsts[places].tolist()
        ordinals = range(self._entries, self._entries + len(batch))
        self._open(batch, [place for place, first in enumerate(firsts) if first == ordinals[place]])
        addresses = self._addresses
        for place, url in zip(places.tolist(), urls, strict=True):
            addresses[place] = crc32(url.encode("utf-8", "replace"), addresses[place])
        packed = [orjson.dumps(pairs).decode() if pairs else "[]" for pairs in headers]
        said = (packed, [key.country for key in keys], days, archives)
        digest.update(orjson.dumps([int(self._asked.zone), *shown, urls, *said]))
        columns = (*shown, urls, repeat(int(self._asked.zone)), *said)
        self._store.write_entries(generation, zip(ordinals, firsts, *columns, strict=False))
        self._entries += len(batch)

    def _open(self, batch: Sequence[Entry], first: Iterable[int]) -> None:
        """Keep what a channel shows of its first entry."""
        for place in first:
            name, _, title, *_ = batch[place]
            self._names.append(name)
            self._addresses.append(0)
            self._titles.append(self._title.setdefault(title, title))  # a list has few groups: one text for each

    def _decide(self, before: Published | None, read: Published) -> Report:
        """Recognise the channels, ask the guard, publish."""
        groups = self._answer.groups()
        memory = Memory(
            known=self._store.known,
            teachers=self._store.teachers(),
            elsewhere=self._store.held_by_others(self._source, self._asked.sources),
            taken=self._store.taken,
            natives=lambda places: [self._native(read.id, place) for place in places],
        )
        recognised = recognise(groups, source=self._source, memory=memory)
        shown = self._shown(recognised.ids)
        candidate = read._replace(channels=len(np.unique(shown)))
        answer = guard.Answer(self._asked.now, candidate.channels, fingerprint(shown))
        report = Report("published", candidate.entries, candidate.channels, dict(self._skipped.most_common()))
        report.guide_urls = self._guide_urls
        verdict = guard.judge(
            answer,
            last_good=before.channels if before is not None and self._is_same_provider(before) else 0,
            history=self._store.answers(self._source),
            withdrawn=self._store.is_withdrawn(self._source, candidate.digest),
            accept_shrink=self._asked.accept_shrink,
        )
        if verdict.accepted:
            self._write_channels(candidate.id, recognised.ids, shown)
            self._publish(before, candidate, recognised, groups, report)
        else:
            report.outcome, report.message, report.hint = "refused", verdict.message, verdict.hint
        self._store.remember(self._source, answer, report.outcome)
        return report

    def _is_same_provider(self, before: Published) -> bool:
        return self._asked.provider in {before.provider, ""} or not before.provider

    def _native(self, generation: int, place: int) -> Key:
        """Return the native key of a channel, whose words are not kept."""
        tvg_id, name, url = self._store.entry(generation, int(self._answer.firsts[place]))
        return self._rulings.native(EntryKeys.of(tvg_id=tvg_id, name=name, url=url), self._source, url)

    def _shown(self, ids: known.Numbers) -> known.Numbers:
        """Return the ids under which recognised channels are shown; several may be shown under one."""
        merged = np.flatnonzero(np.isin(ids, known.channel_numbers(self._rulings.merged)))
        shown = ids.copy()
        shown[merged] = known.channel_numbers(self._rulings.shown(known.names(ids[merged])))
        return shown

    def _write_channels(self, generation: int, ids: known.Numbers, shown: known.Numbers) -> None:
        """Write the rows of `channel` in the order of their ids; what was merged is shown as one."""
        addresses = self._addresses
        firsts = self._answer.firsts.astype(np.int64)
        # A stable sort: of those that were merged the first of the playlist comes first.
        order = np.argsort(shown, kind="stable")
        first = np.append(True, shown[order][1:] != shown[order][:-1])
        into = order[np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))]
        for other, leader in zip(order[~first].tolist(), into[~first].tolist(), strict=True):
            self._store.join(generation, int(firsts[other]), int(firsts[leader]))
            addresses[leader] ^= addresses[other]
        leaders = order[first]
        places = leaders.tolist()
        rows = zip(
            known.each_name(shown[leaders]),
            firsts[leaders].tolist(),
            map(self._names.__getitem__, places),
            map(self._titles.__getitem__, places),
            map(addresses.__getitem__, places),
            strict=True,
        )
        self._store.write_channels(generation, rows)
        ruled = np.isin(shown, shown[shown != ids])
        self._store.write_recognised(generation, zip(known.names(ids[ruled]), known.names(shown[ruled]), strict=True))

    def _publish(
        self, before: Published | None, candidate: Published, recognised: Recognition, groups: Groups, report: Report
    ) -> None:
        report.changes = changes(self._db, old=before.id if before else 0, new=candidate.id)
        new = recognised.new.tolist()
        report.new = Change(len(new), tuple(self._names[place] for place in new[:_EXAMPLES]))
        # Learning holds the most memory of all; the texts are written.
        self._names.clear()
        self._titles.clear()
        # Learned before the swap: what is served must be recognised again, whenever we are killed.
        self._store.learn(learned(groups, recognised.ids, self._source), self._asked.now)
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
