"""Live HLS with transport stream segments, turned into one continuous transport stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from datetime import datetime

import structlog

from tunerr.errors import UpstreamError
from tunerr.gateway.readers.follow import Follower
from tunerr.gateway.readers.media_playlist import MediaPlaylist, NeedsRemuxError, Page, is_final, is_refusal
from tunerr.gateway.readers.origin import Origin
from tunerr.gateway.readers.playlist import Segment
from tunerr.gateway.readers.read_ahead import Chunk, ReadAhead
from tunerr.gateway.readers.segments import SegmentReader
from tunerr.model.channel import Stream
from tunerr.support.clock import Clock
from tunerr.support.sniff import is_ts

log = structlog.get_logger(__name__)

_AHEAD_BYTES = 8_000_000  # 8 s at 8 Mbit/s
_RETRY_SECONDS = 0.3  # an edge server that is named before it has the segment
_LOST_IN_A_ROW = 2


class HlsUpstream:
    """An HLS stream being read. `skipped` counts segments that could not be had.

    `program_time`: when the end of the segment delivered last went on air, None where the playlist tells no times.
    A variant that fails is replaced by the next lower one, where it was; `fallen` counts that. It is done once in an
    outage: when that one brings nothing either, the stream has failed. `after`: start with what went on air then, if
    the playlist tells times and still has it.
    """

    def __init__(self, *, stream: Stream, origin: Origin, clock: Clock, after: datetime | None = None) -> None:
        self.label = str(stream.url)
        self.program_time: datetime | None = None
        self.skipped = 0
        self.fallen = 0
        self._clock = clock
        self._follower = Follower(now=clock.monotonic(), after=after)
        self._playlist = MediaPlaylist(origin=origin, stream=stream, patience=lambda: self._patience(1))
        self._segments = SegmentReader(origin=origin, patience=lambda: self._patience(2))
        self._outage = False  # a lower variant was taken and has brought nothing yet
        self._lost = 0  # segments in a row
        self._tried = False  # whether the segment that is due was asked for in vain
        self._ahead: ReadAhead | None = None

    async def open(self, page: Page, stack: AsyncExitStack) -> None:
        """Read as far as the first bytes; `page` is the answer of the stream's URL, `stack` frees everything.

        Raises UpstreamError, NeedsRemuxError.
        """
        source = self._read(page)
        stack.push_async_callback(source.aclose)
        try:
            head = await anext(source)
        except StopAsyncIteration:
            raise UpstreamError("The HLS playlist ended without one segment.", reason="ended") from None
        if not is_ts(head.data):
            raise NeedsRemuxError(
                "The stream's segments are no transport stream.",
                variant=self._playlist.variant,
                zone=self._playlist.zone,
            )
        self._ahead = await stack.enter_async_context(ReadAhead(source=_chain(head, source), limit=_AHEAD_BYTES))

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Segments one after the other. Raises UpstreamError, "stalled" when the playlist brings nothing new."""
        if self._ahead is None:
            raise RuntimeError("chunks before open")
        async with aclosing(self._ahead.chunks()) as chunks:
            async for chunk in chunks:
                if chunk.data:
                    yield chunk.data
                else:
                    self.program_time = chunk.ends

    async def _read(self, page: Page) -> AsyncGenerator[Chunk, None]:
        opening = self._playlist.open(page)
        while True:
            try:
                await opening
                async with aclosing(self._follow()) as chunks:
                    async for chunk in chunks:
                        handed = self._clock.monotonic()
                        yield chunk
                        self._follower.waited(self._clock.monotonic() - handed)
            except UpstreamError as error:
                if is_final(error) or self._outage or not self._playlist.lower:
                    raise
                log.warning("hls variant failed", source=self.label, reason=error.reason, error=error.message)
                self._outage, self._lost, self._tried = True, 0, False
                self.fallen += 1
                self._follower.switch()
                opening = self._playlist.fall()
            else:
                return

    async def _follow(self) -> AsyncGenerator[Chunk, None]:
        """All segments of the variant until its playlist ends."""
        while True:
            looked = self._look()
            while segment := self._follower.next:
                async with aclosing(self._deliver(segment)) as chunks:
                    async for chunk in chunks:
                        yield chunk
            if self._playlist.media.ended:
                return
            if self._follower.stalled(self._clock.monotonic()):
                raise UpstreamError("The HLS playlist brings no new segments.", reason="stalled")
            await asyncio.sleep(max(looked + self._follower.pause - self._clock.monotonic(), 0))
            await self._reload()

    async def _deliver(self, segment: Segment) -> AsyncGenerator[Chunk, None]:
        """The segment that is due, and an empty chunk that tells the time at its end."""
        if segment.gap:
            self._follower.skip()
            return
        began = False
        try:
            async with aclosing(self._segments.chunks(segment, self._playlist.zone)) as chunks:
                async for data in chunks:
                    began = True
                    yield Chunk(data)
        except UpstreamError as error:
            await self._failed(segment, error, again=not began and not self._tried)
        else:
            self._outage, self._lost, self._tried = False, 0, False
            self._follower.done(self._clock.monotonic())
            yield Chunk(b"", segment.ends)

    async def _failed(self, segment: Segment, error: UpstreamError, *, again: bool) -> None:
        """Prepare another try of the segment, by a new playlist, or skip it. Raises when the variant has failed."""
        if is_final(error) or self._follower.stalled(self._clock.monotonic()):
            raise error
        if again and error.reason != "filler":
            self._tried = True
            if is_refusal(error):
                await self._playlist.open()
            else:
                await asyncio.sleep(_RETRY_SECONDS)
                await self._reload()
            self._look()
            return
        self._tried = False
        self._lost += 1
        if error.reason == "key" or self._lost >= _LOST_IN_A_ROW:
            raise error
        self.skipped += 1
        self._follower.skip()
        log.info("hls segment skipped", source=self.label, sequence=segment.sequence, error=error.message)

    async def _reload(self) -> None:
        try:
            await self._playlist.reload()
        except UpstreamError as error:
            if is_final(error) or is_refusal(error):
                raise
            log.info("hls playlist not reloaded", source=self.label, reason=error.reason, error=error.message)

    def _look(self) -> float:
        """Take note of the playlist; when that was."""
        now = self._clock.monotonic()
        self._follower.look(self._playlist.media, now)
        return now

    def _patience(self, tries: int) -> float:
        return self._follower.patience(self._clock.monotonic(), tries=tries)


async def _chain(head: Chunk, rest: AsyncGenerator[Chunk, None]) -> AsyncGenerator[Chunk, None]:
    yield head
    async with aclosing(rest):
        async for chunk in rest:
            yield chunk
