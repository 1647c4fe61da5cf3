"""A provider of one channel with two sources, a process of its own: /a and /b, paced, and ended on command.

Commands come as lines on standard input: `end eof`, `end reset`, `end stall` do that to the connections of /a, which
is refused from then on; `heal` serves it again. What happens is told as JSON lines on standard output, times in
monotonic ns: `listening` (port), `request`, `key` (the first access point of a connection was sent), `ended`.
"""

from __future__ import annotations

import asyncio
import select
import socket
import struct
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tunerr.lab.bench.child import raise_file_limit, tell
from tunerr.lab.bench.stream import BURST_SECONDS, StampedStream
from tunerr.lab.media import MediaLibrary
from tunerr.support.ffmpeg import locate_ffmpeg

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\nConnection: close\r\n\r\n"
_REFUSAL = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_MOST_WAITING = 1 << 20
_OTHER_TIME = 90_000 * 3600  # the second source's clock is an hour ahead
_NO_LINGER = struct.pack("ii", 1, 0)


@dataclass(eq=False, slots=True)
class _Connection:
    socket: socket.socket
    asked: bytes = b""
    source: str = ""
    keyed: bool = False
    silent: bool = False
    waiting: bytearray = field(default_factory=bytearray)


class _Server:
    def __init__(self, streams: list[StampedStream]) -> None:
        self._streams = {stream.name: stream for stream in streams}
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self._listener.setblocking(False)
        self._connections: dict[int, _Connection] = {}
        self._poll = select.epoll()
        self._poll.register(self._listener.fileno(), select.EPOLLIN)
        self._poll.register(sys.stdin.fileno(), select.EPOLLIN)
        self._broken = False
        tell("listening", port=self._listener.getsockname()[1])

    def run(self) -> None:
        """Serve until standard input ends."""
        began = time.monotonic()
        number = first = int(time.time() / BURST_SECONDS)
        while True:
            due = began + (number - first) * BURST_SECONDS
            for descriptor, events in self._poll.poll(max(due - time.monotonic(), 0), 256):
                if descriptor == sys.stdin.fileno():
                    line = sys.stdin.readline()
                    if not line:
                        return
                    self._obey(line.split())
                elif descriptor == self._listener.fileno():
                    self._accept()
                elif descriptor in self._connections:
                    self._answer(self._connections[descriptor], events)
            if time.monotonic() >= due:
                self._send(number)
                number += 1

    def _obey(self, words: list[str]) -> None:
        self._broken = words[0] == "end"
        for connection in list(self._connections.values()):
            if connection.source != "a":
                continue
            if words == ["end", "stall"]:
                connection.silent = True
            else:
                if words == ["end", "reset"]:
                    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
                self._close(connection)
        tell("ended" if self._broken else "healed", source="a")

    def _accept(self) -> None:
        while True:
            try:
                accepted, _ = self._listener.accept()
            except BlockingIOError:
                return
            accepted.setblocking(False)
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connections[accepted.fileno()] = _Connection(accepted)
            self._poll.register(accepted.fileno(), select.EPOLLIN | select.EPOLLRDHUP)

    def _answer(self, connection: _Connection, events: int) -> None:
        if connection.source or events & (select.EPOLLERR | select.EPOLLHUP | select.EPOLLRDHUP):
            self._close(connection)
            return
        try:
            data = connection.socket.recv(4096)
        except OSError:
            data = b""
        connection.asked += data
        if not data:
            self._close(connection)
        elif b"\r\n\r\n" in connection.asked:
            self._start(connection, "b" if connection.asked.split()[1].startswith(b"/b") else "a")

    def _start(self, connection: _Connection, source: str) -> None:
        tell("request", source=source)
        if source == "a" and self._broken:
            connection.socket.send(_REFUSAL)
            self._close(connection)
            return
        connection.source = source
        connection.socket.send(_HEAD)

    def _send(self, number: int) -> None:
        bursts: dict[str, bytes] = {}
        for connection in list(self._connections.values()):
            source = connection.source
            if not source or connection.silent:
                continue
            if source not in bursts:
                bursts[source] = self._streams[source].burst(number, time.monotonic_ns())
            if not connection.keyed and self._streams[source].is_key(number):
                connection.keyed = True
                tell("key", source=source)
            self._write(connection, bursts[source])

    def _write(self, connection: _Connection, burst: bytes) -> None:
        waiting = connection.waiting
        if len(waiting) < _MOST_WAITING:
            waiting += burst
        try:
            del waiting[: connection.socket.send(waiting)]
        except BlockingIOError:
            return
        except OSError:
            self._close(connection)

    def _close(self, connection: _Connection) -> None:
        self._connections.pop(connection.socket.fileno(), None)
        connection.socket.close()


def main() -> None:
    """`source FOLDER`: the folder of encoded clips."""
    raise_file_limit()
    library = MediaLibrary(Path(sys.argv[1]), locate_ffmpeg())
    clip = asyncio.run(library.clip("h264"))
    _Server([StampedStream(clip, "a"), StampedStream(clip, "b", _OTHER_TIME)]).run()


if __name__ == "__main__":
    main()
