"""Live parts of pages: one look at a view for all browsers that show the same, sent when it changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager

import structlog

from tunerr.errors import NotReady, TunerrError
from tunerr.support.tasks import Supervisor

log = structlog.get_logger(__name__)

_EVERY_S = 1.0
_MOST_READERS = 200

Look = Callable[[], Awaitable[object]]
"""Returns the view as it is now. Raises TunerrError."""
Render = Callable[[object], Awaitable[str]]
"""Makes text of a view."""


class TooManyReaders(NotReady):
    """More browsers follow pages than are served."""


class Feed:
    """The view of one page as it was seen last, and as text; `version` counts the changes, `over` ends it."""

    def __init__(self, look: Look, render: Render) -> None:
        self.version = 0
        self.text = ""
        self.readers = 0
        self.over = False
        self._look = look
        self._render = render
        self._view: object = None
        self._changed = asyncio.Event()

    async def after(self, version: int) -> int:
        """Wait for another version than `version`, or the end; returns the version there is."""
        while self.version == version and not self.over:
            await self._changed.wait()
        return self.version

    def end(self) -> None:
        """Nothing comes any more."""
        self.over = True
        self._changed.set()

    async def follow(self) -> None:
        """Look again and again, until cancelled. While the view can't be had the last one stays.

        A fault of ours ends it: the readers come back, and the page says that something is wrong.
        """
        try:
            while True:
                try:
                    view = await self._look()
                except TunerrError as error:
                    log.debug("live part of a page", error=error.message)
                else:
                    await self._take(view)
                await asyncio.sleep(_EVERY_S)
        finally:
            self.end()

    async def _take(self, view: object) -> None:
        if self.version and view == self._view:
            return
        self._view, self.text = view, await self._render(view)
        self.version += 1
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


class Feeds:
    """All feeds that somebody follows, by what tells two of them apart."""

    def __init__(self, tasks: Supervisor) -> None:
        self._tasks = tasks
        self._feeds: dict[Hashable, tuple[Feed, asyncio.Task[None]]] = {}

    async def end(self, _application: object = None) -> None:
        """Send all readers home: the program ends, or its parts are others now."""
        for feed, _ in self._feeds.values():
            feed.end()

    @asynccontextmanager
    async def followed(self, key: Hashable, look: Look, render: Render) -> AsyncIterator[Feed]:
        """Follow a feed inside the block; the first reader starts it, the last one ends it.

        Raises TooManyReaders.
        """
        if sum(feed.readers for feed, _ in self._feeds.values()) >= _MOST_READERS:
            raise TooManyReaders("Too many browsers follow the deck.", hint="Close some of its tabs.")
        if key not in self._feeds:
            fresh = Feed(look, render)
            self._feeds[key] = fresh, self._tasks.spawn(fresh.follow(), "live part of a page")
        feed, task = self._feeds[key]
        feed.readers += 1
        try:
            yield feed
        finally:
            feed.readers -= 1
            if not feed.readers:
                del self._feeds[key]
                task.cancel()
