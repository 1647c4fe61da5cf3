"""A viewer's transport that sends datagrams."""

from __future__ import annotations

import asyncio
import errno
import secrets
import socket
import struct
from collections.abc import Callable, Iterable
from typing import Any

from tunerr.outputs.hdhr.native.pacing import Datagram, Octets, Pacer
from tunerr.support.clock import Clock

# The vendor's client library empties its socket 64 ms after it has set a target.
_FIRST_SECONDS = 0.1
_TICK_SECONDS = 0.01
_MOST_AT_ONCE = 128  # datagrams: 135 Mbit/s
_SEND_BUFFER = 256 << 10
# A refusal may answer what was sent before the client listened; one again, so much later, says that nobody does. A
# host sends no more than one in a second.
_SURE_SECONDS = 0.5
_FORGET_SECONDS = 5.0
_RTP_VERSION = 2 << 6
_RTP_TRANSPORT_STREAM = 33  # payload type (RFC 3551, table 5)
_RTP_SECOND = 90_000
_FULL = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS})


class DatagramTransport(asyncio.WriteTransport):
    """Sends what is written in datagrams of 1316 bytes (RTP: 1328) at the pace of its PCRs, from 0.1 s after it began.

    It never waits and never sends more than 128 datagrams at once. `reason` tells in words why it closed by itself:
    the peer refused twice, at least 0.5 s apart.
    """

    def __init__(self, sock: socket.socket, *, rtp: bool, clock: Clock, behind: Callable[[], float]) -> None:
        """`sock`: connected and not blocking, closed with this. `behind`: seconds of stream that are yet to be written.

        It needs a running loop.
        """
        super().__init__()
        self.reason = ""
        self._sock = sock
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        self._clock = clock
        self._behind = behind
        self._start = clock.monotonic() + _FIRST_SECONDS
        self._pacer = Pacer(start=self._start)
        self._rtp = _Rtp() if rtp else None
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._finished: asyncio.Future[None] | None = None
        self._refused: tuple[float, float] | None = None  # the first time lately, the last time
        self._closed = False

    def write(self, data: Octets) -> None:
        """Take whole packets."""
        self.writelines((data,))

    def writelines(self, list_of_data: Iterable[Octets]) -> None:
        """Take parts of whole packets each."""
        if self._closed:
            return
        self._look()
        for data in list_of_data:
            self._pacer.feed(data)
        self._arm()

    def get_write_buffer_size(self) -> int:
        """Bytes of datagrams that wait; packets that do not fill one yet are none."""
        return self._pacer.bytes

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ARG002 - asyncio's signature
        """Nothing: the socket is no connection whose options a viewer may set."""
        return default

    def is_closing(self) -> bool:
        """Whether it sends nothing any more."""
        return self._closed

    def abort(self) -> None:
        """Close it now."""
        self.close()

    def close(self) -> None:
        """Send nothing any more."""
        self._closed = True
        self._stop_timer()
        self._sock.close()
        self._tell_finished()

    async def drain(self) -> None:
        """Wait until all that was written has gone, filled up to a whole datagram, or it is closed."""
        self._pacer.finish()
        if self._closed or self._pacer.wait is None:
            return
        self._finished = self._loop.create_future()
        self._arm()
        await self._finished

    def _look(self) -> None:
        self._pacer.look(self._clock.monotonic(), self._behind())

    def _arm(self) -> None:
        """Wake up for the next look, but not at once: datagrams that are due within a tick go together."""
        wait = self._pacer.wait
        if self._timer is not None or wait is None or self._closed:
            return
        wait = max(wait, self._start - self._clock.monotonic(), _TICK_SECONDS)
        self._timer = self._loop.call_later(wait, self._wake)

    def _wake(self) -> None:
        self._timer = None
        self._look()
        for _ in range(_MOST_AT_ONCE):
            datagram = self._pacer.due
            if datagram is None:
                break
            if not self._send(datagram):
                self._pacer.hold()
                break
            self._pacer.sent()
        self._arm()
        if self._pacer.wait is None:
            self._tell_finished()

    def _send(self, datagram: Datagram) -> bool:
        """Whether it has gone; what has not is tried again."""
        parts: tuple[Octets, ...] = datagram.parts
        if self._rtp is not None:
            parts = (self._rtp.header(datagram.due), *parts)
        try:
            self._sock.sendmsg(parts)
        except OSError as error:
            if error.errno not in _FULL:
                self._note(error)
            return False
        if self._rtp is not None:
            self._rtp.sent()
        return True

    def _note(self, error: OSError) -> None:
        now = self._clock.monotonic()
        first, last = self._refused or (now, now)
        if now - last > _FORGET_SECONDS:
            first = now
        self._refused = (first, now)
        if now - first >= _SURE_SECONDS:
            self.reason = "gone" if error.errno == errno.ECONNREFUSED else f"unreachable: {error.strerror}"
            self.close()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tell_finished(self) -> None:
        if self._finished is not None and not self._finished.done():
            self._finished.set_result(None)


class _Rtp:
    """The headers of one RTP stream (RFC 3550, 5.1; RFC 2250, 2)."""

    def __init__(self) -> None:
        self._source = secrets.randbits(32)
        self._number = secrets.randbits(16)
        self._offset = secrets.randbits(32)

    def header(self, seconds: float) -> bytes:
        """Of the next datagram, which is due at this second of stream."""
        stamp = (self._offset + round(seconds * _RTP_SECOND)) & 0xFFFFFFFF
        return struct.pack(">BBHLL", _RTP_VERSION, _RTP_TRANSPORT_STREAM, self._number, stamp, self._source)

    def sent(self) -> None:
        """It has gone."""
        self._number = (self._number + 1) & 0xFFFF
