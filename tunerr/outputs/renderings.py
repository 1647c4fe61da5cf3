"""Encoded documents, kept so that a poll costs a memory copy."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from aiohttp import ETag, hdrs, web
from isal import igzip

from tunerr.outputs.web import accepts_gzip, is_known

# Each name that a client calls us by has its own documents; invented names must not grow memory.
_LIMIT_BYTES = 16 << 20
# On real lineups level 2 packs ten to one at 500 MB/s.
_GZIP_LEVEL = 2
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Rendering:
    """One document, plain and gzip, with the tag of its content."""

    body: bytes
    gzip: bytes
    etag: str

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return len(self.body) + len(self.gzip)


class Renderings:
    """The renderings used last, at most `limit_bytes` of them and always the newest one."""

    def __init__(self, *, limit_bytes: int = _LIMIT_BYTES) -> None:
        self._limit = limit_bytes
        self._kept: OrderedDict[tuple[Hashable, ...], Rendering] = OrderedDict()
        self._size = 0
        self._making = asyncio.Lock()

    @property
    def size(self) -> int:
        """Bytes kept."""
        return self._size

    async def get(self, key: tuple[Hashable, ...], render: Callable[[], bytes]) -> Rendering:
        """Get the rendering of `key`; when it isn't kept, a thread makes it by `render`, which must be pure."""
        if key not in self._kept:
            async with self._making:  # many clients ask at once for what a new lineup made old
                if key not in self._kept:
                    self._keep(key, await asyncio.to_thread(_make, render))
        self._kept.move_to_end(key)
        return self._kept[key]

    def _keep(self, key: tuple[Hashable, ...], made: Rendering) -> None:
        self._kept[key] = made
        self._size += made.size
        while self._size > self._limit and len(self._kept) > 1:
            self._size -= self._kept.popitem(last=False)[1].size


def _make(render: Callable[[], bytes]) -> Rendering:
    body = render()
    return Rendering(body, igzip.compress(body, _GZIP_LEVEL, mtime=0), hashlib.blake2s(body).hexdigest()[:20])


def respond(
    request: web.Request, rendering: Rendering, content_type: str, headers: Mapping[str, str] = _NONE
) -> web.Response:
    """304 when the client has it, else the document, gzip where the client takes it. Range is ignored: always whole."""
    response = web.Response(headers={hdrs.VARY: hdrs.ACCEPT_ENCODING, **headers})
    response.etag = ETag(rendering.etag, is_weak=True)
    if is_known(request, rendering.etag):
        response.set_status(304)
        return response
    response.content_type, response.charset = content_type, "utf-8"
    if accepts_gzip(request):
        response.headers[hdrs.CONTENT_ENCODING] = "gzip"
        response.body = rendering.gzip
    else:
        response.body = rendering.body
    return response
