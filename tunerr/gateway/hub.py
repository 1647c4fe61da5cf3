"""One stream to all its viewers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from tunerr.gateway.clients import is_media_server
from tunerr.gateway.held_head import HeldHead
from tunerr.gateway.now import ViewerNow
from tunerr.gateway.piece import Piece
from tunerr.gateway.ring import Entry, Ring
from tunerr.gateway.viewer import HIGH_WATER, Viewer
from tunerr.model.status import Client
from tunerr.support.clock import Clock

_TICK_SECONDS = 0.04
# While a viewer takes from the ring: 256 KB each time are 200 Mbit/s.
_BUSY_TICK_SECONDS = 0.01
_SWEEP_SECONDS = 0.5
_MOST_IN_HAND = 20.0  # seconds: two segments of the longest usual length
_PATIENCE_WITH_SERVERS = 2  # they may pause while they write to a busy disk


class Hub:
    """Puts pieces into the ring and hands them to every viewer. It never waits for one.

    Viewers read from the live head; media servers from the held one, when there is a cushion. While there are viewers
    one timer moves the held head, those who lag, and the ring's old end.
    """

    def __init__(
        self, *, clock: Clock, stalled_viewer: float, cushion: float, lead: Callable[[], float] = lambda: 0.0
    ) -> None:
        """All in seconds.

        `stalled_viewer`: without a byte taken, after which a viewer is given up; twice that for media servers.
        `cushion`: what media servers stay behind the source; 0 for nothing. `lead`: what the source is ahead of real
        time now; a viewer gets that much in hand, or it would wait for the next burst of a source that sends in bursts.
        """
        self.ring = Ring()
        self.held_head = HeldHead(self.ring, clock=clock, cushion=cushion)
        self._clock = clock
        self._lead = lead
        self._stalled_viewer = stalled_viewer
        self._cushioned = cushion > 0
        self._viewers: dict[Viewer, datetime] = {}  # and when they came
        # Those of them that get new pieces; a viewer that was told to finish is in neither.
        self._live: dict[Viewer, None] = {}
        self._held: dict[Viewer, None] = {}
        self._silent: dict[Viewer, None] = {}  # they take nothing, and end when the others do
        self._timer: asyncio.TimerHandle | None = None
        self._sweep_at = 0.0

    def __iter__(self) -> Iterator[Viewer]:
        return iter(self._viewers)

    def __len__(self) -> int:
        return len(self._viewers)

    @property
    def audience(self) -> tuple[Client, ...]:
        """Who watches, once for each viewer; a silent one counts while its client has no other viewer here."""
        return tuple(viewer.client for viewer in self._counted())

    def now(self) -> tuple[ViewerNow, ...]:
        """How those who watch do, in the order of `audience`."""
        return tuple(self._now_of(viewer) for viewer in self._counted())

    def admit(self, client: Client, request: str = "", *, user: str = "", silent: bool = False) -> Viewer:
        """A viewer that starts at the newest access point of its head, or at the first one to come.

        `request`: the id by which an operator may end it; `user` as in Viewer. A `silent` one has no place in the
        stream: nothing is kept for it.
        """
        server = is_media_server(client)
        held = server and self._cushioned
        viewer = Viewer(
            client=client,
            request=request,
            ring=self.ring,
            head=self.held_head if held else self.ring,
            patience=self._stalled_viewer * (_PATIENCE_WITH_SERVERS if server else 1),
            user=user,
        )
        self._viewers[viewer] = self._clock.now()
        if silent:
            self._silent[viewer] = None
        else:
            self._seat(viewer, held=held)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_TICK_SECONDS, self._on_timer)
        return viewer

    def dismiss(self, viewer: Viewer) -> None:
        """Forget a viewer; one that is not here is no error."""
        viewer.stop()
        self._viewers.pop(viewer, None)
        self._part(viewer)
        if not self._viewers:
            self._stop_timer()

    def publish(self, piece: Piece) -> None:
        """Give a piece to all viewers; those without a place start at its first entry.

        Before a change of codecs the media servers that have started are finished.
        """
        if piece.codecs_changed:
            self.finish(lambda viewer: viewer.unread is not None and is_media_server(viewer.client))
        sequence = self.ring.append(piece, self._clock.monotonic())
        _hand_out(piece, sequence, self._live)
        self._move_held_head()

    def finish(self, only: Callable[[Viewer], bool] = lambda _: True) -> None:
        """No more pieces for these viewers: each is over when it has got what the ring holds now."""
        for viewer in [*self._live, *self._held, *self._silent]:
            if only(viewer):
                self._part(viewer)
                viewer.finish()

    def stop(self) -> None:
        """All viewers are over now."""
        for viewer in self._viewers:
            viewer.stop()
        self._stop_timer()

    def close(self) -> None:
        """Stop, and let go of the ring; nothing is published after it.

        The hub is part of reference cycles: without this up to 32 MB would wait for the garbage collector.
        """
        self.stop()
        self.ring.clear()

    def tick(self) -> bool:
        """Move the held head and those who lag, give up those who stall; whether some viewer is being caught up."""
        self._move_held_head()
        busy = False
        end = self.ring.end
        for viewer in self._viewers:
            if viewer.next != end and viewer.catch_up():
                busy = True
        now = self._clock.monotonic()
        if now >= self._sweep_at:
            self._sweep_at = now + _SWEEP_SECONDS
            self._sweep(now)
        return busy

    def _counted(self) -> list[Viewer]:
        heard = [viewer for viewer in self._viewers if viewer not in self._silent]
        clients = {viewer.client for viewer in heard}
        return [*heard, *(viewer for viewer in self._silent if viewer.client not in clients)]

    def _now_of(self, viewer: Viewer) -> ViewerNow:
        cushion = self.held_head.reserve if viewer in self._held else 0.0
        return ViewerNow(
            request=viewer.request,
            client=viewer.client,
            user=viewer.user,
            since=self._viewers[viewer],
            cushion=cushion,
            backlog=max(viewer.behind - cushion, 0.0),
            sent=viewer.sent,
            lapped=viewer.lapped,
            lapped_ago=viewer.lapped_ago,
            dropped=viewer.dropped,
        )

    def _seat(self, viewer: Viewer, *, held: bool) -> None:
        """Give it its head, and its place when there is one."""
        (self._held if held else self._live)[viewer] = None
        if held:
            self._move_held_head()
        entry = self.held_head.entry if held else self._joining()
        if entry is not None:
            viewer.seat(entry)

    def _joining(self) -> Entry | None:
        """Where a viewer of the live head starts: as far behind its end as the source is ahead of real time."""
        return self.ring.entry_behind(min(max(self._lead(), 0.0), _MOST_IN_HAND))

    def _move_held_head(self) -> None:
        head = self.held_head
        if self._held and not head.running:
            head.start()
        for number in head.advance():
            _hand_out(self.ring[number], number, self._held)

    def _sweep(self, now: float) -> None:
        ring, head = self.ring, self.held_head
        unread = ring.end
        for viewer in self._viewers:
            viewer.check(now)
            place = viewer.unread
            if place is not None and place < unread:
                unread = place
        entries = [entry for entry in (head.entry, self._joining()) if entry is not None]
        ring.trim(now, unread=unread, joining=min((entry.sequence for entry in entries), default=ring.end))

    def _part(self, viewer: Viewer) -> None:
        """It gets no new pieces."""
        self._live.pop(viewer, None)
        self._held.pop(viewer, None)
        self._silent.pop(viewer, None)
        if not self._held:
            self.held_head.stop()

    def _on_timer(self) -> None:
        pause = _BUSY_TICK_SECONDS if self.tick() else _TICK_SECONDS
        self._timer = asyncio.get_running_loop().call_later(pause, self._on_timer)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _hand_out(piece: Piece, sequence: int, viewers: Iterable[Viewer]) -> None:
    """Offer a piece of the ring to viewers that may read up to it."""
    if piece.entries:
        entry = Entry(sequence, piece.entries[0])
        for viewer in viewers:
            viewer.seat(entry)
    data = piece.data
    size = len(data)
    following = sequence + 1
    # The hottest loop of the program: what most viewers need at most times is done here, without a call of our own.
    for viewer in viewers:
        transport = viewer.transport
        if (
            viewer.next == sequence
            and transport is not None
            and not transport.is_closing()
            and transport.get_write_buffer_size() < HIGH_WATER
        ):
            transport.write(data)
            viewer.next = following
            viewer.sent += size
        else:
            viewer.catch_up()
