"""One client that watches."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import structlog

from tunerr.gateway.ring import Entry, Ring
from tunerr.model.status import Client
from tunerr.support.clock import Clock

log = structlog.get_logger(__name__)

# Above this the viewer reads from the ring at its own pace (architecture.md, 4).
_HIGH_WATER = 256 << 10
# The kernel doubles it; without a bound it grows to 4 MB for each viewer that stalls (performance.md, 1e).
_SEND_BUFFER = 256 << 10
_LAGGING_POLL = 0.01
_IDLE_POLL = 0.5


class Viewer:
    """Takes chunks from a ring to a transport.

    While the transport holds little, each new chunk is written at once; above that the viewer is a place in the ring
    that is read as the transport drains. A viewer whose place has left the ring was lapped: it goes on at the newest
    access point.
    """

    def __init__(self, *, client: Client, ring: Ring, clock: Clock, patience: float) -> None:
        """`client`: who watches; `patience`: seconds without a byte taken after which the client is given up."""
        self.client = client
        self.tuner = 0  # index of the tuner that plays for it
        self.sent = 0
        self.lapped = 0
        self.dropped = False
        self._ring = ring
        self._clock = clock
        self._patience = patience
        self._transport: asyncio.WriteTransport | None = None
        self._start: Entry | None = None  # where it will start
        self._next: int | None = None  # after that, the chunk that it needs next
        self._finishing = False
        self._lagging = False
        self._over = False
        self._wake = asyncio.Event()
        self._taken = 0
        self._progress_at = 0.0

    @property
    def unread(self) -> int | None:
        """Sequence number of the chunk that it needs next; None while it has no place or when it is over."""
        if self._over:
            return None
        return self._start.sequence if self._start is not None else self._next

    def seat(self, entry: Entry) -> None:
        """Give it the place where it will start, unless it has one."""
        if self._start is None and self._next is None:
            self._start = entry

    async def deliver(self, transport: asyncio.WriteTransport, *, duration: float | None = None) -> None:
        """Write the stream, from PAT, PMT and an access point on.

        Returns when the session has ended, when the peer is lost or was given up (its transport is aborted then), or
        after `duration` seconds. It frees nothing: leaving `Gateway.watch` does.
        """
        _prepare_socket(transport)
        self._transport = transport
        self._progress_at = self._clock.monotonic()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(duration):
                    await self._keep_up(transport)
        finally:
            self._transport = None

    def offer(self, sequence: int, chunk: bytes) -> None:
        """Take the chunk that was added to the ring, at once where nothing is owed before it and there is room."""
        transport = self._transport
        if (
            transport is not None
            and sequence == self._next
            and not transport.is_closing()
            and transport.get_write_buffer_size() < _HIGH_WATER
        ):
            transport.write(chunk)
            self._next = sequence + 1
            self.sent += len(chunk)
        else:
            self._catch_up()

    def finish(self) -> None:
        """No more chunks will come: it is over when it has got those that are there."""
        self._finishing = True
        self._catch_up()

    def stop(self) -> None:
        """It is over now."""
        self._over = True
        self._wake.set()

    async def _keep_up(self, transport: asyncio.WriteTransport) -> None:
        pause = _LAGGING_POLL
        while not self._over:
            self._wake.clear()
            sent = self.sent
            self._catch_up()
            self._check_progress(transport)
            # One that lags and doesn't read at all is looked at less and less often.
            pause = min(2 * pause, _IDLE_POLL) if self._lagging and self.sent == sent else _LAGGING_POLL
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause if self._lagging else _IDLE_POLL):
                    await self._wake.wait()

    def _catch_up(self) -> None:
        """Write what the ring has for it as far as the transport has room, in one piece."""
        transport = self._transport
        if transport is None or self._over:
            return
        if transport.is_closing():
            self.stop()
            return
        room = _HIGH_WATER - transport.get_write_buffer_size()
        if room > 0 and (pieces := self._take(room)):
            data = b"".join(pieces)
            transport.write(data)
            self.sent += len(data)
        lagged, self._lagging = self._lagging, self._next is not None and self._next < self._ring.end
        if self._lagging and not lagged:
            self._wake.set()
        if self._finishing and (self.unread is None or self.unread >= self._ring.end):
            self.stop()

    def _take(self, room: int) -> list[bytes]:
        """What it needs next, at most one chunk more than `room` bytes; the tables first where it starts."""
        unread = self.unread
        if unread is None or unread < self._ring.first:
            self.lapped += unread is not None
            self._start, self._next = self._ring.newest, None
            if self._start is None:
                return []
        start, self._start = self._start or Entry(self._next or 0), None
        pieces = [start.tables]
        self._next, skip = start.sequence, start.offset
        for chunk in self._ring.since(start.sequence):
            if room <= 0:
                break
            pieces.append(chunk[skip:])
            room -= len(chunk) - skip
            self._next += 1
            skip = 0
        return pieces if len(pieces) > 1 else []

    def _check_progress(self, transport: asyncio.WriteTransport) -> None:
        waiting = transport.get_write_buffer_size()
        now = self._clock.monotonic()
        if waiting == 0 or self.sent - waiting != self._taken:
            self._taken = self.sent - waiting
            self._progress_at = now
        elif now - self._progress_at >= self._patience:
            log.info("viewer dropped", client=str(self.client), seconds=round(now - self._progress_at))
            self.dropped = True
            self.stop()
            transport.abort()


def _prepare_socket(transport: asyncio.WriteTransport) -> None:
    """Bound what the kernel holds for a viewer that stalls, and send what is there at once."""
    sock: socket.socket | None = transport.get_extra_info("socket")
    if sock is None or sock.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    with contextlib.suppress(OSError):  # the peer may be gone already; writing will tell
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
