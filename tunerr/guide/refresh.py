"""The server's side of the guide: brings documents here, has the worker read and render them, knows the outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import structlog

import tunerr
from tunerr.errors import ContentError, Truncated, TunerrError, WorkerError
from tunerr.guide import edition
from tunerr.guide.messages import IngestReport, IngestRequest, RenderChannel, RenderLineup, RenderRequest
from tunerr.model.channel import Lineup, LineupChannel, SourceId
from tunerr.model.source import Source
from tunerr.model.status import GuideEdition, SourceState, SourceStatus
from tunerr.model.url import Zone
from tunerr.storage.folder import DataFolder, folder_error
from tunerr.storage.sources import SourceStore
from tunerr.support.clock import Clock
from tunerr.support.fetch import Validators, fetch_document
from tunerr.support.http import HttpClients, Reach
from tunerr.support.snapshot import Published
from tunerr.support.worker_client import Worker

log = structlog.get_logger(__name__)

# The largest guides in use have 300 MB unpacked, some providers send them so.
_LARGEST_DOWNLOAD = 1 << 30
# A guide of 300 MB takes 7 s on a desktop; a small board with a slow card takes its time.
_JOB_SECONDS = 900.0
# What the database keeps: more than an edition shows, so that an edition can still be made when a provider is away.
_RETAIN_PAST_HOURS = 48
_HORIZON_DAYS = 21
# What an edition shows: clients keep little more than a day behind, and Plex stores two weeks ahead.
_PAST_HOURS = 24
_FUTURE_DAYS = 14


class GuideRefresher:
    """Refreshes guide sources and renders editions; `configured` are all sources, the best first."""

    def __init__(
        self,
        *,
        folder: DataFolder,
        sources: SourceStore,
        clients: HttpClients,
        worker: Worker,
        clock: Clock,
        configured: Published[tuple[Source, ...]],
    ) -> None:
        self._folder = folder
        self._sources = sources
        self._clients = clients
        self._worker = worker
        self._clock = clock
        self._configured = configured
        self._documents = folder.guide_dir / "documents"
        self._read_for: dict[SourceId, frozenset[str]] = {}  # what was wanted when a document was read last

    async def refresh(self, source: Source, lineup: Lineup) -> SourceStatus:
        """Bring the guide of `source` up to date for the channels of `lineup`; the outcome is saved and returned.

        A guide that can't be fetched or read is a status; what was read before stays. Raises StorageError only when
        the outcome can't be saved.
        """
        before = await self._sources.status(source.id)
        status = before or SourceStatus(id=source.id, kind="guide", label="")
        status = replace(status, kind="guide", label=str(source.location), attempted_at=self._clock.now())
        document = self._document(source.id)
        validators = await self._known(source, document)
        try:
            validators = await self._fetch(source, document, validators)
            report = await self._ingest(source.id, document, lineup)
        except TunerrError as error:
            if isinstance(error, ContentError | Truncated | WorkerError):
                # A document that could not be read must be asked for anew, whatever its validators say.
                validators = Validators()
            status = replace(status, state=SourceState.FAILED, message=error.message, hint=error.hint)
        else:
            status = _outcome(status, report)
        await self._sources.save(status, location=source.location, validators=validators)
        return status

    async def render(self, lineup: Lineup) -> GuideEdition:
        """Make the edition of `lineup` from what the sources gave so far; what removed sources gave is deleted.

        Documents are read again when the lineup wants more of them than it did; nobody is asked.
        Raises TunerrError; the edition before then stays.
        """
        priority = tuple(source.id for source in self._configured.current if source.kind == "guide")
        await asyncio.to_thread(_keep_only, self._documents, priority)
        await self._catch_up(priority, lineup)
        request = RenderRequest(
            guide_db=self._folder.guide_db,
            guide_dir=self._folder.guide_dir,
            lineup=RenderLineup(version=lineup.version, channels=tuple(map(_row, lineup.channels))),
            sources=priority,
            now=self._clock.now().timestamp(),
            past_hours=_PAST_HOURS,
            future_days=_FUTURE_DAYS,
            generator=f"IPTV Tunerr {tunerr.__version__}",
        )
        await self._worker.run("render-guide", request.model_dump(mode="json"), _JOB_SECONDS)
        made = await self.load(lineup)
        if made is None:
            raise WorkerError("The guide was rendered and is not in the data folder.")
        return made

    async def load(self, lineup: Lineup) -> GuideEdition | None:
        """Return the edition on disk when it was made for this version of the lineup."""
        found = await asyncio.to_thread(edition.read, self._folder.guide_dir)
        return found if found is not None and found.lineup_version == lineup.version else None

    def _document(self, source: SourceId) -> Path:
        """Where the last document of a source is kept: the lineup may want more of it than when it came."""
        return self._documents / source

    async def _known(self, source: Source, document: Path) -> Validators:
        if not await asyncio.to_thread(document.is_file):
            return Validators()
        return await self._sources.validators(source.id, source.location)

    async def _fetch(self, source: Source, document: Path, validators: Validators) -> Validators:
        await asyncio.to_thread(_make_folder, document.parent)
        fetched = await fetch_document(
            self._clients,
            source.location,
            target=document,
            # The operator named the URL, so it may point anywhere, reserved addresses of that very host included.
            reach=Reach(Zone.LOOPBACK, typed_host=source.location.host, allow_lan=source.allow_lan),
            validators=validators,
            access=source.access,
            limit_bytes=_LARGEST_DOWNLOAD,
            timeout=source.timeout,
        )
        return fetched.validators if fetched.changed else validators

    async def _catch_up(self, sources: Collection[SourceId], lineup: Lineup) -> None:
        wanted = _wanted(lineup)
        for source in sources:
            document = self._document(source)
            if wanted <= self._read_for.get(source, frozenset()) or not await asyncio.to_thread(document.is_file):
                continue
            try:
                await self._ingest(source, document, lineup)
            except TunerrError as error:
                log.warning("guide not read again", source=source, error=error.message, hint=error.hint)

    async def _ingest(self, source: SourceId, document: Path, lineup: Lineup) -> IngestReport:
        """Read the document, new or not: channels may have come to the lineup, days into the window."""
        wanted = self._read_for[source] = _wanted(lineup)
        request = IngestRequest(
            path=document,
            source=source,
            guide_db=self._folder.guide_db,
            wanted=wanted,
            now=self._clock.now().timestamp(),
            retain_past_hours=_RETAIN_PAST_HOURS,
            horizon_days=_HORIZON_DAYS,
        )
        answer = await self._worker.run("ingest-guide", request.model_dump(mode="json"), _JOB_SECONDS)
        return IngestReport.model_validate(answer)


def _wanted(lineup: Lineup) -> frozenset[str]:
    tvg_ids = (row.channel.tvg_id.strip().lower() for row in lineup.channels)
    return frozenset(filter(None, tvg_ids))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise folder_error(error, folder) from error


def _keep_only(folder: Path, names: Collection[str]) -> None:
    try:
        for path in folder.glob("*"):
            if path.name not in names:
                path.unlink()
    except OSError as error:
        raise folder_error(error, folder) from error


def _row(row: LineupChannel) -> RenderChannel:
    channel = row.channel
    return RenderChannel(
        number=str(row.number), id=channel.id, name=channel.name, tvg_id=channel.tvg_id, logo=channel.logo
    )


def _outcome(status: SourceStatus, report: IngestReport) -> SourceStatus:
    skipped = tuple(sorted(report.dropped.items()))
    if not report.published:
        message = f"{_matched(report)} The guide that was read before stays."
        return replace(status, state=SourceState.REFUSED, message=message, hint="", skipped=skipped)
    return replace(
        status,
        state=SourceState.OK,
        succeeded_at=status.attempted_at,
        message=" ".join(filter(None, (_matched(report), _flaws(report)))),
        hint="",
        entries=report.programmes,
        channels=report.channels,
        skipped=skipped,
    )


def _matched(report: IngestReport) -> str:
    if report.programmes == 0:
        return f"0 of {report.wanted:,} channels have programmes in this guide, which knows {report.listed:,} channels."
    programmes = "1 programme" if report.programmes == 1 else f"{report.programmes:,} programmes"
    return f"{programmes} for {report.channels:,} of {report.wanted:,} channels."


def _flaws(report: IngestReport) -> str:
    cut = "" if report.whole else "The guide breaks off; what came before is used."
    damage = f"Its XML is wrong in {report.damage} places or more." if report.damage else ""
    return " ".join(filter(None, (cut, damage)))
