"""One client that watches."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Protocol

import structlog

from tunerr.gateway.ring import Entry, Ring
from tunerr.model.status import Client

log = structlog.get_logger(__name__)

# Above this the viewer reads from the ring at its own pace (architecture.md, 4).
HIGH_WATER = 256 << 10
# The kernel doubles it; without a bound it grows to 4 MB for each viewer that stalls (performance.md, 1e).
_SEND_BUFFER = 256 << 10


class Head(Protocol):
    """How far a viewer may read."""

    @property
    def end(self) -> int:
        """Number of the first piece of the ring that it may not have yet."""


class Viewer:
    """A place in a ring that moves as its transport takes bytes.

    While the transport holds little the hub writes each new piece to it at once; above that it reads from the ring, as
    the transport drains. A viewer whose place has left the ring was lapped: it goes on at the newest access point.
    """

    __slots__ = (
        "_end",
        "_head",
        "_lapped_at",
        "_over",
        "_patience",
        "_progress_at",
        "_ring",
        "_start",
        "_taken",
        "client",
        "dropped",
        "lapped",
        "next",
        "request",
        "sent",
        "transport",
        "tuner",
        "user",
    )

    def __init__(
        self, *, client: Client, ring: Ring, head: Head, patience: float, request: str = "", user: str = ""
    ) -> None:
        """`head`: how far it reads; `patience`: seconds without a byte taken that are borne; `request`: its id.

        `user`: on whose reservation of the tuner it may be here.
        """
        self.client = client
        self.request = request
        self.user = user
        self.tuner = 0  # index of the tuner that plays for it
        self.sent = 0
        self.lapped = 0
        self.dropped = False
        self.next: int | None = None  # the piece that it needs next, once it has started; None when it is over
        self.transport: asyncio.WriteTransport | None = None
        self._ring = ring
        self._head = head
        self._patience = patience
        self._start: Entry | None = None  # where it will start
        self._end: int | None = None  # the piece before which it is over
        self._over = asyncio.Event()
        self._lapped_at: float | None = None  # in seconds of the ring
        self._taken = 0
        self._progress_at: float | None = None

    @property
    def unread(self) -> int | None:
        """Number of the piece that it needs next; None while it has no place or when it is over."""
        return self._start.sequence if self._start is not None else self.next

    @property
    def behind(self) -> float:
        """Seconds of stream in the ring that it has not taken yet, the piece that it needs next left out."""
        ring, unread = self._ring, self.unread
        if unread is None or unread >= ring.end:
            return 0.0
        return ring.time - ring.time_of(max(unread, ring.first))

    @property
    def lapped_ago(self) -> float | None:
        """Seconds of stream since it was lapped last; None when it never was."""
        return self._ring.time - self._lapped_at if self._lapped_at is not None else None

    @property
    def over(self) -> bool:
        """Whether it gets nothing any more."""
        return self._over.is_set()

    def seat(self, entry: Entry) -> None:
        """Give it the place where it will start, unless it has one or is over."""
        if self.unread is None and not self.over:
            self._start = entry

    async def deliver(self, transport: asyncio.WriteTransport, *, duration: float | None = None) -> None:
        """Write the stream, from PAT, PMT and an access point on.

        Returns when the session has ended, when the peer is lost or was given up (its transport is aborted then), or
        after `duration` seconds. It frees nothing: leaving `Gateway.watch` does.
        """
        _prepare_socket(transport)
        self.transport = transport
        self.catch_up()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(duration):
                    await self._over.wait()
        finally:
            self.stop()

    async def ended(self) -> None:
        """Wait until it gets nothing any more: the session has ended, or it was stopped."""
        await self._over.wait()

    def catch_up(self) -> bool:
        """Write what there is for it as far as the transport has room, in one go; whether there was anything."""
        transport = self.transport
        if transport is None:
            return False
        if transport.is_closing():
            self.stop()
            return False
        room = HIGH_WATER - transport.get_write_buffer_size()
        parts = self._take(room) if room > 0 else []
        if parts:
            transport.writelines(parts)
            self.sent += sum(map(len, parts))
        if self._end is not None and (self.unread is None or self.unread >= self._end):
            self.stop()
        return bool(parts)

    def finish(self) -> None:
        """Let it have all that the ring holds now, and nothing after it."""
        self._end = self._ring.end
        if self.unread is None:
            self.stop()
        else:
            self.catch_up()

    def stop(self) -> None:
        """It is over now."""
        self.transport = self._start = self.next = None
        self._over.set()

    def check(self, now: float) -> None:
        """Give it up when it has taken nothing for too long; to be called about twice a second."""
        transport = self.transport
        if transport is None:
            return
        if transport.is_closing():
            self.stop()
            return
        waiting = transport.get_write_buffer_size()
        if waiting == 0 or self.sent - waiting != self._taken or self._progress_at is None:
            self._taken = self.sent - waiting
            self._progress_at = now
        elif now - self._progress_at >= self._patience:
            log.info("viewer dropped", client=str(self.client), seconds=round(now - self._progress_at))
            self.dropped = True
            self.stop()
            transport.abort()

    def _take(self, room: int) -> list[bytes | memoryview]:
        """What it needs next, at most one piece more than `room` bytes."""
        ring = self._ring
        end = self._head.end if self._end is None else self._end
        if (unread := self.unread) is not None and unread < ring.first:
            self.lapped += 1
            self._lapped_at = ring.time
            self._start, self.next = ring.newest(end), None
        start = self._start
        number = start.sequence if start is not None else self.next
        parts: list[bytes | memoryview] = []
        if number is None:
            return parts
        skip = start.offset if start is not None else 0
        while number < end and room > 0:
            data = ring[number].data
            parts.append(memoryview(data)[skip:] if skip else data)
            room -= len(data) - skip
            skip = 0
            number += 1
        if parts:
            self._start, self.next = None, number
        return parts


def _prepare_socket(transport: asyncio.WriteTransport) -> None:
    """Bound what the kernel holds for a viewer that stalls, and send what is there at once."""
    sock: socket.socket | None = transport.get_extra_info("socket")
    if sock is None or sock.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    with contextlib.suppress(OSError):  # the peer may be gone already; writing will tell
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
