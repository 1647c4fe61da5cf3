"""Worker job `ingest-guide`: one XMLTV document becomes a published generation of guide.db."""

from __future__ import annotations

from collections import Counter
from typing import Any

from lxml import etree

from tunerr.errors import NotAGuide, Truncated
from tunerr.guide.body import body_of
from tunerr.guide.document import GuideDocument
from tunerr.guide.messages import IngestReport, IngestRequest
from tunerr.guide.schedule import UNKNOWN
from tunerr.guide.store import GuideStore, Programme
from tunerr.guide.times import parse_time

_HOUR = 3600
_DAY = 24 * _HOUR
_BATCH_ROWS = 1000
_BATCH_BYTES = 1 << 20
# A row of guides in use has 0.6 KB, with a long cast 5 KB.
_LARGEST_BODY = 64 << 10
# Only counted, for the report; 40 times the largest guide known.
_MOST_LISTED = 200_000


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Do what an IngestRequest asks; answers an IngestReport.

    Raises NotAGuide, Truncated (cut before anything wanted was complete) and StorageError; the published guide is
    then as it was. It also stays when the new one has nothing for the lineup.
    """
    asked = IngestRequest.model_validate(request)
    with GuideStore(asked.guide_db) as store:
        generation = store.begin(asked.source, asked.now)
        try:
            report = _Ingest(asked, store, generation).run()
        except Exception:
            store.discard(generation)
            raise
    return report.model_dump()


class _Ingest:
    """One document on its way into one generation."""

    def __init__(self, asked: IngestRequest, store: GuideStore, generation: int) -> None:
        self._asked = asked
        self._store = store
        self._generation = generation
        self._from = int(asked.now) - asked.retain_past_hours * _HOUR
        self._until = int(asked.now) + asked.horizon_days * _DAY
        self._listed: set[str] = set()
        self._outside = 0
        self._dropped: Counter[str] = Counter()
        self._repaired: Counter[str] = Counter()
        self._batch: list[tuple[str, Programme]] = []
        self._batch_bytes = 0

    def run(self) -> IngestReport:
        document = GuideDocument(self._asked.path)
        for element in document.elements():
            self._take(element)
        self._flush()
        totals = self._store.settle(self._generation, self._repaired)
        if not self._listed:
            raise NotAGuide("The guide has no channels and no programmes.", hint="Ask the provider whether it moved.")
        if not document.whole and totals.programmes == 0:
            raise Truncated(
                "The guide breaks off before the first programme of a channel in the lineup.",
                hint="It is asked for again at the next refresh.",
            )
        report = IngestReport(
            published=totals.programmes > 0 or self._store.published(self._asked.source) is None,
            whole=document.whole,
            damage=document.damage,
            listed=len(self._listed),
            wanted=len(self._asked.wanted),
            channels=totals.channels,
            programmes=totals.programmes,
            outside=self._outside,
            dropped=dict(self._dropped),
            repaired=dict(self._repaired),
        )
        if report.published:
            self._store.publish(self._generation, totals, report.model_dump_json())
        else:
            self._store.discard(self._generation)
        return report

    def _take(self, element: etree._Element) -> None:
        is_programme = element.tag == "programme"
        xmltv_id = (element.get("channel" if is_programme else "id") or "").strip().lower()
        if xmltv_id and len(self._listed) < _MOST_LISTED:
            self._listed.add(xmltv_id)
        if not is_programme or xmltv_id not in self._asked.wanted:
            return
        programme = self._programme(element)
        if programme is not None:
            self._batch.append((xmltv_id, programme))
            self._batch_bytes += len(programme.body)
            if len(self._batch) >= _BATCH_ROWS or self._batch_bytes >= _BATCH_BYTES:
                self._flush()

    def _programme(self, element: etree._Element) -> Programme | None:
        start = parse_time(element.get("start") or "")
        if start is None:
            self._dropped["unreadable start time"] += 1
            return None
        stop = self._stop(element.get("stop") or "")
        if stop != UNKNOWN and stop <= start:
            self._dropped["stop not after start"] += 1
            return None
        if start >= self._until or (stop if stop != UNKNOWN else start + _DAY) <= self._from:
            self._outside += 1
            return None
        body = body_of(element).encode()
        if not body or len(body) > _LARGEST_BODY:
            self._dropped["too large" if body else "no title, no description"] += 1
            return None
        return Programme(start, stop, body)

    def _stop(self, text: str) -> int:
        if not text.strip():
            return UNKNOWN
        stop = parse_time(text)
        if stop is None:
            self._repaired["unreadable stop time"] += 1
            return UNKNOWN
        return stop

    def _flush(self) -> None:
        if taken := self._store.add(self._generation, self._batch):
            self._dropped["same start on one channel"] += taken
        self._batch, self._batch_bytes = [], 0
