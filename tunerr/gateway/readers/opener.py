"""Chooses the reader of a stream by its scheme, and for HTTP by what the one request brings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from tunerr.errors import UpstreamError
from tunerr.gateway.readers.direct import SCHEMES, direct_input
from tunerr.gateway.readers.ffmpeg_input import FfmpegInput, FfmpegUpstream
from tunerr.gateway.readers.follow import STALL_SECONDS
from tunerr.gateway.readers.guarded_playlist import GuardedPlaylist
from tunerr.gateway.readers.hls import HlsUpstream
from tunerr.gateway.readers.http_ts import TsOverHttp
from tunerr.gateway.readers.media_playlist import NeedsRemuxError, read_page
from tunerr.gateway.readers.origin import Origin, body_chunks, merge_headers, read_head
from tunerr.gateway.readers.sniff import HEAD_BYTES, Kind, sniff
from tunerr.gateway.upstream import Upstream
from tunerr.model.channel import Stream
from tunerr.support.clock import Clock
from tunerr.support.http import Answer, HttpClients


class StreamOpener:
    """Opens streams. `ffmpeg` locates the program when one is needed; it raises TunerrError when there is none."""

    def __init__(
        self,
        *,
        clients: HttpClients,
        ffmpeg: Callable[[], str],
        clock: Clock,
        user_agent: str = "",
        headers: Iterable[tuple[str, str]] = (),
    ) -> None:
        self._clients = clients
        self._ffmpeg = ffmpeg
        self._headers = merge_headers((("User-Agent", user_agent),) if user_agent else (), headers)
        self._clock = clock

    @asynccontextmanager
    async def open(self, stream: Stream) -> AsyncIterator[Upstream]:
        """Connect; everything is freed on exit. The stream's own headers win over the configured ones.

        Raises UpstreamError with a reason: status, refused, unreachable, reset, html, ended, garbage, drm, stalled,
        key, timeout, ffmpeg, unsupported.
        """
        async with AsyncExitStack() as stack:
            yield await self._open(stream, stack)

    async def _open(self, stream: Stream, stack: AsyncExitStack) -> Upstream:
        if stream.url.scheme in SCHEMES:
            source = await direct_input(stream, self._clients)
            return await self._remux(source, FfmpegUpstream(label=str(stream.url)), stack)
        if stream.url.scheme in ("http", "https"):
            return await self._open_http(stream, stack)
        raise UpstreamError(f"Streams of the kind {stream.url.scheme[:20]!r} can't be read.", reason="unsupported")

    async def _open_http(self, stream: Stream, stack: AsyncExitStack) -> Upstream:
        origin = Origin(self._clients, merge_headers(self._headers, stream.headers), allow_lan=stream.allow_lan)
        answer = await stack.enter_async_context(origin.get(stream.url, stream.zone))
        head = await read_head(answer, HEAD_BYTES)
        label = str(stream.url)
        match sniff(head, answer.headers.get("Content-Type", "")):
            case Kind.TS:
                return TsOverHttp(label, answer, head)
            case Kind.HLS:
                return await self._open_hls(stream, origin, answer, head, stack)
            case Kind.MEDIA:
                source = FfmpegInput("pipe:0", ("pipe",))
                upstream = FfmpegUpstream(label=label)
                await upstream.open(self._ffmpeg, source, stack, feed=body_chunks(answer, head))
                return upstream
            case Kind.EMPTY:
                raise UpstreamError("The provider answered without any data.", reason="ended")
            case Kind.DASH:
                raise UpstreamError("DASH streams can't be read yet.", reason="unsupported")
            case Kind.TEXT:
                raise UpstreamError("The provider sent a page of text instead of a stream.", reason="html")

    async def _open_hls(
        self, stream: Stream, origin: Origin, answer: Answer, head: bytes, stack: AsyncExitStack
    ) -> Upstream:
        # A segment that hangs counts like one that does not come.
        origin = replace(origin, silence=STALL_SECONDS)
        upstream = HlsUpstream(stream=stream, origin=origin, clock=self._clock)
        try:
            await upstream.open(await read_page(answer, stream.zone, head), stack)
        except NeedsRemuxError as need:
            guarded = GuardedPlaylist(origin=origin, variant=need.variant, zone=need.zone)
            await stack.enter_async_context(guarded)
            through = FfmpegUpstream(label=str(stream.url), explain=lambda: guarded.failure)
            return await self._remux(guarded.source, through, stack)
        return upstream

    async def _remux(self, source: FfmpegInput, upstream: FfmpegUpstream, stack: AsyncExitStack) -> Upstream:
        await upstream.open(self._ffmpeg, source, stack)
        return upstream
