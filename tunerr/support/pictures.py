"""Small pictures from elsewhere, kept on the disk: fetched once, bounded in every way, and never trusted."""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tunerr.errors import FetchError, NotReady
from tunerr.model.url import SecretUrl
from tunerr.support.http import HttpClients, Reach
from tunerr.support.tasks import Supervisor

# Logos have some 30 KB; a poster that was named as one has more.
_LARGEST_BYTES = 512 * 1024
_KEPT_BYTES = 64 * 1024 * 1024
_FRESH_S = 7 * 86400.0
# A picture that can't be had is asked for again that late: a dead logo server would be asked by every page.
_FAILED_S = 6 * 3600.0
_FETCH_S = 10.0
_AT_ONCE = 4
# A browser has six connections to the deck: on dead servers of logos none of them may wait for long.
_PATIENCE_S = 1.0
_MOST_WANTED = 200
_SWEEP_EVERY = 200
# What a file takes at least; of missing pictures there is an empty one each.
_BLOCK_BYTES = 4096

# By their first bytes; SVG is left out on purpose, for it can hold scripts.
_TYPES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_WEBP_MARK = slice(8, 12)


@dataclass(frozen=True, slots=True)
class Picture:
    """The bytes of a picture and what they are."""

    body: bytes
    type: str


class Pictures:
    """Fetches pictures into `folder`. Those who want the same one at once share one fetch."""

    def __init__(self, *, folder: Path, clients: HttpClients, background: Supervisor) -> None:
        """`background`: where fetches go on when nobody waits for them any more."""
        self._folder = folder
        self._clients = clients
        self._background = background
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._running: dict[str, asyncio.Task[Picture | None]] = {}
        self._written = 0

    async def get(self, url: SecretUrl, *, reach: Reach) -> Picture | None:
        """The picture at `url`, an http or https URL; None when it can't be had, or is none, which is remembered.

        Raises NotReady when it isn't there within a second; it may be later.
        """
        name = hashlib.sha256(url.reveal().encode(errors="replace")).hexdigest()[:32]
        kept = await asyncio.to_thread(self._kept, name)
        if kept is not None:
            return _picture(kept)
        if name not in self._running:
            if len(self._running) >= _MOST_WANTED:
                raise NotReady("Too many pictures are being fetched.")
            self._running[name] = self._background.spawn(self._brought(name, url, reach), "fetch a picture")
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return await asyncio.shield(self._running[name])
        except TimeoutError:
            raise NotReady("The picture is being fetched.") from None

    async def _brought(self, name: str, url: SecretUrl, reach: Reach) -> Picture | None:
        try:
            async with self._turns:
                body = await self._fetched(url, reach)
            picture = _picture(body)
            await asyncio.to_thread(self._keep, name, body if picture is not None else b"")
            return picture
        finally:
            del self._running[name]

    async def _fetched(self, url: SecretUrl, reach: Reach) -> bytes:
        """The body; empty when there is none that is small enough."""
        body = b""
        try:
            async with asyncio.timeout(_FETCH_S), self._clients.request(url, reach=reach) as answer:
                if answer.status != 200:  # noqa: PLR2004 - HTTP's OK
                    return b""
                async for chunk in answer.chunks():
                    body += chunk
                    if len(body) > _LARGEST_BYTES:
                        return b""
        except (FetchError, TimeoutError):
            return b""
        return body

    def _kept(self, name: str) -> bytes | None:
        """What is on the disk and not too old: a picture, or nothing where one was missing; None when not known."""
        path = self._folder / name
        with suppress(OSError):
            age = time.time() - path.stat().st_mtime
            body = path.read_bytes()
            if age < (_FRESH_S if body else _FAILED_S):
                return body
        return None

    def _keep(self, name: str, body: bytes) -> None:
        with suppress(OSError):  # a full disk costs a fetch, not the page
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._folder / f"{name}.new"
            path.write_bytes(body)
            path.replace(self._folder / name)
            self._written += 1
            if self._written % _SWEEP_EVERY == 1:
                self._sweep()

    def _sweep(self) -> None:
        """Remove the oldest ones above what may be kept."""
        found = sorted(
            ((entry.stat().st_mtime, entry.stat().st_size, entry.path) for entry in os.scandir(self._folder)),
            reverse=True,
        )
        total = 0
        for _, size, path in found:
            total += max(size, _BLOCK_BYTES)
            if total > _KEPT_BYTES:
                Path(path).unlink(missing_ok=True)


def _picture(body: bytes) -> Picture | None:
    for mark, kind in _TYPES:
        if body.startswith(mark):
            return Picture(body, kind)
    if body[:4] == b"RIFF" and body[_WEBP_MARK] == b"WEBP":
        return Picture(body, "image/webp")
    return None
