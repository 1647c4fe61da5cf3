"""Catalog and ledger to the immutable Lineup."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol

import orjson

from tunerr.lineup.favorites import Favorites
from tunerr.lineup.ledger import NumberLedger
from tunerr.lineup.numbering import Holding, number_new, staying
from tunerr.model.channel import Channel, ChannelId, LeftOut, Lineup, LineupChannel, SourceId
from tunerr.model.numbers import GuideNumber
from tunerr.support.clock import Clock

_EXAMPLES = 5


class Catalog(Protocol):
    """What the builder asks of the catalog; CatalogReader answers."""

    @property
    def sources(self) -> Sequence[SourceId]:
        """The configured sources, best first."""
        ...

    async def served(self) -> frozenset[SourceId]:
        """Those that have a catalog."""
        ...

    async def count(self) -> int:
        """Channels in all of them."""
        ...

    async def channels(self, ids: Sequence[ChannelId]) -> tuple[Channel, ...]:
        """Those that exist."""
        ...

    async def first(self, limit: int, *, exclude: Iterable[ChannelId] = ()) -> tuple[Channel, ...]:
        """The first ones in the order of sources and playlists."""
        ...


class LineupBuilder:
    """Builds lineups of at most `max_channels`. Numbers are in the ledger before a lineup is returned."""

    def __init__(
        self, *, reader: Catalog, ledger: NumberLedger, favorites: Favorites, clock: Clock, max_channels: int
    ) -> None:
        self._reader = reader
        self._ledger = ledger
        self._favorites = favorites
        self._clock = clock
        self._limit = max_channels

    async def build(self) -> Lineup:
        """Build from what is published now. Raises StorageError."""
        now = self._clock.now()
        holdings = await self._ledger.holdings()
        present = {channel.id: channel for channel in await self._reader.channels([row.channel for row in holdings])}
        waiting = await self._waiting(holdings, present)
        stay = staying(holdings, present=present.keys(), now=now.timestamp(), limit=self._limit)
        room = max(0, self._limit - len(stay) - len(waiting))
        new = await self._reader.first(room, exclude=[row.channel for row in holdings]) if room else ()
        unavailable = {
            row.number
            for row in holdings
            if row.channel in present or row.channel in waiting or row.reserved(now.timestamp())
        }
        numbered = {row.number: present[row.channel] for row in stay}
        numbered |= number_new(new, unavailable=unavailable)
        absent = {row.channel for row in holdings} - present.keys() - waiting
        await self._ledger.record(numbered, absent=absent)
        return await self._lineup(numbered, now)

    async def _waiting(self, holdings: Sequence[Holding], present: Collection[ChannelId]) -> set[ChannelId]:
        """Return holders whose source has no catalog yet (first start, lost catalog): they are not gone."""
        unread = set(self._reader.sources) - await self._reader.served()
        return {row.channel for row in holdings if row.source in unread and row.channel not in present}

    async def _lineup(self, numbered: dict[GuideNumber, Channel], now: datetime) -> Lineup:
        favorites = await self._favorites.all()
        rows = tuple(
            LineupChannel(number, channel, favorite=channel.id in favorites)
            for number, channel in sorted(numbered.items())
        )
        return Lineup(version=_version(rows), built_at=now, channels=rows, left_out=await self._left_out(rows))

    async def _left_out(self, rows: Sequence[LineupChannel]) -> tuple[LeftOut, ...]:
        missing = await self._reader.count() - len(rows)
        if missing <= 0:
            return ()
        examples = await self._reader.first(_EXAMPLES, exclude=[row.channel.id for row in rows])
        reason = f"the limit of {self._limit:,} channels per device"
        return (LeftOut(missing, reason, tuple(channel.name for channel in examples)),)


def _version(rows: Sequence[LineupChannel]) -> str:
    """Hash of everything that an output shows or a session uses."""
    content = [
        (
            str(row.number),
            row.favorite,
            row.channel.id,
            row.channel.name,
            row.channel.tvg_id,
            row.channel.group,
            row.channel.logo,
            row.channel.radio,
            [
                (stream.url.reveal(), stream.source, stream.zone, stream.headers, stream.allow_lan)
                for stream in row.channel.streams
            ],
        )
        for row in rows
    ]
    return hashlib.blake2b(orjson.dumps(content), digest_size=8).hexdigest()
