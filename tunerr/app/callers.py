"""Which programs asked for the lineup and the guide lately."""

from __future__ import annotations

from tunerr.model.status import Client
from tunerr.support.clock import Clock
from tunerr.views.home import Asking

_MOST = 32


class Callers:
    """The last time of each program on each machine, of the 32 that asked last; since the start."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._last: dict[tuple[Client, str], Asking] = {}

    def note(self, client: Client, what: str) -> None:
        """A client was given the lineup or the guide just now."""
        key = client, what
        self._last.pop(key, None)
        self._last[key] = Asking(client.program, client.address, what, self._clock.now())
        if len(self._last) > _MOST:
            del self._last[next(iter(self._last))]

    @property
    def latest(self) -> Asking | None:
        """Who asked for the lineup last; who asked for the guide where nobody asked for a lineup."""
        lineups = (asking for asking in reversed(self._last.values()) if asking.what == "lineup")
        return next(lineups, None) or next(reversed(self._last.values()), None)
