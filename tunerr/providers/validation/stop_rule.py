"""When what comes from a host tells of the host and no longer of its channels."""

from __future__ import annotations

from collections import Counter, deque

from tunerr.model.stream_test import Finding

# A CDN that shuts does so for all: five refusals of one kind in a row are no coincidence where one stream in five is
# dead (0.2^5 = 0.03 %), and few enough requests not to make it worse. Six of ten catch one that shuts now and then.
IN_A_ROW = 5
WINDOW = 10
OF_WINDOW = 6
# What a healthy host says of one channel. Playlists in which every third channel is gone are common, so it takes more:
# at that rate twelve in a row come once in 500,000 tests.
_OF_ONE_CHANNEL = frozenset({Finding.GONE, Finding.EMPTY_PLAYLIST})
OWN_IN_A_ROW = 12


class HostRecord:
    """The last findings on one host."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: deque[Finding] = deque(maxlen=OWN_IN_A_ROW)

    def add(self, finding: Finding) -> Finding | None:
        """Take one finding in; the kind of failure that now dominates the host, None while none does."""
        self._last.append(finding)
        if finding is Finding.PASS:
            return None
        recent = list(self._last)
        if finding in _OF_ONE_CHANNEL:
            return finding if len(recent) == OWN_IN_A_ROW and set(recent) == {finding} else None
        window = recent[-WINDOW:]
        if set(recent[-IN_A_ROW:]) == {finding} and len(recent) >= IN_A_ROW:
            return finding
        # Full of failures of several kinds that none of its channels has to answer for: the host is as good as down.
        down = len(window) == WINDOW and not {Finding.PASS, *_OF_ONE_CHANNEL} & set(window)
        most, count = Counter(one for one in window if one is not Finding.PASS).most_common(1)[0]
        dominates = most not in _OF_ONE_CHANNEL and count >= OF_WINDOW
        return most if down or dominates else None
