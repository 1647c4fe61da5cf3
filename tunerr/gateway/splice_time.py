"""Moves the stamps of all sources onto the one timeline of the output."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from tunerr.gateway.psi import Kind
from tunerr.gateway.timestamps import CYCLE, SECOND, PesHeader, apart
from tunerr.gateway.ts import PCR_PER_BASE

_JUMP = 2 * SECOND  # a clock that goes on further than that at once, or back, has jumped
_JITTER = SECOND // 10  # a PCR that far back is wrong, not a jump
_REACH = 10 * SECOND  # how far stamps may be from the clock; after a pause a stream goes on where the clock is
_LOOSE_REACH = 60 * SECOND  # the same for subtitles and data
_LONGEST_STEP = SECOND // 2  # more between two pictures is a gap, not a frame
_FIRST_STEP = SECOND // 25
_STEPS = 8  # a PES of sound may hold now five, now eight frames
_LEAST_PCR_STEP = SECOND // 1000
_PATIENCE = SECOND  # of stream that is looked through for the stamps a new timeline is tied to
_MOST_PENDING = 1000
_MADE_DELAY = 3 * SECOND // 10  # of a made PCR behind the DTS
_EARLIEST, _LATEST = -SECOND, _REACH  # DTS less PCR in a stream whose PCR makes sense


@dataclass(frozen=True, slots=True)
class PcrStamp:
    """A PCR of the source, before the packet at `position`; `carried`: inside it, on the output's PCR PID."""

    position: int
    value: int
    carried: bool


@dataclass(frozen=True, slots=True)
class PesStamp:
    """The start of a PES on an output PID; `lost`: packets are missing before it."""

    position: int
    pid: int
    header: PesHeader
    kind: Kind
    lost: bool = False

    @property
    def lasting(self) -> bool:
        """Whether it takes part in what the timeline is judged by."""
        return self.kind is not Kind.OTHER


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a stamp belongs: `offset` of a PES in 90 kHz ticks, None when it must not be published.

    `pcr`: the output's PCR from the stamp's position on, in ticks of 27 MHz without wraps; None when there is none.
    """

    stamp: PcrStamp | PesStamp
    offset: int | None
    pcr: int | None = None


@dataclass(frozen=True, slots=True)
class _Track:
    """The last stamps of an output PID, without wraps; `shown` is the largest PTS, `steps` the last times between PES.

    `step`: how far the first PES of another timeline keeps from this one. That is a frame for a `picture`; for sound
    the longest time, since how much sound a PES holds shows only with the next one.
    """

    decoded: int
    shown: int
    steps: tuple[int, ...] = (_FIRST_STEP,)
    picture: bool = False

    @property
    def step(self) -> int:
        """In ticks."""
        return min(self.steps) if self.picture else max(self.steps)


class _Fit(Enum):
    YES = auto()
    NO = auto()
    UNKNOWN = auto()  # the next PCR will tell


class SpliceTime:
    """One offset for all PIDs of a source, and a further one from each jump of the source's clock on.

    An offset is chosen so that the reference PID (picture, else sound) goes on one frame after its last DTS and shows
    nothing before its last PTS, and that the PCR does not go back. PIDs pass a jump at different places: each PES gets
    the one of the last two offsets with which it lies nearest to its predecessor. Without a PCR for a second, or with
    one that has nothing to do with the DTS, the PCR is made from the reference's DTS.
    """

    def __init__(self) -> None:
        self.pcr: int | None = None  # last one of the output
        self.jumps = 0
        self._tracks: dict[int, _Track] = {}
        self._before: dict[int, _Track | None] = {}
        self._last: _Track | None = None  # of the reference, whichever PID that was
        self._last_before: _Track | None = None
        self.begin(0)

    def begin(self, reference: int) -> None:
        """A source starts; its `reference` is an output PID."""
        self._reference = reference
        self._offsets: tuple[int, ...] = ()
        self._pending: deque[PcrStamp | PesStamp] = deque()
        self._refused: set[int] = set()
        self._under: dict[int, int] = {}  # the offset of each PID's last PES
        self._made = False
        self._unclocked: list[int] = []  # DTS of the reference since the last PCR

    @property
    def started(self) -> bool:
        """Whether the source's first offset is known."""
        return bool(self._offsets)

    @property
    def offset(self) -> int:
        """The newest offset."""
        return self._offsets[-1] if self._offsets else 0

    @property
    def waits_at(self) -> int | None:
        """Position of the first stamp that is not placed."""
        return self._pending[0].position if self._pending else None

    def add(self, stamp: PcrStamp | PesStamp) -> None:
        """Take the next stamp of the source."""
        self._pending.append(stamp)
        if isinstance(stamp, PcrStamp):
            self._unclocked.clear()
        elif stamp.pid == self._reference and stamp.header.decoded is not None and not self._made:
            self._unclocked.append(stamp.header.decoded)
            long = apart(stamp.header.decoded, self._unclocked[0]) > SECOND
            self._made = long and len(self._unclocked) > 2  # noqa: PLR2004 (one that jumps is not a second of stream)

    def withdraw(self, pid: int) -> None:
        """Forget the last PES of `pid`: it is not published after all."""
        before = self._before.pop(pid, None)
        if before is None:
            self._tracks.pop(pid, None)
        else:
            self._tracks[pid] = before
        if pid == self._reference:
            self._last = self._last_before

    def place(self, *, force: bool = False) -> Iterator[Placed]:
        """Place stamps in order, up to one that needs others that have not come; with `force` all, if there is a way.

        Nothing is placed before the source's first offset is known.
        """
        while self._pending:
            stamp = self._pending[0]
            fit = self._fits(stamp) if self._offsets else _Fit.NO
            if fit is not _Fit.YES:
                forced = force or self._overlong()
                if not (forced if fit is _Fit.UNKNOWN else self._go_on(stamp, force=forced)):
                    return
            self._pending.popleft()
            yield self._settle_pcr(stamp) if isinstance(stamp, PcrStamp) else self._settle_pes(stamp)

    def _fits(self, stamp: PcrStamp | PesStamp) -> _Fit:
        """Whether the stamp belongs to a timeline that is known."""
        if isinstance(stamp, PcrStamp):
            return _Fit.NO if not self._made and self._pcr_jumps(stamp) else _Fit.YES
        if not stamp.lasting or self._continues(stamp):
            return _Fit.YES
        clock = None if self._made else self._next_pcr()
        if clock is None and not self._made:
            return _Fit.UNKNOWN
        if clock is not None and self._pcr_jumps(clock):
            return _Fit.NO
        return _Fit.YES if self._rests(stamp) else _Fit.NO

    def _rests(self, stamp: PesStamp) -> bool:
        """Whether a PES that does not go on from its predecessor is all right where the PCR goes on."""
        decoded, track = stamp.header.decoded or 0, self._tracks[stamp.pid]
        in_reach = self._in_reach(decoded, _REACH)
        if stamp.pid != self._reference:
            return in_reach
        _, distance = self._nearest(decoded, track.decoded, track.step)
        paused = distance > 0 and not self._made and in_reach
        return paused or (not stamp.header.explicit and -SECOND < distance <= 0)

    def _go_on(self, stamp: PcrStamp | PesStamp, *, force: bool) -> bool:
        """Choose an offset with which `stamp` continues the output; False when it takes stamps yet to come."""
        reference, clock = self._next_reference(), None if self._made else self._next_pcr()
        if (reference is None or (clock is None and not self._made)) and not force:
            return False
        if self._offsets:
            self.jumps += 1
            if reference is not None and self._continues(reference):
                reference = None
            if clock is not None and not self._pcr_jumps(clock):
                clock = None
        if reference is None and isinstance(stamp, PesStamp) and stamp.header.decoded is not None:
            reference = stamp
        if reference is not None:
            offset = self._offset_by_pes(reference, clock)
        elif clock is not None:
            offset = 0 if self.pcr is None else (self.pcr - clock.value) // PCR_PER_BASE + _FIRST_STEP
        else:
            offset = self.offset
        self._offsets = (*self._offsets[-1:], offset % CYCLE)
        return True

    def _offset_by_pes(self, stamp: PesStamp, clock: PcrStamp | None) -> int:
        decoded, shown = stamp.header.decoded, stamp.header.shown
        assert decoded is not None  # noqa: S101 (callers pass stamped PES only)
        assert shown is not None  # noqa: S101 (as above)
        delay = apart(decoded, clock.value // PCR_PER_BASE) if clock is not None else _MADE_DELAY
        if not _EARLIEST <= delay <= _LATEST:
            self._made, delay = True, _MADE_DELAY
        tracks = [self._tracks.get(stamp.pid), self._last if stamp.pid == self._reference else None]
        known = [track for track in tracks if track is not None]
        if not known:
            return 0
        earliest = max(track.decoded + track.step for track in known)
        earliest = max(earliest, *(track.shown + track.step - apart(shown, decoded) for track in known))
        if self.pcr is not None and (clock is not None or self._made):
            earliest = max(earliest, self.pcr // PCR_PER_BASE + _LEAST_PCR_STEP + delay)
        return earliest - decoded

    def _settle_pcr(self, stamp: PcrStamp) -> Placed:
        if self._made:
            return Placed(stamp, None)
        if self.pcr is None:
            base, extension = divmod(stamp.value, PCR_PER_BASE)
            clock = self._clock(base)
            self.pcr = (clock + self._nearest(base, clock, 0)[1]) * PCR_PER_BASE + extension
            return Placed(stamp, self.offset, self.pcr)
        offset, step = self._pcr_step(stamp)
        if step <= 0:
            return Placed(stamp, None)
        self.pcr += step
        return Placed(stamp, offset, self.pcr)

    def _settle_pes(self, stamp: PesStamp) -> Placed:
        decoded, shown = stamp.header.decoded, stamp.header.shown
        if decoded is None or shown is None:
            good = stamp.header.readable and stamp.pid not in self._refused
            return Placed(stamp, self.offset if good else None)
        track = self._tracks.get(stamp.pid)
        if track is None:
            clock = self._clock(decoded)
            offset, distance = self._nearest(decoded, clock, 0)
            now = clock + distance
        else:
            offset, distance = self._nearest(decoded, track.decoded, track.step)
            now = track.decoded + distance
            # After a loss it may be another encoder's, whose sound overlaps the last frames that are out already.
            broken = stamp.lost or stamp.pid in self._refused
            least = track.step if broken or self._under.get(stamp.pid) != offset else 1
            if not self._may_follow(stamp, distance, least):
                self._refused.add(stamp.pid)
                return Placed(stamp, None)
        self._refused.discard(stamp.pid)
        self._under[stamp.pid] = offset
        self._note(stamp, track, now, now + apart(shown, decoded))
        return Placed(stamp, offset, self._make_pcr(now) if stamp.pid == self._reference else None)

    def _may_follow(self, stamp: PesStamp, distance: int, least: int) -> bool:
        """Whether a PES does not go back."""
        if stamp.lasting:
            if stamp.pid == self._reference:
                return distance > 0 or not stamp.header.explicit  # by its PTS a B picture goes back
            return distance >= least
        return distance >= 0 and self._in_reach(stamp.header.decoded or 0, _LOOSE_REACH)

    def _note(self, stamp: PesStamp, track: _Track | None, decoded: int, shown: int) -> None:
        picture = stamp.kind is Kind.VIDEO
        if track is None:
            now = _Track(decoded, shown, picture=picture)
        else:
            step = decoded - track.decoded
            steps = (*track.steps[1 - _STEPS :], step) if 0 < step <= _LONGEST_STEP else track.steps
            now = _Track(max(decoded, track.decoded), max(shown, track.shown), steps, picture)
            self._before[stamp.pid] = track
        self._tracks[stamp.pid] = now
        if stamp.pid == self._reference:
            self._last_before, self._last = self._last, now

    def _make_pcr(self, decoded: int) -> int | None:
        made = (decoded - _MADE_DELAY) * PCR_PER_BASE
        if not self._made or (self.pcr is not None and made <= self.pcr):
            return None
        self.pcr = made
        return made

    def _nearest(self, raw: int, last: int, step: int) -> tuple[int, int]:
        """The offset with which `raw` lies nearest to one step after `last`, and its distance from `last`."""
        candidates = [(offset, apart(raw + offset, last)) for offset in self._offsets]
        if len(candidates) == 1:
            return candidates[0]
        return min(candidates, key=lambda candidate: abs(candidate[1] - step))

    def _pcr_step(self, stamp: PcrStamp) -> tuple[int, int]:
        """The offset with which a PCR goes on best, and by how many ticks of 27 MHz it does."""
        last = self.pcr or 0
        base, extension = divmod(last, PCR_PER_BASE)
        offset, step = self._nearest(stamp.value // PCR_PER_BASE, base, _FIRST_STEP)
        return offset, step * PCR_PER_BASE + stamp.value % PCR_PER_BASE - extension

    def _pcr_jumps(self, stamp: PcrStamp) -> bool:
        if self.pcr is None:
            return False
        _, step = self._pcr_step(stamp)
        return not -_JITTER * PCR_PER_BASE < step <= _JUMP * PCR_PER_BASE

    def _continues(self, stamp: PesStamp) -> bool:
        track = self._tracks.get(stamp.pid)
        if track is None or stamp.header.decoded is None:
            return True
        return 0 < self._nearest(stamp.header.decoded, track.decoded, track.step)[1] <= _JUMP

    def _in_reach(self, raw: int, reach: int) -> bool:
        clock = self._clock(raw)
        return abs(self._nearest(raw, clock, 0)[1]) <= reach

    def _clock(self, raw: int) -> int:
        """The output's time without wraps, by the PCR or else by the DTS; the output begins with the stamp `raw`."""
        if self.pcr is not None:
            return self.pcr // PCR_PER_BASE
        known = (self._last, *self._tracks.values())
        return next((track.decoded for track in known if track is not None), raw + self.offset)

    def _next_pcr(self) -> PcrStamp | None:
        return next((stamp for stamp in self._pending if isinstance(stamp, PcrStamp)), None)

    def _next_reference(self) -> PesStamp | None:
        stamps = (stamp for stamp in self._pending if isinstance(stamp, PesStamp))
        return next((one for one in stamps if one.pid == self._reference and one.header.decoded is not None), None)

    def _overlong(self) -> bool:
        """Whether what waits is too much to wait on."""
        first = self._next_pcr()
        if first is None or len(self._pending) > _MOST_PENDING:
            return len(self._pending) > _MOST_PENDING
        last = next(stamp for stamp in reversed(self._pending) if isinstance(stamp, PcrStamp))
        return abs(apart(last.value // PCR_PER_BASE, first.value // PCR_PER_BASE)) > _PATIENCE
