"""One pass over a guide document: rows of the channels that are taken go into a generation, the others are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from lxml import etree

from tunerr.guide.messages import Taste
from tunerr.guide.reading.building import Building, Row
from tunerr.guide.reading.directory import Directory, Entry
from tunerr.guide.reading.document import GuideDocument
from tunerr.guide.reading.retention import DAY, Retention
from tunerr.guide.reading.schedule import UNKNOWN, end_before
from tunerr.guide.rows.body import body_of

_BATCH_ROWS = 5000
_BATCH_BYTES = 4 << 20
# A row of guides in use has 0.6 KB, with a long cast 5 KB.
_LARGEST_BODY = 64 << 10
_SAME_START = "same start on one channel"


class Reading:
    """One pass.

    `dropped`, `repaired` and `outside` (of the window) count what became of programmes that are taken; `whole` and
    `damage` say in what state the document was, see GuideDocument. `time` reads XMLTV times.
    """

    def __init__(
        self,
        directory: Directory,
        building: Building,
        *,
        retention: Retention,
        taste: Taste,
        time: Callable[[str], int | None],
    ) -> None:
        self.dropped: Counter[str] = Counter()
        self.repaired: Counter[str] = Counter()
        self.outside = 0
        self.whole = False
        self.damage = 0
        self._directory = directory
        self._building = building
        self._retention = retention
        self._taste = taste
        self._time = time
        self._batch: list[Row] = []
        self._batch_bytes = 0
        self._last: Row | None = None  # it waits for the one behind it, which may end it
        self._last_entry: Entry | None = None

    def run(self, document: GuideDocument, begin: Callable[[], None]) -> None:
        """Read it to its end; `begin` is called before its first programme, to say which channels are taken.

        Raises NotAGuide, Truncated and StorageError.
        """
        begun = False
        of_programme = self._directory.of_programme
        for element in document.elements():
            if element.tag == "channel":
                self._directory.add(element)
                continue
            if not begun:
                begun = True
                begin()
            entry = of_programme(element.get("channel"))
            if entry is None:
                continue
            entry.rows += 1
            if entry.taken:
                self._take(entry, element)
        self._close(None)
        self._flush()
        self.whole, self.damage = document.whole, document.damage
        for entry in self._directory:
            if entry.loose:
                entry.first, entry.last = self._building.settle(entry.key, self.repaired)
        # What the next one ended may have ended before the window.
        since = self._retention.since
        early = [entry for entry in self._directory if entry.first and entry.first < since]
        self.outside += self._building.drop_past([entry.key for entry in early], since)

    def _take(self, entry: Entry, element: etree._Element) -> None:
        start = self._time(element.get("start") or "")
        if start is None:
            self.dropped["unreadable start time"] += 1
            return
        stop = self._stop(element.get("stop") or "")
        if stop != UNKNOWN and stop <= start:
            self.dropped["stop not after start"] += 1
            return
        if self._retention.outside(start, stop if stop != UNKNOWN else start + DAY):
            self.outside += 1
            return
        body = body_of(element, start=start, stop=stop or None, taste=self._taste, channel_name=entry.title)
        if not body or len(body) > _LARGEST_BODY:
            self.dropped["too large" if body else "no title, no description"] += 1
            return
        self._append(entry, Row(self._building.id, entry.key, start, stop, body))

    def _stop(self, text: str) -> int:
        if not text.strip():
            return UNKNOWN
        stop = self._time(text)
        if stop is None:
            self.repaired["unreadable stop time"] += 1
            return UNKNOWN
        return stop

    def _append(self, entry: Entry, row: Row) -> None:
        last = self._last if entry is self._last_entry else None
        if last is not None and row.start == last.start:
            self.dropped[_SAME_START] += 1
            return
        if last is not None and row.start > last.start:
            self._close(row.start)
        else:
            self._close(None)
            # Behind all that is known of the channel it is in order, whatever stood in between.
            entry.loose = entry.loose or row.start < entry.last
        self._last, self._last_entry = row, entry

    def _close(self, following: int | None) -> None:
        """Give the row that waits its end and put it into the batch."""
        row, entry = self._last, self._last_entry
        if row is None or entry is None:
            return
        self._last = None
        start = row.start
        stop = end_before(start, row.stop, following, self.repaired)
        if stop == UNKNOWN:
            entry.loose = True
        if stop != row.stop:
            row = row._replace(stop=stop)
        entry.last = max(entry.last, stop)
        if start < entry.first or entry.first == 0:
            entry.first = start
        self._batch.append(row)
        self._batch_bytes += len(row.body)
        if len(self._batch) >= _BATCH_ROWS or self._batch_bytes >= _BATCH_BYTES:
            self._flush()

    def _flush(self) -> None:
        refused = self._building.add(self._batch)
        if refused:
            self.dropped[_SAME_START] += refused
        self._batch, self._batch_bytes = [], 0
