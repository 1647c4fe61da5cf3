"""Which segments of a live playlist are new, when to look again, when it has stalled. Pure: playlists and times in."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta

from tunerr.gateway.readers.playlist import Media, Segment

STALL_SECONDS = 12.0  # without a first segment (contract.md §5.13)
_STALL_LEAST, _STALL_TARGETS = 2.0, 1.5  # without a new one (architecture.md §4)
_STALL_LEAD = 1.0  # with more in hand viewers notice nothing, and a segment may still come
_POLL_LEAST, _POLL_MOST, _POLL_UNKNOWN = 1.0, 10.0, 3.0  # contract.md §5.13
_AGAIN_LEAST = 0.5
_PATIENCE_LEAST = 2.0
# The newest segments burst in, and a player starts at once (performance.md §2). Three of them bear two that are
# published at once, each second time; 10 s bear an edge server that lags by a few seconds; the ring holds 30 s.
_START_SEGMENTS, _START_LEAST = 3, 2
_START_SECONDS, _START_MOST = 10.0, 30.0
_MOST_LEAD = 30.0  # nobody buffers more
_MOST_TARGET = 30.0  # more is a slip of the provider's, and would hide every stall
_SLACK = timedelta(seconds=0.5)  # the clocks of two encoders
_REMEMBERED = 400


def poll_seconds(target: float, *, again: bool = False) -> float:
    """How long after one look at a live playlist the next one follows: half its target duration, in bounds.

    `again`: the last look brought nothing new; then a quarter.
    """
    if not target:
        return _POLL_UNKNOWN
    return min(max(target / 4, _AGAIN_LEAST) if again else max(target / 2, _POLL_LEAST), _POLL_MOST)


class Follower:
    """Follows one media playlist through its reloads: sliding, renumbered, restarted, served by a stale cache.

    After each `look`, `next` is the segment that is due, until `done` (delivered) or `skip` (it can't be had). Times
    are seconds on one monotonic clock. `after`: the first look starts with what went on air then, if it is there.
    """

    def __init__(self, *, now: float, after: datetime | None = None) -> None:
        self._after = after
        self._by_time = False  # the next look is at another variant, whose names and numbers may differ
        self._last: tuple[int, str] | None = None  # number and name handed out last
        self._last_ends: datetime | None = None
        self._seen: dict[str, int] = {}  # names handed out or passed over, and their numbers then
        self._pending: deque[tuple[Segment, str]] = deque()
        self._target = self._pace = 0.0
        self._again = False
        self._progress = now
        self._runs_out: float | None = None  # when what was delivered has been played

    @property
    def next(self) -> Segment | None:
        """The segment that is due."""
        return self._pending[0][0] if self._pending else None

    @property
    def pause(self) -> float:
        """Seconds from the last look to the next."""
        return poll_seconds(self._pace, again=self._again)

    def look(self, playlist: Media, now: float) -> None:
        """Take note of the playlist as it is `now`."""
        self._pace = playlist.longest
        self._target = min(max(playlist.target, self._pace), _MOST_TARGET)
        segments, window = playlist.segments, playlist.names
        start = self._first_new(playlist, now) if segments else 0
        for index in range(len(segments) - 1, start - 1, -1):
            if self._seen.get(window[index]) == segments[index].sequence:  # after a wild jump and back
                start = index + 1
                break
        self._pending = deque(zip(segments[start:], window[start:], strict=True))
        self._again = not self._pending
        if self._pending:
            passed = slice(max(start - _REMEMBERED, 0), start)
            self._remember(zip(window[passed], segments[passed], strict=True))

    def done(self, now: float) -> None:
        """`next` was delivered."""
        segment = self._pass()
        self._progress = now
        lead = max((self._runs_out or now) - now, 0.0) + segment.duration
        self._runs_out = now + min(lead, max(_START_SEGMENTS * self._target, _START_SECONDS), _MOST_LEAD)

    def skip(self) -> None:
        """`next` can't be had."""
        self._pass()

    def switch(self) -> None:
        """The next look is at another variant of the same program. It gets no more time than the one before had."""
        self._by_time = True
        self._seen.clear()
        self._pending.clear()
        if self._last is not None:
            self._last = (self._last[0], "")

    def waited(self, seconds: float) -> None:
        """Our reader was slow: that is no fault of the stream's."""
        self._progress += seconds
        if self._runs_out is not None:
            self._runs_out += seconds

    def stalled(self, now: float) -> bool:
        """Whether nothing new came for too long, and what was delivered is about to run out."""
        return now > self._stalls_at

    def patience(self, now: float, *, tries: int = 1) -> float:
        """Seconds for a request to show a sign of life, so that `tries` of them fit in before the stall."""
        return max((self._stalls_at - now) / tries, _PATIENCE_LEAST)

    @property
    def _stalls_at(self) -> float:
        if self._runs_out is None:
            return self._progress + STALL_SECONDS
        return max(self._progress + max(_STALL_TARGETS * self._target, _STALL_LEAST), self._runs_out - _STALL_LEAD)

    def _pass(self) -> Segment:
        segment, name = self._pending.popleft()
        self._last, self._last_ends = (segment.sequence, name), segment.ends
        self._remember([(name, segment)])
        return segment

    def _remember(self, passed: Iterable[tuple[str, Segment]]) -> None:
        for name, segment in passed:
            self._seen.pop(name, None)
            self._seen[name] = segment.sequence
        while len(self._seen) > _REMEMBERED:
            del self._seen[next(iter(self._seen))]

    def _first_new(self, playlist: Media, now: float) -> int:
        """Index of the first new segment of a playlist that has some."""
        segments, window = playlist.segments, playlist.names
        if self._last is None:
            return _entry(playlist, self._after, self._target)
        if self._by_time:
            self._by_time = False
            found = _at(segments, self._last_ends)
            if found is not None:
                self._last = (segments[0].sequence + found - 1, window[found - 1] if found else "")
                return found
        number, name = self._last
        older = bisect_right(segments, number, key=lambda segment: segment.sequence)
        behind = segments[-1].sequence < number
        if segments[0].sequence == number + 1 or (older and not behind and window[older - 1] == name):
            return older
        if name in window:  # renumbered: the names tell what is new
            return window.index(name) + 1
        if behind:
            return self._behind(playlist, now)
        return older or _live_start(playlist)

    def _behind(self, playlist: Media, now: float) -> int:
        """Index of the first new segment where all numbers are lower than the last one."""
        segments, window = playlist.segments, playlist.names
        known = [index for index, name in enumerate(window) if name in self._seen]
        if known:
            same_numbers = self._seen[window[known[-1]]] == segments[known[-1]].sequence
            return len(segments) if same_numbers else known[-1] + 1
        # The encoder was restarted, or a cache lags. The cache has caught up by the time that a new segment is due.
        return _live_start(playlist) if now - self._progress > self._target else len(segments)


def _entry(playlist: Media, after: datetime | None, longest_wait: float) -> int:
    """Index of the segment to start with; their number where what follows `after` is still to come."""
    segments = playlist.segments
    found = _at(segments, after)
    if found is not None and found < len(segments):
        return found
    if found is None or after is None or segments[-1].ends is None:
        return 0 if playlist.ended else _live_start(playlist)
    # Another provider may be far behind; then its newest segments are the best there is.
    soon = after - segments[-1].ends <= timedelta(seconds=longest_wait)
    return len(segments) if playlist.ended or soon else _live_start(playlist)


def _live_start(playlist: Media) -> int:
    count, seconds = 0, 0.0
    for segment in reversed(playlist.segments):
        if count >= _START_SEGMENTS and (seconds >= _START_SECONDS or not seconds):
            break
        if count >= _START_LEAST and seconds + segment.duration > _START_MOST:
            break
        count, seconds = count + 1, seconds + segment.duration
    return len(playlist.segments) - count


def _at(segments: tuple[Segment, ...], moment: datetime | None) -> int | None:
    """Index of the segment that was on air at `moment`, their number when it is later; None when it can't be told."""
    if moment is None or not segments or segments[0].aired is None or segments[0].aired > moment + _SLACK:
        return None
    later = (index for index, one in enumerate(segments) if one.ends is not None and one.ends > moment + _SLACK)
    return next(later, len(segments))
