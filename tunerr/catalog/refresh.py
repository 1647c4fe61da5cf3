"""Refreshing a playlist source: fetch, let the worker ingest, remember how it went."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import aiosqlite
import structlog

from tunerr.catalog.ingest import LARGEST_DOCUMENT
from tunerr.catalog.reader import CatalogReader
from tunerr.config.values import SourceSetting
from tunerr.errors import TunerrError
from tunerr.model.channel import SourceId
from tunerr.model.status import SourceState, SourceStatus
from tunerr.model.url import Zone
from tunerr.storage.connection import open_server
from tunerr.storage.folder import DataFolder
from tunerr.storage.sources import SourceStore
from tunerr.support.clock import Clock
from tunerr.support.fetch import Fetched, Validators, fetch_document
from tunerr.support.http import HttpClients, Reach
from tunerr.support.worker_client import Worker

log = structlog.get_logger(__name__)

# 200,000 entries take some seconds on a desktop; a small ARM box with a busy disk gets this long.
_INGEST_SECONDS = 600.0


class CatalogRefresher:
    """Brings playlists into the catalog. A provider's fault becomes the source's status, never an exception."""

    def __init__(
        self, *, folder: DataFolder, state: aiosqlite.Connection, clients: HttpClients, worker: Worker, clock: Clock
    ) -> None:
        self._folder = folder
        self._store = SourceStore(state)
        self._clients = clients
        self._worker = worker
        self._clock = clock

    async def statuses(self) -> tuple[SourceStatus, ...]:
        """Return the saved statuses of playlists, ordered by source id."""
        return tuple(status for status in await self._store.statuses() if status.kind == "playlist")

    async def refresh(self, source: SourceSetting, *, accept_shrink: bool = False) -> SourceStatus:
        """Refresh one source; the status is saved and returned. Raises StorageError when it can't be saved.

        On FAILED and REFUSED the last good catalog is served and its counts stay.
        """
        before = await self._store.status(source.id) or SourceStatus(source.id, "playlist", str(source.location))
        before = replace(before, label=str(source.location), attempted_at=self._clock.now())
        variant = "lan" if source.allow_lan else ""
        validators = await self._store.validators(source.id, source.location, variant=variant)
        try:
            status, fresh = await self._run(source, before, validators, accept_shrink=accept_shrink)
        except TunerrError as error:
            status = replace(before, state=SourceState.FAILED, message=error.message, hint=error.hint)
            fresh = validators
        await self._store.save(status, location=source.location, validators=fresh, variant=variant)
        log.info("playlist refreshed", source=source.id, state=status.state.value, message=status.message)
        return status

    async def _run(
        self, source: SourceSetting, before: SourceStatus, validators: Validators, *, accept_shrink: bool
    ) -> tuple[SourceStatus, Validators]:
        # A refused answer is asked for in full, or it could never prove itself; so is one whose catalog was lost.
        whole = accept_shrink or before.state is SourceState.REFUSED or not await self._served(source.id)
        target = self._folder.spool_dir / f"playlist-{source.id}"
        try:
            fetched = await fetch_document(
                self._clients,
                source.location,
                target=target,
                reach=Reach(Zone.LOOPBACK, typed_host=source.location.host, allow_lan=source.allow_lan),
                validators=Validators() if whole else validators,
                limit_bytes=LARGEST_DOCUMENT,
                timeout=source.timeout,
            )
            if not fetched.changed:
                unchanged = replace(
                    before, state=SourceState.OK, succeeded_at=before.attempted_at, message="Nothing changed.", hint=""
                )
                return unchanged, validators
            report = await self._worker.run(
                "ingest-playlist", self._request(source, fetched, accept_shrink=accept_shrink), _INGEST_SECONDS
            )
        finally:
            with suppress(OSError):
                target.unlink(missing_ok=True)  # it holds credentials
        if report["outcome"] == "refused":
            refused = replace(before, state=SourceState.REFUSED, message=report["message"], hint=report["hint"])
            return refused, validators
        return _succeeded(before, report), fetched.validators

    def _request(self, source: SourceSetting, fetched: Fetched, *, accept_shrink: bool) -> dict[str, object]:
        widened = Zone.PRIVATE if source.allow_lan and fetched.zone is Zone.INTERNET else fetched.zone
        return {
            "path": str(self._folder.spool_dir / f"playlist-{source.id}"),
            "source": source.id,
            "zone": int(widened),
            "catalog_db": str(self._folder.catalog_db),
            "state_db": str(self._folder.state_db),
            "now": self._clock.now().timestamp(),
            "accept_shrink": accept_shrink,
        }

    async def _served(self, source: SourceId) -> bool:
        catalog = await open_server(self._folder.catalog_db, kind="catalog", readonly=True)
        try:
            return bool(await CatalogReader(catalog=catalog, sources=[source]).served())
        finally:
            await catalog.close()


def _succeeded(before: SourceStatus, report: Mapping[str, Any]) -> SourceStatus:
    return replace(
        before,
        state=SourceState.OK,
        succeeded_at=before.attempted_at,
        message=_summary(report),
        hint="",
        entries=report["entries"],
        channels=report["channels"],
        skipped=tuple(report["skipped"].items()),
    )


def _summary(report: Mapping[str, Any]) -> str:
    """Say what changed, in a sentence."""
    words = {"added": "added", "removed": "gone", "renamed": "renamed", "moved": "in another group"}
    words["readdressed"] = "with other addresses"
    counts = {kind: change["count"] for kind, change in report["changes"].items()}
    said = [f"{counts[kind]:,} {text}" for kind, text in words.items() if counts.get(kind)]
    return f"{report['channels']:,} channels: {', '.join(said)}." if said else "Nothing changed."
