"""The program's own memory of its last 24 hours, joined to the running parts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from tunerr.app.callers import Callers
from tunerr.app.chronicle import KEPT, Chronicle
from tunerr.app.core import Core
from tunerr.errors import StorageError
from tunerr.model.samples import MINUTE_S, Reading, Sample, Samples, Seen, kept, percent, sampled
from tunerr.storage.happenings import HappeningStore
from tunerr.storage.samples import SampleStore
from tunerr.support.clock import Clock
from tunerr.support.snapshot import Published
from tunerr.support.tasks import Supervisor
from tunerr.views.home import guide_real
from tunerr.views.seen import seen

log = structlog.get_logger(__name__)

_SAVE_EVERY_MINUTES = 5
# A timer may fire a little early; a sample a moment before the minute is that minute's.
_EARLY_S = 1.0


class Sampler:
    """Makes a sample of each minute. Nothing of it is on the way of the video."""

    def __init__(
        self,
        *,
        look: Callable[[], Reading],
        seen: Callable[[datetime, datetime], Seen],
        store: SampleStore,
        known: Samples,
    ) -> None:
        """`seen` says what viewers saw between two moments; `known`: the samples that the store holds."""
        self.samples: Published[Samples] = Published(known)
        self._look = look
        self._seen = seen
        self._store = store
        self._before = look()
        self._unsaved: list[Sample] = []

    def minute(self) -> None:
        """Take a sample of the time since the last one."""
        before, now = self._before, self._look()
        sample = sampled(before, now, self._seen(before.at, now.at))
        self._before = now
        if sample is not None:
            self.samples.publish(kept(self.samples.current, sample))
            self._unsaved = list(kept(self._unsaved, sample))

    async def save(self) -> None:
        """Store what was taken since the last time; what can't be stored is tried again the next time."""
        unsaved = tuple(self._unsaved)
        try:
            await self._store.add(unsaved)
        except StorageError as error:
            log.warning("figures were not stored", samples=len(unsaved), error=error.message)
        else:
            stored = set(map(id, unsaved))  # some came meanwhile, and the clock may have been put back
            self._unsaved = [one for one in self._unsaved if id(one) not in stored]

    async def clear(self) -> None:
        """Forget all. Raises StorageError."""
        await self._store.clear()
        self._unsaved = []
        self.samples.publish(())


@dataclass(frozen=True, slots=True)
class Memory:
    """What the program remembers: figures, happenings, who asked. `asked_before`: a client knew the lineup already."""

    sampler: Sampler
    chronicle: Chronicle
    callers: Callers
    asked_before: bool

    async def save(self) -> None:
        """Store what is not stored yet."""
        self.chronicle.catch_up()
        await self.chronicle.save()
        await self.sampler.save()


async def start_sampling(core: Core, background: Supervisor, stack: AsyncExitStack) -> Memory:
    """Take up what state.db remembers and go on from there, each minute; `stack` stores the rest.

    Raises StorageError.
    """
    ground = core.ground
    happenings, samples = HappeningStore(ground.state), SampleStore(ground.state)
    chronicle = Chronicle(
        streams=core.gateway,
        statuses=core.statuses,
        edition=core.edition,
        health=core.guide.health,
        store=happenings,
        known=await happenings.latest(KEPT),
    )
    sampler = Sampler(
        look=partial(_look, core),
        seen=lambda since, until: seen(core.gateway.attempts(), since=since, until=until),
        store=samples,
        known=await samples.latest(ground.clock.now().timestamp()),
    )
    promises = await core.offering.ledger.promises()
    asked_before = any(holding.first_served_at is not None for holding in promises.holdings)
    memory = Memory(sampler, chronicle, Callers(clock=ground.clock), asked_before)
    stack.push_async_callback(memory.save)
    background.spawn(_every_minute(memory, ground.clock), "figures")
    return memory


async def _every_minute(memory: Memory, clock: Clock) -> None:
    minutes = 0
    while True:
        left = MINUTE_S - clock.now().timestamp() % MINUTE_S
        await asyncio.sleep(left if left > _EARLY_S else left + MINUTE_S)
        try:
            memory.sampler.minute()
            memory.chronicle.catch_up()
            minutes += 1
            if minutes % _SAVE_EVERY_MINUTES == 0:
                await memory.save()
        except Exception:  # the edge of a loop: a fault of ours must not end the history for ever
            log.exception("no figures of this minute")


def _look(core: Core) -> Reading:
    """Take one look at the parts."""
    facts, lineup, edition = core.gateway.facts, core.lineup.current, core.edition.current
    channels = len(lineup.channels) if lineup else 0
    return Reading(
        at=core.ground.clock.now(),
        ready=channels > 0,
        tuners=facts.active_sessions,
        viewers=facts.viewers,
        slots=facts.slots,
        slot_limit=core.accounts.streams_at_once(),
        channels=channels,
        guide_linked=percent(edition.linked, edition.channels) if edition else None,
        guide_real=guide_real(core.guide.health.current),
        lag=core.lag.now().usual,
        bytes_sent=facts.bytes_sent,
        starts=facts.tunes_ok,
        starts_failed=sum(count for _, count in facts.tunes_failed),
        continuity_errors=facts.continuity_errors,
    )
