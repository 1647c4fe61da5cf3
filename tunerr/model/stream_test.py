"""What a test of a stream showed, as a value that is kept."""

from __future__ import annotations

import enum
from typing import NamedTuple

# A provider's bad hour is over by then, so what fails on both sides of it is more than that.
CONFIRMED_AFTER_S = 3600.0
# What was seen longer ago says nothing about today. Streams that failed are tested again at each run, so this only
# frees those that are no longer tested.
_BELIEVED_FOR_S = 7 * 86400.0


class Finding(enum.Enum):
    """What one test found. The values are stored and are the words of reports."""

    PASS = "plays"  # noqa: S105 - no password
    MALFORMED = "malformed address"
    GONE = "gone"  # 404, 410
    REFUSED = "refused by the provider"  # 401, 403 and other 4xx
    ACCOUNT_FULL = "account full"  # 458, 509, or our own count of its streams
    SLOW_DOWN = "asked too often"  # 429
    FAULT = "provider's own error"  # 5xx
    UNREACHABLE = "connection refused or lost"
    SILENT = "no answer in time"
    EMPTY = "empty answer"
    TEXT = "text instead of a stream"
    NO_MEDIA = "no form of media that is known"
    EMPTY_PLAYLIST = "playlist without media"
    FILLER = "filler instead of the channel"
    SCHEME = "not tested over this protocol"
    BLOCKED = "address not allowed here"
    PROXY = "proxy out of reach"
    NO_RANGE = "server does not give parts"  # 416

    @property
    def speaks_of_channel(self) -> bool:
        """Whether it says anything about the channel; the others tell of us, so the stream counts as untested."""
        return self not in _ABOUT_US


_ABOUT_US = frozenset(
    {
        Finding.ACCOUNT_FULL,
        Finding.SLOW_DOWN,
        Finding.SCHEME,
        Finding.BLOCKED,
        Finding.PROXY,
        Finding.NO_RANGE,
    },
)


class StreamTest(NamedTuple):
    """The last test of a stream that spoke of it. Times are Unix seconds; `words` hold no secret.

    `failing_since` is the first of the failures since the last pass, None after a pass.
    """

    at: float
    finding: Finding
    words: str
    failing_since: float | None = None

    @property
    def passed(self) -> bool:
        """Whether the stream plays."""
        return self.finding is Finding.PASS

    def holds(self, now: float) -> bool:
        """Whether it is a reason to leave the stream's channel out: confirmed by a later failure, and recent.

        A malformed address needs no second look: the network has no part in it.
        """
        if self.failing_since is None or now - self.at > _BELIEVED_FOR_S:
            return False
        return self.finding is Finding.MALFORMED or self.at - self.failing_since >= CONFIRMED_AFTER_S


def noted(previous: StreamTest | None, *, at: float, finding: Finding, words: str) -> StreamTest:
    """Return what is kept of a test at `at`; a failure goes on with the recent failures of `previous`."""
    if finding is Finding.PASS:
        return StreamTest(at, finding, words)
    since = previous.failing_since if previous is not None and at - previous.at <= _BELIEVED_FOR_S else None
    return StreamTest(at, finding, words, at if since is None else since)
