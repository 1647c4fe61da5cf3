"""Connections that a server must bear: half a request, a byte now and then, garbage, nothing at all."""

from __future__ import annotations

import contextlib
import errno
import random
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle

from tunerr.hdhomerun.getset import GetSet

_FRAME = GetSet("/sys/model").packet().encode()
_HEAD = b"GET /lineup.json HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\n"
_ADDRESSES = 32
_GARBAGE = 300
_CHUNK = 4096


@dataclass(slots=True)
class _Connection:
    socket: socket.socket
    at_once: bytes
    slowly: Iterator[int] = field(default_factory=lambda: iter(b""))


def _control(dice: random.Random) -> Iterator[tuple[bytes, bytes]]:
    """What each next one sends at once, and what byte by byte."""
    while True:
        yield _FRAME[: dice.randrange(1, len(_FRAME))], b""
        yield b"", _FRAME * 2
        yield dice.randbytes(_GARBAGE), b""
        yield b"", b""


class ConnectionFlood:
    """Connections to one TCP port from many addresses on loopback.

    `ends`: how many are `open` still, were `closed` by the server, or were `refused`.
    """

    def __init__(self, port: int, sends: Iterator[tuple[bytes, bytes]], first: int) -> None:
        self._port = port
        self._sends = sends
        self._sources = cycle(f"127.0.1.{first + number}" for number in range(_ADDRESSES))
        self._connections: list[_Connection] = []
        self._over: Counter[str] = Counter()

    @classmethod
    def to_control(cls, port: int, dice: random.Random) -> ConnectionFlood:
        """Half a frame, a frame byte by byte, garbage and silence, in turn."""
        return cls(port, _control(dice), 2)

    @classmethod
    def to_http(cls, port: int) -> ConnectionFlood:
        """The head of a request that doesn't end."""
        return cls(port, cycle([(_HEAD, b"")]), 100)

    def open(self, count: int) -> None:
        """Open the next `count`."""
        for _ in range(count):
            opened = socket.socket()
            opened.setblocking(False)
            at_once, slowly = next(self._sends)
            opened.bind((next(self._sources), 0))
            if opened.connect_ex(("127.0.0.1", self._port)) in {0, errno.EINPROGRESS}:
                self._connections.append(_Connection(opened, at_once, iter(slowly)))
            else:
                self._over["refused"] += 1
                opened.close()

    def go_on(self) -> None:
        """Send what is due on each connection and note those that have ended."""
        self._connections = [each for each in self._connections if self._goes_on(each)]

    @property
    def ends(self) -> dict[str, int]:
        """What became of them."""
        return {"open": len(self._connections), "closed": self._over["closed"], "refused": self._over["refused"]}

    def close(self) -> None:
        """Close those that are open."""
        for each in self._connections:
            each.socket.close()

    def _goes_on(self, each: _Connection) -> bool:
        try:
            if each.at_once:
                each.socket.send(each.at_once)
                each.at_once = b""
            for byte in each.slowly:
                each.socket.send(bytes((byte,)))
                break
            with contextlib.suppress(BlockingIOError):
                if not each.socket.recv(_CHUNK):
                    raise ConnectionResetError
        except BlockingIOError:  # not connected yet
            return True
        except OSError as error:
            self._over["refused" if error.errno == errno.ECONNREFUSED else "closed"] += 1
            each.socket.close()
            return False
        return True
