"""The video stream: where decoding can start and what its groups of pictures look like."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from tunerr.gateway.access import Opening, elementary, opening
from tunerr.gateway.gop import Gops
from tunerr.gateway.headers import Headers
from tunerr.gateway.inspection import AccessPoint
from tunerr.gateway.psi import ElementaryStream
from tunerr.gateway.ts import PACKET, RANDOM_ACCESS, SCRAMBLED, adaptation_flags, payload_offset
from tunerr.support.clock import Clock

_ROOM = PACKET - 4
# So much of an access unit is looked at until its picture shows: delimiter, parameter sets and SEI precede it, and
# x265 alone puts 2.3 KB of SEI there.
_HEAD_PACKETS = 16
_HEAD_REACH = 64  # packets of all PIDs among which those are looked for


class Pictures:
    """Access points by random_access_indicator or by what the access unit shows.

    Where none shows for `patience` seconds from now, every video PES start is one until a real one shows;
    `keyframes_seen` says whether one ever did. Whether an access unit is a point depends on the packets of one call
    only, so a cut between its first packets may hide its picture. `units` counts the PES packets begun, `packets` the
    packets of the stream.
    """

    def __init__(self, *, clock: Clock, patience: float) -> None:
        self.units = self.packets = 0
        self.keyframes_seen = False
        self.gops = Gops()
        self._clock = clock
        self._served_after = clock.monotonic() + patience
        self._stream: ElementaryStream | None = None

    def feed(
        self, headers: Headers, stream: ElementaryStream, starts: Iterable[int], adapted: Sequence[tuple[int, int]]
    ) -> tuple[AccessPoint, ...]:
        """Take one run of packets; `starts` are those in which a PES of `stream` begins, `adapted` as in Headers."""
        if stream is not self._stream:
            self._stream = stream
            self.gops.abandon()
        points: list[AccessPoint] = []
        mine = headers.pid == stream.pid
        self.packets += int(np.count_nonzero(mine))
        stuffing = [(index, headers.chunk[index * PACKET + 4] + 1) for index, pid in adapted if pid == stream.pid]
        done = 0
        for index in starts:
            self.units += 1
            packet = headers.packet(index)
            if packet[3] & SCRAMBLED:
                continue
            head = elementary(packet[payload_offset(packet) :])
            point = self._point(headers, index, packet, head)
            if point is not None:
                points.append(point)
                if self.keyframes_seen:
                    self.gops.carry(_payload_bytes(mine, stuffing, done, index))
                    self.gops.begin()
                    done = index
            self.gops.unit(head)
        self.gops.carry(_payload_bytes(mine, stuffing, done, headers.count))
        return tuple(points)

    def _point(self, headers: Headers, index: int, packet: bytes, head: bytes) -> AccessPoint | None:
        codec = self._stream.codec if self._stream else ""
        found, final = opening(codec, head)
        if not final:
            found, _ = opening(codec, unit_head(headers, index))
        if found is Opening.NONE and not adaptation_flags(packet) & RANDOM_ACCESS:
            if self.keyframes_seen or self._clock.monotonic() < self._served_after:
                return None
            return AccessPoint(index, closed=False)
        self.keyframes_seen = True
        return AccessPoint(index, closed=found is Opening.CLOSED)


def unit_head(headers: Headers, index: int) -> bytes:
    """What the first packets of the access unit whose PES begins at `index` carry, as far as they are here."""
    same = (headers.pid[index : index + _HEAD_REACH] == headers.pid[index]).nonzero()[0][:_HEAD_PACKETS]
    packets = [headers.packet(index + ahead) for ahead in same.tolist()]
    pieces = [packets[0][payload_offset(packets[0]) :]]
    for before, packet in itertools.pairwise(packets):
        if packet[1] & 0x40:
            break
        if (packet[3] ^ before[3]) & 0x0F:  # not a packet that repeats the one before
            pieces.append(packet[payload_offset(packet) :])
    return elementary(b"".join(pieces))


def _payload_bytes(mine: npt.NDArray[np.bool_], stuffing: Sequence[tuple[int, int]], first: int, end: int) -> int:
    """Bytes that those packets from `first` to `end` carry that are `mine`; `stuffing` is what their fields take."""
    room = int(np.count_nonzero(mine[first:end])) * _ROOM
    return room - sum(min(size, _ROOM) for index, size in stuffing if first <= index < end)
