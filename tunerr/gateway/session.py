"""One channel that is being pulled, whoever watches."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

import structlog

from tunerr.errors import TuneError, TuneFailed, UpstreamError
from tunerr.gateway.facts import Tally
from tunerr.gateway.hub import Hub
from tunerr.gateway.inspector import AccessPoint
from tunerr.gateway.limits import Limits
from tunerr.gateway.meter import Meter
from tunerr.gateway.outcome import PlaybackOutcome
from tunerr.gateway.pull import Deadlines, Pull
from tunerr.gateway.seam import Seam
from tunerr.gateway.selector import Candidate, HostSelector
from tunerr.gateway.state import State, transition
from tunerr.gateway.tuners import TunerPool
from tunerr.gateway.upstream import UpstreamOpener
from tunerr.gateway.verdict import verdict
from tunerr.gateway.viewer import Viewer
from tunerr.model.channel import LineupChannel
from tunerr.model.status import Client, TunerStatus
from tunerr.support.clock import Clock
from tunerr.support.tasks import Supervisor

log = structlog.get_logger(__name__)

_PAUSE_BEFORE_REOPENING = 0.5  # seconds, longer by as much each time
_JOINABLE = frozenset({State.OPENING, State.LIVE, State.SWITCHING})


class Session:
    """Pulls one channel from one upstream at a time for all its viewers, on one tuner.

    `start` makes its task; it ends when the last viewer is dismissed, when the channel can't be had (any more), or by
    `stop`. The upstream is closed before the tuner is free.
    """

    def __init__(
        self,
        *,
        row: LineupChannel,
        tuner: int | None,
        tuners: TunerPool,
        opener: UpstreamOpener,
        selector: HostSelector,
        on_outcome: Callable[[PlaybackOutcome], None],
        tally: Tally,
        limits: Limits,
        clock: Clock,
    ) -> None:
        """`tuner`: the one that was asked for, None for any."""
        self.row = row
        self.tuner: int | None = None
        self.state = State.OPENING
        self.hub = Hub(clock=clock, stalled_viewer=limits.stalled_viewer)
        self._wanted_tuner = tuner
        self._tuners = tuners
        self._opener = opener
        self._selector = selector
        self._on_outcome = on_outcome
        self._tally = tally
        self._limits = limits
        self._clock = clock
        self._started_at = clock.now()
        self._meter = Meter(clock.monotonic())
        self._pull: Pull | None = None
        self._published: frozenset[int] = frozenset()
        self._settled = asyncio.Event()
        self._closed = asyncio.Event()
        self._error: TuneError | None = None
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    @property
    def joinable(self) -> bool:
        """Whether a new viewer may still be admitted."""
        return self.state in _JOINABLE and not self._stopping

    @property
    def pull(self) -> Pull | None:
        """The upstream that is being tried or played."""
        return self._pull

    def start(self, tasks: Supervisor, on_closed: Callable[[Session], None]) -> None:
        """Start pulling; `on_closed` is called when all is freed."""
        self._task = tasks.spawn(self._run(), f"session {self.row.number}")
        self._task.add_done_callback(lambda _: self._close(on_closed))

    def stop(self) -> None:
        """Let go of viewers and upstream; `closed` waits until that is done."""
        self.hub.stop()
        # A second cancellation would interrupt the upstream while it closes.
        if not self._stopping and self._task is not None:
            self._task.cancel()
        self._stopping = True

    async def closed(self) -> None:
        """Wait until all is freed."""
        await self._closed.wait()

    def admit(self, client: Client) -> Viewer:
        """A new viewer; it must be dismissed."""
        return self.hub.admit(client)

    def dismiss(self, viewer: Viewer) -> None:
        """Let a viewer go; without viewers the session stops."""
        self.hub.dismiss(viewer)
        if not self.hub:
            self.stop()

    async def ready(self, viewer: Viewer) -> None:
        """Wait for the first access point. Raises TuneError when there is none."""
        await self._settled.wait()
        if self._error is not None:
            raise type(self._error)(self._error.message, hint=self._error.hint)
        viewer.tuner = self.tuner or 0

    def status(self) -> TunerStatus | None:
        """Its row among the tuners; None while it has no tuner."""
        if self.tuner is None:
            return None
        return TunerStatus(
            index=self.tuner,
            number=self.row.number,
            name=self.row.channel.name,
            channel_id=self.row.channel.id,
            clients=tuple(viewer.client for viewer in self.hub),
            source=self._pull.label if self._pull is not None else "",
            state=self.state.value,
            bits_per_second=self._meter.rate(self._clock.monotonic()),
            started_at=self._started_at,
        )

    @property
    def viewers(self) -> int:
        """How many watch."""
        return len(self.hub)

    def publish(self, chunk: bytes, points: Sequence[AccessPoint]) -> None:
        """Pass a chunk of the upstream on to the viewers."""
        self._meter.add(len(chunk), self._clock.monotonic())
        self.hub.publish(chunk, points)

    async def _run(self) -> None:
        try:
            async with self._tuners.lease(str(self.row.number), self._wanted_tuner) as self.tuner:
                await self._play()
        except TuneError as error:
            self._error = error

    async def _play(self) -> None:
        """Open the first candidate that shows a picture and keep the channel going; raises TuneError when none does."""
        candidates = tuple(self._selector.rank(self.row.channel))
        picture = _now() + self._limits.tune
        failures: list[UpstreamError] = []
        for place, candidate in enumerate(candidates):
            last = place + 1 == len(candidates)
            packet = picture if last else min(_now() + self._limits.candidate, picture)
            failures.append(await self._try(candidate, Deadlines(packet, picture)))
            if self.state is not State.OPENING:
                await self._carry_on(candidates, place)
                return
            if _now() >= picture:
                break
        raise verdict(failures)

    async def _carry_on(self, candidates: Sequence[Candidate], played: int) -> None:
        """Replace the source whenever it is lost; when it can't be, or is lost all the time, empty the viewers."""
        place: int | None = played
        losses: deque[float] = deque(maxlen=self._limits.losses)
        while place is not None:
            self._become(State.SWITCHING)
            losses.append(_now())
            if len(losses) == losses.maxlen and losses[-1] - losses[0] < self._limits.outage:
                break
            place = await self._replace(candidates, place)
        self._become(State.DRAINING)
        self.hub.finish()
        await asyncio.sleep(self._limits.drain)

    async def _replace(self, candidates: Sequence[Candidate], lost: int) -> int | None:
        """Play the next candidate that shows a picture until it is lost too; None when none does in time."""
        until = _now() + self._limits.outage
        pause = 0.0
        while (begun := _now()) < until:
            lost = (lost + 1) % len(candidates)
            await self._try(candidates[lost], Deadlines(min(begun + self._limits.candidate, until), until))
            if self.state is State.LIVE:
                return lost
            pause += _PAUSE_BEFORE_REOPENING
            await asyncio.sleep(pause)
        return None

    async def _try(self, candidate: Candidate, deadlines: Deadlines) -> UpstreamError:
        """Play one candidate to its end."""
        pull = Pull(
            candidate=candidate,
            opener=self._opener,
            sink=self,
            seam=Seam(self._published),
            on_live=self._go_live,
            deadlines=deadlines,
            limits=self._limits,
            clock=self._clock,
        )
        self._pull = pull
        ending: UpstreamError | None = None
        try:
            ending = await pull.run()
        finally:
            self._account(pull, ending)
        return ending

    def _account(self, pull: Pull, ending: UpstreamError | None) -> None:
        self._pull = None
        if pull.picture_after is not None:
            self._published |= pull.inspector.pids
        self._tally.bytes_received += pull.inspector.bytes
        self._tally.continuity_errors += pull.inspector.continuity_errors
        self._on_outcome(pull.outcome(self.row.channel.id, ending))
        if ending is not None:
            log.warning("upstream lost", channel=str(self.row.number), reason=ending.reason, message=str(ending))

    def _go_live(self) -> None:
        self._tally.reopened += self.state is State.SWITCHING
        self._become(State.LIVE)
        self._settled.set()

    def _become(self, target: State) -> None:
        log.debug("session", channel=str(self.row.number), was=self.state.value, now=target.value)
        self.state = transition(self.state, target)

    def _close(self, on_closed: Callable[[Session], None]) -> None:
        """Runs however the task ended, one that never began included."""
        self._become(State.CLOSED)
        self.hub.stop()
        if not self._settled.is_set():
            self._error = self._error or TuneFailed("The session ended before there was a picture.")
            self._settled.set()
        on_closed(self)
        self._closed.set()


def _now() -> float:
    return asyncio.get_running_loop().time()
