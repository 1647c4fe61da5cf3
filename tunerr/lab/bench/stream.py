"""A transport stream of 8 Mbit/s whose packets say when they were sent."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import numpy as np

from tunerr.gateway.ts import ADAPTATION, PACKET, RANDOM_ACCESS
from tunerr.lab.media.clip import SLOTS_PER_SECOND, Clip, Indices, Packets, Stamps, pids

BURST: Final = 56
"""Packets that are sent at once: 10.5 KB, as broadcast encoders and panels send them."""
_PER_SLOT: Final = 210
MEGABITS: Final = _PER_SLOT * SLOTS_PER_SECOND * PACKET * 8 / 1e6
BURST_SECONDS: Final = BURST / (_PER_SLOT * SLOTS_PER_SECOND)

# A filler data NAL unit (H.264, 7.3.2.7): decoders pass over it. Text can't be taken for a start code.
_FILLER_START = b"\0\0\0\1\x0c"
_FILLER_END = 0x80
_MARK = b"TunerrSentAt"
_DIGITS = 16
_FOUND = re.compile(re.escape(_MARK) + rb"([a-z])([0-9a-f]{%d})" % _DIGITS)
_MARK_AT = 40  # byte of a filler packet
_TIME_AT = _MARK_AT + len(_MARK) + 1
_MARKED_EVERY = 7  # packets: as often as a datagram of 1,316 bytes


class StampedStream:
    """Endless: burst n is the same for all who ask for it but for its stamps.

    `clip` must have video and its clock in the video; `name` is the letter by which viewers tell its source; `shift` is
    added to every timestamp of the stream, in ticks of 90 kHz.
    """

    def __init__(self, clip: Clip, name: str, shift: int = 0) -> None:
        full, marked = padded(clip, name)
        self.name = name
        self._shift = shift
        self._bursts = [_part(full, at, at + BURST) for at in _starts(full)]
        self._marked = [marked[(marked >= at) & (marked < at + BURST)] - at for at in _starts(full)]
        packets = full.packets
        flagged = (packets[:, 3] & ADAPTATION > 0) & (packets[:, 4] > 0) & (packets[:, 5] & RANDOM_ACCESS > 0)
        keys = np.flatnonzero(flagged & (pids(packets) == clip.video_pid))
        self._keys = {int(row) // BURST for row in keys}

    def burst(self, number: int, sent_at: int) -> bytes:
        """Packets of burst `number`, stamped with the time `sent_at` in ns."""
        turn, index = divmod(number, len(self._bursts))
        packets = self._bursts[index].turn(turn, self._shift)
        digits = np.frombuffer(f"{sent_at:0{_DIGITS}x}".encode(), np.uint8)
        packets[self._marked[index], _TIME_AT : _TIME_AT + _DIGITS] = digits
        return packets.tobytes()

    def is_key(self, number: int) -> bool:
        """Whether an access point begins in burst `number`."""
        return number % len(self._bursts) in self._keys


def stamps(data: bytes) -> list[tuple[str, int]]:
    """Source and sending time in ns of every stamp in `data`."""
    return [(name.decode(), int(time, 16)) for name, time in _FOUND.findall(data)]


def _starts(clip: Clip) -> range:
    return range(0, len(clip.packets), BURST)


def padded(clip: Clip, name: str) -> tuple[Clip, Indices]:
    """The clip at 8 Mbit/s by filler after each picture, and the packets that have room for a stamp."""
    parts: list[Packets] = []
    moved = np.zeros(len(clip.packets), np.int64)
    marked: list[int] = []
    at = 0
    for first, last in zip(clip.starts[:-1], clip.starts[1:], strict=True):
        slot = clip.packets[first:last]
        cut = int(np.flatnonzero(pids(slot) == clip.video_pid)[-1]) + 1
        filler = _filler(slot[cut - 1], _PER_SLOT - len(slot), name.encode())
        parts += [slot[:cut], filler, slot[cut:]]
        marked.extend(range(at + cut, at + cut + len(filler), _MARKED_EVERY))
        moved[first : first + cut] = np.arange(at, at + cut)
        moved[first + cut : last] = np.arange(at + cut + len(filler), at + _PER_SLOT)
        at += _PER_SLOT
    packets = np.concatenate(parts)
    steps = np.zeros(len(packets), np.int64)
    steps[moved] = clip.steps
    video = np.flatnonzero(pids(packets) == clip.video_pid)
    packets[video, 3] = packets[video, 3] & 0xF0 | (np.arange(len(video)) & 0x0F).astype(np.uint8)
    steps[video] = len(video)
    old = clip.stamps
    times = Stamps(moved[old.pcr_rows], old.pcr_ticks, moved[old.rows], old.columns, old.ticks)
    starts = np.arange(len(clip.starts), dtype=np.int64) * _PER_SLOT
    return replace(clip, packets=packets, starts=starts, stamps=times, steps=steps), np.array(marked, np.int64)


def _filler(before: Packets, count: int, name: bytes) -> Packets:
    """`count` packets that go on with the picture whose last packet is `before`."""
    if count <= 0:
        raise ValueError("the clip's bit rate is above that of the bench")
    filler = np.full((count, PACKET), 0xFF, np.uint8)
    filler[:, 0] = before[0]
    filler[:, 1] = before[1] & 0x1F
    filler[:, 2] = before[2]
    filler[:, 3] = 0x10
    filler[0, 4 : 4 + len(_FILLER_START)] = np.frombuffer(_FILLER_START, np.uint8)
    filler[-1, -1] = _FILLER_END
    filler[::_MARKED_EVERY, _MARK_AT:_TIME_AT] = np.frombuffer(_MARK + name, np.uint8)
    filler[::_MARKED_EVERY, _TIME_AT : _TIME_AT + _DIGITS] = ord("0")
    return filler


def _part(clip: Clip, first: int, last: int) -> Clip:
    """Packets `first` to `last` of a clip, still with the turns of the whole one."""
    times = clip.stamps
    low, high = np.searchsorted(times.pcr_rows, (first, last))
    start, end = np.searchsorted(times.rows, (first, last))
    own = Stamps(
        times.pcr_rows[low:high] - first,
        times.pcr_ticks[low:high],
        times.rows[start:end] - first,
        times.columns[start:end],
        times.ticks[start:end],
    )
    return replace(clip, packets=clip.packets[first:last], stamps=own, steps=clip.steps[first:last])
