"""The door to the streams: who watches what on which tuner."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import structlog

from tunerr.errors import ActionRefused, SystemBusy, TuneError, TunerInUse
from tunerr.gateway.accounts import Accounts
from tunerr.gateway.facts import GatewayFacts, Tally
from tunerr.gateway.limits import Limits
from tunerr.gateway.now import StreamNow
from tunerr.gateway.outcome import PlaybackOutcome
from tunerr.gateway.pull import Means
from tunerr.gateway.selector import CatalogOrder, HostSelector
from tunerr.gateway.session import House, Session
from tunerr.gateway.slate import SlateMaker
from tunerr.gateway.state import State
from tunerr.gateway.timeline import StreamAttempt
from tunerr.gateway.tuners import Claim, TunerPool
from tunerr.gateway.upstream import UpstreamOpener
from tunerr.gateway.viewer import Viewer
from tunerr.model.carried import Carried
from tunerr.model.channel import ChannelId, LineupChannel
from tunerr.model.status import Client, TunerStatus
from tunerr.support.clock import Clock
from tunerr.support.tasks import Supervisor

log = structlog.get_logger(__name__)

_MOST_ATTEMPTS = 200


class Gateway:
    """One session for each channel that is watched, on `tuner_count` tuners."""

    def __init__(
        self,
        *,
        opener: UpstreamOpener,
        ffmpeg: Callable[[], str],
        tuner_count: int,
        clock: Clock,
        selector: HostSelector | None = None,
        on_outcome: Callable[[PlaybackOutcome], None] | None = None,
        on_attempt: Callable[[StreamAttempt], None] | None = None,
        on_carried: Callable[[ChannelId, Carried], None] | None = None,
        limits: Limits | None = None,
        account_limit: Callable[[str], int | None] | None = None,
    ) -> None:
        """`ffmpeg` locates the program for cards; it raises TunerrError when there is none.

        `account_limit` tells what is known from elsewhere of the account with that key (`accounts.source_account`).

        `on_outcome` hears of every upstream that was tried, `on_attempt` of every session that is over, `on_carried` of
        what a channel is seen to carry, once for a session and when that changes; they must not raise.
        """
        limits = limits or Limits()
        self.accounts = Accounts(clock=clock, limits=account_limit)
        self._tasks = Supervisor()
        self._tally = Tally()
        self._tuners = TunerPool(count=tuner_count, patience=limits.slot, rest=limits.rest)
        self._means = Means(opener=opener, accounts=self.accounts, limits=limits, clock=clock)
        self._house = House(
            tuners=self._tuners,
            means=self._means,
            selector=selector or CatalogOrder(),
            slates=SlateMaker(ffmpeg=ffmpeg, tasks=self._tasks),
            tally=self._tally,
            on_outcome=on_outcome or _ignore,
            on_carried=on_carried or _ignore,
        )
        self._on_attempt = on_attempt or _ignore
        self._requests = 0
        self._sessions: dict[Session, None] = {}  # all, those that are closing included
        self._by_channel: dict[ChannelId, Session] = {}  # the newest of each channel
        self._attempts: deque[StreamAttempt] = deque(maxlen=_MOST_ATTEMPTS)
        self._closing = False

    @asynccontextmanager
    async def watch(
        self, row: LineupChannel, *, client: Client, tuner: int | None = None, user: str = "", silent: bool = False
    ) -> AsyncIterator[Viewer]:
        """A viewer of the channel, once there is a picture; leaving the block frees the tuner when it was the last.

        `tuner` asks for one tuner, which `user` may have reserved; a channel that already plays on another is shared
        all the same. A `silent` viewer keeps the channel playing and takes nothing of it: it waits for `ended`, not
        for `deliver`. Raises TuneError.
        """
        viewer: Viewer | None = None
        session: Session | None = None
        try:
            try:
                self._requests += 1
                request = f"r{self._requests:06}"
                self._tuners.check(tuner)
                session = self._session(row, request)
                viewer = session.admit(client, request, Claim(tuner, user), silent=silent)
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

    def reserve(self, tuner: int, user: str) -> None:
        """Keep a tuner for requests of `user` that name it, until `release`; what it plays for other users plays on.

        Raises TunerInUse when another has reserved it, or a viewer who is no user watches on it, and UnknownChannel
        when there is none.
        """
        for session in self._sessions:
            strangers = [viewer.client for viewer in session.hub if not viewer.user]
            if session.tuner == tuner and strangers:
                raise TunerInUse(f"Tuner {tuner} plays {session.row.number} for {strangers[0].address}.")
        self._tuners.reserve(tuner, user)

    def release(self, tuner: int) -> None:
        """End the reservation of a tuner; what it plays plays on. One that is not reserved is no error."""
        self._tuners.release(tuner)

    def set_retries(self, retries: int, pause: float) -> None:
        """How often later tunes ask an upstream again, and the seconds before the first time."""
        self._means.limits = replace(self._means.limits, retries=retries, retry_pause=pause)

    def status(self) -> tuple[TunerStatus, ...]:
        """One row for each tuner."""
        rows = {row.index: row for session in self._sessions if (row := session.status()) is not None}
        return tuple(rows.get(index) or self._idle(index) for index in range(self._tuners.count))

    @property
    def facts(self) -> GatewayFacts:
        """The numbers as they are now."""
        tally = self._tally
        viewers = [viewer for session in self._sessions for viewer in session.hub]
        switches = sum((session.switches for session in self._sessions), tally.switches)
        inspectors = [pull.inspector for session in self._sessions for pull in session.pulls]
        return GatewayFacts(
            active_sessions=self._tuners.in_use,
            viewers=sum(len(session.hub.audience) for session in self._sessions),
            cards=sum(session.state is State.SLATE for session in self._sessions),
            slots=sum(account.open for account in self.accounts.facts),
            bytes_sent=tally.bytes_sent + sum(viewer.sent for viewer in viewers),
            bytes_received=tally.bytes_received + sum(inspector.bytes for inspector in inspectors),
            tunes_ok=tally.tunes_ok,
            tunes_failed=tuple(sorted(tally.tunes_failed.items())),
            continuity_errors=tally.continuity_errors + sum(inspector.continuity_errors for inspector in inspectors),
            lapped=tally.lapped + sum(viewer.lapped for viewer in viewers),
            dropped=tally.dropped + sum(viewer.dropped for viewer in viewers),
            switches=tuple(sorted(switches.items())),
            cards_shown=tally.cards_shown,
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

    def attempts(self) -> tuple[StreamAttempt, ...]:
        """Sessions, newest first: those at work, then the last 200 that are over."""
        running = tuple(session.attempt() for session in reversed(self._sessions))
        return running + tuple(reversed(self._attempts))

    def streams(self) -> tuple[StreamNow, ...]:
        """The sessions at work as they are at this moment, oldest first."""
        return tuple(session.now() for session in self._sessions)

    def forget_attempts(self) -> None:
        """Clear the memory of sessions that are over."""
        self._attempts.clear()

    def stop_streams(self, *, request: str = "", channel: ChannelId | None = None) -> int:
        """End the viewer of a request, or the session that it began, or the sessions of a channel; how many ended.

        Raises ActionRefused when there is no such stream.
        """
        sessions = [one for one in self._sessions if one.row.channel.id == channel or one.id == request]
        viewers = [one for session in self._sessions for one in session.hub if request and one.request == request]
        if not sessions and not viewers:
            raise ActionRefused("There is no such stream.", hint="It may have ended; look at the active streams.")
        for session in sessions:
            session.stop()
        for viewer in viewers:
            viewer.stop()
        return len(sessions) or len(viewers)

    def stop_viewer(self, request: str) -> None:
        """End one viewer; those beside it go on, whoever came first. Raises ActionRefused when there is none such."""
        viewer = next((one for session in self._sessions for one in session.hub if one.request == request), None)
        if viewer is None:
            raise ActionRefused("There is no such viewer.", hint="It may have left; look at the active streams.")
        viewer.stop()

    def switch_stream(self, request: str) -> str:
        """Have the session with this id go to its next source, unbroken where the accounts allow; a sentence.

        It goes on with the old one when the other shows no picture: where that made room, it is the next to be opened.
        Raises ActionRefused when there is no such stream, or no other source for it.
        """
        session = next((one for one in self._sessions if one.id == request), None)
        if session is None:
            raise ActionRefused("There is no such stream.", hint="It may have ended; look at the active streams.")
        return session.switch()

    def _idle(self, index: int) -> TunerStatus:
        return TunerStatus(index, reserved_by=self._tuners.reserved_by(index))

    def _session(self, row: LineupChannel, request: str) -> Session:
        if self._closing:
            raise SystemBusy("The server is shutting down.")
        known = self._by_channel.get(row.channel.id)
        if known is not None and known.joinable:
            return known
        session = Session(id=request, row=row, house=self._house)
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
        self._tally.switches += session.switches
        attempt = session.attempt()
        self._attempts.append(attempt)
        self._on_attempt(attempt)


def _ignore(*_: object) -> None:
    """Nobody listens."""
