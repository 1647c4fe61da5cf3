"""Variables: what clients read and set by TCP, and how it is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tunerr.errors import MalformedPacket
from tunerr.hdhomerun.packet import MOST_PAYLOAD, Field, Packet, PacketType, Tag, text_of

CONTROL_PORT: Final = 65001
"""Of TCP; the vendor's tools know no other."""
_KEY = 4
# The answer repeats name and value, each with a tag, a length of two bytes and a NUL, and must fit a packet too.
_MOST_TEXT = MOST_PAYLOAD - 2 * 4


@dataclass(frozen=True, slots=True)
class GetSet:
    """A request: `value` None reads the variable. `lock_key`: the one that the client holds, 0 for none."""

    name: str
    value: str | None = None
    lock_key: int = 0

    def packet(self) -> Packet:
        """Give the frame; strings end with NUL."""
        fields: list[Field] = [(Tag.GETSET_NAME, _string(self.name))]
        if self.value is not None:
            fields.append((Tag.GETSET_VALUE, _string(self.value)))
        if self.lock_key:
            fields.append((Tag.LOCK_KEY, self.lock_key.to_bytes(_KEY, "big")))
        return Packet(PacketType.GETSET_REQUEST, tuple(fields))


@dataclass(frozen=True, slots=True)
class Answer:
    """The variable as it is now."""

    name: str
    value: str

    def packet(self) -> Packet:
        """Give the frame: name, then value."""
        fields = ((Tag.GETSET_NAME, _string(self.name)), (Tag.GETSET_VALUE, _string(self.value)))
        return Packet(PacketType.GETSET_REPLY, fields)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no value, in words that begin with `ERROR: `. `type`: of the reply."""

    message: str
    type: PacketType = PacketType.GETSET_REPLY

    def packet(self) -> Packet:
        """Give the frame."""
        return Packet(self.type, ((Tag.ERROR_MESSAGE, _string(self.message)),))


def read_getset(packet: Packet) -> GetSet:
    """Read a request. Raises MalformedPacket when it is none, or names no variable."""
    name, value, key = (packet.first(tag) for tag in (Tag.GETSET_NAME, Tag.GETSET_VALUE, Tag.LOCK_KEY))
    if packet.type != PacketType.GETSET_REQUEST or name is None:
        raise MalformedPacket("This is no get or set request.")
    if key is not None and len(key) != _KEY:
        raise MalformedPacket("A lock key has four bytes.")
    if len(name) + len(value or b"") > _MOST_TEXT:
        raise MalformedPacket("Name and value are too long.")
    return GetSet(text_of(name), None if value is None else text_of(value), int.from_bytes(key or b"", "big"))


def read_reply(packet: Packet) -> Answer | Refusal:
    """Read what a device answered. Raises MalformedPacket when it is neither a value nor an error."""
    error, name, value = (packet.first(tag) for tag in (Tag.ERROR_MESSAGE, Tag.GETSET_NAME, Tag.GETSET_VALUE))
    if packet.type != PacketType.GETSET_REPLY:
        raise MalformedPacket("This is no reply to a get or set request.")
    if error is not None:
        return Refusal(text_of(error))
    if value is None:
        raise MalformedPacket("The reply has neither a value nor an error.")
    return Answer(text_of(name or b""), text_of(value))


def _string(text: str) -> bytes:
    return text.encode() + b"\0"
