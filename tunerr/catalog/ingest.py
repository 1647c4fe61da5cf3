"""The worker's job `ingest-playlist`: a fetched playlist becomes the catalog's next generation, or nothing changes."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict

from tunerr.catalog import guard, recovery
from tunerr.catalog.diff import Change, changes
from tunerr.catalog.generations import BATCH_ROWS, Generations, Published, Row
from tunerr.catalog.identity import EntryKeys, Group, Key, Recognition, fingerprint, learned, recognise
from tunerr.errors import EmptyPlaylist, Truncated
from tunerr.model.channel import SourceId
from tunerr.model.url import Zone
from tunerr.providers.entry import Entry, Header, Skipped
from tunerr.providers.lines import lines
from tunerr.providers.m3u import parse
from tunerr.storage.connection import open_worker
from tunerr.storage.document import read_document
from tunerr.storage.errors import storage_errors

# Bytes after decompression; 200,000 entries are some 50 MB.
_LARGEST_DOCUMENT = 1 << 30
_EXAMPLES = 5
# Five times the largest list known. What packs well may hold tens of millions, and each becomes a row on the disk.
_MOST_ENTRIES = 1_000_000


class Request(BaseModel):
    """What the server asks for; `now` is Unix seconds, `zone` that of the document, `sources` are all configured."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path
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

    outcome: str
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
    with storage_errors(asked.catalog_db), closing(open_worker(asked.catalog_db, kind="catalog")) as db:
        store = Generations(db)
        store.remove_unfinished()
        store.remove_strangers({*asked.sources, asked.source})
        if store.nothing_learned():
            store.learn(recovery.ledger_keys(asked.state_db), asked.now)
        return asdict(_Ingest(asked, db, store).run())


class _Ingest:
    """One run over one document."""

    def __init__(self, asked: Request, db: sqlite3.Connection, store: Generations) -> None:
        self._asked = asked
        self._source = SourceId(asked.source)
        self._db = db
        self._store = store
        self._channels: dict[Key, _Channel] = {}
        self._skipped: Counter[str] = Counter()
        self._guide_urls: tuple[str, ...] = ()
        self._entries = 0

    def run(self) -> Report:
        before = self._store.published(self._source)
        generation = self._store.begin(self._source, self._asked.now)
        kept = False
        try:
            digest = self._read(generation)
            report = self._decide(generation, before, digest)
            kept = report.outcome == "published"
        finally:
            if not kept:
                self._store.remove(generation)
        self._store.remove_history(self._source)
        return report

    def _read(self, generation: int) -> str:
        """Write the entries and gather the channels; the digest over all of it."""
        digest = hashlib.blake2b(digest_size=16)
        batch: list[Row] = []
        for entry in self._usable():
            if self._entries == _MOST_ENTRIES:
                raise Truncated(
                    f"The playlist has more than {_MOST_ENTRIES:,} entries.",
                    hint="Ask the provider for a smaller selection.",
                )
            batch.append(self._row(generation, entry))
            if len(batch) == BATCH_ROWS:
                self._flush(batch, digest)
        self._flush(batch, digest)
        if not self._channels:
            raise EmptyPlaylist(
                f"None of the {self._skipped.total():,} rows of the playlist can be used.",
                hint="; ".join(f"{reason}: {count:,}" for reason, count in self._skipped.most_common()),
            )
        return digest.hexdigest()

    def _flush(self, batch: list[Row], digest: hashlib.blake2b) -> None:
        digest.update(orjson.dumps([row[1:] for row in batch]))
        self._store.write_entries(batch)
        batch.clear()

    def _usable(self) -> Iterator[Entry]:
        for found in parse(lines(read_document(self._asked.path, limit=_LARGEST_DOCUMENT))):
            match found:
                case Entry():
                    yield found
                case Skipped(reason=reason):
                    self._skipped[reason.value] += 1
                case Header(guide_urls=urls):
                    self._guide_urls = urls

    def _row(self, generation: int, entry: Entry) -> Row:
        ordinal, self._entries = self._entries, self._entries + 1
        keys = EntryKeys.of(tvg_id=entry.tvg_id, name=entry.name, url=entry.url)
        native = keys.native(self._source)
        channel = self._channels.get(native)
        if channel is None:
            channel = _Channel(Group(native, number=len(self._channels)), ordinal, entry.name, entry.group)
            self._channels[native] = channel
        channel.group.add(keys.name, keys.path)
        channel.addresses = zlib.crc32(entry.url.encode("utf-8", "replace"), channel.addresses)
        return (
            generation,
            ordinal,
            channel.group.number,
            entry.name,
            entry.tvg_id,
            entry.group,
            entry.logo,
            entry.chno,
            int(entry.radio),
            entry.url,
            int(self._asked.zone),
            orjson.dumps(entry.headers).decode() if entry.headers else "[]",
        )

    def _decide(self, generation: int, before: Published | None, digest: str) -> Report:
        """Recognise the channels, ask the guard, publish."""
        groups = [channel.group for channel in self._channels.values()]
        recognised = recognise(
            groups,
            source=self._source,
            lookup=self._store.known,
            elsewhere=self._store.held_by_others(self._source),
            taken=self._store.taken,
        )
        report = Report(
            "published", self._entries, len(groups), dict(self._skipped.most_common()), guide_urls=self._guide_urls
        )
        answer = guard.Answer(self._asked.now, len(groups), fingerprint(recognised.ids))
        if before is not None and before.digest == digest:
            report.outcome = "unchanged"
        else:
            verdict = guard.judge(
                answer,
                last_good=before.channels if before else 0,
                history=self._store.answers(self._source),
                accept_shrink=self._asked.accept_shrink,
            )
            if not verdict.accepted:
                report.outcome, report.message, report.hint = "refused", verdict.message, verdict.hint
            else:
                self._publish(generation, before, digest, recognised, report)
        self._store.remember(self._source, answer, report.outcome)
        return report

    def _publish(
        self, generation: int, before: Published | None, digest: str, recognised: Recognition, report: Report
    ) -> None:
        channels = list(self._channels.values())
        self._store.write_channels(
            (
                generation,
                channel.group.number,
                channel_id,
                channel.ordinal,
                channel.name,
                channel.group_title,
                channel.addresses,
            )
            for channel, channel_id in zip(channels, recognised.ids, strict=True)
        )
        report.changes = changes(self._db, old=before.id if before else 0, new=generation)
        new = sorted(recognised.new)
        report.new = Change(len(new), tuple(channels[place].name for place in new[:_EXAMPLES]))
        # Learned before the swap: what is served must be recognised again, whenever we are killed.
        self._store.learn(
            learned([channel.group for channel in channels], recognised.ids, self._source), self._asked.now
        )
        self._store.publish(
            generation,
            at=self._asked.now,
            published=Published(generation, self._entries, len(channels), digest),
            report=orjson.dumps(asdict(report)).decode(),
        )
