"""Continuity counters of all PIDs."""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt

from tunerr.gateway.headers import Headers, Octets
from tunerr.gateway.ts import DISCONTINUITY, NULL_PID, adaptation_flags, payload_offset

_COUNTER = np.uint8(0xF)
_PAYLOAD_SHIFT, _ONE = np.uint8(4), np.uint8(1)
_UNSEEN = 0xFF


class Continuity:
    """Follows the counters of each PID (ISO/IEC 13818-1, 2.4.3.3).

    `errors` counts the breaks that no flag announces, `packets` the packets of each PID.
    """

    def __init__(self) -> None:
        self.errors = 0
        self.packets: Counter[int] = Counter()
        self._last: dict[int, bytes] = {}  # the last packet of each PID

    def feed(self, headers: Headers) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Take the packets of one chunk, at least one: indices of broken ones and of repeated ones.

        Broken: packets of the PID are missing before it. Repeated: counter and payload are those of the packet before.
        """
        order = headers.pid.argsort(kind="stable")
        pid = headers.pid.take(order)
        control = headers.control.take(order)
        counter = control & _COUNTER
        before = np.empty_like(counter)
        before[1:] = counter[:-1]
        latest: list[tuple[int, int]] = []
        first = 0
        for end in (*(pid[1:] != pid[:-1]).nonzero()[0].tolist(), headers.count - 1):
            number = pid.item(end)
            last = self._last.get(number)
            before[first] = _UNSEEN if last is None else last[3] & 0xF
            latest.append((number, order.item(end)))
            self.packets[number] += end + 1 - first
            first = end + 1
        # A packet with payload counts one up, one without payload stands still.
        payload = (control >> _PAYLOAD_SHIFT) & _ONE
        suspects = ((counter - payload - before) & _COUNTER).nonzero()[0]
        if len(suspects):
            suspects = suspects[(pid.take(suspects) != NULL_PID) & (before.take(suspects) != _UNSEEN)]
        found = self._judge(headers, order, before, suspects.tolist()) if len(suspects) else ((), ())
        for number, index in latest:
            self._last[number] = headers.packet(index)
        self.errors += len(found[0])
        return found

    def _judge(
        self, headers: Headers, order: npt.NDArray[np.intp], before: Octets, suspects: list[int]
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        broken: list[int] = []
        repeated: list[int] = []
        for place in suspects:
            index = order.item(place)
            packet = headers.packet(index)
            earlier = headers.packet(order.item(place - 1)) if place else b""
            if not place or (earlier[1] ^ packet[1]) & 0x1F or earlier[2] != packet[2]:
                earlier = self._last[headers.pid.item(index)]
            if packet[3] & 0x10 and packet[3] & 0xF == before[place] and _payload(packet) == _payload(earlier):
                repeated.append(index)
            elif not adaptation_flags(packet) & DISCONTINUITY:
                broken.append(index)
        return tuple(sorted(broken)), tuple(sorted(repeated))


def _payload(packet: bytes) -> bytes:
    return packet[payload_offset(packet) :]
