"""A provider for tests: playlists, guides and real TS on real sockets, its answers changed at run time."""

import asyncio
import contextlib
from dataclasses import dataclass, field

from aiohttp import web

TS_PACKET = 188


@dataclass
class Origin:
    """`documents` maps a path to (status, headers, body); `/live/<name>` streams TS in real time."""

    media: bytes
    seconds: float
    documents: dict = field(default_factory=dict)
    requests: list = field(default_factory=list)
    open_streams: int = 0
    opened_streams: int = 0
    most_open: int = 0  # streams at the same time
    port: int = 0

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}"

    def publish(self, path, body, *, status=200, **headers):
        """Set what a path answers from now on."""
        data = body.encode() if isinstance(body, str) else body
        self.documents[path] = (status, {name.replace("_", "-"): value for name, value in headers.items()}, data)

    def playlist(self, *names, path="/playlist.m3u", extra=""):
        """Publish a playlist of live channels and return its URL."""
        rows = "".join(
            f'#EXTINF:-1 tvg-id="{name}.test" tvg-name="{name}" group-title="Test",{name}\n{self.base}/live/{name}\n'
            for name in names
        )
        self.publish(path, f"#EXTM3U\n{rows}{extra}")
        return self.base + path

    async def _document(self, request):
        self.requests.append((request.method, request.path, dict(request.headers)))
        if request.path not in self.documents:
            return web.Response(status=404, text="no such document")
        status, headers, body = self.documents[request.path]
        if headers.get("ETag") and request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
        return web.Response(status=status, headers=headers, body=body)

    async def _live(self, request):
        self.requests.append((request.method, request.path, dict(request.headers)))
        response = web.StreamResponse(headers={"Content-Type": "video/mp2t"})
        await response.prepare(request)
        self.open_streams += 1
        self.opened_streams += 1
        self.most_open = max(self.most_open, self.open_streams)
        try:
            with contextlib.suppress(ConnectionResetError):
                await self._pace(response)
        finally:
            self.open_streams -= 1
        return response

    async def _pace(self, response):
        """Two seconds at once, as a real provider's buffer gives, then real time."""
        per_second = int(len(self.media) / self.seconds / TS_PACKET) * TS_PACKET
        at = 2 * per_second
        await response.write(self.media[:at])
        while at < len(self.media):
            await response.write(self.media[at : at + per_second // 10])
            at += per_second // 10
            await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def origin(media, seconds):
    """A running Origin on a free port."""
    provider = Origin(media, seconds)
    application = web.Application()
    application.router.add_get("/live/{name}", provider._live)
    application.router.add_get("/{path:.*}", provider._document)
    runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    provider.port = runner.addresses[0][1]
    try:
        yield provider
    finally:
        await runner.cleanup()
