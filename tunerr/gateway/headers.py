"""The header fields of all packets of a chunk as arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tunerr.gateway.ts import ADAPTATION, PACKET, PAYLOAD, PID_COUNT, SCRAMBLED

Octets = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.uint16]

_PID = np.uint16(PID_COUNT - 1)
_STARTS = np.uint16(0x4000)
_DAMAGED = np.uint16(0x8000)  # transport_error_indicator
_CONTENT = np.uint8(SCRAMBLED | ADAPTATION | PAYLOAD)
_PLAIN = np.uint8(PAYLOAD)


class Headers:
    """Fields of `count` packets, which start at byte 0 of `chunk`; each is read once, however many ask for it."""

    __slots__ = ("_begun", "_flags", "_marked", "chunk", "control", "count", "pid")

    def __init__(self, chunk: bytes) -> None:
        """Read `chunk`, n times 188 bytes; `control` is the fourth byte of each packet."""
        self.chunk = chunk
        self.count = len(chunk) // PACKET
        self._flags: Numbers = np.ndarray((self.count,), ">u2", chunk, 1, (PACKET,)).astype(np.uint16)
        self.pid: Numbers = self._flags & _PID
        self.control: Octets = np.ndarray((self.count,), np.uint8, chunk, 3, (PACKET,)).copy()
        self._begun: list[tuple[int, int]] | None = None
        self._marked: list[tuple[int, int, int]] | None = None

    def packet(self, index: int) -> bytes:
        """The packet at `index`."""
        return self.chunk[index * PACKET : (index + 1) * PACKET]

    def begun(self) -> list[tuple[int, int]]:
        """Index and PID of the packets in which a PES or a section begins."""
        if self._begun is None:
            index = (self._flags & _STARTS).nonzero()[0]
            self._begun = list(zip(index.tolist(), self.pid.take(index).tolist(), strict=True))
        return self._begun

    def damaged(self) -> list[int]:
        """Index of the packets that were damaged on their way (transport_error_indicator)."""
        index: list[int] = (self._flags & _DAMAGED).nonzero()[0].tolist()
        return index

    def marked(self) -> list[tuple[int, int, int]]:
        """Index, PID and `control` of the packets with other content than a whole clear payload."""
        if self._marked is None:
            index = ((self.control & _CONTENT) != _PLAIN).nonzero()[0]
            pid, control = self.pid.take(index), self.control.take(index)
            self._marked = list(zip(index.tolist(), pid.tolist(), control.tolist(), strict=True))
        return self._marked

    def adapted(self) -> list[tuple[int, int]]:
        """Index and PID of the packets with an adaptation field."""
        return [(index, pid) for index, pid, control in self.marked() if control & ADAPTATION]

    def scrambled(self) -> list[tuple[int, int]]:
        """Index and PID of the packets whose payload is scrambled."""
        return [(index, pid) for index, pid, control in self.marked() if control & SCRAMBLED]
