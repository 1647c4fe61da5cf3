"""/guide/calendar.ics: what one channel shows, for calendars."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from hashlib import sha256
from typing import Protocol

from aiohttp import ETag, web

from tunerr.errors import NotReady, QueryRefused
from tunerr.guide.lookup.calendar import calendar
from tunerr.guide.lookup.reader import Shown
from tunerr.guide.rows.real import is_real
from tunerr.model.channel import Lineup, LineupChannel
from tunerr.model.status import GuideEdition
from tunerr.outputs.web import is_known
from tunerr.support.clock import Clock
from tunerr.support.snapshot import Published

_AHEAD = 14 * 24 * 3600
_MOST_EVENTS = 1000


class Reader(Protocol):
    """What is on."""

    def shown(self, rows: Sequence[LineupChannel], start: int, stop: int) -> AsyncIterator[Shown]:
        """What channels show in some time, in the order given."""
        ...


def routes(
    *, reader: Reader, lineup: Published[Lineup | None], edition: Published[GuideEdition | None], clock: Clock
) -> list[web.RouteDef]:
    """The route of the calendar: the next two weeks, placeholders left out; an event that the name tells is in it."""
    # Anybody in the house may ask as often as he likes, and each one takes memory and milliseconds of the event loop.
    turn = asyncio.Lock()

    async def ics(request: web.Request) -> web.StreamResponse:
        row = _asked(request, lineup.current)
        made = edition.current
        if made is None:
            raise NotReady("The guide isn't ready yet.", hint="Ask again in a minute.")
        start = int(clock.now().timestamp())
        async with turn:
            (shown,) = [one async for one in reader.shown((row,), start, start + _AHEAD)]
            body = await asyncio.to_thread(_written, shown, made)
        tag = sha256(body).hexdigest()[:16]
        known = is_known(request, tag)
        response = (
            web.Response(status=304)
            if known
            else web.Response(body=body, content_type="text/calendar", charset="utf-8")
        )
        response.etag = ETag(tag, is_weak=True)
        return response

    return [web.get("/guide/calendar.ics", ics)]


def _written(shown: Shown, made: GuideEdition) -> bytes:
    row = shown.row
    events = [one for one in shown.airings if is_real(one.body, row.channel.name)][:_MOST_EVENTS]
    return calendar(row, events, stamp=made.built_at)


def _asked(request: web.Request, lineup: Lineup | None) -> LineupChannel:
    number = request.query.get("channel", "").strip()
    row = lineup.by_number.get(number) if lineup is not None else None
    if row is None:
        raise QueryRefused("There is no such channel.", hint="Give ?channel= with a number of the lineup.")
    return row
