"""Programmes of the lineup's channels by the words of their titles, through the index that `search_index` makes."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Sequence

import aiosqlite

from tunerr.errors import QueryRefused
from tunerr.guide.lookup.highlights import Showing
from tunerr.guide.lookup.reader import PAGE_CHANNELS, Asked, GuideReader
from tunerr.guide.making.merge import shift_of
from tunerr.guide.rows.programme import details_of
from tunerr.model.channel import Lineup, LineupChannel, SourceId
from tunerr.model.guide import GuideHealth
from tunerr.storage.connection import select
from tunerr.support.batches import batches
from tunerr.support.snapshot import Published

_MOST_WORDS = 12
_LONGEST = 200
# Texts of the best rank whose programmes are looked at; more share all the words only where the words say nothing.
_TEXTS = 2000
# Of these some are on channels that are not offered, or hidden by a better guide.
_SPARE = 4

_HITS = """
    WITH text AS MATERIALIZED (
        SELECT rowid AS id FROM search_word WHERE search_word MATCH :words ORDER BY rank LIMIT :texts
    )
    SELECT generation.source, search_row.xmltv_id, programme.start, programme.stop
    FROM generation CROSS JOIN text CROSS JOIN search_row CROSS JOIN programme
    WHERE generation.state = 'published'
        AND search_row.generation = generation.id AND search_row.text = text.id
        AND programme.generation = generation.id AND programme.xmltv_id = search_row.xmltv_id
        AND programme.start = search_row.start AND {when}
    ORDER BY {order}, search_row.xmltv_id LIMIT :limit"""
_UPCOMING = _HITS.format(when="programme.stop > :now", order="programme.start")
_PAST = _HITS.format(when="programme.stop <= :now", order="programme.start DESC")


_Linked = dict[tuple[SourceId, str], list[tuple[LineupChannel, int]]]
"""Channels by the guide and the id that they are linked to, with the seconds that its times are moved by."""


class GuideSearch:
    """Searches what the channels of the lineup show. Raises QueryRefused and StorageError."""

    def __init__(
        self,
        *,
        guide: aiosqlite.Connection,
        reader: GuideReader,
        lineup: Published[Lineup | None],
        health: Published[GuideHealth | None],
    ) -> None:
        self._guide = guide
        self._reader = reader
        self._lineup = lineup
        self._health = health
        self._linked: tuple[tuple[Lineup | None, GuideHealth | None], _Linked] | None = None

    async def find(self, text: str, *, now: float, limit: int) -> list[Showing]:
        """Return at most `limit` programmes with all words of `text`, the last one as the beginning of a word.

        What is on and what comes is first, by its start; then what is over, the latest first.
        """
        words = match_expression(text)
        upcoming = await self._hits(_UPCOMING, words, now, limit)
        past = await self._hits(_PAST, words, now, limit - len(upcoming)) if len(upcoming) < limit else []
        upcoming.sort(key=lambda hit: (hit.airing.start, hit.row.number))
        past.sort(key=lambda hit: (-hit.airing.start, hit.row.number))
        return [*upcoming, *past][:limit]

    async def _hits(self, query: str, words: str, now: float, limit: int) -> list[Showing]:
        parameters = {"words": words, "texts": _TEXTS, "now": int(now), "limit": limit * _SPARE}
        rows = await select(self._guide, query, parameters)
        channels = await self._channels()
        wanted: dict[tuple[str, int], tuple[SourceId, Asked]] = {}
        for source, xmltv_id, start, stop in rows:
            for row, later in channels.get((SourceId(source), xmltv_id), ()):
                shift = shift_of(row.channel.guide.shift)
                asked = Asked(row, shift.moved(start + later), shift.moved(stop + later))
                wanted.setdefault((row.channel.id, asked.start), (SourceId(source), asked))
        return await self._shown(list(wanted.values())[: limit * 2], limit)

    async def _channels(self) -> _Linked:
        of = (self._lineup.current, self._health.current)
        if self._linked is None or any(old is not new for old, new in zip(self._linked[0], of, strict=True)):
            # Thousands of channels: not on the event loop, which carries video.
            self._linked = (of, await asyncio.to_thread(_linked, *of))
        return self._linked[1]

    async def _shown(self, wanted: Sequence[tuple[SourceId, Asked]], limit: int) -> list[Showing]:
        """Keep those that the merged guide shows."""
        hits: list[Showing] = []
        for page in batches(wanted, PAGE_CHANNELS):
            shown = await self._reader.page([asked for _, asked in page])
            for (source, asked), (row, airings) in zip(page, shown, strict=True):
                hits += (
                    Showing(row, airing, details_of(airing.body))
                    for airing in airings
                    if airing.source == source and airing.start == asked.start
                )
            if len(hits) >= limit:
                break
        return hits[:limit]


def _linked(lineup: Lineup | None, health: GuideHealth | None) -> _Linked:
    found: _Linked = {}
    for channel in health.channels if health is not None else ():
        row = lineup.by_id.get(channel.channel_id) if lineup is not None else None
        if row is not None:
            for link in channel.links:
                found.setdefault((link.source, link.guide_id.lower()), []).append((row, link.shift))
    return found


def match_expression(text: str) -> str:
    """Write words as FTS5 reads them: each in quotes, so that none of them is taken for its syntax.

    Raises QueryRefused when there is no word, or far too much.
    """
    # What a URL or a terminal may bring that no database takes.
    sayable = text.replace("\0", " ").encode(errors="ignore").decode()
    words = [word.replace('"', '""') for word in sayable.split() if any(map(_is_kept, word))]
    if not words or len(words) > _MOST_WORDS or len(text) > _LONGEST:
        raise QueryRefused(
            "There is nothing to search for." if not words else "That is too much to search for.",
            hint=f"Give one to {_MOST_WORDS} words of a title.",
        )
    return " ".join(f'"{word}"' for word in words) + "*"


def _is_kept(letter: str) -> bool:
    """Whether the index keeps this character (unicode61: letters, numbers, private use)."""
    category = unicodedata.category(letter)
    return category[0] in "LN" or category == "Co"
