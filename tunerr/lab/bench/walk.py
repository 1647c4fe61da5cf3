"""Single packets, read with nothing of the gateway: judges what it wrote."""

from __future__ import annotations

from collections.abc import Iterator

_PACKET = 188
_NULL = 0x1FFF
_VIDEO_IDS = range(0xE0, 0xF0)


def packets_of(data: bytes) -> Iterator[bytes]:
    """Whole packets of `data`, which begins with one."""
    return (data[at : at + _PACKET] for at in range(0, len(data) - _PACKET + 1, _PACKET))


def pid_of(packet: bytes) -> int:
    """The PID of one packet."""
    return (packet[1] & 0x1F) << 8 | packet[2]


def is_access_point(packet: bytes) -> bool:
    """Whether a picture begins here that a player can start from, by its random_access_indicator."""
    if not (packet[1] & 0x40 and packet[3] & 0x30 == 0x30 and packet[4] and packet[5] & 0x40):  # noqa: PLR2004 - bits
        return False
    payload = packet[5 + packet[4] :]
    return payload[:3] == b"\0\0\1" and payload[3] in _VIDEO_IDS


def first_kinds(data: bytes, most: int) -> list[str]:
    """What the first packets are: PAT, PMT, access point or other; up to the first access point, at most `most`."""
    found: list[str] = []
    table = -1
    for packet in packets_of(data):
        pid = pid_of(packet)
        if pid == 0:
            found.append("PAT")
            table = (packet[15] & 0x1F) << 8 | packet[16]
        elif pid == table:
            found.append("PMT")
        elif is_access_point(packet):
            return [*found, "access point"]
        else:
            found.append("other")
        if len(found) == most:
            break
    return found


def continuity_errors(data: bytes) -> int:
    """Counters that are not the one expected (ISO/IEC 13818-1, 2.4.3.3), whatever flags announce it."""
    last: dict[int, int] = {}
    errors = 0
    for packet in packets_of(data):
        pid, counter = pid_of(packet), packet[3] & 0x0F
        if packet[0] != 0x47:  # noqa: PLR2004 - the sync byte
            return errors + 1
        if pid == _NULL:
            continue
        step = 1 if packet[3] & 0x10 else 0
        errors += pid in last and counter != (last[pid] + step) & 0x0F
        last[pid] = counter
    return errors
