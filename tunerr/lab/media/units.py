"""Access units out of a transport stream that ffmpeg wrote."""

from __future__ import annotations

from dataclasses import dataclass

from tunerr.gateway.ts import PACKET, RANDOM_ACCESS, adaptation_flags, payload_offset

_VIDEO_IDS = range(0xE0, 0xF0)
_PES_START = 0x40
_HAS_DTS = 0x40


@dataclass(frozen=True, slots=True)
class Unit:
    """One PES packet: a picture or a frame of sound. Times are ticks of 90 kHz."""

    pes: bytes
    pts: int
    dts: int
    is_video: bool
    is_key: bool

    @property
    def payload(self) -> bytes:
        """What the PES packet carries."""
        return self.pes[9 + self.pes[8] :]


def read_units(stream: bytes) -> tuple[list[Unit], list[Unit]]:
    """Video and audio units of `stream`, which has one program with at most one stream of each kind, in its order."""
    video: list[Unit] = []
    audio: list[Unit] = []
    gathered: dict[int, tuple[bytearray, bool]] = {}
    view = memoryview(stream)
    for at in range(0, len(stream) - PACKET + 1, PACKET):
        packet = view[at : at + PACKET]
        pid = (packet[1] & 0x1F) << 8 | packet[2]
        payload = packet[payload_offset(packet) :]
        if packet[1] & _PES_START:
            _finish(gathered.pop(pid, None), video, audio)
            if bytes(payload[:3]) == b"\0\0\1":
                gathered[pid] = bytearray(payload), bool(adaptation_flags(packet) & RANDOM_ACCESS)
        elif pid in gathered:
            gathered[pid][0].extend(payload)
    for rest in gathered.values():
        _finish(rest, video, audio)
    return video, audio


def _finish(gathered: tuple[bytearray, bool] | None, video: list[Unit], audio: list[Unit]) -> None:
    if gathered is None:
        return
    pes, key = bytes(gathered[0]), gathered[1]
    pts = _stamp(pes, 9)
    is_video = pes[3] in _VIDEO_IDS
    unit = Unit(pes, pts, _stamp(pes, 14) if pes[7] & _HAS_DTS else pts, is_video, key)
    (video if is_video else audio).append(unit)


def _stamp(pes: bytes, at: int) -> int:
    high, middle, low = (
        pes[at] >> 1 & 7,
        int.from_bytes(pes[at + 1 : at + 3]) >> 1,
        int.from_bytes(pes[at + 3 : at + 5]),
    )
    return high << 30 | middle << 15 | low >> 1
