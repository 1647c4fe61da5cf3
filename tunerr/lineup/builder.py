"""Catalog, plan, overrides and ledger to the immutable Lineup."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import astuple, replace
from itertools import chain
from typing import Protocol

import orjson

from tunerr.lineup.allotment import Allotment, Demand, Devices, Place, Promises, allot
from tunerr.lineup.favorites import Favorites
from tunerr.lineup.ledger import NumberLedger
from tunerr.lineup.overrides import overridden
from tunerr.model.channel import Channel, ChannelId, LeftOut, Lineup, LineupChannel, SourceId, Stream
from tunerr.model.numbers import GuideNumber
from tunerr.model.override import ChannelOverride
from tunerr.support.clock import Clock

_EXAMPLES = 5
_NO_OVERRIDE = ChannelOverride()

Rank = Callable[[Channel, tuple[str, ...]], Channel]
"""Puts a channel's streams in the order in which they are tried; the operator's own order comes as keys of streams.

Pure: it is called in a thread.
"""


class Catalog(Protocol):
    """What the builder asks of the catalog; CatalogReader answers."""

    @property
    def sources(self) -> Sequence[SourceId]:
        """The configured sources, best first."""
        ...

    async def served(self) -> frozenset[SourceId]:
        """Those that have a catalog."""
        ...

    async def channels(self, ids: Sequence[ChannelId]) -> tuple[Channel, ...]:
        """Those that exist, in the order asked for."""
        ...


class Plans(Protocol):
    """Which channels the rules chose."""

    async def chosen(self) -> tuple[ChannelId, ...] | None:
        """The channels to offer, in order; None while there is no plan."""
        ...

    async def wanted(self) -> Mapping[ChannelId, GuideNumber]:
        """Numbers that the rules let new channels want; the others want what their source says."""
        ...

    async def left_out(self) -> tuple[LeftOut, ...]:
        """What the rules left out."""
        ...

    async def backups(self) -> Mapping[ChannelId, Sequence[ChannelId]]:
        """By offered channel, the channels that are the same; their streams come after its own."""
        ...


class Overrides(Protocol):
    """What the operator wants of single channels."""

    async def all(self) -> Mapping[ChannelId, ChannelOverride]:
        """Wishes by channel, of channels that exist and of others."""
        ...


class LineupBuilder:
    """Builds lineups. Numbers are in the ledger before a lineup is returned."""

    def __init__(
        self,
        *,
        reader: Catalog,
        plans: Plans,
        overrides: Overrides,
        rank: Rank,
        ledger: NumberLedger,
        favorites: Favorites,
        devices: Devices,
        clock: Clock,
    ) -> None:
        self._reader = reader
        self._plans = plans
        self._overrides = overrides
        self._rank = rank
        self._ledger = ledger
        self._favorites = favorites
        self._devices = devices
        self._clock = clock

    async def build(self) -> Lineup:
        """Build from what is published now. Raises StorageError.

        While there is no plan, those are offered that were before.
        """
        now = self._clock.now()
        promises = await self._ledger.promises()
        channels = await self._chosen(promises)
        overrides = await self._overrides.all()
        wishes = {one.id: one.wanted_number for one in channels if one.wanted_number is not None}
        demand = await self._demand(
            promises, [channel.id for channel in channels], overrides, wishes | dict(await self._plans.wanted())
        )
        allotment = await asyncio.to_thread(allot, demand, promises, self._devices, now=now.timestamp())
        absent = {row.channel for row in promises.holdings} - allotment.places.keys() - set(demand.waiting)
        await self._ledger.record(channels, allotment.places, absent=absent)
        backups = await self._backups(allotment)
        favorites = await self._favorites.all()
        unplanned = await self._plans.left_out()

        def assemble() -> Lineup:
            shown = [
                self._shown(channel, backups.get(channel.id, ()), overrides.get(channel.id, _NO_OVERRIDE))
                for channel in channels
            ]
            rows = tuple(sorted(_rows(shown, allotment.places, favorites), key=lambda row: row.number))
            names = {channel.id: channel.name for channel in shown}
            return Lineup(
                version=_version(rows),
                built_at=now,
                channels=rows,
                left_out=unplanned + _left_out(allotment, names, self._devices),
                notes=_notes(allotment, names),
            )

        return await asyncio.to_thread(assemble)

    async def tried(
        self,
        channels: Sequence[ChannelId],
        overrides: Mapping[ChannelId, ChannelOverride],
        wishes: Mapping[ChannelId, GuideNumber],
    ) -> tuple[Allotment, Promises]:
        """Return where these channels would be offered, and what the ledger holds now; nothing is recorded.

        `wishes`: the numbers that new channels want. Raises StorageError.
        """
        now, promises = self._clock.now(), await self._ledger.promises()
        demand = await self._demand(promises, channels, overrides, wishes)
        return await asyncio.to_thread(allot, demand, promises, self._devices, now=now.timestamp()), promises

    async def _demand(
        self,
        promises: Promises,
        channels: Sequence[ChannelId],
        overrides: Mapping[ChannelId, ChannelOverride],
        wishes: Mapping[ChannelId, GuideNumber],
    ) -> Demand:
        return Demand(
            channels=channels,
            fixed={one: wish.number for one, wish in overrides.items() if wish.number is not None},
            wishes=wishes,
            waiting=await self._waiting(promises, set(channels)),
        )

    async def _chosen(self, promises: Promises) -> tuple[Channel, ...]:
        chosen = await self._plans.chosen()
        if chosen is None:
            chosen = tuple(row.channel for row in promises.holdings if row.absent_since is None)
        return await self._reader.channels(chosen)

    async def _backups(self, allotment: Allotment) -> dict[ChannelId, tuple[Stream, ...]]:
        """Return the streams that offered channels get from others that are the same."""
        backups = {one: same for one, same in (await self._plans.backups()).items() if one in allotment.places}
        found = await self._reader.channels([one for same in backups.values() for one in same])
        streams = {channel.id: channel.streams for channel in found}
        return {
            one: tuple(chain.from_iterable(streams.get(other, ()) for other in same)) for one, same in backups.items()
        }

    async def _waiting(self, promises: Promises, present: Collection[ChannelId]) -> frozenset[ChannelId]:
        """Return those offered last whose source has no catalog yet (first start, lost catalog): they are not gone."""
        unread = set(self._reader.sources) - await self._reader.served()
        return frozenset(
            row.channel
            for row in promises.holdings
            if row.source in unread and row.absent_since is None and row.channel not in present
        )

    def _shown(self, channel: Channel, backups: tuple[Stream, ...], override: ChannelOverride) -> Channel:
        whole = replace(channel, streams=channel.streams + backups)
        return self._rank(overridden(whole, override), override.streams)


def _rows(
    channels: Iterable[Channel], places: Mapping[ChannelId, Place], favorites: Collection[ChannelId]
) -> Iterable[LineupChannel]:
    for channel in channels:
        place = places.get(channel.id)
        if place is not None:
            yield LineupChannel(place.number, channel, channel.id in favorites, place.device)


def _left_out(allotment: Allotment, names: Mapping[ChannelId, str], devices: Devices) -> tuple[LeftOut, ...]:
    limit = f"the limit of {devices.limit:,} channels per device"
    if devices.count > 1:
        limit += f" on {devices.count} devices"
    gone = f"their numbers belong to devices beyond IPTV_TUNERR_LINEUP_DEVICES = {devices.count}"
    return tuple(
        LeftOut(len(channels), reason, tuple(names[one] for one in channels[:_EXAMPLES]))
        for channels, reason in ((allotment.crowded, limit), (allotment.stranded, gone))
        if channels
    )


def _notes(allotment: Allotment, names: Mapping[ChannelId, str]) -> tuple[str, ...]:
    return tuple(
        f"{names[refusal.channel]} can't have the number {refusal.number}: it belongs to "
        f"{names.get(refusal.owner, refusal.owner)}, so it has {allotment.places[refusal.channel].number}."
        for refusal in allotment.refusals
    )


def _version(rows: Sequence[LineupChannel]) -> str:
    """Hash of everything that an output shows or a session uses."""
    content = [
        (
            str(row.number),
            row.device,
            row.favorite,
            row.channel.id,
            row.channel.name,
            row.channel.tvg_id,
            row.channel.group,
            row.channel.logo,
            row.channel.radio,
            astuple(row.channel.guide),
            [
                (
                    stream.url.reveal(),
                    stream.source,
                    stream.zone,
                    stream.headers,
                    stream.allow_lan,
                    stream.proxy.reveal() if stream.proxy else None,
                    stream.name,
                    stream.one_account,
                )
                for stream in row.channel.streams
            ],
        )
        for row in rows
    ]
    return hashlib.blake2b(orjson.dumps(content), digest_size=8).hexdigest()
