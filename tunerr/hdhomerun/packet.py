"""Frames: type, length, tagged fields, CRC. The same on UDP (one frame in a datagram) and TCP (one after the other)."""

from __future__ import annotations

import enum
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tunerr.errors import MalformedPacket

MOST_PAYLOAD: Final = 1452
"""Bytes; the vendor's documented limit."""
MOST_FRAME: Final = MOST_PAYLOAD + 8

_HEADER, _CRC = 4, 4
_LONG = 0x80  # set in the first byte of a length of two
_MOST_SHORT = 0x7F


class PacketType(enum.IntEnum):
    """What a frame is."""

    DISCOVER_REQUEST = 2
    DISCOVER_REPLY = 3
    GETSET_REQUEST = 4
    GETSET_REPLY = 5
    UPGRADE_REQUEST = 6
    UPGRADE_REPLY = 7


class Tag(enum.IntEnum):
    """What a field is."""

    DEVICE_TYPE = 0x01
    DEVICE_ID = 0x02
    GETSET_NAME = 0x03
    GETSET_VALUE = 0x04
    ERROR_MESSAGE = 0x05
    TUNER_COUNT = 0x10
    LOCK_KEY = 0x15
    LINEUP_URL = 0x27
    BASE_URL = 0x2A
    DEVICE_AUTH = 0x2B
    MULTI_TYPE = 0x2D


Field = tuple[int, bytes]
"""A tag, which may be one that is not known here, and its value."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One frame. `fields` keep their order and may repeat; firmware, whose payload has none, is not kept."""

    type: int
    fields: tuple[Field, ...] = ()

    def first(self, tag: Tag) -> bytes | None:
        """Return the value of the first field with that tag; None without one."""
        return next(self.all(tag), None)

    def all(self, tag: Tag) -> Iterator[bytes]:
        """Yield the value of each field with that tag."""
        return (value for found, value in self.fields if found == tag)

    def encode(self) -> bytes:
        """Write the frame. Raises ValueError when it would be longer than a frame may be."""
        payload = b"".join(bytes((tag,)) + _length(len(value)) + value for tag, value in self.fields)
        if len(payload) > MOST_PAYLOAD:
            raise ValueError(f"a payload of {len(payload)} bytes is too long")
        frame = self.type.to_bytes(2, "big") + len(payload).to_bytes(2, "big") + payload
        return frame + zlib.crc32(frame).to_bytes(_CRC, "little")


def decode(frame: bytes) -> Packet:
    """Read exactly one frame. Raises MalformedPacket."""
    if not _HEADER + _CRC <= len(frame) <= MOST_FRAME:
        raise MalformedPacket(f"{len(frame)} bytes are no frame.")
    if _size(frame) != len(frame):
        raise MalformedPacket("The length in the frame is not its own.")
    if zlib.crc32(frame[:-_CRC]) != int.from_bytes(frame[-_CRC:], "little"):
        raise MalformedPacket("The frame's CRC is wrong.")
    kind = int.from_bytes(frame[:2], "big")
    if kind == PacketType.UPGRADE_REQUEST:
        return Packet(kind)
    return Packet(kind, tuple(_fields(frame[_HEADER:-_CRC])))


def text_of(value: bytes) -> str:
    """Return the text of a field up to its NUL, if it has one. It takes no more bytes than it came with."""
    return value.split(b"\0", 1)[0].decode("utf-8", "replace").replace("\ufffd", "?")


class PacketReader:
    """Takes a TCP stream in whatever pieces it comes. When all that is whole was read, less than a frame is kept."""

    def __init__(self) -> None:
        self._rest = bytearray()

    @property
    def waiting(self) -> bool:
        """Whether a frame has begun and not ended."""
        return bool(self._rest)

    def feed(self, data: bytes) -> Iterator[Packet]:
        """Take `data`; yield each frame that is whole now, those that an earlier call left unread first.

        Raises MalformedPacket in the place of a frame that can't be read; all after it is lost, too.
        """
        self._rest += data
        return self._whole()

    def _whole(self) -> Iterator[Packet]:
        while len(self._rest) >= _HEADER:
            size = _size(self._rest)
            if size > MOST_FRAME:
                raise MalformedPacket(f"A frame of {size} bytes is too long.")
            if len(self._rest) < size:
                return
            packet = decode(bytes(self._rest[:size]))  # a bad one stays, so that nothing is read beyond it
            del self._rest[:size]
            yield packet


def _size(head: bytes | bytearray) -> int:
    """How many bytes the frame has that begins with `head`, of which four suffice."""
    return _HEADER + int.from_bytes(head[2:_HEADER], "big") + _CRC


def _fields(payload: bytes) -> Iterator[Field]:
    at, end = 0, len(payload)
    while at < end:
        tag, at = payload[at], at + 1
        if at >= end:
            raise MalformedPacket("A field has no length.")
        length, at = payload[at], at + 1
        if length & _LONG:
            if at >= end:
                raise MalformedPacket("A field's length ends early.")
            length, at = (length & _MOST_SHORT) | payload[at] << 7, at + 1
        if at + length > end:
            raise MalformedPacket("A field is longer than its frame.")
        yield tag, payload[at : at + length]
        at += length


def _length(size: int) -> bytes:
    if size <= _MOST_SHORT:
        return bytes((size,))
    if size > MOST_PAYLOAD:
        raise ValueError(f"a field of {size} bytes is too long")
    return bytes((size & _MOST_SHORT | _LONG, size >> 7))
