"""One stream to all its viewers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tunerr.gateway.inspector import AccessPoint
from tunerr.gateway.ring import Entry, Ring
from tunerr.gateway.viewer import Viewer
from tunerr.model.status import Client
from tunerr.support.clock import Clock

_TRIM_SECONDS = 0.25


class Hub:
    """Puts chunks into the ring and offers them to every viewer. It never waits for one."""

    def __init__(self, *, clock: Clock, stalled_viewer: float) -> None:
        """`stalled_viewer`: seconds without a byte taken after which a viewer is given up."""
        self.ring = Ring()
        self._clock = clock
        self._stalled_viewer = stalled_viewer
        self._viewers: dict[Viewer, None] = {}
        self._trim_at = 0.0

    def __iter__(self) -> Iterator[Viewer]:
        return iter(self._viewers)

    def __len__(self) -> int:
        return len(self._viewers)

    def admit(self, client: Client) -> Viewer:
        """A viewer that starts at the newest access point, or at the first one to come."""
        viewer = Viewer(client=client, ring=self.ring, clock=self._clock, patience=self._stalled_viewer)
        if self.ring.newest is not None:
            viewer.seat(self.ring.newest)
        self._viewers[viewer] = None
        return viewer

    def dismiss(self, viewer: Viewer) -> None:
        """Forget a viewer; one that is not here is no error."""
        viewer.stop()
        self._viewers.pop(viewer, None)

    def publish(self, chunk: bytes, points: Sequence[AccessPoint]) -> None:
        """Give a chunk of whole packets to all viewers; those without a place start at its first access point."""
        now = self._clock.monotonic()
        sequence = self.ring.append(chunk, points, now)
        entry = Entry(sequence, points[0].offset, points[0].tables) if points else None
        for viewer in self._viewers:
            if entry is not None:
                viewer.seat(entry)
            viewer.offer(sequence, chunk)
        if now >= self._trim_at:
            self._trim_at = now + _TRIM_SECONDS
            unread = (viewer.unread for viewer in self._viewers)
            self.ring.trim(now, min((place for place in unread if place is not None), default=self.ring.end))

    def finish(self) -> None:
        """No more chunks: each viewer is over when it has got what is there."""
        for viewer in self._viewers:
            viewer.finish()

    def stop(self) -> None:
        """All viewers are over now."""
        for viewer in self._viewers:
            viewer.stop()
