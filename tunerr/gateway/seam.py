"""Where one source ends and another goes on in the same stream."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from tunerr.gateway.headers import Headers
from tunerr.gateway.inspector import AccessPoint
from tunerr.gateway.ts import PACKET, discontinuity_packet


class Seam:
    """Announces a discontinuity before the first packet of each PID that viewers have seen from an earlier source.

    The announcement is a packet without payload, so that no packet of the source changes.
    """

    def __init__(self, pids: Iterable[int]) -> None:
        self._pending = set(pids)

    def mark(self, chunk: bytes, points: Sequence[AccessPoint]) -> tuple[bytes, tuple[AccessPoint, ...]]:
        """The chunk with its announcements, and its access points where they are now."""
        if not self._pending:
            return chunk, tuple(points)
        headers = Headers(chunk)
        present, first = np.unique(headers.pid, return_index=True)
        marks = sorted(
            (index, pid) for pid, index in zip(present.tolist(), first.tolist(), strict=True) if pid in self._pending
        )
        pieces: list[bytes] = []
        done = 0
        for index, pid in marks:
            counter = int(headers.counter[index]) - int(headers.has_payload[index])
            pieces += (chunk[done : index * PACKET], discontinuity_packet(pid, counter & 0xF))
            done = index * PACKET
            self._pending.discard(pid)
        pieces.append(chunk[done:])
        offsets = [index * PACKET for index, _ in marks]
        return b"".join(pieces), tuple(_move(point, offsets) for point in points)


def _move(point: AccessPoint, inserted: Sequence[int]) -> AccessPoint:
    """A point that an announcement precedes directly starts with the announcement."""
    return replace(point, offset=point.offset + PACKET * sum(offset < point.offset for offset in inserted))
