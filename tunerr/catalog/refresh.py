"""Refreshing a playlist source: fetch, let the worker ingest, remember how it went."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from tunerr.catalog.reader import CatalogReader
from tunerr.errors import TunerrError
from tunerr.model.source import Source
from tunerr.model.status import SourceState, SourceStatus
from tunerr.model.url import Zone
from tunerr.storage.folder import DataFolder
from tunerr.storage.sources import SourceStore
from tunerr.support.clock import Clock
from tunerr.support.fetch import Fetched, Validators, fetch_document
from tunerr.support.http import HttpClients, Reach
from tunerr.support.worker_client import Worker

# 200,000 entries are some 50 MB, and come unpacked from most providers.
_LARGEST_DOWNLOAD = 1 << 30
# 200,000 entries take some seconds on a desktop; a small ARM box with a busy disk gets this long.
_INGEST_SECONDS = 600.0


class CatalogRefresher:
    """Brings playlists into the catalog. A provider's fault becomes the source's status, never an exception."""

    def __init__(
        self,
        *,
        folder: DataFolder,
        sources: SourceStore,
        reader: CatalogReader,
        clients: HttpClients,
        worker: Worker,
        clock: Clock,
    ) -> None:
        """`reader` knows all playlist sources."""
        self._folder = folder
        self._sources = sources
        self._reader = reader
        self._clients = clients
        self._worker = worker
        self._clock = clock

    async def refresh(self, source: Source, *, accept_shrink: bool = False) -> SourceStatus:
        """Refresh one source; the status is saved and returned. Raises StorageError when it can't be saved.

        On FAILED and REFUSED the last good catalog is served and its counts stay.
        """
        before = await self._sources.status(source.id) or SourceStatus(source.id, "playlist", str(source.location))
        before = replace(before, label=str(source.location), attempted_at=self._clock.now())
        validators = await self._sources.validators(source.id, source.location)
        try:
            status, fresh = await self._run(source, before, validators, accept_shrink=accept_shrink)
        except TunerrError as error:
            status = replace(before, state=SourceState.FAILED, message=error.message, hint=error.hint)
            fresh = validators
        await self._sources.save(status, location=source.location, validators=fresh)
        return status

    async def _run(
        self, source: Source, before: SourceStatus, validators: Validators, *, accept_shrink: bool
    ) -> tuple[SourceStatus, Validators]:
        # A refused answer is asked for in full, or it could never prove itself; so is one whose catalog was lost.
        whole = accept_shrink or before.state is SourceState.REFUSED or source.id not in await self._reader.served()
        target = self._folder.spool_dir / f"playlist-{source.id}"
        try:
            fetched = await fetch_document(
                self._clients,
                source.location,
                target=target,
                reach=Reach(Zone.LOOPBACK, typed_host=source.location.host, allow_lan=source.allow_lan),
                validators=Validators() if whole else validators,
                limit_bytes=_LARGEST_DOWNLOAD,
                timeout=source.timeout,
            )
            if not fetched.changed:
                unchanged = replace(
                    before, state=SourceState.OK, succeeded_at=before.attempted_at, message="Nothing changed.", hint=""
                )
                return unchanged, validators
            report = await self._worker.run(
                "ingest-playlist", self._request(source, target, fetched, accept_shrink=accept_shrink), _INGEST_SECONDS
            )
        finally:
            with suppress(OSError):
                target.unlink(missing_ok=True)  # it holds credentials
        if report["outcome"] == "refused":
            refused = replace(before, state=SourceState.REFUSED, message=report["message"], hint=report["hint"])
            return refused, validators
        return _succeeded(before, report), fetched.validators

    def _request(self, source: Source, document: Path, fetched: Fetched, *, accept_shrink: bool) -> dict[str, object]:
        return {
            "path": str(document),
            "source": source.id,
            "sources": self._reader.sources,
            "zone": int(fetched.zone),
            "catalog_db": str(self._folder.catalog_db),
            "state_db": str(self._folder.state_db),
            "now": self._clock.now().timestamp(),
            "accept_shrink": accept_shrink,
        }


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
