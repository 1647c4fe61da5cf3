"""What the pages of channels look up in the running parts, made anew only where something changed."""

from __future__ import annotations

import asyncio

import orjson

from tunerr.app.core import Core
from tunerr.app.operator_acts import OperatorActs
from tunerr.catalog.keys import stream_key
from tunerr.guide.diagnosis.doctor import Findings
from tunerr.lineup.listing import Beside
from tunerr.model.channel import Lineup
from tunerr.storage.stream_tests import StreamTests
from tunerr.views.channels import Known, Suggested, offered_facts
from tunerr.views.guide_examined import examined


class ChannelFacts:
    """Thousands of offered channels are looked at in a thread; the event loop carries video."""

    def __init__(self, core: Core, acts: OperatorActs) -> None:
        self._core = core
        self._acts = acts
        self._tests = StreamTests(core.ground.state)
        self._streams: tuple[Lineup | None, str] = (None, "[]")
        self._suggested: tuple[Findings | None, dict[str, Suggested]] = (None, {})

    async def current(self) -> tuple[Known, Beside]:
        """Return what pages look up by channel, and the same as the list is asked by. Raises StorageError."""
        core = self._core
        lineup, health = core.lineup.current, core.guide.health.current
        if self._streams[0] is not lineup:
            self._streams = (lineup, await asyncio.to_thread(_stream_keys, lineup))
        tested = await self._tests.by_channel(self._streams[1])
        suggested = await self._suggestions()
        draft = await self._acts.draft.current()
        wishes = await core.ground.choices.all("channel")
        known = Known(lineup, health, core.carried.current, tested, suggested, wishes.keys(), draft.channels)
        changed = list(wishes.keys() | draft.channels.keys())
        beside = await asyncio.to_thread(lambda: Beside.of(offered_facts(lineup, health, tested, suggested), changed))
        return known, beside

    async def _suggestions(self) -> dict[str, Suggested]:
        """The best id of each channel, as far as the guides were examined."""
        latest = self._acts.guide.diagnoses.latest
        if latest is not None and self._suggested[0] is not latest:
            found = (await asyncio.to_thread(examined, latest)).suggestions
            best = {channel: Suggested(ids[0].guide_id, ids[0].score) for channel, ids in found.items() if ids}
            self._suggested = (latest, best)
        return self._suggested[1]


def _stream_keys(lineup: Lineup | None) -> str:
    pairs = [
        (row.channel.id, stream_key(stream.source, stream.url.reveal()))
        for row in (lineup.channels if lineup is not None else ())
        for stream in row.channel.streams
    ]
    return orjson.dumps(pairs).decode()
