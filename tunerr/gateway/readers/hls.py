"""Live HLS with transport stream segments, turned into one continuous transport stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing

import structlog

from tunerr.errors import UpstreamError
from tunerr.gateway.readers.follow import Follower, poll_seconds
from tunerr.gateway.readers.media_playlist import MediaPlaylist, NeedsRemuxError, Page, is_refusal
from tunerr.gateway.readers.origin import Origin
from tunerr.gateway.readers.playlist import Segment
from tunerr.gateway.readers.read_ahead import ReadAhead
from tunerr.gateway.readers.segments import SegmentReader
from tunerr.gateway.readers.sniff import HEAD_BYTES, Kind, is_packed, is_ts, sniff
from tunerr.model.channel import Stream
from tunerr.support.clock import Clock

log = structlog.get_logger(__name__)

_AHEAD_BYTES = 8_000_000  # 8 s at 8 Mbit/s
_RETRY_SECONDS = 0.3  # an edge server that is named before it has the segment
_FAILED_IN_A_ROW = 3
_LEAD_SECONDS = 20.0  # how far a recording runs ahead of real time; below the 30 s that the ring can hold
_GONE = (404, 410)


class HlsUpstream:
    """An HLS stream being read. `skipped` counts segments that could not be had."""

    def __init__(self, *, stream: Stream, origin: Origin, clock: Clock) -> None:
        self.label = str(stream.url)
        self.skipped = 0
        self._clock = clock
        self._playlist = MediaPlaylist(origin=origin, stream=stream)
        self._segments = SegmentReader(origin=origin)
        self._failed = 0
        self._ahead: ReadAhead | None = None

    async def open(self, page: Page, stack: AsyncExitStack) -> None:
        """Read as far as the first bytes; `page` is the answer of the stream's URL, `stack` frees everything.

        Raises UpstreamError, NeedsRemuxError.
        """
        await self._playlist.open(page)
        source = self._read()
        stack.push_async_callback(source.aclose)
        try:
            head = await anext(source)
        except StopAsyncIteration:
            raise UpstreamError("The HLS playlist ended without one segment.", reason="ended") from None
        if not is_ts(head):
            raise NeedsRemuxError(
                "The stream's segments are no transport stream.",
                variant=self._playlist.variant,
                zone=self._playlist.zone,
            )
        self._ahead = await stack.enter_async_context(ReadAhead(source=_chain(head, source), limit=_AHEAD_BYTES))

    def chunks(self) -> AsyncIterator[bytes]:
        """Segments one after the other. Raises UpstreamError, "stalled" when the playlist brings nothing new."""
        if self._ahead is None:
            raise RuntimeError("chunks before open")
        return self._ahead.chunks()

    async def _read(self) -> AsyncGenerator[bytes, None]:
        started = self._clock.monotonic()
        follower = Follower(now=started)
        recorded = self._playlist.media.ended
        delivered = 0.0
        while True:
            looked = self._clock.monotonic()
            for segment in follower.fresh(self._playlist.media, looked):
                if recorded:
                    await self._sleep_until(started + delivered - _LEAD_SECONDS)
                async with aclosing(self._deliver(segment)) as chunks:
                    async for chunk in chunks:
                        yield chunk
                delivered += segment.duration
            if self._playlist.media.ended:
                return
            await self._sleep_until(looked + poll_seconds(self._playlist.media.target))
            await self._reload()
            if not self._playlist.media.ended and follower.stalled(self._clock.monotonic()):
                raise UpstreamError("The HLS playlist brings no new segments.", reason="stalled")

    async def _reload(self) -> None:
        try:
            await self._playlist.reload()
        except UpstreamError as error:
            if is_refusal(error) or error.reason in ("drm", "refused", "format"):
                raise
            log.info("hls playlist not reloaded", source=self.label, reason=error.reason, error=error.message)

    async def _deliver(self, segment: Segment) -> AsyncGenerator[bytes, None]:
        """One segment; what can't be had is skipped, tried twice when nothing of it came."""
        if segment.gap:
            return
        try:
            async with aclosing(self._attempt(segment)) as chunks:
                async for chunk in chunks:
                    yield chunk
        except UpstreamError as error:
            self.skipped += 1
            self._failed += 1
            log.info("hls segment skipped", source=self.label, sequence=segment.sequence, error=error.message)
            if self._failed >= _FAILED_IN_A_ROW or error.reason == "refused":
                raise
        else:
            self._failed = 0

    async def _attempt(self, segment: Segment) -> AsyncGenerator[bytes, None]:
        began = False
        for last in (False, True):
            try:
                async with aclosing(_checked(self._segments.chunks(segment, self._playlist.zone))) as chunks:
                    async for chunk in chunks:
                        began = True
                        yield chunk
            except UpstreamError as error:
                if began or last or error.status in _GONE or error.reason == "refused":
                    raise
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return

    async def _sleep_until(self, moment: float) -> None:
        await asyncio.sleep(max(moment - self._clock.monotonic(), 0))


async def _checked(chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """`chunks` of one segment, the first of them large enough to see that it is media."""
    head, seen = b"", False
    async with aclosing(chunks):
        async for chunk in chunks:
            if seen:
                yield chunk
                continue
            head += chunk
            if len(head) >= HEAD_BYTES:
                seen = True
                yield _media(head)
    if head and not seen:
        yield _media(head)


def _media(head: bytes) -> bytes:
    if is_ts(head) or is_packed(head):
        return head
    if sniff(head, "") is Kind.TEXT:
        raise UpstreamError("A segment is a page of text.", reason="html")
    raise UpstreamError("A segment is no media, or its key is wrong.", reason="garbage")


async def _chain(head: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    yield head
    async with aclosing(rest):
        async for chunk in rest:
            yield chunk
