"""One candidate from the request to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tunerr.errors import TunerrError, UpstreamError
from tunerr.gateway.accounts import Accounts
from tunerr.gateway.coalescer import Coalescer
from tunerr.gateway.detectors import Condition, Detectors
from tunerr.gateway.inspection import Inspection
from tunerr.gateway.inspector import TsInspector
from tunerr.gateway.limits import Limits
from tunerr.gateway.outcome import PlaybackOutcome
from tunerr.gateway.packetizer import Packetizer
from tunerr.gateway.selector import Candidate
from tunerr.gateway.upstream import Upstream, UpstreamOpener
from tunerr.model.channel import ChannelId
from tunerr.support.clock import Clock
from tunerr.support.tasks import Supervisor

_LOOK_SECONDS = 0.1
_MOST_GARBAGE_BYTES = 256 << 10  # before the first packet
# Any picture start must serve before the tune is given up for want of an access point.
_SERVE_BEFORE_DEADLINE = 1.0
# One portion keeps the event loop for about a millisecond, a segment that came at once for tens of them.
_PORTION_BYTES = 64 << 10
# What is further ahead of real time is left at the provider: the ring holds 30 s.
_MOST_LEAD_SECONDS = 25.0


class Listener(Protocol):
    """Who opens candidates."""

    def shows(self, pull: Pull) -> None:
        """Called once, before the first inspection with an access point is handed on."""
        ...

    def take(self, pull: Pull, inspection: Inspection) -> None:
        """Take what came, from the first access point on."""
        ...

    def bears(self, fault: UpstreamError) -> bool:
        """Whether a source with this fault in its content is played on, for want of another one."""
        ...


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: from the request to the first packet, and from the wait for its slot to the first access point."""

    packet: float
    picture: float


@dataclass(slots=True)
class Means:
    """What every pull of a gateway works with. `limits` may be replaced; what has begun goes on as it is."""

    opener: UpstreamOpener
    accounts: Accounts
    limits: Limits
    clock: Clock


class Pull:
    """Opens one candidate and hands what it brings to `listener`, from its first access point until it is lost."""

    def __init__(
        self,
        *,
        candidate: Candidate,
        listener: Listener,
        means: Means,
        patience: Patience,
        after: datetime | None = None,
    ) -> None:
        """`after`: when what was shown last went on air, where that is known."""
        self.candidate = candidate
        self.label = str(candidate.stream.url)
        self.began_at = means.clock.now()
        self.picture_after: float | None = None  # seconds from the request to the first access point
        serve_any = max(min(means.limits.access_point, patience.picture - _SERVE_BEFORE_DEADLINE), 0.0)
        self.inspector = TsInspector(clock=means.clock, patience=serve_any)
        self._listener = listener
        self._means = means
        self._patience = patience
        self._after = after
        self._upstream: Upstream | None = None
        self._packetizer = Packetizer()
        self._coalescer = Coalescer(self._take)
        self._detectors = Detectors(clock=means.clock)
        self._at_a_stretch = 0  # bytes handed on since others had a turn for certain
        self._fault: UpstreamError | None = None
        self._broken: Exception | None = None  # what our own work on its packets raised
        self._began = means.clock.monotonic()
        self._asked_at: float | None = None  # when its slot was free
        self._over_at: float | None = None
        self._showing = asyncio.Event()
        self._ending: UpstreamError | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def age(self) -> float:
        """Seconds from the request to now or to its end."""
        return (self._over_at or self._means.clock.monotonic()) - self._began

    @property
    def lead(self) -> float:
        """Seconds of media that came beyond real time."""
        return self._detectors.lead

    @property
    def condition(self) -> Condition:
        """How it does at this moment."""
        return self._detectors.condition

    @property
    def played(self) -> float:
        """Seconds since the first access point."""
        return self.age - self.picture_after if self.picture_after is not None else 0.0

    @property
    def program_time(self) -> datetime | None:
        """When what came last went on air, where the source tells."""
        return self._upstream.program_time if self._upstream is not None else None

    def start(self, tasks: Supervisor) -> None:
        """Open it in the background."""
        self._task = tasks.spawn(self._run(), f"pull {self.label}")
        self._task.add_done_callback(self._done)

    async def shown(self) -> bool:
        """Wait for its first access point; False when it was lost before."""
        await self._showing.wait()
        return self.picture_after is not None

    async def ended(self) -> UpstreamError:
        """Wait until it is lost and all of it is freed."""
        if self._task is None:
            raise RuntimeError("ended before start")
        await asyncio.wait({self._task})
        if self._ending is None:  # it was stopped, or broke in an unforeseen way, which is logged
            self._ending = UpstreamError(f"{self.label} was given up.", reason="stopped")
        return self._ending

    async def stop(self) -> None:
        """Let go of it and wait until all of it is freed."""
        if self._task is not None and not self._task.done():
            self.release()
            await asyncio.wait({self._task})

    def release(self) -> None:
        """Let go of it; `ended` waits until all of it is freed."""
        if self._task is not None and not self._task.cancelling():
            self._task.cancel()

    def when_over(self, then: Callable[[], None]) -> None:
        """Have `then` called once it is lost and all of it is freed."""
        if self._task is None:
            raise RuntimeError("when_over before start")
        self._task.add_done_callback(lambda _: then())

    def outcome(self, channel: ChannelId) -> PlaybackOutcome:
        """What became of it."""
        ending = self._ending
        return PlaybackOutcome(
            channel=channel,
            stream=self.candidate.stream,
            began_at=self.began_at,
            reason=ending.reason if ending else "stopped",
            status=ending.status if ending else None,
            picture_after=self.picture_after,
            played=self.played,
            bytes=self.inspector.bytes,
            continuity_errors=self.inspector.continuity_errors,
        )

    def _done(self, _: object) -> None:
        self._over_at = self._means.clock.monotonic()
        self._showing.set()

    async def _run(self) -> None:
        """Ends by itself only with an ending noted."""
        try:
            await self._read()
            self._ending = UpstreamError(f"{self.label} ended.", reason="ended")
        except TimeoutError:
            if self._broken is not None:
                raise self._broken from None
            self._ending = self._fault or UpstreamError(f"{self.label} did not answer.", reason="timeout")
        except UpstreamError as error:
            self._ending = error
        except TunerrError as error:
            self._ending = UpstreamError(error.message, reason="failed", hint=error.hint)
        if self._ending is not None:
            self._means.accounts.refused(self.candidate.stream, self._ending)

    async def _read(self) -> None:
        """Read until the upstream ends. The watch ends before the upstream is closed: nothing may cut that short."""
        stream = self.candidate.stream
        async with AsyncExitStack() as held, self._watched():
            lease = await held.enter_async_context(self._means.accounts.lease(stream))
            self._asked_at = self._means.clock.monotonic()
            upstream = await held.enter_async_context(self._means.opener.open(stream, after=self._after))
            held.callback(lease.closing)
            self._upstream, self.label = upstream, upstream.label
            lease.opened()
            await self._follow(upstream)

    async def _follow(self, upstream: Upstream) -> None:
        try:
            async with aclosing(upstream.chunks()) as chunks:
                async for data in chunks:
                    for at in range(0, len(data), _PORTION_BYTES):
                        await self._hand_on(data[at : at + _PORTION_BYTES])
                        await self._pace()
        finally:
            self._coalescer.flush()
        self._inspect(self._packetizer.finish())

    async def _hand_on(self, data: bytes) -> None:
        """Work on what came, with turns for others in between: a burst may come without any wait."""
        self._coalescer.feed(data)
        if self.picture_after is None:
            self._coalescer.flush()
        self._at_a_stretch += len(data)
        if self._at_a_stretch >= _PORTION_BYTES:
            self._at_a_stretch = 0
            await asyncio.sleep(0)

    async def _pace(self) -> None:
        """Leave with the provider what is too far ahead."""
        too_much = self.lead - _MOST_LEAD_SECONDS
        if too_much > 0:
            await asyncio.sleep(too_much)

    @asynccontextmanager
    async def _watched(self) -> AsyncIterator[None]:
        """Raises TimeoutError, with `_fault` or `_broken` set, when a look finds one."""
        watching = Supervisor()
        async with asyncio.timeout(None) as bound:
            watching.spawn(self._watch(bound), f"watch {self.label}")
            try:
                yield
            finally:
                await watching.aclose()

    async def _watch(self, bound: asyncio.Timeout) -> None:
        """Give the source up when there is a reason."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            self._fault = self._find_fault()
            if self._fault is not None or self._broken is not None:
                bound.reschedule(asyncio.get_running_loop().time())
                return

    def _find_fault(self) -> UpstreamError | None:
        fault = self._detectors.check()
        if self.picture_after is None:
            return fault.error if fault is not None and fault.error.reason == "scrambled" else self._impatience()
        if fault is None or (fault.content and self._listener.bears(fault.error)):
            return None
        return fault.error

    def _impatience(self) -> UpstreamError | None:
        age, asked_at = self.age, self._asked_at
        if not self.inspector.bytes and self._packetizer.lost > _MOST_GARBAGE_BYTES:
            return UpstreamError(f"{self.label} sends no transport stream.", reason="garbage")
        asked = self._means.clock.monotonic() - asked_at if asked_at is not None else 0.0
        if age >= self._patience.picture or (not self.inspector.bytes and asked >= self._patience.packet):
            if asked_at is None:
                return UpstreamError("The provider has not let go yet of a stream that ended.", reason="account_full")
            if self._upstream is None:
                return UpstreamError(f"{self.label} did not answer within {asked:.0f} s.", reason="timeout")
            return UpstreamError(f"{self.label} answered and showed no picture in {age:.0f} s.", reason="empty")
        return None

    def _take(self, data: bytes) -> None:
        try:
            self._inspect(self._packetizer.feed(data))
        except Exception as error:  # noqa: BLE001 - a timer calls it too, of whose errors the task would not hear
            self._broken = error

    def _inspect(self, chunk: bytes) -> None:
        if not chunk:
            return
        inspections = self.inspector.feed(chunk)
        self._detectors.take(self.inspector.signs)
        for inspection in inspections:
            if self.picture_after is None and inspection.points:
                self.picture_after = self.age
                self._listener.shows(self)
                self._showing.set()
            if self.picture_after is not None:
                self._listener.take(self, inspection)
