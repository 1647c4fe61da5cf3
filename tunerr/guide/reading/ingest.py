"""Worker job `ingest-guide`: one guide document becomes a published generation of guide.db."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from tunerr.errors import NotAGuide, Truncated
from tunerr.guide.matching.tiers import match
from tunerr.guide.matching.values import Match
from tunerr.guide.messages import IngestReport, IngestRequest
from tunerr.guide.reading.building import Building
from tunerr.guide.reading.directory import Directory
from tunerr.guide.reading.document import GuideDocument
from tunerr.guide.reading.reading import Reading
from tunerr.guide.reading.retention import Retention
from tunerr.guide.rows.times import DAY, parse_time
from tunerr.guide.store import GuideStore, Totals
from tunerr.support.timeshift import TimeShift

_HOUR = 3600
# Times that are remembered while reading: each is a stop, then a start, and soon that of other channels.
_TIMES = 1 << 14
_LONGEST_TIME = 64  # characters; a time with a zone has 20


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Do what an IngestRequest asks; answers an IngestReport.

    Raises NotAGuide, Truncated (cut before anything wanted was complete) and StorageError; the published guide is
    then as it was. It also stays when the new one has nothing for the lineup.
    """
    asked = IngestRequest.model_validate(request)
    with GuideStore(asked.guide_db) as store:
        building = store.begin(asked.source, asked.now, asked.shift)
        try:
            report = _Ingest(asked, store, building).run()
        except Exception:
            store.discard(building.id)
            raise
        store.compact()
    return report.model_dump()


class _Ingest:
    """One document on its way into one generation."""

    def __init__(self, asked: IngestRequest, store: GuideStore, building: Building) -> None:
        self._asked = asked
        self._store = store
        self._building = building
        now = int(asked.now)
        self._retention = Retention(now - asked.retain_past_hours * _HOUR, now, now + asked.horizon_days * DAY)
        self._before = None if asked.anew else store.published(asked.source)
        self._remembered = {} if asked.anew else store.remembered(asked.source)
        self._names = {wanted.id: wanted.names[0] if wanted.names else "" for wanted in asked.wanted}
        self._directory = Directory()
        self._matches: dict[str, Match] = {}

    def run(self) -> IngestReport:
        if self._asked.partial:
            self._remember_listed()
        reading = self._read(lambda: self._directory.take(self._own_ids() | self._titles(self._match())))
        if len(self._directory) == 0:
            raise NotAGuide("The guide has no channels and no programmes.", hint="Ask the provider whether it moved.")
        if not reading.whole and not self._asked.partial:
            self._remember_listed()
        matches = self._match()
        titles = self._titles(matches)
        if self._directory.skipped(titles):
            # Channels were listed behind their programmes: read it again, knowing them all.
            self._building.drop([entry.key for entry in self._directory if entry.first])
            self._directory.forget()
            reading = self._read(lambda: self._directory.take(titles))
        self._building.drop(self._directory.decide(titles))
        if self._building.rows == 0 and not reading.whole:
            raise Truncated(
                "The guide breaks off before the first programme of a channel in the lineup.",
                hint="It is asked for again at the next refresh.",
            )
        return self._finish(reading, matches)

    def _read(self, begin: Callable[[], None]) -> Reading:
        asked = self._asked
        shift = TimeShift.parse(asked.shift)

        @lru_cache(_TIMES)
        def short(text: str) -> int | None:
            found = parse_time(text, shift.zone)
            return None if found is None else found + shift.seconds

        def time(text: str) -> int | None:
            return short(text) if len(text) <= _LONGEST_TIME else None  # what is kept must not fill the memory

        reading = Reading(
            self._directory, self._building, retention=self._retention, taste=asked.taste, time=time, zone=shift.zone
        )
        reading.run(GuideDocument(asked.path), begin)
        return reading

    def _remember_listed(self) -> None:
        if self._before is not None:
            self._directory.remember(self._store.listed(self._before))

    def _match(self) -> dict[str, Match]:
        if not self._directory.changed:
            return self._matches
        self._directory.changed = False
        matching = self._asked.matching
        self._matches = match(
            self._asked.wanted,
            self._directory.listed(),
            of=self._asked.of or "",
            country=self._asked.country,
            aliases=matching.aliases,
            enabled=matching.enabled,
            remembered=self._remembered,
        )
        return self._matches

    def _own_ids(self) -> dict[str, str]:
        """Ids that the lineup knows itself: a guide need not list a channel before its programmes, or at all."""
        ids = ((known, row.id) for row in self._asked.wanted for known in (row.id, row.tvg_id, row.chosen))
        named = {known.strip().lower(): self._names[channel] for known, channel in ids}
        return {key: name for key, name in named.items() if key and key not in self._directory}

    def _titles(self, matches: Mapping[str, Match]) -> dict[str, str]:
        """What the lineup calls the channels that it found, by their id in lower case."""
        return {found.guide_id.lower(): self._names[channel] for channel, found in matches.items()}

    def _finish(self, reading: Reading, matches: Mapping[str, Match]) -> IngestReport:
        """Complete the generation by what stays from before, cut it to size, publish it if it says anything."""
        building, fresh = self._building, self._building.rows
        carried = self._carry(reading)
        if self._asked.largest_bytes:
            keys = [entry.key for entry in self._directory if entry.taken]
            reading.dropped["beyond the size limit"] += building.cap(keys, self._asked.largest_bytes)
        found = Counter(match.guide_id.lower() for match in matches.values())
        channels = sum(found[key] for key in found if building.holds(key))
        report = IngestReport(
            published=fresh > 0 or self._before is None,
            whole=reading.whole,
            damage=reading.damage,
            listed=len(self._directory),
            wanted=len(self._asked.wanted),
            channels=channels,
            programmes=building.rows,
            carried=carried,
            outside=reading.outside,
            methods=dict(Counter(match.method for match in matches.values())),
            dropped=dict(+reading.dropped),
            repaired=dict(reading.repaired),
        )
        if report.published:
            building.list((entry.listed(), entry.taken) for entry in self._directory)
            self._store.remember(self._asked.source, matches, self._asked.now)
            self._store.publish(building.id, Totals(channels, building.rows), report.model_dump_json())
        else:
            self._store.discard(building.id)
        return report

    def _carry(self, reading: Reading) -> int:
        before = self._store.published(self._asked.source, self._asked.shift)
        if before is None or self._asked.anew:
            return 0
        partial = self._asked.partial or not reading.whole
        stays = (
            (entry.key, stay)
            for entry in self._directory
            if entry.taken
            for stay in self._retention.stays(entry.first, entry.last, partial=partial)
        )
        return self._building.carry(before, self._retention.since, stays)
