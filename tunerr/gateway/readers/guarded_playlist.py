"""A loopback HTTP server that stands between ffmpeg and an HLS provider.

ffmpeg sees playlists whose every address is one of ours; each request of it is made by us, so that every hop passes our
resolver, guard and headers. The path holds a secret for the session; the server ends with it.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Self
from urllib.parse import urljoin, urlsplit

import structlog
from aiohttp import web

from tunerr.errors import UpstreamError
from tunerr.gateway.readers.ffmpeg_input import FfmpegInput
from tunerr.gateway.readers.media_playlist import read_page
from tunerr.gateway.readers.origin import Origin, body_chunks
from tunerr.gateway.readers.playlist import Master, Variant
from tunerr.model.url import SecretUrl, Zone
from tunerr.support.tasks import Supervisor

log = structlog.get_logger(__name__)

_ENTRIES = 2000
_CLOSE_SECONDS = 0.5
_MIME = "application/vnd.apple.mpegurl"
_PASSED_ON = ("Content-Length", "Content-Range")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,4}", re.ASCII)
# A name starts where none goes on, else a long one without "=" would be looked at from each of its letters.
_ATTRIBUTE = re.compile(r'(?<![A-Z0-9-])([A-Z0-9-]++)=("[^"]*"|[^",]*)')
# ffmpeg takes an address without quotes too, and a backslash hides a quote from it. So nothing of these lines is passed
# on as it came: what ffmpeg uses is written anew, in forms that can be read in one way only.
_KEPT = {
    "METHOD": re.compile(r"[A-Z0-9-]+"),
    "IV": re.compile(r"0[xX][0-9A-Fa-f]+"),
    "BYTERANGE": re.compile(r'"[0-9]+(?:@[0-9]+)?"'),
}
_WITH_ADDRESS = ("#EXT-X-KEY:", "#EXT-X-MAP:")
_LANGUAGE = re.compile(r"[A-Za-z0-9-]{1,35}")
_TAGS = (
    "#EXTM3U",
    "#EXTINF:",
    "#EXT-X-VERSION:",
    "#EXT-X-TARGETDURATION:",
    "#EXT-X-MEDIA-SEQUENCE:",
    "#EXT-X-PLAYLIST-TYPE:",
    "#EXT-X-DISCONTINUITY",
    "#EXT-X-BYTERANGE:",
    "#EXT-X-PROGRAM-DATE-TIME:",
    "#EXT-X-ENDLIST",
)


@dataclass(frozen=True, slots=True)
class _Entry:
    url: SecretUrl
    zone: Zone
    playlist: bool


class _Table:
    """Names for URLs. A URL keeps its name, so that ffmpeg sees a live window slide; the oldest are forgotten."""

    def __init__(self) -> None:
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._names: dict[_Entry, str] = {}

    def name(self, url: str, zone: Zone, suffix: str, *, playlist: bool = False) -> str:
        entry = _Entry(SecretUrl(url), zone, playlist)
        name = self._names.get(entry)
        if name is None:
            # Newer ffmpeg judges segments by their suffix, so the provider's is kept where there is one.
            own = PurePosixPath(urlsplit(url).path).suffix.lower()
            name = secrets.token_hex(8) + (own if _SUFFIX.fullmatch(own) and not playlist else suffix)
            self._names[entry] = name
            self._entries[name] = entry
        self._entries.move_to_end(name)
        while len(self._entries) > _ENTRIES:
            self._names.pop(self._entries.popitem(last=False)[1], None)
        return name

    def get(self, name: str) -> _Entry | None:
        return self._entries.get(name)


def rewrite(text: str, base: str, name: Callable[[str], str]) -> str:
    """A media playlist whose every address is `name(absolute URL)`; tags that are not known are left out.

    Raises ValueError when an address can't be read.
    """

    def attributes(line: str) -> Iterator[str]:
        for key, value in _ATTRIBUTE.findall(line):
            if key == "URI":
                yield f'URI="{name(urljoin(base, value.strip(chr(34))))}"'
            elif key in _KEPT and _KEPT[key].fullmatch(value):
                yield f"{key}={value}"

    lines = []
    for line in (raw.strip() for raw in text.splitlines()):
        if line.startswith(_WITH_ADDRESS):
            tag, _, given = line.partition(":")
            lines.append(f"{tag}:{','.join(attributes(given))}")
        elif line.startswith(_TAGS):
            lines.append(line)
        elif line and not line.startswith("#"):
            lines.append(name(urljoin(base, line)))
    return "\n".join(lines) + "\n"


def single_variant(variant: Variant, name: Callable[[str], str]) -> str:
    """A master playlist with `variant` and its audio alone, so that ffmpeg opens nothing else."""
    lines = ["#EXTM3U"]
    audio = ""
    if variant.audio_url:
        known = _LANGUAGE.fullmatch(variant.audio_language)
        language = f'LANGUAGE="{variant.audio_language}",' if known else ""
        audio = ',AUDIO="audio"'
        lines.append(
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="audio",DEFAULT=YES,{language}URI="{name(variant.audio_url)}"'
        )
    lines += [f"#EXT-X-STREAM-INF:BANDWIDTH={max(variant.bandwidth, 1)}{audio}", name(variant.url)]
    return "\n".join(lines) + "\n"


class GuardedPlaylist:
    """Serves `variant`, named by a document of `zone`, on 127.0.0.1 while the context lasts."""

    def __init__(self, *, origin: Origin, variant: Variant, zone: Zone) -> None:
        self.failure: UpstreamError | None = None
        self._origin = origin
        self._table = _Table()
        self._turn = asyncio.Lock()
        self._secret = secrets.token_urlsafe(16)
        self._master = single_variant(variant, lambda url: self._table.name(url, zone, ".m3u8", playlist=True))
        server = web.Server(self._answer, handler_cancellation=True, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=_CLOSE_SECONDS)
        self._port = 0

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        # The loop hands a server out only after it listens: a cancellation in between would leave a socket that
        # listens for ever and that nobody knows of. Starting takes a moment, so it is always waited for.
        starting = Supervisor().spawn(web.TCPSite(self._runner, "127.0.0.1", 0).start(), "guarded playlist")
        try:
            await asyncio.shield(starting)
        except BaseException:
            await asyncio.wait({starting})
            await self._runner.cleanup()
            raise
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def source(self) -> FfmpegInput:
        """What ffmpeg has to open."""
        url = f"http://127.0.0.1:{self._port}/{self._secret}/master.m3u8"
        return FfmpegInput(url, ("http", "tcp", "crypto"), {"f": "hls", "live_start_index": -3})

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        secret, _, name = request.path.lstrip("/").partition("/")
        if not secrets.compare_digest(secret.encode(), self._secret.encode()):
            return web.Response(status=404)
        if name == "master.m3u8":
            return web.Response(text=self._master, content_type=_MIME)
        entry = self._table.get(name)
        if entry is None:
            return web.Response(status=404)
        try:
            return await (self._playlist(entry) if entry.playlist else self._file(entry, request))
        except UpstreamError as error:
            self.failure = error
            log.info("ffmpeg was refused a part of the stream", source=str(entry.url), error=error.message)
            return web.Response(status=error.status or 502)

    async def _playlist(self, entry: _Entry) -> web.Response:
        async with self._origin.get(entry.url, entry.zone) as answer:
            page = await read_page(answer, entry.zone)
        base = page.url.reveal()
        found = await page.parsed()  # refuses DRM here too
        if isinstance(found, Master):
            raise UpstreamError("An HLS variant is a list of variants itself.", reason="garbage")
        suffix = ".mp4" if found.mapped else ".ts"
        try:
            async with self._turn:  # the table bears one thread at a time
                text = await asyncio.to_thread(
                    rewrite, page.text, base, lambda url: self._table.name(url, page.zone, suffix)
                )
        except ValueError as error:
            raise UpstreamError("The HLS playlist names an address that can't be read.", reason="garbage") from error
        return web.Response(text=text, content_type=_MIME)

    async def _file(self, entry: _Entry, request: web.BaseRequest) -> web.StreamResponse:
        # ffmpeg asks for `bytes=0-` where it wants all; that is no range.
        wanted = request.headers.get("Range", "bytes=0-")
        headers = () if wanted == "bytes=0-" else (("Range", wanted),)
        async with self._origin.get(entry.url, entry.zone, headers=headers) as answer:
            response = web.StreamResponse(
                status=answer.status,
                headers={key: answer.headers[key] for key in _PASSED_ON if key in answer.headers},
            )
            await response.prepare(request)
            try:
                async for chunk in body_chunks(answer):
                    await response.write(chunk)
            except UpstreamError as error:
                # The headers are out: a cut connection is the only way left to say so.
                self.failure = error
                if request.transport is not None:
                    request.transport.abort()
            return response
