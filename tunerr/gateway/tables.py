"""PAT and PMT of the program that is served."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tunerr.gateway.headers import Headers
from tunerr.gateway.psi import Kind, Layout, SectionReader, parse_pat, parse_pmt, program_of
from tunerr.gateway.ts import PAT_PID, PID_COUNT, payload_offset

_MOST_PROGRAMS = 16
# A program whose PMT is still missing when that of another one came so often has none.
_ROUNDS = 4
_STARTS = 0x40
_VERSION, _CRC = 5, 4  # place and size in a section


class Tables:
    """Follows PAT and PMTs; `layout` is that of the program served, None until it is known.

    Served is the first program of the PAT that has video, else the first that has sound, as long as the PAT names it.
    """

    def __init__(self) -> None:
        self.layout: Layout | None = None
        self._pat = b""
        self._transport_stream = 0
        self._programs: dict[int, int] = {}  # number to PMT PID; once one is served only that one
        self._known: dict[int, Layout] = {}
        self._rounds: dict[int, int] = {}
        self._follow({})

    def read(self, headers: Headers) -> int:
        """Take the tables up to the packet that changes the layout; the number of packets read."""
        layout, start = self.layout, 0
        while True:
            followed = self._followed
            for ahead in followed.take(headers.pid[start:]).nonzero()[0].tolist():
                index: int = start + ahead
                self._take(headers.pid.item(index), headers.packet(index))
                if self.layout is not layout:
                    return index + 1
                if self._followed is not followed:
                    start = index + 1
                    break
            else:
                return headers.count

    def _follow(self, programs: dict[int, int]) -> None:
        self._programs = programs
        self._known = {}
        self._rounds = dict.fromkeys(programs.values(), 0)
        self._readers = {pid: SectionReader() for pid in (PAT_PID, *programs.values())}
        self._last = dict.fromkeys(self._readers, b"")
        self._followed = np.zeros(PID_COUNT, np.bool_)
        self._followed[list(self._readers)] = True

    def _take(self, pid: int, packet: bytes) -> None:
        starts = bool(packet[1] & _STARTS)
        if starts and pid in self._rounds:
            self._rounds[pid] += 1
        last, self._last[pid] = self._last[pid], packet
        if (packet[4:] == last[4:] and self.layout is not None) if starts else packet == last:
            return  # nearly all tables repeat the one before
        for section in self._readers[pid].feed(packet[payload_offset(packet) :], starts=starts):
            if pid == PAT_PID:
                self._take_pat(section)
            else:
                self._take_pmt(section, pid)

    def _take_pat(self, section: bytes) -> None:
        pat = None if section == self._pat else parse_pat(section)
        if pat is None:
            return
        self._pat, self._transport_stream = section, pat.transport_stream
        programs, layout = dict(pat.programs), self.layout
        if layout is None or layout.program not in programs:
            self.layout = None
            self._follow(dict(pat.programs[:_MOST_PROGRAMS]))
        elif programs[layout.program] != layout.pmt_pid:
            self.layout = None
            self._follow({layout.program: programs[layout.program]})
        elif pat.transport_stream != layout.transport_stream:
            self.layout = replace(layout, transport_stream=pat.transport_stream)

    def _take_pmt(self, section: bytes, pid: int) -> None:
        program = program_of(section)
        if program is None or self._programs.get(program) != pid:
            return
        served = self.layout if self.layout is not None else self._known.get(program)
        if served is not None and _says_the_same(section, served.section):
            layout: Layout | None = served
        else:
            layout = parse_pmt(section, pid, self._transport_stream)
        if self.layout is not None:
            self.layout = layout or self.layout
        elif layout is not None:
            self._known[program] = layout
            self._choose()

    def _choose(self) -> None:
        hopeless = max(self._rounds.values()) >= _ROUNDS
        found: Layout | None = None
        for program in self._programs:
            layout = self._known.get(program)
            if layout is None and not hopeless:
                return
            if layout is not None and layout.first(Kind.VIDEO):
                found = layout
                break
            if layout is not None and found is None and layout.first(Kind.AUDIO):
                found = layout
        if found is not None:
            self.layout = found
            self._follow({found.program: found.pmt_pid})


def _says_the_same(section: bytes, other: bytes) -> bool:
    """Whether two PMTs differ in nothing but their version: there are providers that count it up all the time."""
    return section[:_VERSION] == other[:_VERSION] and section[_VERSION + 1 : -_CRC] == other[_VERSION + 1 : -_CRC]
