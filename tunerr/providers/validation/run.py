"""Runs of tests: workers that carry out what a batch gives out, and results that are kept when it is over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from random import Random
from typing import NamedTuple, Protocol

import structlog

from tunerr.errors import ActionRefused
from tunerr.model.channel import ChannelId, Stream
from tunerr.model.stream_test import Finding, StreamTest, noted
from tunerr.providers.validation.batch import Batch, Limits, Verdict, Wait
from tunerr.providers.validation.pace import Pace
from tunerr.providers.validation.report import Progress, RunReport, progress, report
from tunerr.providers.validation.settle import failed_channels, keys_of, passes, settle
from tunerr.providers.validation.targets import Candidate, Target, unusable
from tunerr.support.clock import Clock

log = structlog.get_logger(__name__)

# So soon do workers see that a run was ended or its time is up.
_LONGEST_NAP_S = 1.0
# The variant of a master playlist is not worth a longer wait: the channel stays untested.
_LONGEST_TURN_S = 10.0


class Probing(Protocol):
    """What tests one stream."""

    async def test(self, stream: Stream, *, pace: Callable[[str], Awaitable[bool]]) -> Verdict:
        """Return the verdict; `pace` waits until a further host may be asked, False when that is too long."""
        ...


class Slots(Protocol):
    """Who knows what is open on the accounts."""

    def spare(self, stream: Stream) -> bool:
        """Whether the stream's account is known to bear one stream more."""
        ...


class Results(Protocol):
    """Where results are kept, by the key of their stream."""

    async def all(self) -> dict[str, StreamTest]:
        """Return all of them."""
        ...

    async def save(self, tests: Mapping[str, StreamTest], *, now: float) -> None:
        """Store some over earlier ones."""
        ...


class Bounds(NamedTuple):
    """What one run keeps to. `workers`: tests at once; `guard`: percent of the channels that it may drop at most."""

    limits: Limits = Limits()
    workers: int = 4
    guard: int = 20


class Validation:
    """Tests channels, one run at a time. `bounds` are asked when one begins."""

    def __init__(
        self,
        *,
        prober: Probing,
        slots: Slots,
        results: Results,
        clock: Clock,
        bounds: Callable[[], Bounds] = Bounds,
        random: Random | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._prober = prober
        self._slots = slots
        self._results = results
        self._clock = clock
        self._bounds = bounds
        self._random = random or Random()  # noqa: S311 - an order, no secret
        self._sleep = sleep
        self._testing = False
        self._batch: Batch | None = None
        self._ended = False
        self._last: RunReport | None = None

    @property
    def progress(self) -> Progress | None:
        """How far the run is that goes on; None when there is none."""
        return progress(self._batch) if self._batch is not None else None

    @property
    def last(self) -> RunReport | None:
        """The run that was over last since the start of the program."""
        return self._last

    def end(self) -> bool:
        """End the run after the tests that are open; what they found counts. False when there is none."""
        if self._batch is None:
            return False
        self._ended = True
        self._batch.end()
        return True

    async def run(self, candidates: Sequence[Candidate]) -> RunReport:
        """Test the channels, keep the results and return the report.

        Cancelled, it keeps what played; a test that was open has no result. Raises ActionRefused while another run
        goes on, and StorageError.
        """
        with self._alone():
            pace, bounds = Pace(clock=self._clock), self._bounds()
            known = await self._results.all()
            # Tens of thousands of channels take a while to be put in order.
            batch = await asyncio.to_thread(self._batch_of, candidates, known, pace, bounds.limits)
            self._batch, self._ended = batch, False
            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(bounds.workers):
                        group.create_task(self._work(batch, pace))
            except asyncio.CancelledError:
                await self._results.save(passes(batch), now=self._now())
                raise
            return await self._settled(batch, pace, bounds.guard)

    async def test_channel(self, candidate: Candidate) -> tuple[tuple[Target, Verdict], ...]:
        """Test every stream of one channel now, whatever is known of them; what plays is kept.

        One look never drops a channel, so failures are not. Raises ActionRefused during a run, and StorageError.
        """
        with self._alone():
            pace = Pace(clock=self._clock)
            found = [(target, await self._verdict(target, pace)) for target in candidate.targets]
            now = self._now()
            played = {
                target.key: noted(None, at=now, finding=verdict.finding, words=verdict.words)
                for target, verdict in found
                if verdict.finding is Finding.PASS
            }
            await self._results.save(played, now=now)
            return tuple(found)

    async def failed(self, candidates: Sequence[Candidate]) -> frozenset[ChannelId]:
        """Return the channels to leave out by what is known now: all their streams failed, confirmed."""
        known = await self._results.all()
        return await asyncio.to_thread(failed_channels, keys_of(candidates), known, now=self._now())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if self._testing:
            raise ActionRefused("Channels are being tested already.", hint="Wait for the end, or end that run.")
        self._testing = True
        try:
            yield
        finally:
            self._testing = False
            self._batch = None

    def _batch_of(
        self, candidates: Sequence[Candidate], known: Mapping[str, StreamTest], pace: Pace, limits: Limits
    ) -> Batch:
        return Batch(
            candidates,
            known=known,
            limits=limits,
            pace=pace,
            spare=self._slots.spare,
            clock=self._clock,
            random=self._random,
        )

    async def _work(self, batch: Batch, pace: Pace) -> None:
        while (step := batch.next()) is not None:
            if isinstance(step, Wait):
                await self._sleep(min(step.seconds, _LONGEST_NAP_S))
            else:
                batch.done(step, await self._prober.test(step.target.stream, pace=self._turns(pace)))

    def _turns(self, pace: Pace) -> Callable[[str], Awaitable[bool]]:
        async def turn(host: str) -> bool:
            if pace.wait(host) > _LONGEST_TURN_S:
                return False
            await self._sleep(pace.take(host))
            return True

        return turn

    async def _verdict(self, target: Target, pace: Pace) -> Verdict:
        if (finding := unusable(target.stream.url)) is not None:
            return Verdict(finding, finding.value)
        if not self._slots.spare(target.stream):
            return Verdict(Finding.ACCOUNT_FULL, "The account is in use by viewers.")
        await self._turns(pace)(target.host)
        return await self._prober.test(target.stream, pace=self._turns(pace))

    async def _settled(self, batch: Batch, pace: Pace, guard: int) -> RunReport:
        now = self._now()
        settled = await asyncio.to_thread(settle, batch, guard=guard / 100, now=now)
        await self._results.save(settled.tests, now=now)
        told = report(batch, settled, requests=pace.asked, guard=guard, ended=self._ended)
        self._last = told
        log.info("channels tested", said=" ".join(told.sentences()))
        return told

    def _now(self) -> float:
        return self._clock.now().timestamp()
