"""Who is there: what clients ask by UDP, and what a tuner answers."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Final

from tunerr.errors import MalformedPacket
from tunerr.hdhomerun.packet import Packet, PacketType, Tag, decode, text_of
from tunerr.model.device_id import DeviceId

DISCOVERY_PORT: Final = 65001
"""Of UDP; the vendor's tools know no other."""
LINK_GROUP: Final = IPv6Address("ff02::176")
SITE_GROUP: Final = IPv6Address("ff05::176")
"""Where clients ask by IPv6: on their link, and in their site (libhdhomerun, hdhomerun_discover.c)."""
TUNER: Final = 1
"""The device type of a tuner."""
ANY: Final = 0xFFFFFFFF
"""Wildcard of both device type and device id."""

# What the older client library, which Kodi's add-on uses, has room for; it drops what is longer (hdhr.md, 2.4).
MOST_BASE_URL: Final = 28
MOST_DEVICE_AUTH: Final = 24
MOST_LINEUP_URL: Final = 127

_NUMBER = 4
_MOST_TUNERS = 0xFF


@dataclass(frozen=True, slots=True)
class Request:
    """What is searched for. An empty set or None stands for anything."""

    types: frozenset[int] = frozenset()
    device_id: int | None = None

    def asks_for(self, device_id: DeviceId) -> bool:
        """Whether the tuner with that id is meant."""
        return (not self.types or TUNER in self.types) and self.device_id in {None, device_id.value}

    def encode(self) -> bytes:
        """Write the datagram; one for a single type, or for any, is understood by old devices too."""
        kinds = b"".join(map(_word, sorted(self.types))) or _word(ANY)
        wanted = ANY if self.device_id is None else self.device_id
        tag = Tag.MULTI_TYPE if len(self.types) > 1 else Tag.DEVICE_TYPE
        return Packet(PacketType.DISCOVER_REQUEST, ((tag, kinds), (Tag.DEVICE_ID, _word(wanted)))).encode()


@dataclass(frozen=True, slots=True)
class Tuner:
    """A tuner as it answers. Empty text, and a count of 0, for what it doesn't say."""

    device_id: int
    base_url: str = ""
    lineup_url: str = ""
    tuner_count: int = 0
    device_auth: str = ""

    def encode(self) -> bytes:
        """Write the reply, in the order of the hardware's; discovery strings have no NUL. More than 255 tuners are 255.

        Raises ValueError when the texts are too long for one packet.
        """
        fields = (
            (Tag.DEVICE_TYPE, _word(TUNER)),
            (Tag.DEVICE_ID, _word(self.device_id)),
            (Tag.DEVICE_AUTH, self.device_auth.encode()),
            (Tag.BASE_URL, self.base_url.encode()),
            (Tag.TUNER_COUNT, bytes((min(self.tuner_count, _MOST_TUNERS),))),
            (Tag.LINEUP_URL, self.lineup_url.encode()),
        )
        return Packet(PacketType.DISCOVER_REPLY, fields).encode()


def read_request(datagram: bytes) -> Request:
    """Read what a client sent. Raises MalformedPacket for anything but a whole request."""
    packet = decode(datagram)
    if packet.type != PacketType.DISCOVER_REQUEST:
        raise MalformedPacket("This is no discovery request.")
    types, wanted = _types(packet), packet.first(Tag.DEVICE_ID)
    device_id = None if wanted is None else _number(wanted)
    return Request(types=frozenset() if ANY in types else types, device_id=None if device_id == ANY else device_id)


def read_tuner(datagram: bytes) -> Tuner:
    """Read what a device answered. Raises MalformedPacket for anything but the reply of a tuner."""
    packet = decode(datagram)
    device_id = packet.first(Tag.DEVICE_ID)
    if packet.type != PacketType.DISCOVER_REPLY or device_id is None:
        raise MalformedPacket("This is no discovery reply.")
    if TUNER not in _types(packet):
        raise MalformedPacket("This is no tuner.")
    count = packet.first(Tag.TUNER_COUNT) or b""
    return Tuner(
        device_id=_number(device_id),
        base_url=_text(packet, Tag.BASE_URL),
        lineup_url=_text(packet, Tag.LINEUP_URL),
        tuner_count=count[0] if len(count) == 1 else 0,
        device_auth=_text(packet, Tag.DEVICE_AUTH),
    )


def _types(packet: Packet) -> frozenset[int]:
    """Every device type that it names, one by one or in a list."""
    single = map(_number, packet.all(Tag.DEVICE_TYPE))
    return frozenset((*single, *(word for several in packet.all(Tag.MULTI_TYPE) for word in _words(several))))


def _text(packet: Packet, tag: Tag) -> str:
    return text_of(packet.first(tag) or b"")


def _word(number: int) -> bytes:
    return number.to_bytes(_NUMBER, "big")


def _number(value: bytes) -> int:
    if len(value) != _NUMBER:
        raise MalformedPacket("A number has four bytes.")
    return int.from_bytes(value, "big")


def _words(value: bytes) -> tuple[int, ...]:
    if not value or len(value) % _NUMBER:
        raise MalformedPacket("A list of numbers has four bytes for each.")
    return tuple(_number(value[at : at + _NUMBER]) for at in range(0, len(value), _NUMBER))
