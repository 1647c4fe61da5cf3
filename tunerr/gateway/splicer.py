"""One faultless stream out of the packets of one source after another."""

from __future__ import annotations

from dataclasses import dataclass

from tunerr.gateway.held import Held
from tunerr.gateway.inspection import Inspection
from tunerr.gateway.intake import Intake
from tunerr.gateway.outlet import Outlet
from tunerr.gateway.output_tables import output_layout
from tunerr.gateway.piece import Piece
from tunerr.gateway.program_map import ProgramMap
from tunerr.gateway.psi import Kind, Layout
from tunerr.gateway.scte35 import STREAM_TYPE, shift_splice_information
from tunerr.gateway.splice_time import PesStamp, SpliceTime
from tunerr.gateway.timestamps import remove_pcr, shift_pes

_MOST_HELD_SECONDS = 2.0
_MOST_HELD_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class SpliceFacts:
    """What the splicer did: totals that only grow.

    `units_dropped`: PES that were damaged or would have gone back in time. `jumps`: of a source's clock.
    `leading_dropped`: pictures behind an open access point that refer to what is missing.
    """

    switches: int = 0
    units_dropped: int = 0
    jumps: int = 0
    codec_changes: int = 0
    leading_dropped: int = 0


class Splicer:
    """Sans-I/O: rebuilds the stream that viewers see, from whatever source it comes.

    The output keeps the layout of its first source until codecs change. Tables are its own, before every access point
    and 250 ms after the last ones; continuity counters are counted anew; the timeline has no jumps; PCRs are at most
    80 ms apart. What is published ends with whole pictures and sound. A source starts at its first access point.
    """

    def __init__(self) -> None:
        self._held = Held()
        self._time = SpliceTime()
        self._outlet = Outlet(held=self._held)
        self._layout: Layout | None = None
        self._source: Layout | None = None  # what the intake is for
        self._intake: Intake | None = None
        self._started = False
        self._switching = False
        self._switches = 0
        self._codec_changes = 0
        self._units_dropped = 0
        self._leading_dropped = 0

    @property
    def layout(self) -> Layout | None:
        """The output's layout; None before the first access point."""
        return self._layout

    @property
    def started(self) -> bool:
        """Whether something of the current source has been published."""
        return self._started

    @property
    def facts(self) -> SpliceFacts:
        """What has happened so far."""
        intake = self._intake
        return SpliceFacts(
            switches=self._switches,
            units_dropped=self._units_dropped + (intake.units_dropped if intake else 0),
            jumps=self._time.jumps,
            codec_changes=self._codec_changes,
            leading_dropped=self._leading_dropped + (intake.gate.leading if intake else 0),
        )

    def begin(self) -> tuple[Piece, ...]:
        """The next inspection is of another source: what is whole of this one; the rest is dropped."""
        pieces = self._leave()
        self._switching = self._layout is not None
        self._started = False
        return pieces

    def finish(self) -> tuple[Piece, ...]:
        """The stream ends: what is whole and not published yet."""
        return self._leave()

    def tables(self) -> tuple[Piece, ...]:
        """PAT and PMT alone, for while there is nothing else to publish."""
        return self._outlet.tables() if self._layout is not None else ()

    def feed(self, inspection: Inspection) -> tuple[Piece, ...]:
        """Take packets of the current source; what can be published now."""
        left = self._follow(inspection.layout)
        first = 0
        if self._intake is None:
            if inspection.layout is None or not inspection.points:
                return left
            first = inspection.points[0].index
            self._intake = self._enter(inspection.layout)
        for position in self._intake.feed(inspection, first):
            self._outlet.enter(position)
        self._place(self._intake, force=self._held.bytes_from(self._held.first) > _MOST_HELD_BYTES)
        pieces = self._outlet.publish(self._border(self._intake))
        self._started = self._started or bool(pieces)
        return left + pieces

    def _follow(self, layout: Layout | None) -> tuple[Piece, ...]:
        """Take up the source's layout; where its streams have moved, leave it until its next access point."""
        if self._intake is None or self._layout is None or layout is self._source:
            return ()
        if layout is not None:
            program = ProgramMap(layout, self._layout)
            if program.continues(self._intake.program):
                self._source = layout
                return ()
        return self._leave()

    def _enter(self, layout: Layout) -> Intake:
        """Start a source at its access point."""
        program = ProgramMap(layout, self._layout) if self._layout is not None else None
        if program is None or program.changes_codecs:
            self._codec_changes += self._layout is not None
            output = output_layout(layout, self._layout)
            self._outlet.announce(output, anew=self._layout is not None)
            self._layout = output
            program = ProgramMap(layout, output)
        self._switches += self._switching
        self._switching = False
        self._source = layout
        reference = program.output.first(Kind.VIDEO) or program.output.first(Kind.AUDIO)
        self._time.begin(reference.pid if reference is not None else 0)
        return Intake(program, held=self._held, time=self._time)

    def _leave(self) -> tuple[Piece, ...]:
        intake = self._intake
        if intake is None:
            return ()
        pieces: tuple[Piece, ...] = ()
        if self._time.started:
            self._place(intake, force=True)
            intake.close()
            pieces = self._outlet.publish(self._held.end, last=True)
        else:
            self._held.take(self._held.end)
        self._outlet.forget()
        self._units_dropped += intake.units_dropped
        self._leading_dropped += intake.gate.leading
        self._intake = self._source = None
        return pieces

    def _place(self, intake: Intake, *, force: bool) -> None:
        for placed in self._time.place(force=force):
            stamp = placed.stamp
            if isinstance(stamp, PesStamp):
                self._place_unit(intake, stamp, placed.offset)
                carried = False
            else:
                carried = stamp.carried and self._held.has(stamp.position)
                if carried and placed.pcr is None:
                    remove_pcr(self._held.packet(stamp.position))
            if placed.pcr is not None:
                self._outlet.clock(stamp.position, placed.pcr, carried=carried)

    def _place_unit(self, intake: Intake, stamp: PesStamp, offset: int | None) -> None:
        if not self._held.has(stamp.position):
            return  # damaged in the meantime
        packet = self._held.packet(stamp.position)
        cue = intake.program.streams[stamp.pid].stream_type == STREAM_TYPE
        if offset is None or (cue and not shift_splice_information(packet, offset)):
            intake.refuse(stamp.pid, stamp.position)
        else:
            shift_pes(packet, stamp.header, offset)

    def _border(self, intake: Intake) -> int:
        """Up to where everything is whole, placed in time and between two PCRs, unless that is too long ago."""
        waits = self._time.waits_at
        limit = self._outlet.border if waits is None else min(waits, self._outlet.border)
        while (border := min(intake.border(), limit)) < limit and self._is_overdue(border):
            intake.release()
        return self._held.end if border == limit and self._held.bytes_from(border) > _MOST_HELD_BYTES else border

    def _is_overdue(self, border: int) -> bool:
        return self._outlet.age(border) > _MOST_HELD_SECONDS or self._held.bytes_from(border) > _MOST_HELD_BYTES
