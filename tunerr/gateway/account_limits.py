"""What a provider's account bears, learned from what it refuses. Sans-I/O."""

from __future__ import annotations

from dataclasses import dataclass

from tunerr.errors import UpstreamError
from tunerr.model.url import SecretUrl
from tunerr.support.clock import Clock

# What providers answer to one stream too many.
_LIMIT_STATUSES = frozenset({403, 423, 458, 509})
# Those that may mean one channel too: they prove a limit only where two different streams were refused.
_AMBIGUOUS = frozenset({403, 423})
_SLOW_DOWN = 429  # never a limit; a slot that is not free yet may be answered with it all the same
_EVIDENCE = 600.0  # seconds within which two refusals mean a limit, and before which it is not tested
_TRIAL = 3600.0  # seconds between two trials upwards
_LONGEST_RELEASE = 10.0  # seconds; a provider that needs longer is treated as full by the sessions' back-off
_LEAST_RELEASE = 0.25
_RELEASE_MARGIN = 1.25  # of the time after which a slot was seen to be still taken


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal while `playing` streams of ours were open on the account."""

    at: float
    url: SecretUrl
    status: int
    playing: int


class AccountLimit:
    """Limit and release time of one account; the caller counts what is open."""

    def __init__(self, *, clock: Clock) -> None:
        self.why = ""
        self.release_seconds = 0.0
        self._clock = clock
        self._learned: int | None = None
        self._learned_at = 0.0
        self._tried_at: float | None = None
        self._proven = 0  # streams that played at once since the limit was learned
        self._evidence: Refusal | None = None
        self._closed_at: float | None = None
        self._slow: tuple[SecretUrl, float] | None = None  # refused so soon after a close; seconds to wait instead

    @property
    def learned(self) -> int | None:
        """Streams at once, None when nothing is known."""
        return self._learned

    @property
    def proven(self) -> int:
        """The most streams that played at once, at least 1: so many every account bears."""
        return max(self._proven, 1)

    @property
    def blank(self) -> bool:
        """Whether nothing worth keeping is known."""
        return self._learned is None and self._recent() is None and self.release_seconds == 0 and self.lingers == 0

    @property
    def lingers(self) -> float:
        """Seconds until the provider has let go of the stream of ours that closed last."""
        if self._closed_at is None:
            return 0.0
        release = max(self.release_seconds, self._slow[1] if self._slow is not None else 0.0)
        return max(self._closed_at + release - self._clock.monotonic(), 0.0)

    def opened(self, url: SecretUrl, playing: int) -> None:
        """`url` plays, `playing` with it."""
        # Only a stream that could be had in the end was refused for its slot.
        if self._slow is not None and self._slow[0] == url:
            self.release_seconds = max(self.release_seconds, self._slow[1])
        self._slow = None
        self._proven = max(self._proven, playing)
        if self._learned is not None and playing > self._learned:
            self._learn(playing, f"{playing} play at once")

    def closed(self) -> None:
        """A stream that had played is closed."""
        self._closed_at = self._clock.monotonic()

    def refused(self, url: SecretUrl, error: UpstreamError, playing: int) -> None:
        """The provider refused `url` while `playing` others were open."""
        status = error.status
        full = error.reason == "account_full"  # said by a tuner that is the upstream
        if status is None or not (full or status in _LIMIT_STATUSES | {_SLOW_DOWN}):
            return
        if not playing:
            self._slow_release(url)
        elif status != _SLOW_DOWN:
            self._suspect(Refusal(self._clock.monotonic(), url, status, playing))

    def confirm(self, active: int, maximum: int) -> None:
        """The provider says that `active` of `maximum` connections are in use."""
        evidence = self._recent()
        if evidence is None or maximum < 1:
            return
        if active >= maximum:
            self._learn(evidence.playing, f"the provider says {active} of {maximum} and refused with {evidence.status}")
        self._evidence = None

    def may_try(self) -> bool:
        """Whether one stream above the learned limit may be tried now; a yes is the trial."""
        now = self._clock.monotonic()
        if now - self._learned_at < _EVIDENCE or (self._tried_at is not None and now - self._tried_at < _TRIAL):
            return False
        self._tried_at = now
        return True

    def forget(self) -> None:
        """Begin anew: limit, release time, and what led to them."""
        self.why, self.release_seconds = "", 0.0
        self._learned = self._tried_at = self._evidence = self._slow = None
        self._learned_at = 0.0
        self._closed_at = None

    def _suspect(self, refusal: Refusal) -> None:
        if self._learned is not None and refusal.playing >= self._learned:
            self._learned_at = refusal.at
            return
        before, self._evidence = self._recent(), refusal
        if before is None or (refusal.status in _AMBIGUOUS and before.url == refusal.url):
            return
        playing = max(before.playing, refusal.playing)
        self._learn(playing, f"refused twice, last with {refusal.status} while {refusal.playing} played")

    def _learn(self, limit: int, why: str) -> None:
        self._learned, self.why, self._learned_at = limit, why, self._clock.monotonic()
        self._proven = min(self._proven, limit)

    def _recent(self) -> Refusal | None:
        now = self._clock.monotonic()
        return self._evidence if self._evidence is not None and now - self._evidence.at <= _EVIDENCE else None

    def _slow_release(self, url: SecretUrl) -> None:
        if self._closed_at is None:
            return
        taken = self._clock.monotonic() - self._closed_at
        if taken <= _LONGEST_RELEASE:
            self._slow = (url, min(taken * _RELEASE_MARGIN + _LEAST_RELEASE, _LONGEST_RELEASE))
