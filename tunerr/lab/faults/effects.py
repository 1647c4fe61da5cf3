"""What faults do to packets. Pure: one slot of 40 ms goes in, another one comes out."""

from __future__ import annotations

import random
from typing import Protocol

import numpy as np

from tunerr.lab.media import Broadcast, Clip
from tunerr.lab.media.clip import SLOTS_PER_SECOND, Packets, pids

_PCR_ROOM = 183  # length of an adaptation field that fills a packet
_HAS_PCR = 0x10
_SCRAMBLED_EVEN = 0x80


class Effect(Protocol):
    """Changes what a connection sees."""

    def apply(self, slot: int, packets: Packets, broadcast: Broadcast, /) -> Packets:
        """The packets that are sent in place of `packets`, which are those of `slot`."""
        ...


class VideoGone:
    """Takes the video's packets out, but for their PCR."""

    def apply(self, _slot: int, packets: Packets, broadcast: Broadcast, /) -> Packets:
        """Only an adaptation field is left of packets that carry the PCR."""
        video = pids(packets) == broadcast.clip.video_pid
        clock = video & (packets[:, 3] & 0x20 > 0) & (packets[:, 4] > 0) & (packets[:, 5] & _HAS_PCR > 0)
        kept: Packets = packets[~video | clock].copy()
        bare = clock[~video | clock]
        kept[bare, 1] &= 0x1F
        kept[bare, 3] &= 0x2F
        kept[bare, 4] = _PCR_ROOM
        kept[bare, 5] = _HAS_PCR
        kept[bare, 12:] = 0xFF
        return kept


class OtherPicture:
    """Replaces the video, from an access point on. `clip` None: by the group of pictures that begins there."""

    def __init__(self, clip: Clip | None = None) -> None:
        self._clip = clip
        self._first: int | None = None
        self._length = 0
        self._shown: Broadcast | None = None

    def apply(self, slot: int, packets: Packets, broadcast: Broadcast, /) -> Packets:
        """Video of another slot or clip with this slot's timestamps."""
        if self._first is None:
            if not broadcast.is_key(slot):
                return packets
            self._first = slot
            self._length = next(n for n in range(1, broadcast.clip.slots + 1) if broadcast.is_key(slot + n))
        shown = slot if self._clip is not None else self._first + (slot - self._first) % self._length
        other = self._source(broadcast, slot - shown).packets(shown, shown + 1)
        pid = broadcast.clip.video_pid
        video, rest = other[pids(other) == pid], packets[pids(packets) != pid]
        tables = ~np.isin(pids(rest), broadcast.clip.stream_pids)
        return np.concatenate((rest[tables], video, rest[~tables]))

    def _source(self, broadcast: Broadcast, late: int) -> Broadcast:
        """What is shown, `late` slots after it was seen first; kept, because its packets are made for whole turns."""
        wanted = Broadcast(self._clip or broadcast.clip, broadcast.shift).shifted(late / SLOTS_PER_SECOND)
        if self._shown is None or self._shown.shift != wanted.shift:
            self._shown = wanted
        return self._shown


class Locked:
    """Scrambles the payload of video and sound."""

    def apply(self, slot: int, packets: Packets, broadcast: Broadcast, /) -> Packets:
        """Payloads are noise and say so."""
        changed = packets.copy()
        noise = np.frombuffer(random.Random(slot).randbytes(packets.size), np.uint8).reshape(packets.shape)  # noqa: S311 - noise for a test
        for row in np.flatnonzero(np.isin(pids(packets), broadcast.clip.stream_pids) & (packets[:, 3] & 0x10 > 0)):
            at = 5 + int(packets[row, 4]) if packets[row, 3] & 0x20 else 4
            changed[row, at:] = noise[row, at:]
            changed[row, 3] |= _SCRAMBLED_EVEN
        return changed


class Loss:
    """Takes the next packets of video and sound away."""

    def __init__(self, packets: int) -> None:
        self._left = packets

    @property
    def is_over(self) -> bool:
        """Whether all were taken."""
        return self._left <= 0

    def apply(self, _slot: int, packets: Packets, broadcast: Broadcast, /) -> Packets:
        """All but what is lost."""
        lost = np.flatnonzero(np.isin(pids(packets), broadcast.clip.stream_pids))[: self._left]
        self._left -= len(lost)
        return np.delete(packets, lost, axis=0)


class Recount:
    """Continuity counters that go on after packets were replaced."""

    def __init__(self, sent: Packets) -> None:
        self._counters: dict[int, int] = {}
        counted = sent[sent[:, 3] & 0x10 > 0]
        for pid, counter in zip(pids(counted).tolist(), (counted[:, 3] & 0x0F).tolist(), strict=True):
            self._counters[pid] = counter

    def apply(self, _slot: int, packets: Packets, _broadcast: Broadcast, /) -> Packets:
        """The same packets, counted anew."""
        changed = packets.copy()
        for row, pid in enumerate(pids(packets).tolist()):
            step = 1 if packets[row, 3] & 0x10 else 0
            counter = self._counters[pid] = (self._counters.get(pid, int(packets[row, 3]) - step) + step) & 0x0F
            changed[row, 3] = packets[row, 3] & 0xF0 | counter
        return changed


def noise(length: int, seed: int) -> bytes:
    """Random bytes, the same for the same seed."""
    return random.Random(seed).randbytes(length)  # noqa: S311 - noise for a test
