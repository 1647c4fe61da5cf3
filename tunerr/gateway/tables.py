"""PAT and PMT of the program that is served."""

from __future__ import annotations

from tunerr.gateway.psi import Layout, SectionReader, parse_pat, parse_pmt
from tunerr.gateway.ts import PAT_PID, payload_offset, section_packets


class Tables:
    """Follows PAT and PMT; `layout` is None until both are known. The first program of the PAT is the one served."""

    def __init__(self) -> None:
        self.layout: Layout | None = None
        self.pmt_pid: int | None = None
        self._program = 0
        self._pat = b""
        self._pmt = b""
        self._pat_reader = SectionReader()
        self._pmt_reader = SectionReader()

    def feed(self, pid: int, packet: bytes) -> None:
        """Take a packet of the PAT's or the PMT's PID."""
        payload = packet[payload_offset(packet) :]
        starts = bool(packet[1] & 0x40)
        if pid == PAT_PID:
            for section in self._pat_reader.feed(payload, starts=starts):
                self._take_pat(section)
        elif pid == self.pmt_pid:
            for section in self._pmt_reader.feed(payload, starts=starts):
                self._take_pmt(section, pid)

    def packets(self, pat_counter: int, pmt_counter: int) -> bytes:
        """Both tables as packets; the last one of each has the given continuity counter. Needs a layout."""
        if self.layout is None:
            return b""
        pmt = section_packets(self.layout.pmt_pid, self._pmt, pmt_counter)
        return section_packets(PAT_PID, self._pat, pat_counter) + pmt

    def _take_pat(self, section: bytes) -> None:
        served = None if section == self._pat else parse_pat(section)
        if served is None:
            return
        self._pat = section
        if served != (self._program, self.pmt_pid):
            self._program, self.pmt_pid = served
            self._pmt, self.layout = b"", None
            self._pmt_reader = SectionReader()

    def _take_pmt(self, section: bytes, pid: int) -> None:
        layout = None if section == self._pmt else parse_pmt(section, self._program, pid)
        if layout is not None:
            self._pmt, self.layout = section, layout
