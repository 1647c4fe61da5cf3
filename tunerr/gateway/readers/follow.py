"""Which segments of a live playlist are new. Pure: playlists and times in, segments out."""

from __future__ import annotations

from collections import deque

from tunerr.gateway.readers.playlist import Media, Segment, names

_START_SEGMENTS = 3  # complete already, so they burst in and a player starts at once (performance.md §2)
_REMEMBERED = 200
_STALL_TARGETS = 3
STALL_SECONDS = 12.0  # contract.md §5.13
_POLL_LEAST, _POLL_MOST, _POLL_UNKNOWN = 1.0, 10.0, 3.0  # contract.md §5.13


def poll_seconds(target: float) -> float:
    """How long after one look at a live playlist the next one follows: half its target duration, in bounds."""
    return min(max(target / 2, _POLL_LEAST), _POLL_MOST) if target else _POLL_UNKNOWN


class Follower:
    """Follows one media playlist through its reloads: sliding, renumbered, restarted, served by a stale cache."""

    def __init__(self, *, now: float) -> None:
        self._last: int | None = None  # sequence handed out last
        self._window = 0
        self._names: deque[str] = deque(maxlen=_REMEMBERED)
        self._target = 0.0
        self._progress = now

    def stalled(self, now: float) -> bool:
        """Whether the playlist has brought nothing new for too long."""
        return now - self._progress > max(_STALL_TARGETS * self._target, STALL_SECONDS)

    def fresh(self, playlist: Media, now: float) -> tuple[Segment, ...]:
        """The segments that were not handed out before, in order; `now` in seconds on one monotonic clock."""
        self._target = playlist.target
        window = names(playlist.segments)
        chosen = playlist.segments[self._start(playlist, window) :]
        if chosen:
            self._progress = now
            self._last = chosen[-1].sequence
            self._names.extend(window[-len(chosen) :])
        self._window = max(self._window, len(window), 1)
        return chosen

    def _start(self, playlist: Media, window: list[str]) -> int:
        """Index of the first new segment."""
        segments = playlist.segments
        live_start = max(len(segments) - _START_SEGMENTS, 0)
        if self._last is None:
            return 0 if playlist.ended else live_start
        if not segments:
            return 0
        newest = segments[-1].sequence
        if newest > self._last:
            return next(index for index, segment in enumerate(segments) if segment.sequence > self._last)
        if newest < self._last - max(len(segments), self._window):
            return live_start  # went back further than any lagging cache: the encoder was restarted
        if window[-1] in self._names:
            return len(segments)  # unchanged, or a cache that lags
        known = [index for index, name in enumerate(window) if name in self._names]
        return known[-1] + 1 if known else live_start  # renumbered: the names tell what is new
