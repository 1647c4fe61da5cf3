"""Rules about what is in a stream, on its own time. Each takes totals that only grow; none keeps more than a minute."""

from __future__ import annotations

from collections import deque
from statistics import median

from tunerr.gateway.bounds import Bounds
from tunerr.gateway.inspection import Signs
from tunerr.gateway.ts import PACKET

_RECENT_GROUPS = 64
_RECENT_SECONDS = 16.0  # of media; what is repeated after a longer time may be meant to be


class Missing:
    """Something that comes again and again, and how long it has been overdue."""

    def __init__(self, least: float, factor: float, unknown: float = 0.0) -> None:
        """Overdue after `least` seconds or `factor` times the longest interval seen, `unknown` before there is one."""
        self._least = least
        self._factor = factor
        self._unknown = unknown
        self._longest: float | None = None
        self._seen = 0
        self._media = 0.0
        self._last = 0.0  # when it came last
        self._first = True  # the next one begins the first interval

    def restart(self, media: float) -> None:
        """Forget what was learned: from `media` on it is another stream."""
        self._longest, self._last, self._first = None, media, True

    def take(self, seen: int, media: float) -> None:
        """`seen` have come in `media` seconds."""
        if seen > self._seen:
            if not self._first:
                interval = (media - self._last) / (seen - self._seen)
                self._longest = max(self._longest or 0.0, interval)
            self._seen, self._last, self._first = seen, media, False
        self._media = media

    @property
    def overdue(self) -> float:
        """Seconds since the last one when that is too long, else 0."""
        longest = self._unknown if self._longest is None else self._longest
        since = self._media - self._last
        return since if since > max(self._least, self._factor * longest) else 0.0


class Repetition:
    """Groups of pictures that have been shown within the last 16 s: a still picture, or a short clip that is looped.

    Encoders number key pictures in turns, so that even a still picture gives two groups in alternation.
    """

    def __init__(self, least: int, seconds: float) -> None:
        self._least = least
        self._seconds = seconds
        self._recent: deque[tuple[int | None, float]] = deque(maxlen=_RECENT_GROUPS)  # signature, and when in media
        self._gops = 0
        self._ended = 0.0  # the last group
        self._began = 0.0  # the first one of the row
        self._row = 0

    def take(self, signs: Signs) -> None:
        """Take the signature of the last whole group."""
        if signs.gops == self._gops:
            return
        while self._recent and signs.media - self._recent[0][1] > _RECENT_SECONDS:
            self._recent.popleft()
        if all(signs.gop != group for group, _ in self._recent):
            self._row, self._began = 0, self._ended
        self._row += 1
        self._recent.append((signs.gop, signs.media))
        self._gops, self._ended = signs.gops, signs.media

    @property
    def seconds(self) -> float:
        """How long the row is when it is too long, else 0."""
        length = self._ended - self._began
        return length if self._row >= self._least and length >= self._seconds else 0.0


class Collapse:
    """What the pictures hold against its own median over the last minute.

    That is their bytes beyond the one packet that each takes at least: a still or black picture has next to none,
    whatever the stream's bitrate.
    """

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._seconds: deque[float] = deque(maxlen=bounds.median_over + bounds.collapsed_for)  # bytes in each of media
        self._media: float | None = None
        self._bytes = 0

    def restart(self) -> None:
        """Forget what was learned."""
        self._seconds.clear()
        self._media = None

    def take(self, signs: Signs) -> None:
        """Take the video's bytes and the media so far."""
        content = signs.video_bytes - PACKET * signs.video_units
        if self._media is None:
            self._media, self._bytes = signs.media, content
        elapsed = signs.media - self._media
        if elapsed >= 1:
            self._seconds.append((content - self._bytes) / elapsed)
            self._media, self._bytes = signs.media, content

    @property
    def collapsed(self) -> bool:
        """Whether the last 8 s together have less than 5 % of what the minute before them had."""
        recent = self._bounds.collapsed_for
        if len(self._seconds) < recent + self._bounds.median_least:
            return False
        seconds = list(self._seconds)
        return sum(seconds[-recent:]) < self._bounds.collapsed * recent * median(seconds[:-recent])


class Share:
    """The least part of a total in each of the last seconds of media."""

    def __init__(self, seconds: int) -> None:
        self._shares: deque[float] = deque(maxlen=seconds)
        self._media = 0.0
        self._part = 0
        self._whole = 0

    def take(self, part: int, whole: int, media: float) -> None:
        """`part` of `whole` so far, in `media` seconds."""
        if media - self._media >= 1 and whole > self._whole:
            self._shares.append((part - self._part) / (whole - self._whole))
            self._media, self._part, self._whole = media, part, whole

    @property
    def value(self) -> float:
        """0 to 1, 0 until all the seconds have been seen."""
        return min(self._shares) if len(self._shares) == self._shares.maxlen else 0.0


class Damage:
    """Events in the last `seconds`, and in how many different ones of them."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._counts: deque[tuple[int, int]] = deque()  # (second, events)
        self._total = 0

    def take(self, total: int, now: float) -> None:
        """There have been `total` events at `now`."""
        new, self._total = total - self._total, total
        if new <= 0:
            return
        if self._counts and self._counts[-1][0] == int(now):
            new += self._counts.pop()[1]
        self._counts.append((int(now), new))
        while self._counts[0][0] <= int(now) - self._seconds:
            self._counts.popleft()

    def within(self, now: float) -> tuple[int, int]:
        """Events and the seconds they fell into."""
        counts = [events for second, events in self._counts if second > int(now) - self._seconds]
        return sum(counts), len(counts)
