"""The one stream of a session, whatever source it comes from."""

from __future__ import annotations

from collections.abc import Iterable

from tunerr.gateway.hub import Hub
from tunerr.gateway.inspection import Inspection
from tunerr.gateway.meter import Meter
from tunerr.gateway.piece import Piece
from tunerr.gateway.splicer import Splicer
from tunerr.support.clock import Clock


class Feed:
    """Joins what its sources bring into one stream and gives it to the viewers of `hub`."""

    def __init__(self, *, hub: Hub, clock: Clock) -> None:
        self.hub = hub
        self.splicer = Splicer()
        self._clock = clock
        self._meter = Meter(clock.monotonic())

    @property
    def bits_per_second(self) -> int:
        """What is published now."""
        return self._meter.rate(self._clock.monotonic())

    def begin(self) -> None:
        """What is taken from now on comes from another source."""
        self._publish(self.splicer.begin())

    def take(self, inspection: Inspection) -> None:
        """Go on with what a source brought."""
        self._publish(self.splicer.feed(inspection))

    def tables(self) -> None:
        """Publish PAT and PMT alone, so that players see that the stream lives."""
        self._publish(self.splicer.tables())

    def finish(self) -> None:
        """Nothing more will come: viewers are over when they have got what is there."""
        self._publish(self.splicer.finish())
        self.hub.finish()

    def _publish(self, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            self._meter.add(len(piece.data), self._clock.monotonic())
            self.hub.publish(piece)
