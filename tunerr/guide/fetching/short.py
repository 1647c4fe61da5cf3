"""What a panel says of single channels: the next programmes of those that no guide knows enough about."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tunerr.catalog.keys import path_key
from tunerr.errors import BadStatus, Truncated, TunerrError, Unreachable
from tunerr.guide.reading.told import ToldChannel, ToldProgramme, write_told
from tunerr.model.channel import ChannelId, Lineup, LineupChannel, SourceId
from tunerr.model.guide import ChannelHealth, GuideHealth
from tunerr.model.source import Source
from tunerr.model.url import SecretUrl, Zone
from tunerr.providers.xtream.epg import Listing, listings
from tunerr.support.http import HttpClients, Reach

# What one refresh asks a panel at most: it must not take it for an attack, and the next refresh asks the others.
_MOST_CHANNELS = 200
_MOST_SECONDS = 120.0
# A panel that doesn't answer so many questions in all doesn't offer them, or has enough of us.
_MOST_FAILURES = 5
_LARGEST_ANSWER = 1 << 18
# A channel whose guide ends so soon is asked about, whatever was known of it until now.
_RUNNING_DRY_S = 3 * 3600
_OK = 200


class Thin(NamedTuple):
    """An offered channel that little is known of, and its number at the panel."""

    id: ChannelId
    stream_id: str


class Heard(NamedTuple):
    """What came of it: channels that were asked about, those that it knew programmes of, and their programmes."""

    asked: int
    channels: int
    programmes: int


class ShortGuide:
    """Asks panels, some questions at once; `limit` programmes of each channel with fewer than `least` real ones."""

    def __init__(self, clients: HttpClients, *, least: int, limit: int, concurrency: int) -> None:
        self._clients = clients
        self._least = least
        self._limit = limit
        self._concurrency = concurrency

    async def fetch(
        self, source: Source, lineup: Lineup, health: GuideHealth | None, *, now: float, target: Path
    ) -> Heard:
        """Write what the panel says to `target`, as XMLTV with the channels' own ids; nothing when it knows nothing.

        Raises TunerrError when it answered no question; `target` is then as it was.
        """
        asked = thin(source, lineup, health, least=self._least, now=now)[:_MOST_CHANNELS]
        told = await self._ask_all(source, asked)
        programmes = [_told(channel.id, listing) for channel, rows in told for listing in rows]
        known = [ToldChannel(channel.id, ()) for channel, rows in told if rows]
        if programmes:
            await asyncio.to_thread(write_told, target, known, programmes)
        return Heard(len(asked), len(known), len(programmes))

    async def _ask_all(self, source: Source, channels: Sequence[Thin]) -> list[tuple[Thin, tuple[Listing, ...]]]:
        told: list[tuple[Thin, tuple[Listing, ...]]] = []
        failures: list[TunerrError] = []
        left = iter(channels)

        async def ask() -> None:
            for channel in left:
                try:
                    told.append((channel, await self._listings(source, channel.stream_id)))
                except TunerrError as error:
                    failures.append(error)
                if len(failures) >= _MOST_FAILURES:
                    return

        try:
            async with asyncio.timeout(_MOST_SECONDS), asyncio.TaskGroup() as group:
                for _ in range(self._concurrency):
                    group.create_task(ask())
        except TimeoutError:
            pass  # what came until now counts; the others are asked next time
        if failures and not told:
            raise failures[-1]
        return told

    async def _listings(self, source: Source, stream_id: str) -> tuple[Listing, ...]:
        url = SecretUrl(f"{source.location.reveal()}&stream_id={stream_id}&limit={self._limit}")
        try:
            async with asyncio.timeout(source.timeout):
                # Answers of 100,000 rows of rubbish take a third of a second each: not on the event loop.
                return await asyncio.to_thread(listings, await self._body(source, url))
        except TimeoutError as error:
            raise Unreachable(
                f"{url} was not here within {source.timeout:g} s.",
                hint="Raise the time-out of this source, or ask for fewer channels at once.",
                cause="timeout",
            ) from error

    async def _body(self, source: Source, url: SecretUrl) -> bytes:
        reach = Reach(Zone.LOOPBACK, typed_host=url.host, allow_lan=source.allow_lan)
        access = source.access
        async with self._clients.request(url, reach=reach, headers=access.headers, proxy=access.proxy) as answer:
            if answer.status != _OK:
                raise BadStatus(f"{answer.url} answered with status {answer.status}.", status=answer.status)
            body = b""
            async for chunk in answer.chunks():
                body += chunk
                if len(body) > _LARGEST_ANSWER:
                    raise Truncated(f"{answer.url} answered with more than {_LARGEST_ANSWER >> 10} KiB.")
            return body


def thin(source: Source, lineup: Lineup, health: GuideHealth | None, *, least: int, now: float) -> list[Thin]:
    """Return the channels of the panel that little is known of, those that least is known of first. Pure.

    Without a health nothing is known of any.
    """
    found = []
    for row in lineup.channels:
        stream_id = _stream_id(row, source.programmes.of)
        known = health.by_id.get(row.channel.id) if health is not None else None
        if stream_id and (known is None or _is_thin(known, source.id, least, now)):
            found.append((known.real if known is not None else 0, Thin(row.channel.id, stream_id)))
    return [channel for _, channel in sorted(found, key=lambda pair: pair[0])]


def _is_thin(known: ChannelHealth, source: SourceId, least: int, now: float) -> bool:
    # What only we told is never enough: it ends within hours.
    ours_alone = all(link.source == source for link in known.links)
    return known.real < least or ours_alone or known.last < now + _RUNNING_DRY_S


def _stream_id(row: LineupChannel, panel: SourceId | None) -> str:
    """Return the number by which the panel knows the channel, from the address of its stream; empty without one."""
    keys = (path_key(stream.url.reveal()) for stream in row.channel.streams if stream.source == panel)
    return next(filter(str.isdecimal, keys), "")


def _told(channel: ChannelId, listing: Listing) -> ToldProgramme:
    return ToldProgramme(
        channel,
        int(listing.start.timestamp()),
        int(listing.stop.timestamp()),
        title=listing.title,
        description=listing.description,
        language=listing.language,
    )
