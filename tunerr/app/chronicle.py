"""The memory of what happened: kept up with the running parts, stored in state.db behind them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import structlog

from tunerr.errors import StorageError
from tunerr.gateway.timeline import StreamAttempt
from tunerr.model.guide import GuideHealth
from tunerr.model.happening import Happening
from tunerr.model.status import GuideEdition, SourceStatus
from tunerr.storage.happenings import HappeningStore
from tunerr.support.snapshot import Published
from tunerr.views.happenings import guide_happening, source_happening, stream_happenings

log = structlog.get_logger(__name__)

KEPT = 512


class Streams(Protocol):
    """What we need of the gateway."""

    def attempts(self) -> tuple[StreamAttempt, ...]:
        """Sessions, newest first; those at work included."""
        ...


class Chronicle:
    """The last 512 things that happened to streams, sources and the guide, oldest first.

    It looks at what the parts publish when it is asked, so nobody has to tell it.
    """

    def __init__(
        self,
        *,
        streams: Streams,
        statuses: Published[tuple[SourceStatus, ...]],
        edition: Published[GuideEdition | None],
        health: Published[GuideHealth | None],
        store: HappeningStore,
        known: Iterable[Happening],
    ) -> None:
        """`known`: what the store holds; what is published now is no news."""
        # Sessions are numbered anew at each start: theirs would lead to others.
        self._log = deque((replace(one, link="") if one.kind == "stream" else one for one in known), maxlen=KEPT)
        self._unsaved: deque[Happening] = deque(maxlen=KEPT)
        self._streams = streams
        self._statuses = statuses
        self._edition = edition
        self._health = health
        self._store = store
        self._told: dict[str, datetime] = {}
        self._before = {status.id: status for status in statuses.current}
        self._made = edition.current.version if edition.current else ""

    def happenings(self) -> tuple[Happening, ...]:
        """All of them, as of now."""
        self.catch_up()
        return tuple(self._log)

    def catch_up(self) -> None:
        """Note what happened since the last time."""
        news = sorted([*self._of_streams(), *self._of_sources(), *self._of_guide()], key=lambda one: one.at)
        self._log.extend(news)
        self._unsaved.extend(news)

    async def save(self) -> None:
        """Store what was noted since the last time; what can't be stored is tried again the next time."""
        unsaved = tuple(self._unsaved)
        try:
            await self._store.add(unsaved, keep=KEPT)
        except StorageError as error:
            log.warning("what happened was not stored", error=error.message)
            return
        for _ in unsaved:
            self._unsaved.popleft()

    async def clear(self) -> None:
        """Forget all. Raises StorageError."""
        self.catch_up()
        await self._store.clear()
        self._log.clear()
        self._unsaved.clear()

    def _of_streams(self) -> Iterable[Happening]:
        attempts = self._streams.attempts()
        for attempt in attempts:
            news, until = stream_happenings(attempt, self._told.get(attempt.id))
            if until is not None:
                self._told[attempt.id] = until
            yield from news
        if len(self._told) > 2 * len(attempts):
            known = {attempt.id for attempt in attempts}
            self._told = {id_: at for id_, at in self._told.items() if id_ in known}

    def _of_sources(self) -> Iterable[Happening]:
        for status in self._statuses.current:
            before = self._before.get(status.id) or SourceStatus(status.id, status.kind, status.label)
            self._before[status.id] = status
            news = source_happening(before, status) if status is not before else None
            if news is not None:
                yield news

    def _of_guide(self) -> Iterable[Happening]:
        edition, health = self._edition.current, self._health.current
        # Its health follows in a moment; it says what the edition lacks.
        if edition is not None and health is not None and health.edition == edition.version != self._made:
            self._made = edition.version
            yield guide_happening(edition, health)
