"""One candidate from the request to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from tunerr.errors import TunerrError, UpstreamError
from tunerr.gateway.coalescer import Coalescer
from tunerr.gateway.inspector import AccessPoint, TsInspector
from tunerr.gateway.limits import Limits
from tunerr.gateway.outcome import PlaybackOutcome
from tunerr.gateway.packetizer import Packetizer
from tunerr.gateway.seam import Seam
from tunerr.gateway.selector import Candidate
from tunerr.gateway.upstream import UpstreamOpener
from tunerr.model.channel import ChannelId
from tunerr.support.clock import Clock

# Any picture start must serve before the tune is given up for want of an access point.
_SERVE_BEFORE_DEADLINE = 1.0


class Sink(Protocol):
    """What a pull feeds."""

    @property
    def viewers(self) -> int:
        """How many wait for each chunk."""
        ...

    def publish(self, chunk: bytes, points: Sequence[AccessPoint]) -> None:
        """Take whole packets with their access points; the first chunk has one."""
        ...


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Until when, in loop time: `packet` for the first packet, `picture` for the first access point."""

    packet: float
    picture: float


class Pull:
    """Opens one candidate and feeds `sink` from its first access point on."""

    def __init__(
        self,
        *,
        candidate: Candidate,
        opener: UpstreamOpener,
        sink: Sink,
        seam: Seam,
        on_live: Callable[[], None],
        deadlines: Deadlines,
        limits: Limits,
        clock: Clock,
    ) -> None:
        """`on_live` is called once, just after the first access point reached the sink."""
        self.stream = candidate.stream
        self.label = str(candidate.stream.url)
        self.connected = False
        self.began_at = clock.now()
        self.picture_after: float | None = None  # seconds from now to the first access point
        left = deadlines.picture - asyncio.get_running_loop().time() - _SERVE_BEFORE_DEADLINE
        self.inspector = TsInspector(clock=clock, patience=max(min(limits.access_point, left), 0.0))
        self._opener = opener
        self._sink = sink
        self._seam = seam
        self._on_live = on_live
        self._deadlines = deadlines
        self._silence = limits.silence
        self._clock = clock
        self._began = clock.monotonic()
        self._packetizer = Packetizer()
        self._coalescer = Coalescer(self._take)

    @property
    def age(self) -> float:
        """Seconds since the request."""
        return self._clock.monotonic() - self._began

    async def run(self) -> UpstreamError:
        """Play until the upstream ends or fails; why it did."""
        try:
            async with (
                asyncio.timeout_at(self._deadlines.packet) as patience,
                self._opener.open(self.stream) as upstream,
            ):
                self.connected = True
                self.label = upstream.label
                async for data in upstream.chunks():
                    self._coalescer.feed(self._packetizer.feed(data), self._sink.viewers)
                    patience.reschedule(self._next_deadline())
        except TimeoutError:
            return self._timed_out()
        except UpstreamError as error:
            return error
        except TunerrError as error:
            return UpstreamError(error.message, reason="failed", hint=error.hint)
        finally:
            self._coalescer.flush()
        return UpstreamError(f"{self.label} ended.", reason="ended")

    def outcome(self, channel: ChannelId, ending: UpstreamError | None) -> PlaybackOutcome:
        """What became of it; `ending` None: it was stopped because nobody watches any more."""
        return PlaybackOutcome(
            channel=channel,
            stream=self.stream,
            began_at=self.began_at,
            reason=ending.reason if ending else "stopped",
            status=ending.status if ending else None,
            picture_after=self.picture_after,
            played=self.age - self.picture_after if self.picture_after is not None else 0.0,
            bytes=self.inspector.bytes,
            continuity_errors=self.inspector.continuity_errors,
        )

    def _next_deadline(self) -> float:
        if self.picture_after is not None:
            return asyncio.get_running_loop().time() + self._silence
        return self._deadlines.picture if self.inspector.bytes else self._deadlines.packet

    def _timed_out(self) -> UpstreamError:
        if self.picture_after is not None:
            return UpstreamError(f"{self.label} was silent for {self._silence:g} s.", reason="stalled")
        if self.connected:
            return UpstreamError(f"{self.label} answered and showed no picture in {self.age:.0f} s.", reason="empty")
        hurried = self._deadlines.packet < self._deadlines.picture
        reason = "slow" if hurried else "timeout"
        return UpstreamError(f"{self.label} did not answer within {self.age:.0f} s.", reason=reason)

    def _take(self, chunk: bytes) -> None:
        points = self.inspector.feed(chunk)
        first = self.picture_after is None
        if first:
            if not points:
                return
            chunk, points = _from_first(chunk, points)
            self.picture_after = self.age
        self._sink.publish(*self._seam.mark(chunk, points))
        if first:
            self._on_live()


def _from_first(chunk: bytes, points: Sequence[AccessPoint]) -> tuple[bytes, tuple[AccessPoint, ...]]:
    """The chunk from its first access point on, tables first."""
    tables, start = points[0].tables, points[0].offset
    shifted = (replace(point, offset=point.offset - start + len(tables)) for point in points)
    return tables + chunk[start:], tuple(shifted)
