"""The last seconds of a stream, shared by all its viewers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from tunerr.gateway.piece import Piece

_LEAST_SECONDS = 4.0
_MOST_SECONDS = 30.0
# A burst of three long HLS segments is read in real time; what a viewer still has to get may be older than the rest.
_MOST_SECONDS_UNREAD = 60.0
_MOST_BYTES = 32 << 20
# One piece of a radio station's burst spans 8 s at 32 kbit/s; a longer step is a jump of the clock.
_LONGEST_STEP = 10.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A place in the ring where a viewer may start: piece `sequence` from byte `offset` on."""

    sequence: int
    offset: int = 0


@dataclass(frozen=True, slots=True)
class _Kept:
    piece: Piece
    arrived: float
    time: float  # of the ring at its end
    before: int  # bytes appended before it


class Ring:
    """Immutable pieces in order of their sequence numbers, which never repeat.

    Kept: everything since the last access point but one, and at least 4 s; at most 30 s (60 s where a viewer still
    reads) and 32 MB. Those seconds are of arrival.
    """

    def __init__(self) -> None:
        self.first = 0  # sequence number of the oldest piece
        self.end = 0  # sequence number that the next piece will get
        self.bytes = 0
        self.time = 0.0  # seconds of stream appended so far; jumps are left out, for nobody waits for them
        self._total = 0  # bytes appended so far
        self._kept: dict[int, _Kept] = {}
        self._entries: deque[Entry] = deque()  # the newest of each piece that has any
        self._clock = 0.0  # time of the newest piece as its own clock says

    def __getitem__(self, sequence: int) -> Piece:
        """The piece of this number. Raises KeyError when it has gone or is yet to come."""
        return self._kept[sequence].piece

    def time_of(self, sequence: int) -> float:
        """Seconds of stream up to the end of a piece that is kept; comparable with `time`."""
        return self._kept[sequence].time

    def bytes_from(self, sequence: int) -> int:
        """Bytes of a piece that is kept and of all after it."""
        return self._total - self._kept[sequence].before

    @property
    def entries(self) -> Iterator[Entry]:
        """Where viewers may start, the newest first; in pieces of the codecs in force only."""
        return reversed(self._entries)

    def newest(self, before: int) -> Entry | None:
        """Where one joins who may read the pieces before number `before`; None when there is no such place."""
        return next((entry for entry in self.entries if entry.sequence < before), None)

    def entry_behind(self, seconds: float) -> Entry | None:
        """The newest place to start that is `seconds` of stream behind the end, or the oldest one."""
        found: Entry | None = None
        for found in self.entries:
            if self.time - self._kept[found.sequence].time >= seconds:
                break
        return found

    def tail(self, most: int) -> bytes:
        """The newest bytes, from a place where one may start on: `most` of them, or those from the newest place."""
        start: Entry | None = None
        for entry in self.entries:
            if start is not None and self.bytes_from(entry.sequence) > most:
                break
            start = entry
        if start is None:
            return b""
        whole = b"".join(self[number].data for number in range(start.sequence, self.end))
        return whole[start.offset :]

    def append(self, piece: Piece, now: float) -> int:
        """Add a piece that arrived at `now`; its sequence number."""
        step = piece.time - self._clock if self._kept else 0.0
        self._clock = piece.time
        self.time += step if 0.0 <= step <= _LONGEST_STEP else 0.0
        sequence = self.end
        self._kept[sequence] = _Kept(piece, now, self.time, self._total)
        self.end += 1
        self.bytes += len(piece.data)
        self._total += len(piece.data)
        if piece.codecs_changed:
            # Who started before it would see the change at once, and media servers must never see one.
            self._entries.clear()
        if piece.entries:
            self._entries.append(Entry(sequence, piece.entries[-1]))
        while self.bytes > _MOST_BYTES:
            self._drop_first()
        return sequence

    def trim(self, now: float, *, unread: int, joining: int) -> None:
        """Forget what nobody needs.

        `unread` is the first piece that some viewer still has to get; `joining` the one where a viewer with a cushion
        would start. Either is `end` or above when there is none.
        """
        for entry in islice(self.entries, 2):
            joining = min(joining, entry.sequence)
        while self._kept:
            age = now - self._kept[self.first].arrived
            kept_for_viewer = self.first >= unread and age <= _MOST_SECONDS_UNREAD
            kept_for_joining = self.first >= joining and age <= _MOST_SECONDS
            if age <= _LEAST_SECONDS or kept_for_viewer or kept_for_joining:
                return
            self._drop_first()

    def clear(self) -> None:
        """Forget everything."""
        while self._kept:
            self._drop_first()

    def _drop_first(self) -> None:
        self.bytes -= len(self._kept.pop(self.first).piece.data)
        self.first += 1
        while self._entries and self._entries[0].sequence < self.first:
            self._entries.popleft()
