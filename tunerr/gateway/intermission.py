"""What viewers see while no source can be had."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from tunerr.gateway.feed import Feed
from tunerr.gateway.inspector import TsInspector
from tunerr.gateway.packetizer import Packetizer
from tunerr.gateway.slate import SlateMaker, play
from tunerr.support.clock import Clock

_TABLES_SECONDS = 0.1  # architecture.md, 4: while a card is not ready
_LAST_PICTURES = 2 << 20  # bytes of the stream that a card is made of


async def show(feed: Feed, slates: SlateMaker, key: str, clock: Clock) -> None:
    """Feed a card made of the last pictures, until cancelled; tables alone while there is none."""
    layout = feed.splicer.layout
    if layout is not None:
        slates.prepare(key, layout, feed.hub.ring.tail(_LAST_PICTURES))
    while (card := slates.card(key)) is None:
        feed.tables()
        await asyncio.sleep(_TABLES_SECONDS)
    packetizer, inspector = Packetizer(), TsInspector(clock=clock)
    feed.begin()
    async with aclosing(play(card)) as chunks:
        async for chunk in chunks:
            for inspection in inspector.feed(packetizer.feed(chunk)):
                feed.take(inspection)
