"""Which pictures of a source can be decoded."""

from __future__ import annotations

from tunerr.gateway.inspection import AccessPoint
from tunerr.gateway.timestamps import SECOND, PesHeader, apart

# Decoders of these go on after a lost picture without complaint; all others are given nothing before the next access
# point, if one comes soon enough for that.
_FORGIVING = frozenset({"mpeg1", "mpeg2"})
_SOON = 3 * SECOND
_NEVER_WITHOUT = frozenset({"hevc"})  # missing references are errors even where access points are rarer
_PATIENCE = 10 * SECOND  # then any picture is better than none


class PictureGate:
    """Lets pictures of one source pass from an access point on, and again from the next one after a loss.

    Pictures that follow an open access point and are shown before it are left out: they refer to what is missing.
    """

    def __init__(self, codec: str) -> None:
        self.leading = 0  # pictures left out behind open access points
        self._codec = codec
        self._waiting = True
        self._shown_from: int | None = None  # PTS of the open access point whose leading pictures may follow
        self._waiting_since: int | None = None
        self._last_point: int | None = None
        self._interval: int | None = None  # between the last two access points

    def admits(self, header: PesHeader | None, point: AccessPoint | None) -> bool:
        """Whether the picture that starts now may be published."""
        shown = header.shown if header is not None else None
        if point is not None:
            self._note_point(shown)
            if self._waiting:
                self._waiting = False
                self._shown_from = None if point.closed else shown
            return True
        if self._waiting and not self._is_tired(shown):
            return False
        if self._shown_from is not None and shown is not None:
            if apart(shown, self._shown_from) < 0:
                self.leading += 1
                return False
            self._shown_from = None
        return True

    def lose(self) -> None:
        """A picture is missing."""
        soon = self._interval is not None and self._interval <= _SOON
        if not self._waiting and (self._codec in _NEVER_WITHOUT or (self._codec not in _FORGIVING and soon)):
            self._waiting = True
            self._waiting_since = None

    def _is_tired(self, shown: int | None) -> bool:
        """Whether the next access point has been waited for too long."""
        if self._waiting_since is None or shown is None:
            self._waiting_since = shown
            return False
        self._waiting = abs(apart(shown, self._waiting_since)) <= _PATIENCE
        return not self._waiting

    def _note_point(self, shown: int | None) -> None:
        if shown is not None:
            if self._last_point is not None:
                self._interval = abs(apart(shown, self._last_point))
            self._last_point = shown
