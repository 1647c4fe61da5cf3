"""The operator's alias file on the server's side: brought here, read, the last good one kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import structlog

from tunerr.config.guide import GuideSettings
from tunerr.errors import TunerrError
from tunerr.guide.matching.aliases import read_aliases
from tunerr.guide.messages import Matching
from tunerr.model.url import SecretUrl, Zone
from tunerr.storage.document import read_document
from tunerr.storage.folder import DataFolder
from tunerr.support.clock import Clock
from tunerr.support.fetch import Validators, fetch_document
from tunerr.support.http import HttpClients, Reach

log = structlog.get_logger(__name__)

_LARGEST = 8 << 20
_TIMEOUT_S = 30.0
# A refresh of ten guides at once asks for a remote file once.
_FRESH_S = 300.0


def matching_of(
    settings: Callable[[], GuideSettings], *, folder: DataFolder, clients: HttpClients, clock: Clock
) -> Callable[[], Awaitable[Matching]]:
    """Return what tells how channels are found in guides, with the aliases as they are whenever it is asked."""
    book = AliasBook(settings().aliases, kept=folder.guide_dir / "aliases.json", clients=clients, clock=clock)

    async def matching() -> Matching:
        return Matching(aliases=dict(await book.current()), enabled=settings().match)

    return matching


class AliasBook:
    """XMLTV ids by normalized channel name. `location`: a URL or a `file:` URL, None for no aliases.

    `kept`: where the last good file lies.
    """

    def __init__(self, location: SecretUrl | None, *, kept: Path, clients: HttpClients, clock: Clock) -> None:
        self._location = location
        self._kept = kept
        self._clients = clients
        self._clock = clock
        self._turn = asyncio.Lock()
        self._known: Mapping[str, str] = {}
        self._validators = Validators()
        self._asked_at: float | None = None

    async def current(self) -> Mapping[str, str]:
        """Return the aliases as they are now; what can't be had or read is in the log, and the last good ones stay."""
        if self._location is None:
            return {}
        async with self._turn:
            if self._is_due(self._location):
                try:
                    await self._refresh(self._location)
                except TunerrError as error:
                    log.warning("aliases", error=error.message, hint=error.hint)
            return self._known

    def _is_due(self, location: SecretUrl) -> bool:
        now = self._clock.now().timestamp()
        if self._asked_at is not None and now - self._asked_at < _FRESH_S and location.scheme != "file":
            return False
        self._asked_at = now
        return True

    async def _refresh(self, location: SecretUrl) -> None:
        """Ask for the file. Raises TunerrError; what is known is then that of the kept one."""
        came = self._kept.with_name(self._kept.name + ".new")
        try:
            fetched = await fetch_document(
                self._clients,
                location,
                target=came,
                reach=Reach(Zone.LOOPBACK, typed_host=location.host),
                validators=self._validators,
                limit_bytes=_LARGEST,
                timeout=_TIMEOUT_S,
            )
            if fetched.changed:
                self._known = await asyncio.to_thread(_take, came, self._kept)
                self._validators = fetched.validators
        except TunerrError:
            if not self._known and await asyncio.to_thread(self._kept.is_file):
                self._known = await asyncio.to_thread(_read, self._kept)
            raise


def _take(came: Path, kept: Path) -> Mapping[str, str]:
    """Read what came, and keep it when it can be read. Raises ContentError."""
    known = _read(came)
    came.replace(kept)
    return known


def _read(path: Path) -> Mapping[str, str]:
    return read_aliases(b"".join(read_document(path, limit=_LARGEST)))
