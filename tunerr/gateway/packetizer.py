"""Any bytes in, whole transport stream packets out."""

from __future__ import annotations

import numpy as np

from tunerr.gateway.ts import PACKET, SYNC

# One sync byte in 256 random bytes is chance; four in a row at packet distance are not.
_CONFIRMING_PACKETS = 4
_CONFIRMING_BYTES = (_CONFIRMING_PACKETS - 1) * PACKET + 1


def _first_packet(buffer: bytes) -> int:
    """Offset at which confirmed packets start, -1 when there is none."""
    sync = np.frombuffer(buffer, np.uint8) == SYNC
    places = len(buffer) - _CONFIRMING_BYTES + 1
    if places <= 0:
        return -1
    start = sync[:places].copy()
    for packet in range(1, _CONFIRMING_PACKETS):
        start &= sync[packet * PACKET : packet * PACKET + places]
    return int(start.argmax()) if start.any() else -1


def _bytes_in_step(buffer: bytes) -> int:
    """Length of the whole packets at the start of `buffer`."""
    count = len(buffer) // PACKET
    if count == 0:
        return 0
    sync = np.frombuffer(buffer, np.uint8, count * PACKET)[::PACKET] == SYNC
    return (count if sync.all() else int(sync.argmin())) * PACKET


class Packetizer:
    """Sans-I/O: aligns a byte stream to packets, skips garbage and finds the packets again after it.

    `lost` counts the bytes that were thrown away. What is held back is less than `_CONFIRMING_BYTES`.
    """

    def __init__(self) -> None:
        self.lost = 0
        self._rest = b""
        self._in_step = False

    def feed(self, data: bytes) -> bytes:
        """Whole packets (n times 188 bytes, n may be 0) that became complete with `data`."""
        buffer = self._rest + data if self._rest else data
        pieces: list[bytes] = []
        while True:
            if not self._in_step:
                buffer = self._search(buffer)
                if not self._in_step:
                    break
            good = _bytes_in_step(buffer)
            pieces.append(buffer[:good])
            buffer = buffer[good:]
            if len(buffer) < PACKET:
                break
            self._in_step = False
        self._rest = buffer
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _search(self, buffer: bytes) -> bytes:
        """Drop what precedes the next packets; without any keep only what may be their start."""
        start = _first_packet(buffer)
        self._in_step = start >= 0
        drop = start if self._in_step else max(len(buffer) - _CONFIRMING_BYTES + 1, 0)
        self.lost += drop
        return buffer[drop:]
