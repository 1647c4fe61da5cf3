"""Which stream is tested when, and when a host is left alone. Sans-I/O: it gives out work and takes verdicts in."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from random import Random
from typing import NamedTuple

from tunerr.model.channel import Stream
from tunerr.model.stream_test import Finding, StreamTest
from tunerr.providers.validation.pace import Pace
from tunerr.providers.validation.stop_rule import HostRecord
from tunerr.providers.validation.targets import Candidate, Target, unusable
from tunerr.support.clock import Clock

# Added to each wait, so that requests have no beat and workers don't move in step.
_JITTER_S = 0.5
# How often an account whose streams are all in use is looked at again.
_BUSY_S = 5.0
# What a worker without work waits while others are busy: their verdicts may bring some.
_IDLE_S = 0.5

SKIPPED_GROUP = "its group is not tested"
SKIPPED_REGION = "its country is not tested"
OVER_LIMIT = "more channels than one run tests"
NO_STREAM = "it has no stream"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a run. Seconds; 0 stands for no bound. `ttl`: how long an earlier result is believed.

    `skip_groups` may have `*` for any text and `skip_regions` are countries, both in any case.
    """

    max_channels: int = 0
    max_duration: float = 300.0
    ttl: float = 4 * 3600.0
    skip_groups: tuple[str, ...] = ()
    skip_regions: tuple[str, ...] = ()


class Verdict(NamedTuple):
    """What a test found, in words without secrets. `hold`: seconds that the host asked to be left alone."""

    finding: Finding
    words: str
    hold: float = 0.0


class Result(NamedTuple):
    """A verdict and its time in Unix seconds."""

    verdict: Verdict
    at: float


class Work(NamedTuple):
    """A stream to be tested now, a target of the candidate of that number; `done` must follow."""

    candidate: int
    target: Target


class Wait(NamedTuple):
    """Nothing can be tested for so many seconds."""

    seconds: float


@dataclass(slots=True)
class _Lane:
    """The streams of one account on one host; one of them is tested at a time. `listed`: due or being tested."""

    host: str
    account: str
    queue: deque[int] = field(default_factory=deque)
    listed: bool = False


class Batch:
    """One run over `candidates`, in random order, each channel's streams in order until one plays.

    `known` are earlier results. `spare` says whether an account bears one stream more beside its viewers.
    """

    def __init__(
        self,
        candidates: Sequence[Candidate],
        *,
        known: Mapping[str, StreamTest],
        limits: Limits,
        pace: Pace,
        spare: Callable[[Stream], bool],
        clock: Clock,
        random: Random,
    ) -> None:
        self.candidates = candidates
        self.known = known
        self.results: dict[str, Result] = {}
        self.skipped: dict[int, str] = {}  # reasons by index of the candidate
        self.stopped: dict[str, Finding] = {}  # hosts that are left alone, with what dominated them
        self._limits, self._pace, self._spare, self._clock, self._random = limits, pace, spare, clock, random
        self._began, self._wall = clock.monotonic(), clock.now().timestamp()
        self._position = [0] * len(candidates)
        self._records: dict[str, HostRecord] = {}
        self._lanes: dict[tuple[str, str], _Lane] = {}
        self._due: list[tuple[float, int, _Lane]] = []
        self._pushed = 0
        self._busy: set[str] = set()
        self._ended = False
        self._fill()

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return self._clock.monotonic() - self._began

    def next(self) -> Work | Wait | None:
        """Return what to test now, how long to wait, or None when nothing more will be given out."""
        now = self._clock.monotonic()
        if self._ended or 0 < self._limits.max_duration <= now - self._began:
            return None
        while self._due and self._due[0][0] <= now:
            lane = heapq.heappop(self._due)[2]
            if (work := self._start(lane)) is not None:
                return work
        if self._due:
            return Wait(self._due[0][0] - now)
        return Wait(_IDLE_S) if self._busy else None

    def done(self, work: Work, verdict: Verdict) -> None:
        """Take the verdict of a test in."""
        target = work.target
        self.results[target.key] = Result(verdict, self._clock.now().timestamp())
        if verdict.hold > 0:
            self._pace.hold(target.host, verdict.hold)
        dominant = self._records.setdefault(target.host, HostRecord()).add(verdict.finding)
        if dominant is not None:
            self.stopped.setdefault(target.host, dominant)
        self._place(work.candidate)
        self._busy.discard(target.account)
        lane = self._lanes[target.host, target.account]
        lane.listed = False
        self._list(lane, self._pace.wait(lane.host))

    def end(self) -> None:
        """Give out no more work."""
        self._ended = True

    def finding(self, target: Target) -> Finding | None:
        """Return what is known of a stream by now: of this run, else of an earlier one that is still believed."""
        if (result := self.results.get(target.key)) is not None:
            return result.verdict.finding
        test = self.known.get(target.key)
        return test.finding if test is not None and self._wall - test.at < self._limits.ttl else None

    def _fill(self) -> None:
        order = list(range(len(self.candidates)))
        self._random.shuffle(order)
        groups = [group.casefold() for group in self._limits.skip_groups]
        regions = {region.casefold() for region in self._limits.skip_regions}
        begun = 0
        for index in order:
            one = self.candidates[index]
            if any(fnmatchcase(one.group.casefold(), group) for group in groups):
                self.skipped[index] = SKIPPED_GROUP
            elif one.region.casefold() in regions:
                self.skipped[index] = SKIPPED_REGION
            elif not one.targets:
                self.skipped[index] = NO_STREAM
            elif self._limits.max_channels and begun == self._limits.max_channels:
                self.skipped[index] = OVER_LIMIT
            else:
                begun += self._place(index)

    def _place(self, index: int) -> bool:
        """Queue the next stream of a channel that must be tested; False when there is none."""
        targets = self.candidates[index].targets
        while self._position[index] < len(targets):
            target = targets[self._position[index]]
            finding = self._finding(target)
            if finding is None:
                if target.host in self.stopped:
                    return False
                self._queue(index, target)
                return True
            # A channel that stays anyway needs no further test.
            if finding is Finding.PASS or not finding.speaks_of_channel or target.host in self.stopped:
                return False
            self._position[index] += 1
        return False

    def _finding(self, target: Target) -> Finding | None:
        """As `finding`; an address that tells all by itself is judged on the way."""
        known = self.finding(target)
        if known is not None or (finding := unusable(target.stream.url)) is None:
            return known
        words = f"{finding.value}: {target.stream.url.scheme[:20]}" if finding is Finding.SCHEME else finding.value
        self.results[target.key] = Result(Verdict(finding, words), self._wall)
        return finding

    def _queue(self, index: int, target: Target) -> None:
        lane = self._lanes.setdefault((target.host, target.account), _Lane(target.host, target.account))
        lane.queue.append(index)
        self._list(lane, self._pace.wait(lane.host))

    def _list(self, lane: _Lane, wait: float) -> None:
        """Look at the lane again after `wait` seconds and a little more, unless it is empty or listed."""
        if lane.host in self.stopped:
            lane.queue.clear()
        if lane.queue and not lane.listed:
            lane.listed = True
            self._pushed += 1
            due = self._clock.monotonic() + wait + self._random.uniform(0.0, _JITTER_S)
            heapq.heappush(self._due, (due, self._pushed, lane))

    def _start(self, lane: _Lane) -> Work | None:
        """Take a stream out of a lane that is due; None when it must wait or has none."""
        target = self._front(lane)
        if target is None:
            lane.listed = False
            return None
        wait = self._pace.wait(lane.host)
        if wait == 0 and (lane.account in self._busy or not self._spare(target.stream)):
            wait = _BUSY_S
        if wait > 0:
            lane.listed = False
            self._list(lane, wait)
            return None
        self._busy.add(lane.account)
        self._pace.take(lane.host)
        return Work(lane.queue.popleft(), target)

    def _front(self, lane: _Lane) -> Target | None:
        """Return the stream of the lane that is next; a stream that several channels have is tested once."""
        if lane.host in self.stopped:
            lane.queue.clear()
        while lane.queue:
            index = lane.queue[0]
            target = self.candidates[index].targets[self._position[index]]
            if target.key not in self.results:
                return target
            lane.queue.popleft()
            self._place(index)
        return None
