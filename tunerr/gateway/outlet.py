"""Puts the output together: tables, PCR and continuity counters around the packets of the sources."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tunerr.gateway.counters import Counters
from tunerr.gateway.headers import Octets
from tunerr.gateway.held import Held
from tunerr.gateway.output_tables import table_packets
from tunerr.gateway.piece import Piece
from tunerr.gateway.psi import Kind, Layout
from tunerr.gateway.timestamps import PCR_SECOND, pcr_packet, write_pcr
from tunerr.gateway.ts import PACKET, SYNC

# ISO/IEC 13818-1, 2.7.2 allows 100 ms between PCRs; ETSI TR 101 290, 5.2 allows 500 ms between tables.
_PCR_GAP = PCR_SECOND * 80 // 1000
_TABLES_EVERY = PCR_SECOND // 4
# Every frame of sound is an access point, but tables before each would be a third more data.
_RADIO_ENTRY_EVERY = PCR_SECOND // 5


@dataclass(frozen=True, slots=True)
class _Mark:
    """The output's PCR at a position; `carried` in the packet there, else in one of its own before it."""

    position: int
    pcr: int
    carried: bool = False


@dataclass(frozen=True, slots=True)
class _Face:
    """What of a layout is published. `radio`: it has no video; `sequence_end`: sent where a source ends."""

    tables: bytes = b""
    pcr_pid: int = 0
    radio: bool = False
    sequence_end: bytes = b""


class Outlet:
    """Publishes held packets under one output layout after another."""

    def __init__(self, *, held: Held) -> None:
        self._held = held
        self._counters = Counters()
        self._marks: deque[_Mark] = deque()
        self._entries: deque[int] = deque()
        self._newest: _Mark | None = None
        self._pcr: int | None = None  # last one published
        self._tables_at: int | None = None  # PCR at the last tables
        self._face = _Face()
        self._coming: _Face | None = None  # of other codecs, from the next entry on
        self._changed = False

    def announce(self, layout: Layout, *, anew: bool) -> None:
        """From the next entry on `layout` holds; `anew`: viewers have seen another one, whose codecs differ."""
        video = layout.first(Kind.VIDEO)
        face = _Face(
            tables=b"".join(table_packets(layout)),
            pcr_pid=layout.pcr_pid,
            radio=video is None,
            sequence_end=_sequence_end(video.pid) if video is not None and video.codec == "hevc" else b"",
        )
        if anew:
            # The PCRs that lead up to new codecs still belong to the old ones.
            self._coming = face
        else:
            self._face = face

    def age(self, position: int) -> float:
        """Seconds from `position` to the last PCR known."""
        newest = oldest = self._newest.pcr if self._newest is not None else 0
        for mark in reversed(self._marks):
            if mark.position < position:
                break
            oldest = mark.pcr
        return (newest - oldest) / PCR_SECOND

    @property
    def border(self) -> int:
        """Position of the last PCR known; what comes before it lies between two PCRs."""
        return self._newest.position if self._newest is not None else 0

    def clock(self, position: int, pcr: int, *, carried: bool) -> None:
        """The output's PCR before the packet at `position`. Where the last one is far, others are put in between."""
        last = self._newest
        if last is not None:
            # Behind the last one's own packet, however few packets there are in between.
            start = max(last.position + 1, self._held.first)
            count = -(-(pcr - last.pcr) // _PCR_GAP)
            for step in range(1, count):
                place = start + (position - start) * step // count
                self._marks.append(_Mark(place, last.pcr + (pcr - last.pcr) * step // count))
        self._newest = _Mark(position, pcr, carried)
        self._marks.append(self._newest)

    def enter(self, position: int) -> None:
        """Viewers may start at the packet at `position`."""
        self._entries.append(position)

    def publish(self, border: int, *, last: bool = False) -> tuple[Piece, ...]:
        """All held packets before `border`; `last`: and the PCRs known beyond it, and the end of the sequence."""
        inserts: list[tuple[int, bytes]] = []
        entries: list[int] = []  # of `inserts`
        for position, mark in self._due(border, last=last):
            if mark is None:
                if self._held.has(position) and self._admits():
                    entries.append(len(inserts))
                    inserts.append((position, self._face.tables))
                    self._tables_at = self._pcr
                continue
            self._pcr = mark.pcr
            if not self._fresh(_TABLES_EVERY) and not self._enters_next(position):
                inserts.append((position, self._face.tables))
                self._tables_at = self._pcr
            if mark.carried and self._held.has(position):
                write_pcr(self._held.packet(position), mark.pcr)
            else:
                inserts.append((position, pcr_packet(self._face.pcr_pid, mark.pcr)))
        if last and self._coming is None and self._face.sequence_end:
            inserts.append((border, self._face.sequence_end))
        if not inserts and border == self._held.first:
            return ()
        rows, positions = self._held.take(border)
        return self._assemble(rows, positions, inserts, entries)

    def tables(self) -> tuple[Piece, ...]:
        """PAT and PMT alone, before what is held."""
        rows, positions = self._held.take(self._held.first)
        return self._assemble(rows, positions, [(self._held.first, self._face.tables)], [])

    def forget(self) -> None:
        """What is known of PCRs and entries not published belongs to packets that are not published either."""
        self._marks.clear()
        self._entries.clear()
        if self._newest is not None and self._pcr is not None:
            self._newest = _Mark(self._held.first, self._pcr)

    def _admits(self) -> bool:
        """Whether the next entry becomes one of the output; with it comes the layout that was announced."""
        if self._coming is not None:
            self._face, self._coming, self._changed = self._coming, None, True
            return True
        return not (self._face.radio and self._fresh(_RADIO_ENTRY_EVERY))

    def _fresh(self, interval: int) -> bool:
        """Whether the last tables are less than `interval` old."""
        if self._tables_at is None or self._pcr is None:
            return self._pcr is None and self._tables_at is not None
        return self._pcr - self._tables_at < interval

    def _enters_next(self, position: int) -> bool:
        """Whether tables for an entry at `position` follow at once."""
        if not self._entries or self._entries[0] != position or not self._held.has(position):
            return False
        if self._face.radio and self._coming is None:
            return False
        return not self._marks or self._marks[0].position > position

    def _due(self, border: int, *, last: bool) -> Iterator[tuple[int, _Mark | None]]:
        """Marks and entries (None) before `border` in order; at one position the marks come first."""
        marks, entries = self._marks, self._entries
        while True:
            mark = marks[0].position if marks and (last or marks[0].position < border) else None
            entry = entries[0] if entries and entries[0] < border else None
            if mark is not None and (entry is None or mark <= entry):
                yield mark, marks.popleft()
            elif entry is not None:
                yield entries.popleft(), None
            else:
                return

    def _assemble(
        self,
        rows: Octets,
        positions: npt.NDArray[np.intp],
        inserts: list[tuple[int, bytes]],
        entries: list[int],
    ) -> tuple[Piece, ...]:
        before, size = [], 0  # packets inserted before each insert
        parts: list[Octets] = []
        done = 0
        places = np.searchsorted(positions, [position for position, _ in inserts]).tolist()
        for place, (_, data) in zip(places, inserts, strict=True):
            parts += (rows[done:place], np.frombuffer(data, np.uint8).reshape(-1, PACKET))
            before.append(place + size)
            done, size = place, size + len(data) // PACKET
        offsets = [before[entry] * PACKET for entry in entries]
        if parts:
            rows = np.concatenate((*parts, rows[done:]))
        if not len(rows):
            return ()
        self._counters.write(rows)
        return self._pieces(rows.tobytes(), tuple(offsets))

    def _pieces(self, data: bytes, entries: tuple[int, ...]) -> tuple[Piece, ...]:
        time = (self._pcr or 0) / PCR_SECOND
        if not self._changed:
            return (Piece(data, time, entries),)
        self._changed = False
        cut = entries[0]
        fresh = Piece(data[cut:], time, tuple(entry - cut for entry in entries), codecs_changed=True)
        return (Piece(data[:cut], time), fresh) if cut else (fresh,)


def _sequence_end(pid: int) -> bytes:
    """A PES without stamps that holds an end of sequence NAL unit (ITU-T H.265, 7.4.2.2).

    After it a decoder takes the picture order counts of the next source for new ones, even at an open access point.
    """
    pes = b"\0\0\1\xe0\0\x08\x80\0\0" + b"\0\0\1\x48\1"
    field = PACKET - 4 - len(pes)
    head = bytes((SYNC, 0x40 | pid >> 8, pid & 0xFF, 0x30, field - 1, 0))
    return head.ljust(PACKET - len(pes), b"\xff") + pes
