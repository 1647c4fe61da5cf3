"""The server's view of the guide: what channels show in some time, read in pages and merged as guide.xml is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import aiosqlite
import orjson

from tunerr.guide.making.airing import Airing, airings, aligned, event_in
from tunerr.guide.making.merge import moved, shift_of
from tunerr.guide.reading.schedule import LONGEST
from tunerr.guide.rows.markup import clean
from tunerr.guide.store import Programme
from tunerr.guide.wanted import wanted_of
from tunerr.model.channel import LineupChannel, SourceId
from tunerr.model.guide import GuideHealth, GuideLink
from tunerr.model.source import Source
from tunerr.storage.connection import select
from tunerr.support.batches import batches
from tunerr.support.snapshot import Published
from tunerr.support.timeshift import TimeShift

# What comes of a page is made in a few milliseconds; the event loop carries video meanwhile.
PAGE_CHANNELS = 50
"""`GuideReader.page` takes so many."""

# Gaps of five minutes are filled, so what is next to the window decides about what is in it.
_GAP = 300
# Local times are at most this far from UTC.
_WIDEST_ZONE = 15 * 3600

# A programme lasts at most LONGEST: bounding its start keeps the read off all that was on before.
# CROSS JOIN: each channel is looked up by the key; SQLite would walk through the whole guide instead.
_ROWS = f"""
    SELECT asked.key AS place, programme.start, programme.stop, programme.body
    FROM generation CROSS JOIN json_each(:asked) AS asked CROSS JOIN programme
    WHERE generation.source = :source AND generation.state = 'published'
        AND programme.generation = generation.id AND programme.xmltv_id = asked.value ->> 0
        AND programme.start < asked.value ->> 2 AND programme.start > asked.value ->> 1 - {LONGEST}
        AND programme.stop > asked.value ->> 1
    ORDER BY asked.key, programme.start"""  # noqa: S608 - a constant of ours


class Asked(NamedTuple):
    """What one channel shows from start to stop, half-open, in Unix seconds."""

    row: LineupChannel
    start: int
    stop: int


class Shown(NamedTuple):
    """The channel's airings that touch the time asked for, in order; none has been cut."""

    row: LineupChannel
    airings: list[Airing]


@dataclass(slots=True)
class _Channel:
    """One channel while its guides are read, the worst one first. `start` and `stop` grow with what they have."""

    asked: Asked
    start: int
    stop: int
    links: tuple[GuideLink, ...]
    country: str
    now: float
    guides: dict[SourceId, list[Programme]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is called where nothing is on."""
        return clean(self.asked.row.channel.name) or str(self.asked.row.number)

    @property
    def shift(self) -> TimeShift:
        """What the operator wants of its times."""
        return shift_of(self.asked.row.channel.guide.shift)


class GuideReader:
    """Reads the published guides through a read-only connection. Raises StorageError.

    Where channels are found is what the current edition says of it, so that JSON and XML agree; a channel that is not
    in it has placeholders.
    """

    def __init__(
        self,
        *,
        guide: aiosqlite.Connection,
        health: Published[GuideHealth | None],
        sources: Published[tuple[Source, ...]],
    ) -> None:
        """`sources`: all that are in force, the guides among them in the order of their priority."""
        self._guide = guide
        self._health = health
        self._sources = sources

    async def shown(self, rows: Sequence[LineupChannel], start: int, stop: int) -> AsyncIterator[Shown]:
        """Yield what each channel shows from start to stop, in the order given."""
        for some in batches(rows, PAGE_CHANNELS):
            for shown in await self.page([Asked(row, start, stop) for row in some]):
                yield shown

    async def page(self, asked: Sequence[Asked]) -> list[Shown]:
        """Return what some channels show, each in a time of its own; ask for PAGE_CHANNELS at most."""
        sources, health = self._sources.current, self._health.current
        countries = {source.id: source.country for source in sources}
        channels = [_begin(one, health, wanted_of(one.row.channel, countries).country) for one in asked]
        for source in reversed(sources):
            if any(link.source == source.id for channel in channels for link in channel.links):
                await self._read(source.id, channels)
        return [_shown(channel) for channel in channels]

    async def _read(self, source: SourceId, channels: Sequence[_Channel]) -> None:
        """Read one guide; what it has in the time of a channel makes that time longer for the better guides.

        So all is read that decides whether a programme is taken, and nothing else.
        """
        found = [(channel, link) for channel in channels for link in channel.links if link.source == source]
        asked = [
            (link.guide_id.lower(), *_stored_times(channel.start, channel.stop, link.shift, channel.shift))
            for channel, link in found
        ]
        rows = await select(self._guide, _ROWS, {"source": source, "asked": orjson.dumps(asked).decode()})
        stored: defaultdict[int, list[Programme]] = defaultdict(list)
        for place, start, stop, body in rows:
            stored[place].append(Programme(start, stop, body))
        for place, (channel, link) in enumerate(found):
            there = moved(stored[place], channel.shift, link.shift)
            taken = [row for row in there if row.start < channel.stop and row.stop > channel.start]
            channel.guides[source] = taken
            if taken:
                channel.start = min(channel.start, *(row.start for row in taken))
                channel.stop = max(channel.stop, *(row.stop for row in taken))


def _stored_times(start: int, stop: int, seconds: int, shift: TimeShift) -> tuple[int, int]:
    """Widen the time in which stored rows are read to all that may be moved into start to stop."""
    if shift.zone is not None:
        return start - seconds - _WIDEST_ZONE, stop - seconds + _WIDEST_ZONE
    return start - seconds - shift.seconds, stop - seconds - shift.seconds


def _begin(asked: Asked, health: GuideHealth | None, country: str) -> _Channel:
    """Begin with the whole placeholders that the time touches, and with the event that the name tells."""
    start, stop = aligned(asked.start, asked.stop)
    known = health.by_id.get(asked.row.channel.id) if health is not None else None
    channel = _Channel(
        asked,
        start - _GAP,
        stop + _GAP,
        links=known.links if known is not None else (),
        country=country,
        # Placeholders are where they were when the edition was made.
        now=health.made_at.timestamp() if health is not None else asked.start,
    )
    event = event_in(channel.start, channel.stop, name=channel.name, now=channel.now, country=country)
    if event is not None:
        channel.start, channel.stop = min(channel.start, event.start), max(channel.stop, event.stop)
    return channel


def _shown(channel: _Channel) -> Shown:
    asked = channel.asked
    rows = airings(
        [(link.source, channel.guides.get(link.source, [])) for link in channel.links],
        name=channel.name,
        start=channel.start,
        stop=channel.stop,
        now=channel.now,
        country=channel.country,
    )
    return Shown(asked.row, [row for row in rows if row.start < asked.stop and row.stop > asked.start])
