"""A real HLS provider for tests: segments made by ffmpeg, a live window that slides by the clock, switched faults."""

import asyncio
import time
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from tests.tools.media import TONE, ffmpeg


def make_segments(source: Path, folder: Path):
    """Cut `source` into TS segments of 1 s; their bytes in order."""
    folder.mkdir()
    ffmpeg("-i", source, "-c", "copy", "-f", "hls", "-hls_time", 1, "-hls_list_size", 0, "i.m3u8", cwd=folder.resolve())
    return [path.read_bytes() for path in sorted(folder.glob("i*.ts"), key=lambda path: int(path.stem[1:]))]


def make_demuxed(source: Path, folder: Path):
    """A master playlist whose audio has a playlist of its own (VOD)."""
    folder.mkdir()
    ffmpeg(
        *("-i", source, "-map", "0:v", "-map", "0:a", "-c", "copy", "-f", "hls", "-hls_time", 1, "-hls_list_size", 0),
        *("-var_stream_map", "v:0,agroup:a a:0,agroup:a,language:deu,default:yes"),
        *("-master_pl_name", "master.m3u8", "s%v.m3u8"),
        cwd=folder.resolve(),
    )


def make_fmp4(source: Path, folder: Path):
    """A media playlist of fMP4 segments with an EXT-X-MAP (VOD)."""
    folder.mkdir()
    ffmpeg(
        *("-i", source, "-c", "copy", "-bsf:a", "aac_adtstoasc", "-f", "hls", "-hls_time", 1, "-hls_list_size", 0),
        *("-hls_segment_type", "fmp4", "index.m3u8"),
        cwd=folder.resolve(),
    )


def make_packed(folder: Path):
    """A radio: a media playlist of bare AAC segments (VOD)."""
    folder.mkdir()
    ffmpeg(
        *(*TONE, "-t", 6, "-c:a", "aac", "-f", "segment", "-segment_time", 2, "-segment_format", "adts"),
        *("-segment_list", "index.m3u8", "%d.aac"),
        cwd=folder.resolve(),
    )


@dataclass
class HlsOrigin:
    """`segments` are published one every `every` seconds, `window` at a time, `at_start` of them at once.

    /live is the best variant of /m/master.m3u8, /low the next one; /moved leads to that, /edge to /live.
    """

    segments: list[bytes]
    lower: list[bytes] = field(default_factory=list)  # of /low
    every: float = 0.05
    window: int = 8
    at_start: int = 3
    first_sequence: int = 100
    keys: tuple[bytes, ...] = ()  # rotated with each segment
    explicit_iv: bool = False
    aired: datetime | None = None  # when the first segment went on air
    gone: set[int] = field(default_factory=set)  # these segments answer 404
    pages: set[int] = field(default_factory=set)  # these are a page of text
    down: set[str] = field(default_factory=set)  # these variants answer 404
    stops: dict[str, int] = field(default_factory=dict)  # this many segments of a variant are published at most
    status: int = 0  # all but the master answers so when set, until the master is asked for again
    garbled: int = 0  # so many looks at the media playlist show a page of text
    hangs: bool = False  # whether no playlist is answered
    stuck: set[str] = field(default_factory=set)  # no segment of these variants is answered
    empty: int = 0  # so many show no segment
    gaps: set[int] = field(default_factory=set)
    ends: bool = True  # EXT-X-ENDLIST with the last segment
    one_file: bool = False  # byte ranges of one file
    ranges: bool = True  # whether Range is honored
    token: str = ""  # asked for in the media playlist's query when set
    failing: int = 0  # so many requests for the media playlist answer 500
    extra: str = ""  # lines put into the media playlist
    static: Path | None = None
    base: str = ""
    hits: Counter = field(default_factory=Counter)
    ranges_asked: list[str] = field(default_factory=list)
    headers: list[dict] = field(default_factory=list)
    started: float | None = None  # time runs from the first playlist on, so that no test depends on a quick start

    @property
    def published(self):
        """How many there are by now."""
        self.started = self.started or time.monotonic()
        return min(self.at_start + int((time.monotonic() - self.started) / self.every), len(self.segments))

    def playlist(self, variant="live"):
        newest = min(self.published, self.stops.get(variant, len(self.segments)))
        if self.empty:
            self.empty -= 1
            newest = 0
        oldest = max(newest - self.window, 0)
        lines = ["#EXTM3U", "#EXT-X-VERSION:4", "#EXT-X-TARGETDURATION:1"]
        lines.append(f"#EXT-X-MEDIA-SEQUENCE:{self.first_sequence + oldest}")
        if self.extra:
            lines.append(self.extra)
        for number in range(oldest, newest):
            if self.aired:
                lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{(self.aired + timedelta(seconds=number)).isoformat()}")
            if self.keys:
                iv = f",IV=0x{number + 7:032x}" if self.explicit_iv else ""
                lines.append(f'#EXT-X-KEY:METHOD=AES-128,URI="../keys/{number % len(self.keys)}"{iv}')
            if number in self.gaps:
                lines.append("#EXT-X-GAP")
            lines.append("#EXTINF:1.0,")
            if self.one_file:
                offset = sum(map(len, self.segments[:number]))
                lines += [f"#EXT-X-BYTERANGE:{len(self.segments[number])}@{offset}", "all.ts"]
            else:
                lines.append(f"seg{number}.ts")
        if self.ends and newest == len(self.segments):
            lines.append("#EXT-X-ENDLIST")
        return "\n".join(lines) + "\n"

    def body(self, number):
        if not self.keys:
            return self.segments[number]
        iv = (number + 7 if self.explicit_iv else self.first_sequence + number).to_bytes(16, "big")
        padder = PKCS7(128).padder()
        cipher = Cipher(algorithms.AES(self.keys[number % len(self.keys)]), modes.CBC(iv)).encryptor()
        return cipher.update(padder.update(self.segments[number]) + padder.finalize()) + cipher.finalize()

    def _refused(self, request):
        """The answer instead of a playlist or segment, None where there is that."""
        if request.path.split("/")[1] in self.down:
            return web.Response(status=404)
        return web.Response(status=self.status) if self.status else None

    async def _index(self, request):
        self.headers.append(dict(request.headers))
        if self.hangs:
            await asyncio.Event().wait()
        if refused := self._refused(request):
            return refused
        if self.garbled and self.hits["/live/index.m3u8"] > 1:
            self.garbled -= 1
            return web.Response(text="<html>overloaded</html>", content_type="text/html")
        if self.failing and self.hits["/live/index.m3u8"] > 1:
            self.failing -= 1
            return web.Response(status=500)
        if self.token and request.query.get("token") != self.token:
            return web.Response(status=403)
        return web.Response(
            text=self.playlist(request.path.split("/")[1]), content_type="application/vnd.apple.mpegurl"
        )

    async def _segment(self, request):
        number = int(request.match_info["number"])
        if request.path.split("/")[1] in self.stuck:
            await asyncio.Event().wait()
        if refused := self._refused(request):
            return refused
        if number in self.gone:
            return web.Response(status=404)
        if number in self.pages:
            return web.Response(text="<html>no</html>", content_type="text/html")
        if request.path.startswith("/low/"):
            return web.Response(body=self.lower[number], content_type="video/mp2t")
        return web.Response(body=self.body(number), content_type="video/mp2t")

    async def _all(self, request):
        body = b"".join(self.segments)
        wanted = request.headers.get("Range", "")
        self.ranges_asked.append(wanted)
        if not self.ranges:
            return web.Response(body=body)
        first, last = map(int, wanted.removeprefix("bytes=").split("-"))
        return web.Response(status=206, body=body[first : last + 1])

    async def _key(self, request):
        return web.Response(body=self.keys[int(request.match_info["number"])])

    async def _master(self, _request):
        self.status = 0
        query = f"?token={self.token}" if self.token else ""
        return web.Response(
            text="#EXTM3U\n"
            '#EXT-X-STREAM-INF:BANDWIDTH=64000,CODECS="mp4a.40.2"\n/never/audio.m3u8\n'
            '#EXT-X-STREAM-INF:BANDWIDTH=200000,RESOLUTION=160x90,CODECS="avc1.42c00d,mp4a.40.2"\n../low/index.m3u8\n'
            "#EXT-X-STREAM-INF:BANDWIDTH=500000,RESOLUTION=320x180\n"
            f"../live/index.m3u8{query}\n"
        )

    async def _edge(self, _request):
        self.status = 0
        raise web.HTTPFound(f"{self.base}/live/index.m3u8")

    async def _moved(self, _request):
        raise web.HTTPFound(f"{self.base}/m/master.m3u8")

    @web.middleware
    async def _count(self, request, handler):
        self.hits[request.path] += 1
        return await handler(request)

    def app(self):
        app = web.Application(middlewares=[self._count])
        app.router.add_get("/moved", self._moved)
        app.router.add_get("/edge", self._edge)
        app.router.add_get("/m/master.m3u8", self._master)
        app.router.add_get("/live/all.ts", self._all)
        for variant in ("live", "low"):
            app.router.add_get(f"/{variant}/index.m3u8", self._index)
            app.router.add_get(rf"/{variant}/seg{{number:\d+}}.ts", self._segment)
        app.router.add_get(r"/keys/{number:\d+}", self._key)
        if self.static:
            app.router.add_static("/static", self.static)
        return app


@asynccontextmanager
async def serving(app, host="127.0.0.1"):
    """Serve an aiohttp application on a free port of `host`; yields its base URL."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, host, 0).start()
    try:
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def hls(origin: HlsOrigin):
    async with serving(origin.app()) as base:
        origin.base = base
        yield origin


async def decoded(data: bytes):
    """What ffmpeg says about `data` when it decodes all of it, and the seconds of video that came out."""
    process = await asyncio.create_subprocess_exec(
        *("ffmpeg", "-nostdin", "-hide_banner", "-v", "error", "-progress", "pipe:1"),
        *("-f", "mpegts", "-i", "pipe:0", "-map", "0:v?", "-map", "0:a", "-f", "null", "-"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await process.communicate(data)
    times = [line.partition("=")[2] for line in out.decode().splitlines() if line.startswith("out_time_us=")]
    return errors.decode(), int(times[-1]) / 1e6 if times and times[-1].strip("-").isdigit() else 0.0
