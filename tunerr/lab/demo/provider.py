"""The demo provider's HTTP face."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import asdict
from pathlib import Path

from aiohttp import web

from tunerr.errors import TunerrError
from tunerr.lab.demo.channels import CHANNELS, DemoChannel
from tunerr.lab.demo.encoding import command
from tunerr.lab.demo.guide import render_guide
from tunerr.lab.demo.hls_broadcast import HlsBroadcast
from tunerr.lab.demo.playlist import render_playlist
from tunerr.lab.demo.ts_broadcast import TsBroadcast
from tunerr.support.clock import Clock
from tunerr.support.tasks import Supervisor

HOST = "127.0.0.1"

_FIRST_BYTES_SECONDS = 10.0
_CONTENT_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".ts": "video/mp2t",
    ".key": "application/octet-stream",
}
_NOT_KEPT = {"Cache-Control": "no-store"}


class DemoProvider:
    """Six channels, a playlist and a guide on loopback; nothing is encoded while nobody watches.

    `ffmpeg` answers the program's path and may raise TunerrError, which its viewer then reads in a 503.
    HLS is written to folders of its own inside `work_dir`, which are gone after `aclose`.
    """

    def __init__(self, *, ffmpeg: Callable[[], str], work_dir: Path, clock: Clock) -> None:
        self._ffmpeg = ffmpeg
        self._work_dir = work_dir
        self._clock = clock
        self._tasks = Supervisor()
        self._ts = {
            channel.slug: TsBroadcast(channel=channel, command=self._command, tasks=self._tasks)
            for channel in CHANNELS
            if not channel.form.is_hls
        }
        self._hls = {
            channel.slug: HlsBroadcast(
                channel=channel, command=self._command, work_dir=work_dir, clock=clock, tasks=self._tasks
            )
            for channel in CHANNELS
            if channel.form.is_hls
        }
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self._base_url = ""

    @property
    def playlist_url(self) -> str:
        """Where the M3U is, once started."""
        return f"{self._base_url}/playlist.m3u"

    @property
    def guide_url(self) -> str:
        """Where the XMLTV is, once started."""
        return f"{self._base_url}/guide.xml"

    async def start(self, port: int = 0) -> str:
        """Listen on loopback; 0 takes a free port. Returns the base URL. Raises TunerrError when the port is taken."""
        # A viewer that leaves has to be noticed even while no bytes flow, hence the cancellation.
        runner = web.AppRunner(self._app(), handler_cancellation=True, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        site = web.TCPSite(runner, HOST, port)
        try:
            await site.start()
        except OSError as error:
            await runner.cleanup()
            raise TunerrError(f"The demo provider can't listen on {HOST}:{port}: {error.strerror}.") from error
        self._runner, self._site = runner, site
        bound = runner.addresses[0][1]
        self._base_url = f"http://{HOST}:{bound}"
        return self._base_url

    async def aclose(self) -> None:
        """Stop listening, end the viewers and their encoders, remove what was written. Safe to call twice."""
        if self._runner is None or self._site is None:
            return
        await self._site.stop()
        await self._tasks.aclose()
        await self._runner.cleanup()
        await self._tasks.aclose()
        await asyncio.to_thread(self._remove_folders)
        self._runner = self._site = None

    def _remove_folders(self) -> None:
        for slug in self._hls:
            for folder in self._work_dir.glob(f"{slug}-*"):
                shutil.rmtree(folder, ignore_errors=True)

    def _command(self, channel: DemoChannel) -> list[str]:
        return command(self._ffmpeg(), channel, self._clock.now())

    def _app(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.get("/playlist.m3u", self._playlist),
                web.get("/guide.xml", self._guide),
                web.get("/status.json", self._status),
                web.get(r"/ts/{slug:[a-z]+}.ts", self._transport_stream),
                web.get(r"/hls/{slug:[a-z]+}/{name:[a-z0-9_]+\.m3u8}", self._hls_playlist),
                web.get(r"/hls/{slug:[a-z]+}/{name:[a-z0-9_]+\.(?:ts|key)}", self._hls_file),
            ]
        )
        return app

    async def _playlist(self, _request: web.Request) -> web.Response:
        return web.Response(
            text=render_playlist(self._base_url), content_type="audio/x-mpegurl", charset="utf-8", headers=_NOT_KEPT
        )

    async def _guide(self, _request: web.Request) -> web.Response:
        body = await asyncio.to_thread(render_guide, self._clock.now())
        return web.Response(body=body, content_type="application/xml", charset="utf-8", headers=_NOT_KEPT)

    async def _status(self, _request: web.Request) -> web.Response:
        broadcasts: dict[str, TsBroadcast | HlsBroadcast] = {**self._ts, **self._hls}
        channels = [
            {"number": channel.number, "name": channel.name, "slug": channel.slug}
            | asdict(broadcasts[channel.slug].facts())
            for channel in CHANNELS
        ]
        return web.json_response({"channels": channels}, headers=_NOT_KEPT)

    async def _transport_stream(self, request: web.Request) -> web.StreamResponse:
        broadcast = self._ts.get(request.match_info["slug"])
        if broadcast is None:
            raise web.HTTPNotFound
        response = web.StreamResponse(headers={"Content-Type": _CONTENT_TYPES[".ts"], **_NOT_KEPT})
        if request.method == "HEAD":
            return response
        try:
            async with aclosing(broadcast.watch()) as chunks:
                async with asyncio.timeout(_FIRST_BYTES_SECONDS):
                    first = await anext(chunks)
                await response.prepare(request)
                await response.write(first)
                async for chunk in chunks:
                    await response.write(chunk)
        except (StopAsyncIteration, TimeoutError):
            return _unavailable("The channel's encoder gave no picture; the log has its last words.")
        except ConnectionResetError:  # the viewer left between two chunks
            return response
        except TunerrError as error:
            return _unavailable(str(error))
        return response

    async def _hls_playlist(self, request: web.Request) -> web.StreamResponse:
        broadcast = self._hls.get(request.match_info["slug"])
        if broadcast is None:
            raise web.HTTPNotFound
        if request.method == "HEAD":
            return web.Response(content_type=_CONTENT_TYPES[".m3u8"], headers=_NOT_KEPT)
        try:
            path = await broadcast.playlist(request.match_info["name"])
        except TunerrError as error:
            return _unavailable(str(error))
        return _file(path)

    async def _hls_file(self, request: web.Request) -> web.StreamResponse:
        broadcast = self._hls.get(request.match_info["slug"])
        path = None if broadcast is None else broadcast.file(request.match_info["name"])
        if path is None:
            raise web.HTTPNotFound
        return _file(path)


def _file(path: Path) -> web.FileResponse:
    return web.FileResponse(path, headers={"Content-Type": _CONTENT_TYPES[path.suffix], **_NOT_KEPT})


def _unavailable(reason: str) -> web.Response:
    return web.Response(status=503, text=f"{reason}\n", headers=_NOT_KEPT)
