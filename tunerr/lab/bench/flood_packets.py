"""Datagrams that a device must bear: valid searches, searches that are broken somewhere, and noise."""

from __future__ import annotations

import contextlib
import random
import socket
import zlib
from collections.abc import Iterator

from tunerr.hdhomerun.discovery import Request
from tunerr.hdhomerun.packet import MOST_FRAME

_SOURCES = 32
_CRC = 4
_SEARCHES = (Request().encode(), Request(frozenset({1})).encode(), Request(frozenset({1}), 0x1040FE50).encode())


def datagrams(dice: random.Random) -> Iterator[bytes]:
    """An endless mix in equal parts: valid, broken, noise."""
    while True:
        yield dice.choice(_SEARCHES)
        yield broken(dice.choice(_SEARCHES), dice)
        yield dice.randbytes(dice.randint(0, MOST_FRAME))


def broken(frame: bytes, dice: random.Random) -> bytes:
    """`frame` with bytes changed, cut off or added; half of them with a CRC that is right again."""
    body = bytearray(frame[:-_CRC])
    match dice.randrange(3):
        case 0:
            for _ in range(dice.randint(1, 3)):
                body[dice.randrange(len(body))] = dice.randrange(256)
        case 1:
            del body[dice.randrange(len(body)) :]
        case _:
            body += dice.randbytes(dice.randint(1, 200))
    if dice.random() < 0.5:  # noqa: PLR2004 - half
        return bytes(body) + zlib.crc32(body).to_bytes(_CRC, "little")
    return bytes(body) + frame[-_CRC:]


class PacketFlood:
    """Sends to one UDP port from many addresses on loopback. `answers` and `answer_bytes`: what came back."""

    def __init__(self, port: int, dice: random.Random) -> None:
        self.sent = self.sent_bytes = self.answers = self.answer_bytes = 0
        self._mix = datagrams(dice)
        self._sockets = [_connected(f"127.0.0.{2 + number}", port) for number in range(_SOURCES)]

    def send(self, count: int) -> None:
        """Send the next `count`, each from the next address."""
        for _ in range(count):
            packet = next(self._mix)
            # Of a device that is gone the streams tell.
            with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
                self._sockets[self.sent % _SOURCES].send(packet)
            self.sent += 1
            self.sent_bytes += len(packet)

    def take(self) -> None:
        """Count what was answered since the last time."""
        for each in self._sockets:
            with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
                while True:
                    self.answer_bytes += len(each.recv(MOST_FRAME))
                    self.answers += 1

    def close(self) -> None:
        """Close the sockets."""
        for each in self._sockets:
            each.close()


def _connected(source: str, port: int) -> socket.socket:
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setblocking(False)
    sender.bind((source, 0))
    sender.connect(("127.0.0.1", port))
    return sender
