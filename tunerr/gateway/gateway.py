"""The door to the streams: who watches what on which tuner."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog

from tunerr.errors import SystemBusy, TuneError
from tunerr.gateway.facts import GatewayFacts, Tally
from tunerr.gateway.limits import Limits
from tunerr.gateway.outcome import PlaybackOutcome
from tunerr.gateway.selector import CatalogOrder, HostSelector
from tunerr.gateway.session import Session
from tunerr.gateway.tuners import TunerPool
from tunerr.gateway.upstream import UpstreamOpener
from tunerr.gateway.viewer import Viewer
from tunerr.model.channel import ChannelId, LineupChannel
from tunerr.model.status import Client, TunerStatus
from tunerr.support.clock import Clock
from tunerr.support.tasks import Supervisor

log = structlog.get_logger(__name__)


class Gateway:
    """One session for each channel that is watched, on `tuner_count` tuners."""

    def __init__(
        self,
        *,
        opener: UpstreamOpener,
        tuner_count: int,
        clock: Clock,
        selector: HostSelector | None = None,
        on_outcome: Callable[[PlaybackOutcome], None] | None = None,
        limits: Limits | None = None,
    ) -> None:
        """`on_outcome` hears of every upstream that was tried; it must not raise."""
        self._opener = opener
        self._clock = clock
        self._selector = selector or CatalogOrder()
        self._on_outcome = on_outcome or _ignore
        self._limits = limits or Limits()
        self._tuners = TunerPool(count=tuner_count, patience=self._limits.slot)
        self._tally = Tally()
        self._tasks = Supervisor()
        self._sessions: dict[Session, None] = {}  # all, those that are closing included
        self._by_channel: dict[ChannelId, Session] = {}  # the newest of each channel
        self._closing = False

    @asynccontextmanager
    async def watch(self, row: LineupChannel, *, client: Client, tuner: int | None = None) -> AsyncIterator[Viewer]:
        """A viewer of the channel, once there is a picture; leaving the block frees the tuner when it was the last.

        `tuner` asks for one tuner; a channel that already plays on another is shared all the same. Raises TuneError.
        """
        viewer: Viewer | None = None
        session: Session | None = None
        try:
            try:
                session = self._session(row, tuner)
                viewer = session.admit(client)
                await session.ready(viewer)
            except TuneError as error:
                self._tally.tunes_failed[error.code] += 1
                log.warning(
                    "tune failed", channel=str(row.number), client=str(client), code=error.code, message=str(error)
                )
                raise
            self._tally.tunes_ok += 1
            yield viewer
        finally:
            if session is not None and viewer is not None:
                self._leave(session, viewer)

    def status(self) -> tuple[TunerStatus, ...]:
        """One row for each tuner."""
        rows = {row.index: row for session in self._sessions if (row := session.status()) is not None}
        return tuple(rows.get(index, TunerStatus(index)) for index in range(self._tuners.count))

    @property
    def facts(self) -> GatewayFacts:
        """The numbers as they are now."""
        tally = self._tally
        viewers = [viewer for session in self._sessions for viewer in session.hub]
        inspectors = [session.pull.inspector for session in self._sessions if session.pull is not None]
        return GatewayFacts(
            active_sessions=self._tuners.in_use,
            viewers=len(viewers),
            bytes_sent=tally.bytes_sent + sum(viewer.sent for viewer in viewers),
            bytes_received=tally.bytes_received + sum(inspector.bytes for inspector in inspectors),
            tunes_ok=tally.tunes_ok,
            tunes_failed=tuple(sorted(tally.tunes_failed.items())),
            continuity_errors=tally.continuity_errors + sum(inspector.continuity_errors for inspector in inspectors),
            lapped=tally.lapped + sum(viewer.lapped for viewer in viewers),
            dropped=tally.dropped + sum(viewer.dropped for viewer in viewers),
            reopened=tally.reopened,
        )

    async def aclose(self) -> None:
        """Refuse new viewers, end all sessions and wait until everything is freed."""
        self._closing = True
        sessions = tuple(self._sessions)
        for session in sessions:
            session.stop()
        for session in sessions:
            await session.closed()
        await self._tasks.aclose()

    def _session(self, row: LineupChannel, tuner: int | None) -> Session:
        if self._closing:
            raise SystemBusy("The server is shutting down.")
        self._tuners.check(tuner)
        known = self._by_channel.get(row.channel.id)
        if known is not None and known.joinable:
            return known
        session = Session(
            row=row,
            tuner=tuner,
            tuners=self._tuners,
            opener=self._opener,
            selector=self._selector,
            on_outcome=self._on_outcome,
            tally=self._tally,
            limits=self._limits,
            clock=self._clock,
        )
        self._sessions[session] = None
        self._by_channel[row.channel.id] = session
        session.start(self._tasks, self._forget)
        return session

    def _leave(self, session: Session, viewer: Viewer) -> None:
        session.dismiss(viewer)
        self._tally.bytes_sent += viewer.sent
        self._tally.lapped += viewer.lapped
        self._tally.dropped += viewer.dropped

    def _forget(self, session: Session) -> None:
        self._sessions.pop(session, None)
        if self._by_channel.get(session.row.channel.id) is session:
            del self._by_channel[session.row.channel.id]


def _ignore(_: PlaybackOutcome) -> None:
    """Nobody learns from outcomes yet."""
