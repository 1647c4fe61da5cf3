"""The last seconds of a stream, shared by all its viewers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from tunerr.gateway.inspector import AccessPoint

_LEAST_SECONDS = 4.0
_MOST_SECONDS = 30.0
# A burst of three long HLS segments is read in real time; what a viewer still has to get may be older than the rest.
_MOST_SECONDS_UNREAD = 60.0
_MOST_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """A place in the ring: `tables` first, then chunk `sequence` from `offset` on."""

    sequence: int
    offset: int = 0
    tables: bytes = b""


@dataclass(frozen=True, slots=True)
class _Piece:
    data: bytes
    arrived: float


class Ring:
    """Immutable chunks in order of their sequence numbers, which never repeat.

    Kept: everything since the last access point but one, and at least 4 s; at most 30 s (60 s where a viewer still
    reads) and 32 MB.
    """

    def __init__(self) -> None:
        self.first = 0  # sequence number of the oldest chunk
        self.bytes = 0
        self._pieces: deque[_Piece] = deque()
        self._entries: deque[Entry] = deque(maxlen=2)

    @property
    def end(self) -> int:
        """Sequence number that the next chunk will get."""
        return self.first + len(self._pieces)

    @property
    def newest(self) -> Entry | None:
        """Where a viewer joins now; None when no access point is at hand."""
        entry = self._entries[-1] if self._entries else None
        return entry if entry is not None and entry.sequence >= self.first else None

    def append(self, data: bytes, points: Sequence[AccessPoint], now: float) -> int:
        """Add a chunk that arrived at `now`; its sequence number."""
        sequence = self.end
        self._pieces.append(_Piece(data, now))
        self.bytes += len(data)
        self._entries.extend(Entry(sequence, point.offset, point.tables) for point in points)
        while self.bytes > _MOST_BYTES:
            self._drop_first()
        return sequence

    def trim(self, now: float, unread: int) -> None:
        """Forget what nobody needs; `unread` is the first chunk that some viewer still has to get."""
        joining = min((entry.sequence for entry in self._entries), default=self.end)
        while self._pieces:
            age = now - self._pieces[0].arrived
            kept_for_viewer = self.first >= unread and age <= _MOST_SECONDS_UNREAD
            kept_for_joining = self.first >= joining and age <= _MOST_SECONDS
            if age <= _LEAST_SECONDS or kept_for_viewer or kept_for_joining:
                return
            self._drop_first()

    def since(self, sequence: int) -> Iterator[bytes]:
        """Chunks from `sequence` on; the caller has checked that it is not below `first`."""
        return (piece.data for piece in islice(self._pieces, sequence - self.first, None))

    def _drop_first(self) -> None:
        self.bytes -= len(self._pieces.popleft().data)
        self.first += 1
