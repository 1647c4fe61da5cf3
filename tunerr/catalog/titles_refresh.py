"""Refreshing a panel's films and series: at most once a day, and never in the way of its channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import aiosqlite
import structlog

from tunerr.catalog.attempts import each_host
from tunerr.catalog.visit import PAUSE_SECONDS, Visit
from tunerr.errors import AccountRefused, ContentError, FetchError, TunerrError
from tunerr.model.channel import SourceId
from tunerr.model.source import Panel, Source
from tunerr.providers.xtream.account import refusal
from tunerr.storage.connection import select
from tunerr.storage.folder import DataFolder
from tunerr.support.clock import Clock
from tunerr.support.http import HttpClients
from tunerr.support.worker_client import Worker

log = structlog.get_logger(__name__)

INTERVAL_SECONDS = 24 * 3600.0
_INGEST_SECONDS = 600.0
_QUESTIONS = {
    "movies-categories": "get_vod_categories",
    "movies": "get_vod_streams",
    "series-categories": "get_series_categories",
    "series": "get_series",
}
_READ = "SELECT max(read_at) AS at FROM title_list WHERE source = ?"


class TitlesRefresher:
    """Brings films and series into the catalog; what goes wrong is logged, the last good lists stay."""

    def __init__(
        self,
        *,
        folder: DataFolder,
        catalog: aiosqlite.Connection,
        clients: HttpClients,
        worker: Worker,
        clock: Clock,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        """`catalog` is a read-only connection; `pause`: seconds between two requests."""
        self._folder = folder
        self._catalog = catalog
        self._clients = clients
        self._worker = worker
        self._clock = clock
        self._pause = pause
        self._tried: dict[SourceId, float] = {}

    async def refresh(self, sources: Sequence[Source]) -> None:
        """Ask those whose panel has titles that are wanted, one after another, unless they were asked within a day."""
        wanted = [(source, source.panel) for source in sources if source.panel is not None and source.panel.vod]
        for source, panel in wanted:
            try:
                if await self._is_due(source.id):
                    self._tried[source.id] = self._clock.monotonic()
                    await self._ask(source, panel, [one.id for one, _ in wanted])
            except TunerrError as error:
                log.warning("titles not refreshed", source=source.id, error=error.message, hint=error.hint)

    async def _is_due(self, source: SourceId) -> bool:
        tried = self._tried.get(source)
        if tried is not None and self._clock.monotonic() - tried < INTERVAL_SECONDS:
            return False
        read = (await select(self._catalog, _READ, (source,)))[0]["at"]
        return read is None or self._clock.now().timestamp() - read >= INTERVAL_SECONDS

    async def _ask(self, source: Source, panel: Panel, sources: Sequence[SourceId]) -> None:
        spool = self._folder.spool_dir
        with Visit(source, clients=self._clients, spool=spool, clock=self._clock, pause=self._pause) as visit:
            documents = await self._documents(visit, panel)
            request = {
                "documents": {name: str(path) for name, path in documents.items()},
                "source": source.id,
                "sources": sources,
                "catalog_db": str(self._folder.catalog_db),
                "now": self._clock.now().timestamp(),
            }
            report = await self._worker.run("ingest-titles", request, _INGEST_SECONDS)
        _tell(source.id, report)

    async def _documents(self, visit: Visit, panel: Panel) -> dict[str, Path]:
        """Ask each host in turn until one gives all four. Raises the first failure when none does."""
        failures: list[FetchError | ContentError] = []
        for host in each_host(panel):
            try:
                if (refused := refusal(await visit.account(host))) is not None:
                    raise refused
                return {name: (await visit.document(host.api(action), name))[0] for name, action in _QUESTIONS.items()}
            except (FetchError, ContentError) as error:
                failures.append(error)
        raise next((error for error in failures if isinstance(error, AccountRefused)), failures[0])


def _tell(source: SourceId, report: Mapping[str, Mapping[str, Any]]) -> None:
    for name, found in report.items():
        tell = log.info if found["outcome"] in ("taken", "unchanged") else log.warning
        said = {key: value for key, value in found.items() if value}
        tell("titles refreshed", source=source, list=name, **said)
