"""Many viewers in one process: most only drain, a few read and take the age of what they get.

Told by one JSON argument (Load); tells `started` when all have their first bytes, `window` when measuring begins,
and `done` with what was seen, as JSON lines on standard output.
"""

from __future__ import annotations

import json
import select
import socket
import sys
import time
from dataclasses import asdict, dataclass, field

from tunerr.lab.bench.child import raise_file_limit, tell
from tunerr.lab.bench.stream import stamps

_BUFFER = 1 << 20
_STALLED_BUFFER = 4096  # what a stalled viewer leaves is to be seen at the sender
_CONNECT_SECONDS = 15.0
_START_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Load:
    """`viewers` of one address, of which `sampled` read; `stalled` further ones take nothing. Times in seconds."""

    port: int
    path: str
    viewers: int
    warm: float
    seconds: float
    stalled: int = 0
    sampled: int = 8


@dataclass(frozen=True, slots=True)
class Drained:
    """What the viewers got in the window. Latencies in ms; `sources` are those seen in the window."""

    seconds: float
    bytes: int
    lost: int  # viewers that never got a byte, or whose connection ended
    slowest: float  # Mbit/s of the viewer that got least
    p50: float
    p99: float
    longest: float
    samples: int
    sources: str


@dataclass(eq=False, slots=True)
class _Viewer:
    socket: socket.socket
    reads: bool
    bytes: int = 0
    before: int = 0


@dataclass(slots=True)
class _Sink:
    load: Load
    poll: select.epoll = field(default_factory=select.epoll)
    viewers: dict[int, _Viewer] = field(default_factory=dict)
    stalled: list[socket.socket] = field(default_factory=list)
    buffer: bytearray = field(default_factory=lambda: bytearray(_BUFFER))
    ages: list[tuple[str, float]] = field(default_factory=list)
    lost: int = 0

    def run(self) -> Drained:
        load = self.load
        every = max(load.viewers // load.sampled, 1)
        for number in range(load.viewers):
            viewer = _Viewer(_asked(load), number % every == 0)
            viewer.socket.setblocking(False)
            self.viewers[viewer.socket.fileno()] = viewer
            self.poll.register(viewer.socket.fileno(), select.EPOLLIN)
        self.stalled = [_asked(load, buffer=_STALLED_BUFFER) for _ in range(load.stalled)]
        self._until(time.monotonic() + _START_SECONDS, all_started=True)
        tell("started")
        self._until(time.monotonic() + load.warm)
        tell("window")
        self.ages.clear()
        for viewer in self.viewers.values():
            viewer.before = viewer.bytes
        began = time.monotonic()
        self._until(began + load.seconds)
        return self._seen(time.monotonic() - began)

    def _until(self, end: float, *, all_started: bool = False) -> None:
        waiting = set(self.viewers) if all_started else None
        while (left := end - time.monotonic()) > 0:
            for descriptor, _ in self.poll.poll(min(left, 0.1), 512):
                self._take(descriptor)
                if waiting is not None:
                    waiting.discard(descriptor)
            if waiting is not None and not waiting & self.viewers.keys():
                return

    def _take(self, descriptor: int) -> None:
        viewer = self.viewers[descriptor]
        flags = 0 if viewer.reads else socket.MSG_TRUNC  # TCP throws the bytes away without copying them
        try:
            size = viewer.socket.recv_into(self.buffer, _BUFFER, flags)
        except BlockingIOError:
            return
        except OSError:
            size = 0
        if not size:
            self.lost += 1
            self.poll.unregister(descriptor)
            del self.viewers[descriptor]
            viewer.socket.close()
            return
        viewer.bytes += size
        if viewer.reads:
            now = time.monotonic_ns()
            self.ages += [(name, (now - at) / 1e6) for name, at in stamps(bytes(memoryview(self.buffer)[:size]))]

    def _seen(self, seconds: float) -> Drained:
        got = [viewer.bytes - viewer.before for viewer in self.viewers.values()]
        ages = sorted(age for _, age in self.ages) or [float("nan")]
        return Drained(
            seconds=seconds,
            bytes=sum(got),
            lost=self.lost + sum(viewer.bytes == 0 for viewer in self.viewers.values()),
            slowest=min(got, default=0) * 8 / seconds / 1e6,
            p50=ages[len(ages) // 2],
            p99=ages[len(ages) * 99 // 100],
            longest=ages[-1],
            samples=len(self.ages),
            sources="".join(sorted({name for name, _ in self.ages})),
        )


def _asked(load: Load, buffer: int = 0) -> socket.socket:
    """A connection on which the stream was asked for."""
    end = time.monotonic() + _CONNECT_SECONDS
    while True:
        connection = socket.socket()
        if buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        try:
            connection.connect(("127.0.0.1", load.port))
        except ConnectionRefusedError:
            connection.close()
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
            continue
        connection.sendall(f"GET {load.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\n\r\n".encode())
        return connection


def main() -> None:
    """`sink LOAD`; the viewers stay until standard input ends, so that what they hold can be read."""
    raise_file_limit()
    load = Load(**json.loads(sys.argv[1]))
    viewers = _Sink(load)
    tell("done", drained=asdict(viewers.run()))
    sys.stdin.read()


if __name__ == "__main__":
    main()
