"""The server's side of the guide: brings documents here, has the worker read and render them, knows the outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from hashlib import blake2b

import structlog

import tunerr
from tunerr.config.guide import GuideSettings
from tunerr.errors import ContentError, Truncated, TunerrError, WorkerError
from tunerr.guide.diagnosis import health_file
from tunerr.guide.fetching import outcome
from tunerr.guide.fetching.documents import GuideDocuments
from tunerr.guide.fetching.short import ShortGuide
from tunerr.guide.fetching.window import Question, question
from tunerr.guide.making import edition
from tunerr.guide.matching.values import Wanted
from tunerr.guide.messages import (
    IngestReport,
    IngestRequest,
    Matching,
    RenderAnswer,
    RenderLineup,
    RenderRequest,
    Taste,
)
from tunerr.guide.wanted import country_of, guide_sources, render_channels, wanted_of
from tunerr.model.channel import Channel, Lineup, SourceId
from tunerr.model.source import Source
from tunerr.model.status import GuideEdition, SourceState, SourceStatus
from tunerr.storage.folder import DataFolder
from tunerr.storage.sources import SourceStore
from tunerr.support.clock import Clock
from tunerr.support.fetch import Validators
from tunerr.support.http import HttpClients
from tunerr.support.snapshot import Published
from tunerr.support.worker_client import Worker

log = structlog.get_logger(__name__)

# A guide of 300 MB takes 7 s on a desktop; a small board with a slow card takes its time.
_JOB_SECONDS = 900.0
# What the database keeps: more than an edition shows, so that an edition can still be made when a provider is away.
_RETAIN_PAST_HOURS = 48
_HORIZON_DAYS = 21
# What an edition shows: clients keep little more than a day behind, and Plex stores two weeks ahead.
_PAST_HOURS = 24
_FUTURE_HOURS = 14 * 24
# An edition of that age is made anew even when no guide came: its past and its placeholders move on.
_AGED_S = 24 * 3600.0
# A document that did not change is read again that often, for days that come into the horizon.
_READ_AGAIN_S = 24 * 3600.0


def edition_hours(settings: GuideSettings) -> tuple[int, int]:
    """How far back and ahead an edition reaches, in hours."""
    return _PAST_HOURS, settings.serve_hours or _FUTURE_HOURS


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
        settings: Callable[[], GuideSettings],
        matching: Callable[[], Awaitable[Matching]],
        beside: Callable[[], Awaitable[Sequence[Channel]]],
    ) -> None:
        """`settings`, and `matching`: how channels are found in guides, are asked each time.

        `beside`: channels that are not offered and whose programmes are read: their guide is why they are not.
        """
        self._folder = folder
        self._sources = sources
        self._worker = worker
        self._clock = clock
        self._configured = configured
        self._settings = settings
        self._matching = matching
        self._beside = beside
        self._documents = GuideDocuments(folder.guide_dir / "documents", clients=clients, worker=worker)
        self._clients = clients
        self._read: dict[SourceId, IngestRequest] = {}  # as what each document was read last
        self._whole: set[SourceId] = set()  # incremental guides that are to be asked for whole once more

    async def refresh(self, source: Source, lineup: Lineup) -> SourceStatus:
        """Bring the guide of `source` up to date for the channels of `lineup`; the outcome is saved and returned.

        A guide that can't be fetched or read is a status; what was read before stays. Raises StorageError only when
        the outcome can't be saved.
        """
        before = await self._sources.status(source.id) or SourceStatus(id=source.id, kind="guide", label="")
        status = replace(before, kind="guide", label=str(source.location), attempted_at=self._clock.now())
        if source.programmes.short:
            status = await self._ask_panel(source, lineup, status)
            await self._sources.save(status, location=source.location, validators=Validators())
            return status
        asked = await self._question(source, before)
        validators = await self._known(source, asked)
        try:
            validators, status = await self._take(source, asked, validators, lineup, status)
        except TunerrError as error:
            if isinstance(error, ContentError | Truncated | WorkerError):
                # A document that could not be read must be asked for anew, whatever its validators say.
                validators = Validators()
            self._whole.add(source.id)
            status = replace(status, state=SourceState.FAILED, message=error.message, hint=error.hint)
        await self._sources.save(status, location=asked.location, validators=validators)
        return status

    async def render(self, lineup: Lineup) -> GuideEdition:
        """Make the edition of `lineup` from what the sources gave so far; what removed sources gave is deleted.

        Documents are read again when the lineup wants more of them than it did; nobody is asked.
        Raises TunerrError; the edition before then stays.
        """
        guides = {source.id: source for source in self._configured.current if source.kind == "guide"}
        await self._documents.keep_only(guides)
        missing = (await self._render(lineup)).missing
        if await self._read_again([guides[source] for source in missing if source in guides], lineup):
            await self._render(lineup)
        made = await self.load()
        if made is None or made.lineup_version != lineup.version:
            raise WorkerError("The guide was rendered and is not in the data folder.")
        return made

    async def load(self) -> GuideEdition | None:
        """Return the edition on disk, which may be of an earlier lineup: better than none until there is another."""
        return await asyncio.to_thread(edition.read, self._folder.guide_dir)

    async def read_again(self, lineup: Lineup) -> None:
        """Read the kept documents of all guides once more, as the settings are now; nobody is asked."""
        await self._read_again([one for one in self._configured.current if one.kind == "guide"], lineup)

    def has_aged(self, made: GuideEdition) -> bool:
        """Whether an edition should be made anew though nothing new came."""
        return (self._clock.now() - made.built_at).total_seconds() > _AGED_S

    async def _question(self, source: Source, before: SourceStatus) -> Question:
        """Decide whether an incremental guide is asked for a part: what is known must reach into that part."""
        now, done = self._clock.now(), before.succeeded_at
        reach = source.programmes.lookahead * 3600
        whole = (
            source.id in self._whole
            or done is None
            or _moved(before, source)
            or (now - done).total_seconds() > reach
            or not await self._documents.have(source.id)
        )
        return question(source, now, whole=whole)

    async def _known(self, source: Source, asked: Question) -> Validators:
        if not await self._documents.have(source.id):
            return Validators()
        return await self._sources.validators(source.id, asked.location)

    async def _take(
        self, source: Source, asked: Question, validators: Validators, lineup: Lineup, status: SourceStatus
    ) -> tuple[Validators, SourceStatus]:
        """Fetch a document and have it read, unless it was read for these very channels before."""
        await self._documents.prepare()
        came = await self._documents.fetch(source, asked, validators)
        saved = status.whole_bytes if not came.changed else 0
        if came.changed and asked.partial:
            saved = max(0, status.whole_bytes - came.size)
        elif came.changed:
            status = replace(status, whole_bytes=came.size)
        reading = await self._reading(source, lineup, partial=asked.partial)
        if came.changed or status.state is not SourceState.OK or not self._is_read(reading):
            status = outcome.read(status, await self._ingest(reading))
            if status.state is SourceState.OK:
                status = replace(status, origin=_origin(source))
        else:
            status = outcome.same(status)
        if not asked.partial:
            self._whole.discard(source.id)
        elif status.state is not SourceState.OK:
            self._whole.add(source.id)
        return came.validators, outcome.with_saving(status, saved)

    async def _ask_panel(self, source: Source, lineup: Lineup, status: SourceStatus) -> SourceStatus:
        """Have a panel tell of channels that little is known of; what it told before stays where it says nothing."""
        try:
            await self._documents.prepare()
            heard = await self._short().fetch(
                source,
                lineup,
                await asyncio.to_thread(health_file.read, self._folder.guide_dir),
                now=self._clock.now().timestamp(),
                target=self._documents.path(source.id),
            )
            if not heard.programmes:
                return outcome.nothing_told(status, heard.asked)
            return outcome.read(status, await self._ingest(await self._reading(source, lineup, partial=True)))
        except TunerrError as error:
            return replace(status, state=SourceState.FAILED, message=error.message, hint=error.hint)

    def _short(self) -> ShortGuide:
        settings = self._settings()
        return ShortGuide(
            self._clients,
            least=settings.short_epg_min,
            limit=settings.short_epg_limit,
            concurrency=settings.short_epg_concurrency,
        )

    async def _render(self, lineup: Lineup) -> RenderAnswer:
        settings = self._settings()
        past, future = edition_hours(settings)
        request = RenderRequest(
            guide_db=self._folder.guide_db,
            guide_dir=self._folder.guide_dir,
            lineup=RenderLineup(version=lineup.version, channels=render_channels(lineup, self._configured.current)),
            sources=guide_sources(self._configured.current),
            matching=await self._matching(),
            now=self._clock.now().timestamp(),
            past_hours=past,
            future_hours=future,
            sparse_below=settings.short_epg_min,
            prune=settings.prune_unlinked,
            generator=f"IPTV Tunerr {tunerr.__version__}",
        )
        answer = await self._worker.run("render-guide", request.model_dump(mode="json"), _JOB_SECONDS)
        return RenderAnswer.model_validate(answer)

    async def _read_again(self, guides: Collection[Source], lineup: Lineup) -> bool:
        """Read kept documents for channels that came to the lineup since; whether that was done for any."""
        done = False
        for source in guides:
            if not await self._documents.have(source.id):
                continue
            try:
                partial = source.programmes.short or source.programmes.incremental
                await self._ingest(await self._reading(source, lineup, partial=partial))
                done = True
            except TunerrError as error:
                log.warning("guide not read again", source=source.id, error=error.message, hint=error.hint)
        return done

    def _is_read(self, reading: IngestRequest) -> bool:
        """Whether the kept document was read so, not long ago."""
        known = self._read.get(reading.source)
        if known is None or reading.now - known.now > _READ_AGAIN_S:
            return False
        same = {"now": reading.now, "partial": reading.partial, "anew": reading.anew}
        return known.model_copy(update=same) == reading

    async def _reading(self, source: Source, lineup: Lineup, *, partial: bool) -> IngestRequest:
        """Say how the kept document is to be read."""
        settings = self._settings()
        current, known = self._configured.current, await self._sources.status(source.id)
        guides = sum(one.kind == "guide" for one in current)
        return IngestRequest(
            path=self._documents.path(source.id),
            source=source.id,
            guide_db=self._folder.guide_db,
            now=self._clock.now().timestamp(),
            wanted=await self._wanted(lineup),
            of=source.programmes.of,
            country=country_of(source, current),
            matching=await self._matching(),
            taste=_taste(settings),
            shift=source.programmes.shift,
            partial=partial,
            anew=known is not None and _moved(known, source),
            retain_past_hours=settings.retain_past_hours or _RETAIN_PAST_HOURS,
            horizon_days=_HORIZON_DAYS,
            largest_bytes=settings.largest_bytes // max(guides, 1),
        )

    async def _wanted(self, lineup: Lineup) -> tuple[Wanted, ...]:
        countries = {source.id: source.country for source in self._configured.current}
        beside = (channel for channel in await self._beside() if channel.id not in lineup.by_id)
        return tuple(wanted_of(one, countries) for one in (*(row.channel for row in lineup.channels), *beside))

    async def _ingest(self, reading: IngestRequest) -> IngestReport:
        answer = await self._worker.run("ingest-guide", reading.model_dump(mode="json"), _JOB_SECONDS)
        self._read[reading.source] = reading
        return IngestReport.model_validate(answer)


def _taste(settings: GuideSettings) -> Taste:
    return Taste(
        languages=settings.prefer_languages,
        latin=settings.prefer_latin,
        channel_for_others=settings.non_latin_title == "channel",
    )


def _origin(source: Source) -> str:
    said = f"{source.location.reveal()}\0{source.programmes.shift}"
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _moved(before: SourceStatus, source: Source) -> bool:
    """Whether what is stored came from elsewhere; what an earlier version of the program stored did not."""
    return before.origin not in ("", _origin(source))
