"""One channel that is being pulled, whoever watches."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from tunerr.errors import AllTunersInUse, TuneError, TuneFailed, TunerInUse
from tunerr.gateway.clients import is_media_server
from tunerr.gateway.facts import Tally
from tunerr.gateway.feed import Feed
from tunerr.gateway.hub import Hub
from tunerr.gateway.now import StreamNow
from tunerr.gateway.outcome import PlaybackOutcome
from tunerr.gateway.pull import Means, Pull
from tunerr.gateway.selector import HostSelector
from tunerr.gateway.slate import SlateMaker
from tunerr.gateway.state import State, transition
from tunerr.gateway.supply import Supply
from tunerr.gateway.timeline import StreamAttempt, Timeline
from tunerr.gateway.tuners import Claim, TunerPool
from tunerr.gateway.viewer import Viewer
from tunerr.model.carried import Carried
from tunerr.model.channel import ChannelId, LineupChannel
from tunerr.model.status import Client, TunerStatus
from tunerr.support.tasks import Supervisor

log = structlog.get_logger(__name__)

_MOST_OUTCOMES = 200  # remembered; a source that ends every few seconds does so for days
_JOINABLE = frozenset({State.OPENING, State.LIVE, State.SWITCHING, State.SLATE})


@dataclass(frozen=True, slots=True)
class House:
    """What all sessions of a gateway share."""

    tuners: TunerPool
    means: Means
    selector: HostSelector
    slates: SlateMaker
    tally: Tally
    on_outcome: Callable[[PlaybackOutcome], None]
    on_carried: Callable[[ChannelId, Carried], None]


class Session:
    """Pulls one channel from one upstream at a time for all its viewers, on one tuner.

    `start` makes its task; it ends when the last viewer is dismissed, when the channel can't be had (any more), or by
    `stop`. The upstream is closed before the tuner is free.
    """

    def __init__(self, *, id: str, row: LineupChannel, house: House) -> None:  # noqa: A002 - the field's name everywhere else
        """`id`: of the request that wanted it first."""
        self.id = id
        self.row = row
        self.tuner: int | None = None
        self.state = State.OPENING
        clock, limits = house.means.clock, house.means.limits
        self.hub = Hub(
            clock=clock,
            stalled_viewer=limits.stalled_viewer,
            cushion=limits.cushion_server,
            lead=lambda: self._supply.lead,
        )
        self.timeline = Timeline(clock=clock)
        self._house = house
        self._clock = clock
        self._claims: dict[Viewer, Claim] = {}  # of those who came before it had a tuner, and are still here
        self._feed = Feed(hub=self.hub, clock=clock)
        self._supply = Supply(
            channel=row.channel,
            candidates=house.selector.rank(row.channel),
            feed=self._feed,
            means=house.means,
            slates=house.slates,
            become=self._become,
            note=self._note,
            on_ended=self._account,
            on_carried=self._tell_carried,
        )
        self._began = clock.monotonic()
        self._started_at = clock.now()
        self._ended: float | None = None
        self._outcomes: deque[PlaybackOutcome] = deque(maxlen=_MOST_OUTCOMES)
        self._bytes = 0  # of sources that are closed
        self._carried: Carried | None = None
        self._settled = asyncio.Event()
        self._closed = asyncio.Event()
        self._error: TuneError | None = None
        self._stopping = False
        self._ran_dry = False
        self._task: asyncio.Task[None] | None = None

    @property
    def joinable(self) -> bool:
        """Whether a new viewer may still be admitted."""
        return self.state in _JOINABLE and not self._stopping

    @property
    def pulls(self) -> tuple[Pull, ...]:
        """The upstreams that are open or being opened; the tally counts them when they are closed."""
        return self._supply.pulls

    @property
    def switches(self) -> Counter[str]:
        """How often another source took over, by the reason why one was left."""
        return self._supply.switches

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

    def admit(self, client: Client, request: str, claim: Claim, *, silent: bool) -> Viewer:
        """A new viewer by the request of that id; it must be dismissed.

        Its claim counts while there is no tuner yet: the session takes what any of its viewers may have.
        """
        viewer = self.hub.admit(client, request, user=claim.user, silent=silent)
        if self.tuner is None:
            self._claims[viewer] = claim
            self._house.tuners.wake()
        self._note("viewer", f"{client} came, {_people(len(self.hub.audience))}")
        return viewer

    def dismiss(self, viewer: Viewer) -> None:
        """Let a viewer go, and its claim; without viewers the session stops."""
        self.hub.dismiss(viewer)
        self._claims.pop(viewer, None)
        self._note("viewer", f"{viewer.client} left, {_people(len(self.hub.audience))}")
        if not self.hub:
            self.stop()

    async def ready(self, viewer: Viewer) -> None:
        """Wait for the first access point. Raises TuneError when there is none."""
        await self._settled.wait()
        if self._error is not None:
            raise type(self._error)(self._error.message, hint=self._error.hint)
        if self._supply.servers_let_go and is_media_server(viewer.client):
            raise TuneFailed("No source of the channel can be had; there is a card only.")
        viewer.tuner = self.tuner or 0

    def status(self) -> TunerStatus | None:
        """Its row among the tuners; None while it has no tuner."""
        if self.tuner is None:
            return None
        layout = self._feed.splicer.layout
        return TunerStatus(
            index=self.tuner,
            number=self.row.number,
            name=self.row.channel.name,
            channel_id=self.row.channel.id,
            clients=self.hub.audience,
            source=self._supply.label,
            state=self.state.value,
            bits_per_second=self._feed.bits_per_second,
            started_at=self._started_at,
            program=layout.program if layout is not None else 0,
            transport_stream=layout.transport_stream if layout is not None else 0,
            symbol_quality=self._supply.quality,
            reserved_by=self._house.tuners.reserved_by(self.tuner),
        )

    def attempt(self) -> StreamAttempt:
        """The session as a record, as far as it has come."""
        end = self._ended if self._ended is not None else self._clock.monotonic()
        playing = sum(pull.inspector.bytes for pull in self.pulls)
        inspector = self._supply.pull.inspector if self._supply.pull is not None else None
        return StreamAttempt(
            id=self.id,
            channel=self.row.channel.id,
            number=str(self.row.number),
            name=self.row.channel.name,
            started_at=self._started_at,
            duration=end - self._began,
            status=self._status(),
            state=self.state.value,
            tuner=self.tuner,
            source=self._supply.label,
            viewers=self.hub.audience,
            bytes=self._bytes + playing,
            switches=self.switches.total(),
            outcomes=tuple(self._outcomes),
            events=self.timeline.events,
            rates=tuple(sorted(inspector.rates.items())) if inspector is not None else (),
            keyframes=inspector is None or inspector.keyframes_seen,
            left_out=self._feed.splicer.facts.units_dropped,
        )

    def now(self) -> StreamNow:
        """What it is doing at this moment."""
        return StreamNow(
            attempt=self.attempt(),
            bits_per_second=self._feed.bits_per_second,
            supply=self._supply.now(),
            viewers=self.hub.now(),
        )

    def switch(self) -> str:
        """Have another source tried, soon; a sentence. Raises ActionRefused without one."""
        return self._supply.switch()

    async def _run(self) -> None:
        try:
            async with self._house.tuners.lease(str(self.row.number), self._claims.values()) as self.tuner:
                await self._supply.run()
                self._ran_dry = True
                self._become(State.DRAINING)
                self._feed.finish()
                await asyncio.sleep(self._house.means.limits.drain)
        except TuneError as error:
            self._error = error

    def _account(self, pull: Pull) -> None:
        """Note what became of a source, once it is closed."""
        outcome = pull.outcome(self.row.channel.id)
        self._outcomes.append(outcome)
        self._bytes += outcome.bytes
        self._house.tally.bytes_received += outcome.bytes
        self._house.tally.continuity_errors += outcome.continuity_errors
        self._house.on_outcome(outcome)

    def _tell_carried(self, carried: Carried) -> None:
        if carried != self._carried:
            self._carried = carried
            self._house.on_carried(self.row.channel.id, carried)

    def _become(self, target: State) -> None:
        if target is self.state:
            return
        log.debug("session", channel=str(self.row.number), was=self.state.value, now=target.value)
        self._house.tally.cards_shown += target is State.SLATE
        self.state = transition(self.state, target)
        if target is State.LIVE:
            self._settled.set()

    def _note(self, kind: str, text: str) -> None:
        self.timeline.note(kind, text)
        log.info("stream", channel=str(self.row.number), request=self.id, kind=kind, text=text)

    def _status(self) -> str:
        if self.state is not State.CLOSED:
            return ""
        match self._error:
            case None:
                return "stream_ended_after_progress" if self._ran_dry else "ok"
            case _ if self._stopping:  # the viewers left, or an operator ended it, before there was a picture
                return "ok"
            case TunerInUse():
                return "all_tuners_in_use"
            case AllTunersInUse():
                return "all_tuners_in_use" if self.tuner is None else "upstream_concurrency_limited"
            case _:
                return "all_upstreams_failed"

    def _close(self, on_closed: Callable[[Session], None]) -> None:
        """Runs however the task ended, one that never began included."""
        self._become(State.CLOSED)
        self._ended = self._clock.monotonic()
        self.hub.close()
        if not self._settled.is_set():
            self._error = self._error or TuneFailed("The session ended before there was a picture.")
            self._settled.set()
        on_closed(self)
        self._closed.set()


def _people(count: int) -> str:
    return "nobody watches" if not count else "1 watches" if count == 1 else f"{count} watch"
