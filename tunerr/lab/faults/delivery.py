"""What one TS connection gets to see, moment by moment. Sans I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from tunerr.lab.faults import vocabulary as v
from tunerr.lab.faults.effects import Effect, Locked, Loss, OtherPicture, Recount, VideoGone, noise
from tunerr.lab.faults.state import Armed
from tunerr.lab.media import SLOTS_PER_SECOND, Broadcast
from tunerr.lab.media.clip import SLOT_TICKS, STAMP_MASK, Packets

_RECENT = 2 * SLOTS_PER_SECOND  # slots in which every PID has had a packet

_Lasting = TypeVar("_Lasting", bound=v.LastingFault)


class Cut(Exception):
    """The connection ends here; by a reset or in order."""

    def __init__(self, *, reset: bool) -> None:
        super().__init__()
        self.reset = reset


class Delivery:
    """One connection's stream. `now` is wall seconds since 1970, never going back, on the broadcast's time line.

    It begins `backlog` seconds in the past, in the middle of a slot. `burst` > 0: so many seconds come at once, first
    at the start, and then nothing until as many have passed.
    """

    def __init__(self, broadcast: Broadcast, now: float, *, backlog: float, burst: float = 0.0) -> None:
        self._broadcast = broadcast
        self._origin = round(now * SLOTS_PER_SECOND)
        self._position = self._origin - round((backlog + burst) * SLOTS_PER_SECOND)
        self._burst = round(burst * SLOTS_PER_SECOND)
        self._last = now
        self._late = 0.0  # slots that starvation has held back
        self._lasting: list[tuple[Armed, float | None, Effect | None]] = []
        self._leaving: list[OtherPicture] = []
        self._losses: list[Loss] = []
        self._recount: Recount | None = None
        self._slips: list[v.LostSync] = []
        self._next: Broadcast | None = None
        self._begun = False

    def wrap_in(self, seconds: float) -> None:
        """Move the timestamps so that the PCR passes 2^33 in `seconds`. Only before the first byte."""
        at = self._origin + round(seconds * SLOTS_PER_SECOND)
        self._broadcast = Broadcast(self._broadcast.clip, STAMP_MASK + 1 - at * SLOT_TICKS)

    def strike(self, armed: Armed, now: float) -> None:
        """The fault begins. Raises Cut when it ends the connection."""
        fault = armed.fault
        match fault:
            case v.EndOfFile() | v.Reset():
                raise Cut(reset=isinstance(fault, v.Reset))
            case v.LastingFault():
                until = None if fault.seconds is None else now + fault.seconds
                self._lasting.append((armed, until, self._effect(armed)))
            case v.LostPackets():
                self._losses.append(Loss(fault.packets))
            case v.LostSync():
                self._slips.append(fault)
            case v.TimestampJump():
                self._broadcast = self._broadcast.shifted(fault.seconds)
            case v.NewFormat() if armed.clip is not None:
                self._next = Broadcast(armed.clip, self._broadcast.shift)
            case _:
                pass

    def due(self, now: float) -> bytes:
        """The bytes that are sent now."""
        self._forget(now)
        passed, self._last = (now - self._last) * SLOTS_PER_SECOND, now
        self._late += passed * sum(1 - fault.percent / 100 for fault in self._states(v.Starve))
        if self._states(v.Stall):
            return b""
        target = int(now * SLOTS_PER_SECOND - self._late)
        if self._burst:
            target = self._origin + (target - self._origin) // self._burst * self._burst
        first, self._position = self._position, max(self._position, target)
        return self._sent(first, self._position)

    def _sent(self, first: int, last: int) -> bytes:
        if first >= last:
            return b""
        if self._plain:
            data = self._broadcast.clip.framed(self._opened(self._broadcast.packets(first, last)))
        else:
            data = b"".join(self._slot(slot) for slot in range(first, last))
        if self._states(v.Garbage):
            data = noise(len(data), first)
        return self._slipped(data)

    @property
    def _plain(self) -> bool:
        return not (self._losses or self._leaving or self._recount or self._next or any(self._effects()))

    def _effects(self) -> Iterator[Effect]:
        yield from (effect for _, _, effect in self._lasting if effect is not None)

    def _slot(self, slot: int) -> bytes:
        if self._next is not None and (not self._begun or self._next.is_key(slot)):
            self._broadcast, self._next, self._recount = self._next, None, None
        if self._broadcast.is_key(slot):
            self._leaving.clear()
        packets = self._opened(self._broadcast.packets(slot, slot + 1))
        if self._recount is None and any(isinstance(effect, OtherPicture) for effect in self._effects()):
            self._recount = Recount(self._broadcast.packets(slot - _RECENT, slot))
        for effect in (*self._effects(), *self._leaving, *self._losses):
            packets = effect.apply(slot, packets, self._broadcast)
        self._losses = [loss for loss in self._losses if not loss.is_over]
        if self._recount is not None:
            packets = self._recount.apply(slot, packets, self._broadcast)
        return self._broadcast.clip.framed(packets)

    def _opened(self, packets: Packets) -> Packets:
        """The first piece lacks its beginning: nobody joins at the start of a picture."""
        if self._begun:
            return packets
        self._begun = True
        return packets[min(3, len(packets) - 1) :]

    def _slipped(self, data: bytes) -> bytes:
        for slip in self._slips:
            middle = len(data) // 2
            data = data[:middle] + noise(slip.insert, middle) + data[middle + slip.remove :]
        self._slips.clear()
        return data

    def _states(self, kind: type[_Lasting]) -> list[_Lasting]:
        return [armed.fault for armed, _, _ in self._lasting if isinstance(armed.fault, kind)]

    def _forget(self, now: float) -> None:
        over = [each for each in self._lasting if each[0].disarmed or (each[1] is not None and each[1] <= now)]
        # A picture comes back where decoding it can begin.
        self._leaving += [effect for _, _, effect in over if isinstance(effect, OtherPicture)]
        self._lasting = [each for each in self._lasting if each not in over]

    def _effect(self, armed: Armed) -> Effect | None:
        match armed.fault:
            case v.VideoLost():
                return VideoGone()
            case v.Frozen() | v.Black():
                return OtherPicture(armed.clip)
            case v.Scrambled():
                return Locked()
            case _:
                return None
