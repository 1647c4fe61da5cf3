"""The header fields of all packets of a chunk as arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tunerr.gateway.ts import PACKET

Octets = npt.NDArray[np.uint8]


class Headers:
    """Fields of `count` packets, which start at byte 0 of `chunk`."""

    __slots__ = ("chunk", "count", "counter", "has_payload", "pid", "starts")

    def __init__(self, chunk: bytes) -> None:
        """Read `chunk`, n times 188 bytes; `has_payload` and `starts` are zero or not."""
        self.chunk = chunk
        self.count = len(chunk) // PACKET
        flags_and_pid: npt.NDArray[np.uint16] = np.ndarray((self.count,), ">u2", chunk, 1, (PACKET,))
        self.pid: npt.NDArray[np.uint16] = flags_and_pid & np.uint16(0x1FFF)
        self.starts: npt.NDArray[np.uint16] = flags_and_pid & np.uint16(0x4000)
        control = self._octets(3)
        self.counter: Octets = control & np.uint8(0xF)
        self.has_payload: Octets = (control >> np.uint8(4)) & np.uint8(1)

    def packet(self, index: int) -> bytes:
        """The packet at `index`."""
        return self.chunk[index * PACKET : (index + 1) * PACKET]

    def adaptation(self) -> Octets:
        """Flags of each packet's adaptation field, 0 where there is none."""
        present = ((self._octets(3) & np.uint8(0x20)) != 0) & (self._octets(4) > 0)
        flags: Octets = self._octets(5) * present
        return flags

    def _octets(self, offset: int) -> Octets:
        """One byte of every packet."""
        return np.ndarray((self.count,), np.uint8, self.chunk, offset, (PACKET,))
