"""Packets that are not yet published."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tunerr.gateway.headers import Octets
from tunerr.gateway.ts import PACKET

Pids = npt.NDArray[np.uint16]
Flags = npt.NDArray[np.bool_]
_START = np.uint8(0x40)
_LEAST_SPACE = 1024  # packets
_MOST_SPARE = 8  # times what is needed


class _Space:
    """Room for packets, their PIDs and whether they are kept."""

    __slots__ = ("kept", "pid", "rows")

    def __init__(self, size: int) -> None:
        self.rows: Octets = np.empty((size, PACKET), np.uint8)
        self.pid: Pids = np.empty(size, np.uint16)
        self.kept: Flags = np.empty(size, np.bool_)

    def part(self, start: int, end: int) -> tuple[Octets, Pids, Flags]:
        """Some of it, to read and to write."""
        return self.rows[start:end], self.pid[start:end], self.kept[start:end]


class Held:
    """A queue of writable packets. Positions count all packets that were ever put in, left out ones too."""

    def __init__(self) -> None:
        self.first = 0  # position of the oldest packet
        self._space = _Space(_LEAST_SPACE)
        self._used = 0  # packets of the space, those removed since it was begun included
        self._rows, self._pid, self._kept = self._space.part(0, 0)

    @property
    def end(self) -> int:
        """Position that the next packet will get."""
        return self.first + len(self._pid)

    def bytes_from(self, position: int) -> int:
        """Size of all from `position` on."""
        return (self.end - position) * PACKET

    def append(self, rows: Octets, index: npt.NDArray[np.intp], pid: Pids) -> Octets:
        """Add the packets at `index` of `rows` (n x 188), which leave on `pid`; the new ones, for writing."""
        held, start, end = len(self._pid), self._used, self._used + len(index)
        if end > len(self._space.pid):
            self._make_room(len(index))
            start, end = held, held + len(index)
        space, self._used = self._space, end
        fresh = space.rows[start:end]
        rows.take(index, axis=0, out=fresh, mode="clip")  # the default mode would copy once more
        space.pid[start:end] = pid
        space.kept[start:end] = True
        self._rows, self._pid, self._kept = space.part(start - held, end)
        return fresh

    def packet(self, position: int) -> memoryview:
        """The packet at `position`, for reading and writing."""
        packet: memoryview = self._rows[position - self.first].data
        return packet

    def has(self, position: int) -> bool:
        """Whether the packet at `position` is still here and not left out."""
        return self.first <= position < self.end and bool(self._kept[position - self.first])

    def leave_out(self, pid: int, after: int) -> bool:
        """Leave out the packets of `pid` beyond `after` up to its next PES start; whether that start is here."""
        skipped = max(after + 1 - self.first, 0)
        mine = (self._pid[skipped:] == pid).nonzero()[0] + skipped
        starts = (self._rows[mine, 1] & _START).nonzero()[0]
        self._kept[mine[: starts[0]] if len(starts) else mine] = False
        return bool(len(starts))

    def leave_out_unit(self, pid: int, position: int) -> bool:
        """Leave out the PES of `pid` that starts at `position`; whether the next start is here."""
        if position >= self.first:
            self._kept[position - self.first] = False
        return self.leave_out(pid, position)

    def count(self, pid: int, position: int) -> int:
        """Packets on `pid` from `position` on, left out ones too."""
        return int(np.count_nonzero(self._pid[position - self.first :] == pid))

    def take(self, border: int) -> tuple[Octets, npt.NDArray[np.intp]]:
        """Remove all before `border`: the packets not left out, valid until the next `append`, and their positions."""
        count = border - self.first
        kept = self._kept[:count].nonzero()[0]
        rows: Octets = self._rows[:count] if len(kept) == count else self._rows.take(kept, axis=0)
        positions: npt.NDArray[np.intp] = kept + self.first
        self._rows, self._pid, self._kept = self._rows[count:], self._pid[count:], self._kept[count:]
        self.first = border
        return rows, positions

    def _make_room(self, count: int) -> None:
        """Put what is held at the beginning of a space in which `count` more fit."""
        held = len(self._pid)
        needed = max(2 * (held + count), _LEAST_SPACE)
        space, size = self._space, len(self._space.pid)
        if size < needed or size > _MOST_SPARE * needed or self._used < 2 * held:
            space = self._space = _Space(needed)
        space.rows[:held], space.pid[:held], space.kept[:held] = self._rows, self._pid, self._kept
