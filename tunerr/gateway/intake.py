"""Takes packets of one source in: picks the program's, marks where PES and PCR are, leaves out what is damaged."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tunerr.gateway.headers import Headers
from tunerr.gateway.held import Held
from tunerr.gateway.inspection import AccessPoint, Inspection
from tunerr.gateway.picture_gate import PictureGate
from tunerr.gateway.program_map import DROPPED, ProgramMap
from tunerr.gateway.psi import Kind
from tunerr.gateway.splice_time import PcrStamp, PesStamp, SpliceTime
from tunerr.gateway.timestamps import PesHeader, read_pcr, read_pes, remove_pcr
from tunerr.gateway.ts import ADAPTATION, DISCONTINUITY, HAS_PCR, PACKET, PAYLOAD, adaptation_flags

_LOSS, _PCR, _START = 0, 1, 2  # what there may be at one packet, in this order
_ROOM = PACKET - 4


@dataclass(slots=True)
class Lane:
    """One output PID. `open`: position where the PES began that is not complete; `missing`: its bytes still to come.

    `missing` is 0 for a PES whose length only the next one tells; `lost`: packets are missing since the last PES began.
    """

    pid: int
    kind: Kind
    open: int | None = None
    missing: int = 0
    lost: bool = False
    skipping: bool = True  # up to the next PES start

    @property
    def lasting(self) -> bool:
        """Whether what is published ends with its whole PES: pictures and sound."""
        return self.kind is not Kind.OTHER


@dataclass(frozen=True, slots=True)
class _Taken:
    """Packets that went into `held` from position `base` on: their `index` in the run, ascending.

    `short`: position, PID and lacking bytes of those whose payload is not the whole packet.
    """

    base: int
    index: list[int]
    short: list[tuple[int, int, int]]

    def position(self, index: int) -> int:
        """Of the packet at `index`, or of the first one taken behind it."""
        return self.base + bisect_left(self.index, index)


class Intake:
    """Feeds `held` and `time` with one source from its access point on."""

    def __init__(self, program: ProgramMap, *, held: Held, time: SpliceTime) -> None:
        self.program = program
        self.units_dropped = 0
        self._held = held
        self._time = time
        main = program.output.first(Kind.VIDEO)
        self._gate_pid = main.pid if main is not None else DROPPED
        self.gate = PictureGate(main.codec if main is not None else "")
        self.lanes = {pid: Lane(pid, stream.kind) for pid, stream in program.streams.items()}

    def feed(self, inspection: Inspection, first: int) -> list[int]:
        """Take the packets from index `first` on; positions of access points among them."""
        headers = inspection.headers
        out = self.program.table.take(headers.pid)
        damaged = frozenset(headers.damaged())
        # What is scrambled is of use to licensed receivers only.
        lost = {*damaged, *(index for index, _ in headers.scrambled())}
        wanted = out != DROPPED
        events = [
            (index, _LOSS) for index in (*inspection.broken, *lost) if index >= first and out.item(index) != DROPPED
        ]
        wanted[:first] = False
        if lost or inspection.repeated:
            wanted[[*lost, *inspection.repeated]] = False
        taken = self._append(headers, wanted, out)
        pcr_pid = self.program.source.pcr_pid
        clocks = (index for index, pid in headers.adapted() if pid == pcr_pid and index >= first)
        events += [(index, _PCR) for index in clocks if index not in damaged]
        events += [(index, _START) for index, _ in headers.begun() if wanted.item(index)]
        events.sort()
        points = {point.index: point for point in inspection.points}
        found = []
        for index, what in events:
            position = taken.position(index)
            if what == _LOSS:
                self._lose(out.item(index), position)
            elif what == _PCR:
                self._clock(headers.packet(index), position, carried=wanted.item(index))
            elif self._begin_unit(self.lanes.get(out.item(index)), position, points.get(index)):
                found.append(position)
        self._count(taken)
        return found

    def refuse(self, pid: int, position: int) -> None:
        """Leave out the PES of `pid` that starts at `position`."""
        lane = self.lanes[pid]
        lane.skipping = not self._held.leave_out_unit(pid, position)
        if lane.open == position:
            lane.open = None
        self.units_dropped += 1

    def border(self) -> int:
        """Position up to which all pictures and sound are whole."""
        positions = (lane.open for lane in self.lanes.values() if lane.lasting and lane.open is not None)
        return min(positions, default=self._held.end)

    def release(self) -> None:
        """Wait no longer for the end of the PES that is open longest; for the picture's only when it is the last."""
        lanes = [lane for lane in self.lanes.values() if lane.lasting and lane.open is not None]
        if lanes:
            min(lanes, key=lambda lane: (lane.pid == self._gate_pid, lane.open)).open = None

    def close(self) -> None:
        """The source has ended: leave out every PES that is not complete."""
        for lane in self.lanes.values():
            if lane.open is not None and self._held.has(lane.open):
                self._held.leave_out_unit(lane.pid, lane.open)
                self._time.withdraw(lane.pid)

    def _append(self, headers: Headers, wanted: npt.NDArray[np.bool_], pid: npt.NDArray[np.uint16]) -> _Taken:
        """Hold the wanted packets, which leave on `pid`, with nothing in them that is the source's alone."""
        index = wanted.nonzero()[0]
        base = self._held.end
        rows = self._held.append(np.frombuffer(headers.chunk, np.uint8).reshape(-1, PACKET), index, pid.take(index))
        if self.program.moves:
            rows[:, 1] = (rows[:, 1] & np.uint8(0xE0)) | (pid.take(index) >> np.uint16(8)).astype(np.uint8)
            rows[:, 2] = pid.take(index) & np.uint16(0xFF)
        taken = _Taken(base, index.tolist(), [])
        for place, _, control in headers.marked():
            if not wanted.item(place):
                continue
            position, out, field = taken.position(place), pid.item(place), 0
            if control & ADAPTATION:
                packet = self._held.packet(position)
                field = min(packet[4] + 1, _ROOM)
                self._clean(packet, out)
            taken.short.append((position, out, field if control & PAYLOAD else _ROOM))
        for lane in self.lanes.values():
            if lane.skipping:
                lane.skipping = not self._held.leave_out(lane.pid, base - 1)
        return taken

    def _clean(self, packet: memoryview, pid: int) -> None:
        """Take out of the adaptation field what does not hold in the output."""
        flags = adaptation_flags(packet)
        if flags & DISCONTINUITY:
            packet[5] = flags & ~DISCONTINUITY
        if flags & HAS_PCR and not (self.program.keeps_pcr and pid == self.program.output.pcr_pid):
            remove_pcr(packet)

    def _lose(self, pid: int, position: int) -> None:
        lane = self.lanes.get(pid)
        if lane is None:
            return
        lane.lost = True
        if pid == self._gate_pid:
            self.gate.lose()
        if lane.open is None:
            lane.skipping = not self._held.leave_out(pid, position - 1)
        else:
            self.refuse(pid, lane.open)

    def _clock(self, packet: bytes, position: int, *, carried: bool) -> None:
        pcr = read_pcr(packet)
        if pcr is not None:
            self._time.add(PcrStamp(position, pcr, carried and self.program.keeps_pcr))

    def _begin_unit(self, lane: Lane | None, position: int, point: AccessPoint | None) -> bool:
        """A payload unit starts at `position`; whether viewers may start there."""
        if lane is None:
            return False
        packet = self._held.packet(position)
        header = read_pes(packet)
        lane.open = None
        if lane.lasting and header is None:
            self.refuse(lane.pid, position)
            return False
        if lane.pid == self._gate_pid and not self.gate.admits(header, point):
            lane.skipping = not self._held.leave_out_unit(lane.pid, position)
            return False
        lane.open = None if header is None else position
        header = header or PesHeader(0)
        lane.missing = header.length
        self._time.add(PesStamp(position, lane.pid, header, lane.kind, lane.lost))
        lane.lost = False
        return point is not None

    def _count(self, taken: _Taken) -> None:
        """Find the bounded PES that the packets just taken complete."""
        for lane in self.lanes.values():
            if lane.open is not None and lane.missing:
                start = max(lane.open, taken.base)
                lane.missing -= self._held.count(lane.pid, start) * _ROOM
                lane.missing += sum([lack for at, pid, lack in taken.short if pid == lane.pid and at >= start])
                if lane.missing <= 0:
                    lane.open, lane.missing = None, 0
