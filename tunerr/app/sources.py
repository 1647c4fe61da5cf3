"""The sources in force: those of the settings and those that the operator chose."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from tunerr.model.source import Source
from tunerr.providers.definition import combine, read_definitions
from tunerr.storage.choices import Choices
from tunerr.support.snapshot import Published

log = structlog.get_logger(__name__)


class SourceBook:
    """Publishes the sources, best first; without any playlist among them the demo plays."""

    def __init__(self, *, configured: Sequence[Source], choices: Choices) -> None:
        """`configured` are those of the settings, which nobody can change here."""
        self.configured = tuple(configured)
        self.sources: Published[tuple[Source, ...]] = Published(self.configured)
        self._choices = choices
        self._chosen = self.configured
        self._named: tuple[Source, ...] = ()
        self._loaded = asyncio.Event()

    @property
    def is_demo(self) -> bool:
        """Whether nobody has named a playlist, so that the demo provider plays."""
        return not any(source.kind == "playlist" for source in self.sources.current)

    async def load(self) -> None:
        """Read the operator's choices again and publish what follows. Raises StorageError."""
        definitions = read_definitions(await self._choices.all("source"))
        sources, notes = combine(self.configured, definitions)
        for note in notes:
            log.warning("source", note=note)
        self._chosen = sources
        self._publish()
        loaded, self._loaded = self._loaded, asyncio.Event()
        loaded.set()

    async def name(self, guides: Callable[[Sequence[Source]], Awaitable[tuple[Source, ...]]]) -> bool:
        """Ask which `guides` the playlists among the sources name; whether these are others than before."""
        named = await guides(self._chosen)
        if named == self._named:
            return False
        self._named = named
        self._publish()
        return True

    def _publish(self) -> None:
        ids = {source.id for source in self._chosen}
        named = (guide for guide in self._named if guide.id not in ids and guide.programmes.of in ids)
        self.sources.publish((*self._chosen, *named))

    async def until_demo_is(self, wanted: bool) -> None:
        """Return when the demo is to play (True), or to make place for sources (False)."""
        while self.is_demo is not wanted:
            await self._loaded.wait()
