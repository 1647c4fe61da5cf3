"""Chooses the reader of a stream by its scheme, and for HTTP by what the one request brings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from tunerr.errors import UpstreamError
from tunerr.gateway.readers.direct import SCHEMES, direct_input
from tunerr.gateway.readers.ffmpeg_input import FfmpegInput, FfmpegUpstream
from tunerr.gateway.readers.file_loop import FileLoop
from tunerr.gateway.readers.follow import STALL_SECONDS
from tunerr.gateway.readers.guarded_playlist import GuardedPlaylist
from tunerr.gateway.readers.hls import HlsUpstream
from tunerr.gateway.readers.http_ts import TsOverHttp
from tunerr.gateway.readers.media_playlist import NeedsRemuxError, Page, read_page
from tunerr.gateway.readers.origin import Origin, body_chunks, read_head
from tunerr.gateway.readers.visit import SEC_FETCH, Visit
from tunerr.gateway.upstream import Upstream
from tunerr.model.channel import Stream
from tunerr.support.clock import Clock
from tunerr.support.cookies import CookieStore
from tunerr.support.http import Headers, HttpClients, merge_headers
from tunerr.support.sniff import HEAD_BYTES, Kind, sniff


class StreamOpener:
    """Opens streams. `ffmpeg` locates the program when one is needed; it raises TunerrError when there is none.

    `headers` go to every upstream, with `sec_fetch` those of a browser too; a stream's own headers win over them.
    `host_agents` maps hosts (lower case) to User-Agents that win over all others. `cookies` outlive a stream.
    """

    def __init__(
        self,
        *,
        clients: HttpClients,
        ffmpeg: Callable[[], str],
        clock: Clock,
        user_agent: str = "",
        headers: Iterable[tuple[str, str]] = (),
        host_agents: Mapping[str, str] = MappingProxyType({}),
        sec_fetch: bool = False,
        cookies: CookieStore | None = None,
    ) -> None:
        agent = (("User-Agent", user_agent),) if user_agent else ()
        self._clients = clients
        self._ffmpeg = ffmpeg
        self.headers: Headers = merge_headers(SEC_FETCH if sec_fetch else (), agent, headers)
        """What goes to every upstream."""
        self._host_agents = host_agents
        self._cookies = cookies or CookieStore()
        self._clock = clock

    @asynccontextmanager
    async def open(self, stream: Stream, *, after: datetime | None = None) -> AsyncIterator[Upstream]:
        """Connect; everything is freed on exit. `after`: start with what went on air then, where that can be told.

        Raises UpstreamError with a reason: status, account_full, refused, unreachable, reset, html, ended, garbage,
        drm, stalled, key, timeout, ffmpeg, unsupported.
        """
        async with AsyncExitStack() as stack:
            yield await self._open(stream, stack, after)

    def visit(self) -> Visit:
        """Return who we are in the requests of one stream; the cookies that it is given die with it."""
        return Visit(self._cookies.visit(), self._host_agents)

    async def _open(self, stream: Stream, stack: AsyncExitStack, after: datetime | None) -> Upstream:
        if stream.url.scheme in SCHEMES:
            source = await direct_input(stream, self._clients)
            return await self._remux(source, FfmpegUpstream(label=str(stream.url)), stack)
        if stream.url.scheme in ("http", "https"):
            return await self._open_http(stream, stack, after)
        if stream.url.scheme == "file":
            upstream = FileLoop(stream)
            await upstream.open(stack)
            return upstream
        raise UpstreamError(f"Streams of the kind {stream.url.scheme[:20]!r} can't be read.", reason="unsupported")

    async def _open_http(self, stream: Stream, stack: AsyncExitStack, after: datetime | None) -> Upstream:
        visit = self.visit()
        stack.callback(self._cookies.keep, visit.cookies)
        headers = merge_headers(self.headers, stream.headers)
        origin = Origin(self._clients, headers, allow_lan=stream.allow_lan, visitor=visit, proxy=stream.proxy)
        answer = await stack.enter_async_context(origin.get(stream.url, stream.zone))
        head = await read_head(answer, HEAD_BYTES)
        label = str(stream.url)
        match sniff(head, answer.headers.get("Content-Type", "")):
            case Kind.TS:
                return TsOverHttp(label, answer, head)
            case Kind.HLS:
                page = await read_page(answer, stream.zone, head)
                return await self._open_hls(stream, origin, page, after, stack)
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
        self, stream: Stream, origin: Origin, page: Page, after: datetime | None, stack: AsyncExitStack
    ) -> Upstream:
        # A segment that hangs counts like one that does not come.
        origin = replace(origin, silence=STALL_SECONDS)
        upstream = HlsUpstream(stream=stream, origin=origin, clock=self._clock, after=after)
        try:
            await upstream.open(page, stack)
        except NeedsRemuxError as need:
            guarded = GuardedPlaylist(origin=origin, variant=need.variant, zone=need.zone)
            await stack.enter_async_context(guarded)
            through = FfmpegUpstream(label=str(stream.url), explain=lambda: guarded.failure)
            return await self._remux(guarded.source, through, stack)
        return upstream

    async def _remux(self, source: FfmpegInput, upstream: FfmpegUpstream, stack: AsyncExitStack) -> Upstream:
        await upstream.open(self._ffmpeg, source, stack)
        return upstream
