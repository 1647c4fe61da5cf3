"""Streams in one process that notes when something of each arrives: some by HTTP, one by UDP.

Told by one JSON argument (Streams). Tells `listening` (port: where datagrams are taken) at once and `playing` when all
have begun, that by UDP included. Each line on standard input ends a window and gives it a name: `gaps` tells what was
between the arrivals of each stream, those by HTTP in their order and then the one by UDP, and the next window begins.
Without `udp` there is none, and no `listening`.
"""

from __future__ import annotations

import json
import select
import socket
import sys
import time
from collections import defaultdict
from dataclasses import asdict, dataclass, field

from tunerr.lab.bench.child import tell

_BUFFER = 1 << 20
_WAITING = 1 << 21  # bytes that the kernel may keep of datagrams; what is late is a gap and no loss
_FIRST_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Streams:
    """Ports and paths of the streams by HTTP, and whether there is one by UDP too."""

    http: tuple[tuple[int, str], ...]
    udp: bool = True


@dataclass(frozen=True, slots=True)
class Gaps:
    """Milliseconds between arrivals of one stream, and from the last one to a window's end.

    `p999`: of all windows with this name so far; the rest is of this window.
    """

    p999: float
    longest: float
    arrivals: int
    ended: bool


@dataclass(slots=True)
class _Stream:
    socket: socket.socket
    begun: bool = False
    ended: bool = False
    last: int = 0
    gaps: list[int] = field(default_factory=list)
    windows: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def arrived(self, size: int, now: int) -> None:
        self.begun, self.ended = True, not size
        if size:
            self.gaps.append(now - self.last)
            self.last = now

    def window(self, name: str, now: int) -> Gaps:
        """End the window; the gap that is open is of this one as far as it has come, and whole of the next."""
        arrivals, gaps = len(self.gaps), [*self.gaps, now - self.last]
        self.gaps, alike = [], self.windows[name]
        alike += gaps
        return Gaps(sorted(alike)[len(alike) * 999 // 1000] / 1e6, max(gaps) / 1e6, arrivals, self.ended)


class _Watch:
    def __init__(self, wanted: Streams) -> None:
        self._poll = select.epoll()
        self._buffer = bytearray(_BUFFER)
        self._streams: dict[int, _Stream] = {}
        listener = _listener() if wanted.udp else None
        for port, path in wanted.http:
            self._watch(_asked(port, path))
        if listener is not None:
            self._watch(listener)
        self._poll.register(sys.stdin.fileno(), select.EPOLLIN)

    def run(self) -> None:
        """Watch until standard input ends, or until not every stream has begun in time."""
        playing, late = False, time.monotonic() + _FIRST_SECONDS
        while playing or time.monotonic() < late:
            for descriptor, _ in self._poll.poll(1.0):
                if descriptor in self._streams:
                    self._take(descriptor)
                elif name := sys.stdin.readline():
                    self._tell_gaps(name)
                else:
                    return
            if not playing and all(stream.begun for stream in self._streams.values()):
                playing = True
                tell("playing")

    def _watch(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._streams[connection.fileno()] = _Stream(connection, last=time.monotonic_ns())
        self._poll.register(connection.fileno(), select.EPOLLIN)

    def _take(self, descriptor: int) -> None:
        stream = self._streams[descriptor]
        try:
            size = stream.socket.recv_into(self._buffer)
        except BlockingIOError:
            return
        except OSError:
            size = 0
        stream.arrived(size, time.monotonic_ns())
        if stream.ended:
            self._poll.unregister(descriptor)

    def _tell_gaps(self, name: str) -> None:
        now = time.monotonic_ns()
        tell("gaps", streams=[asdict(stream.window(name, now)) for stream in self._streams.values()])


def _listener() -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _WAITING)
    listener.bind(("127.0.0.1", 0))
    tell("listening", port=listener.getsockname()[1])
    return listener


def _asked(port: int, path: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=_FIRST_SECONDS)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\n\r\n".encode())
    head = connection.recv(_BUFFER)
    if b" 200 " not in head.partition(b"\r\n")[0]:
        raise RuntimeError(f"{path} answered {head[:100].decode('latin-1')}")
    return connection


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    _Watch(Streams(**given)).run()
