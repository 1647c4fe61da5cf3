"""A clip as an endless stream on the time line of the wall clock."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np

from tunerr.lab.media.clip import SLOT_TICKS, SLOTS_PER_SECOND, STAMP_MASK, Clip, Packets

_TURNS_KEPT = 3


class Broadcast:
    """The endless stream of one clip. Slot n (25 a second, counted from 1970) is the same for all who ask for it.

    `shift`: ticks of 90 kHz added to every timestamp.
    """

    def __init__(self, clip: Clip, shift: int = 0) -> None:
        self.clip = clip
        self.shift = shift & STAMP_MASK
        self._turns: OrderedDict[int, Packets] = OrderedDict()

    def packets(self, first: int, last: int) -> Packets:
        """Packets of the slots from `first` up to, not including, `last`."""
        parts = []
        while first < last:
            turn, slot = divmod(first, self.clip.slots)
            end = min(slot + last - first, self.clip.slots)
            parts.append(self._turn(turn)[self.clip.starts[slot] : self.clip.starts[end]])
            first += end - slot
        if len(parts) == 1:
            return parts[0]
        return np.concatenate(parts) if parts else self.clip.packets[:0]

    def pcr(self, slot: int) -> int:
        """The PCR with which `slot` begins, in ticks of 90 kHz."""
        return (slot * SLOT_TICKS + self.shift) & STAMP_MASK

    def shifted(self, seconds: float) -> Broadcast:
        """The same stream with all timestamps moved by `seconds`."""
        return Broadcast(self.clip, self.shift + round(seconds * SLOTS_PER_SECOND) * SLOT_TICKS)

    def is_key(self, slot: int) -> bool:
        """Whether an access point begins in `slot`."""
        return slot % self.clip.slots in self.clip.key_slots

    def _turn(self, number: int) -> Packets:
        packets = self._turns.get(number)
        if packets is None:
            packets = self._turns[number] = self.clip.turn(number, self.shift)
            if len(self._turns) > _TURNS_KEPT:
                self._turns.popitem(last=False)
        return packets
