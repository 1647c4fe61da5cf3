"""Which candidate is tried next. Sans-I/O."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tunerr.errors import UpstreamError
from tunerr.gateway.accounts import account_of
from tunerr.gateway.selector import Candidate
from tunerr.support.clock import Clock

_FIRST_WAIT = 0.5  # seconds, doubled with each failure in a row
_LONGEST_WAIT = 30.0
_GOOD_PLAY = 10.0  # seconds: the loss that follows is an outage of its own and its source is not waited for
_LONG_PLAY = 30.0  # seconds: all is forgiven
_BETTER = 900.0  # seconds without any loss before a better source is tried
_NEVER_AGAIN = frozenset({"drm", "unsupported"})


@dataclass(slots=True)
class _Record:
    """What one candidate has shown."""

    account: str
    host: str
    label: str  # its URL, redacted
    failures: int = 0  # in a row
    ready: float = 0.0  # when it may be tried
    played: float = 0.0  # seconds since it was opened last
    failed: bool = False  # in this outage
    faults: dict[str, float] = field(default_factory=dict)  # reason → when it was left for that
    codecs: tuple[str, ...] = ()
    trouble: str = ""  # why it was refused or lost last
    troubled_at: datetime | None = None
    unwanted: bool = False  # the operator asked for another one while it played


@dataclass(frozen=True, slots=True)
class Turn:
    """When a candidate may be tried: in `wait` seconds, `inf` for never. `trouble`: why it was lost last, and when.

    `label` is its redacted URL.
    """

    candidate: Candidate
    account: str
    host: str
    label: str
    wait: float
    trouble: str
    troubled_at: datetime | None


class Rotation:
    """The candidates of one session, best first, and when each may be tried."""

    def __init__(self, candidates: Sequence[Candidate], *, clock: Clock) -> None:
        self.candidates = tuple(candidates)
        self._clock = clock
        streams = [candidate.stream for candidate in self.candidates]
        self._records = [_Record(account_of(one), one.url.host, str(one.url)) for one in streams]
        self._codecs: tuple[str, ...] = ()  # those that the viewers have
        self._lost_at = -math.inf

    def next(self) -> Candidate | None:
        """The one to try now: none that failed in this outage, another account, not known to have other codecs, rank.

        Each of these decides only among those that the ones before it leave. None while all wait.
        """
        now = self._clock.monotonic()
        burnt = {record.account for record in self._records if record.failed}
        ready = [place for place, record in enumerate(self._records) if record.ready <= now]
        if not ready:
            return None

        def order(place: int) -> tuple[bool, bool, bool, int]:
            record = self._records[place]
            return record.failed, record.account in burnt, self._differs(record), place

        return self.candidates[min(ready, key=order)]

    @property
    def turns(self) -> tuple[Turn, ...]:
        """How all candidates stand, best first."""
        now = self._clock.monotonic()
        return tuple(
            Turn(
                candidate,
                record.account,
                record.host,
                record.label,
                max(record.ready - now, 0.0),
                record.trouble,
                record.troubled_at,
            )
            for candidate, record in zip(self.candidates, self._records, strict=True)
        )

    def wait(self) -> float:
        """Seconds until one may be tried, 30 at most: then ask again."""
        soonest = min((record.ready for record in self._records), default=math.inf)
        return min(max(soonest - self._clock.monotonic(), 0.0), _LONGEST_WAIT)

    def shown(self, candidate: Candidate, codecs: tuple[str, ...]) -> None:
        """`candidate` has these codecs; the first that shows some sets what the viewers have."""
        self._record(candidate).codecs = codecs
        self._codecs = self._codecs or codecs

    def played(self, candidate: Candidate, seconds: float) -> None:
        """`candidate` has played for `seconds` since it was opened."""
        self._record(candidate).played = seconds
        if seconds >= _GOOD_PLAY:
            for record in self._records:
                record.failed = False

    def failed(self, candidate: Candidate, error: UpstreamError) -> None:
        """`candidate` was refused or lost. It waits 0.5, 1, 2 … 30 s, or as long as the provider asked.

        After 10 s of good play it does not wait, so that a single source is opened again at once; 30 s of it reset
        the count. Protected streams are never tried again.
        """
        now = self._lost_at = self._clock.monotonic()
        record = self._record(candidate)
        played, record.played, record.failed = record.played, 0.0, True
        record.trouble, record.troubled_at = error.message, self._clock.now()
        if error.reason in _NEVER_AGAIN:
            record.ready = math.inf
            return
        record.faults[error.reason] = now
        if played >= _LONG_PLAY:
            record.failures = 0
        wait = 0.0
        if played < _GOOD_PLAY:
            wait = min(_FIRST_WAIT * 2.0 ** min(record.failures, 10), _LONGEST_WAIT)
            record.failures += 1
        record.ready = now + max(wait, error.retry_after)

    def alternative(self, current: Candidate, fault: UpstreamError) -> bool:
        """Whether another candidate may be tried now that was not left for the same fault within 15 minutes."""
        now = self._clock.monotonic()
        mine = self._record(current)
        return any(
            record is not mine and record.ready <= now and now - record.faults.get(fault.reason, -math.inf) >= _BETTER
            for record in self._records
        )

    def other(self, current: Candidate) -> Candidate | None:
        """What the operator gets who asks for another one than `current`: the next in order that may be tried now.

        After the last one the first is next; those known to have other codecs than the viewers come after all others.
        """
        now, place = self._clock.monotonic(), self.candidates.index(current)
        count = len(self.candidates)
        following = [(place + step) % count for step in range(1, count)]
        ready = [one for one in following if self._records[one].ready <= now]
        ready.sort(key=lambda one: self._differs(self._records[one]))
        return self.candidates[ready[0]] if ready else None

    def choose(self, left: Candidate, taken: Candidate) -> None:
        """The operator wanted `taken` and not `left`, which is not gone back to as a better one from now on."""
        self._record(left).unwanted = True
        self._record(taken).unwanted = False

    def better(self, current: Candidate) -> Candidate | None:
        """One of higher rank to go back to: it may be tried, nothing was lost or tried in vain for 15 minutes.

        None that is known to have other codecs than the viewers: going back must cost them nothing. None that the
        operator did not want.
        """
        now = self._clock.monotonic()
        if now - self._lost_at < _BETTER:
            return None
        place = self.candidates.index(current)
        above = zip(self.candidates[:place], self._records, strict=False)
        ready = ((candidate, record) for candidate, record in above if record.ready <= now and not record.unwanted)
        return next((candidate for candidate, record in ready if not self._differs(record)), None)

    def _differs(self, record: _Record) -> bool:
        return bool(record.codecs and self._codecs) and record.codecs != self._codecs

    def _record(self, candidate: Candidate) -> _Record:
        return self._records[self.candidates.index(candidate)]
