"""One pass over a guide document: rows of the channels that are taken go into a generation, the others are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from zoneinfo import ZoneInfo

from lxml import etree

from tunerr.errors import NotAGuide
from tunerr.guide.messages import Taste
from tunerr.guide.reading.building import BATCH, Building, Row
from tunerr.guide.reading.directory import Directory, Entry
from tunerr.guide.reading.document import GuideDocument
from tunerr.guide.reading.retention import Retention
from tunerr.guide.reading.schedule import UNKNOWN, end_before
from tunerr.guide.rows.body import body_of
from tunerr.guide.rows.plain import Plain
from tunerr.guide.rows.times import DAY, in_order

_BATCH_BYTES = 4 << 20
# A row of guides in use has 0.6 KB, with a long cast 5 KB.
_LARGEST_BODY = 64 << 10
# A guide that was made several times over is no attack; one that has each programme twenty times is.
_MOST_REFUSED = 2000
_MOST_TIMES = 20
_SAME_START = "same start on one channel"


class Reading:
    """One pass.

    `dropped`, `repaired` and `outside` (of the window) count what became of programmes that are taken; `whole` and
    `damage` say in what state the document was, see GuideDocument. `time` reads XMLTV times; those of `zone`, where
    one is given, are its local ones.
    """

    def __init__(
        self,
        directory: Directory,
        building: Building,
        *,
        retention: Retention,
        taste: Taste,
        time: Callable[[str], int | None],
        zone: ZoneInfo | None = None,
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
        self._zone = zone
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
            try:
                if not isinstance(element, Plain) and element.tag == "channel":
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
            except UnicodeDecodeError:  # of a surrogate pair, `&#xD83D;`: libxml2 lets it through, no text can hold it
                self.dropped["half a character"] += 1
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

    def _take(self, entry: Entry, element: etree._Element | Plain) -> None:
        start = self._time(element.get("start") or "")
        if start is None:
            self.dropped["unreadable start time"] += 1
            return
        stop = self._stop(element.get("stop") or "")
        if self._zone is not None:
            start, stop = in_order(self._end_of(entry), start, stop, self._zone)
        if stop != UNKNOWN and stop <= start:
            self.dropped["stop not after start"] += 1
            return
        if self._retention.outside(start, stop if stop != UNKNOWN else start + DAY):
            self.outside += 1
            return
        if entry is self._last_entry and self._last is not None and start == self._last.start:
            self._refuse(1)
            return
        body = body_of(element, start=start, stop=stop or None, taste=self._taste, channel_name=entry.title)
        if not body or len(body) > _LARGEST_BODY:
            self.dropped["too large" if body else "no title, no description"] += 1
            return
        self._append(entry, Row(self._building.id, entry.key, start, stop, body))

    def _end_of(self, entry: Entry) -> int:
        """When what was read of the channel so far is over, as far as that is told."""
        last = self._last if entry is self._last_entry else None
        return entry.last if last is None else max(last.stop, last.start + 1)

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
        if len(self._batch) >= BATCH or self._batch_bytes >= _BATCH_BYTES:
            self._flush()

    def _flush(self) -> None:
        refused = self._building.add(self._batch)
        self._batch, self._batch_bytes = [], 0
        if refused:
            self._refuse(refused)

    def _refuse(self, rows: int) -> None:
        """Count rows whose start is taken; raises NotAGuide where there is hardly anything else."""
        self.dropped[_SAME_START] += rows
        refused, kept = self.dropped[_SAME_START], self._building.rows + len(self._batch) + 1
        if refused > _MOST_REFUSED and refused > _MOST_TIMES * kept:
            raise NotAGuide(
                f"The guide says the same over and over: {refused} programmes begin when another one of their channel"
                f" does, and only {kept} don't.",
                hint="Ask the provider for a working guide.",
            )
