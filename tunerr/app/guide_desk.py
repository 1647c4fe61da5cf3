"""What the server knows of its guide, and what can be asked of it: health, airings, search."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiosqlite
import structlog

from tunerr.errors import TunerrError
from tunerr.guide.diagnosis import health_file
from tunerr.guide.lookup.reader import GuideReader
from tunerr.guide.lookup.search import GuideSearch
from tunerr.guide.lookup.stored import Stored, is_listed, stored
from tunerr.guide.messages import IndexRequest
from tunerr.model.channel import Lineup
from tunerr.model.guide import GuideHealth
from tunerr.model.source import Source
from tunerr.model.status import GuideEdition
from tunerr.storage.folder import DataFolder
from tunerr.support.snapshot import Published
from tunerr.support.worker_client import Worker

log = structlog.get_logger(__name__)

_JOB_SECONDS = 900.0


class GuideDesk:
    """Reads guide.db through a connection of its own; `health` is of the edition that is served."""

    def __init__(
        self,
        guide: aiosqlite.Connection,
        *,
        folder: DataFolder,
        worker: Worker,
        lineup: Published[Lineup | None],
        sources: Published[tuple[Source, ...]],
    ) -> None:
        self.health: Published[GuideHealth | None] = Published(None)
        self.reader = GuideReader(guide=guide, health=self.health, sources=sources)
        self.search = GuideSearch(guide=guide, reader=self.reader, lineup=lineup, health=self.health)
        self._guide = guide
        self._guide_dir: Path = folder.guide_dir
        self._guide_db: Path = folder.guide_db
        self._worker = worker
        self._came = asyncio.Event()

    async def edition_came(self, edition: GuideEdition) -> None:
        """Take over what the worker wrote of `edition`; nothing when it ended before it did, until the next one."""
        health = await asyncio.to_thread(health_file.read, self._guide_dir)
        self.health.publish(health if health is not None and health.edition == edition.version else None)
        self._came.set()

    async def lists(self, guide_id: str) -> bool:
        """Whether a guide lists this XMLTV id. Raises StorageError."""
        return await is_listed(self._guide, guide_id)

    async def stored(self) -> Stored:
        """Count what the database holds. Raises StorageError."""
        return await stored(self._guide)

    async def index_editions(self) -> None:
        """Make what came searchable, each time in its own time; until cancelled."""
        request = IndexRequest(guide_db=self._guide_db).model_dump(mode="json")
        while True:
            await self._came.wait()
            self._came.clear()
            try:
                answer = await self._worker.run("index-guide", request, _JOB_SECONDS)
                log.debug("guide is searchable", **answer)
            except TunerrError as error:
                log.warning("guide not made searchable", error=error.message, hint=error.hint)
            except Exception:  # the edge of a loop: a fault of ours must not end the search for ever
                log.exception("guide not made searchable")
