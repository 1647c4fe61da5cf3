"""Reads what a transport stream says about itself, on whole chunks, without decoding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tunerr.gateway.access import opens_decoding
from tunerr.gateway.continuity import Continuity
from tunerr.gateway.headers import Headers
from tunerr.gateway.psi import ElementaryStream, Kind, Layout
from tunerr.gateway.tables import Tables
from tunerr.gateway.ts import HAS_PCR, PACKET, PAT_PID, PCR_PER_BASE, RANDOM_ACCESS, adaptation_flags
from tunerr.support.clock import Clock

_PCR_FIELD_BYTES = 7  # flags and PCR


@dataclass(frozen=True, slots=True)
class AccessPoint:
    """A place in a chunk where decoding can start.

    `tables` are PAT and PMT packets to send before it; their continuity counters lead into the stream from there.
    """

    offset: int
    tables: bytes


class TsInspector:
    """Sans-I/O view of one transport stream: tables, access points, PCR, continuity.

    An access point is a video PES start with random_access_indicator or whose first packet opens decoding; without a
    video stream any audio PES start. Where none shows for `patience` seconds from now, every video PES start is one.
    """

    def __init__(self, *, clock: Clock, patience: float = 15.0) -> None:
        self.pcr: int | None = None  # the last one seen, in 27 MHz ticks
        self.bytes = 0
        self._clock = clock
        self._patience = patience
        self._began = clock.monotonic()
        self._shown = False
        self._tables = Tables()
        self._continuity = Continuity()

    @property
    def layout(self) -> Layout | None:
        """What the current PMT says, None before there is one."""
        return self._tables.layout

    @property
    def continuity_errors(self) -> int:
        """Breaks of continuity counters that no discontinuity_indicator announced."""
        return self._continuity.errors

    @property
    def pids(self) -> frozenset[int]:
        """The PIDs that occurred, null packets left out."""
        return self._continuity.seen()

    def feed(self, chunk: bytes) -> tuple[AccessPoint, ...]:
        """Take whole packets; the access points among them in order."""
        if not chunk:
            return ()
        headers = Headers(chunk)
        points: list[AccessPoint] = []
        after = 0
        while after < headers.count:
            after = self._read(headers, after, points)
        self._read_pcr(headers)
        self._continuity.feed(headers)
        self.bytes += len(chunk)
        return tuple(points)

    def _read(self, headers: Headers, after: int, points: list[AccessPoint]) -> int:
        """Read tables and access points from packet `after` on, up to where other PIDs begin to matter."""
        layout, pmt_pid = self._tables.layout, self._tables.pmt_pid
        entry = (layout.first(Kind.VIDEO) or layout.first(Kind.AUDIO)) if layout else None
        matters = headers.pid[after:] == PAT_PID
        if pmt_pid is not None:
            matters |= headers.pid[after:] == pmt_pid
        if entry is not None:
            matters |= (headers.pid[after:] == entry.pid) & (headers.starts[after:] != 0)
        for index in (np.flatnonzero(matters) + after).tolist():
            pid = int(headers.pid[index])
            if entry is not None and pid == entry.pid:
                if self._opens(entry, headers.packet(index)):
                    points.append(self._access_point(headers, index))
                continue
            self._tables.feed(pid, headers.packet(index))
            if self._tables.pmt_pid != pmt_pid or self._tables.layout is not layout:
                return index + 1
        return headers.count

    def _access_point(self, headers: Headers, index: int) -> AccessPoint:
        pat = self._continuity.before(headers, index, PAT_PID)
        pmt = self._continuity.before(headers, index, self._tables.pmt_pid or PAT_PID)
        return AccessPoint(index * PACKET, self._tables.packets(pat, pmt))

    def _opens(self, entry: ElementaryStream, packet: bytes) -> bool:
        if entry.kind is Kind.AUDIO or adaptation_flags(packet) & RANDOM_ACCESS or opens_decoding(entry.codec, packet):
            self._shown = True
            return True
        return not self._shown and self._clock.monotonic() - self._began >= self._patience

    def _read_pcr(self, headers: Headers) -> None:
        if self.layout is None:
            return
        carries = (headers.pid == self.layout.pcr_pid) & ((headers.adaptation() & np.uint8(HAS_PCR)) != 0)
        if carries.any():
            packet = headers.packet(headers.count - 1 - int(carries[::-1].argmax()))
            if packet[4] >= _PCR_FIELD_BYTES:
                base = int.from_bytes(packet[6:11], "big") >> 7
                self.pcr = base * PCR_PER_BASE + ((packet[10] & 1) << 8 | packet[11])
