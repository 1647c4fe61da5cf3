"""The requests of one refresh of a source: one after another, never a burst."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tunerr.model.account import AccountStatus
from tunerr.model.source import Panel, Source
from tunerr.model.url import SecretUrl, Zone
from tunerr.providers.documents import Form, PanelLogin
from tunerr.providers.hdhr.device import Device, read_device
from tunerr.providers.xtream.account import read_account
from tunerr.storage.document import read_document
from tunerr.storage.folder import folder_error
from tunerr.support.clock import Clock
from tunerr.support.fetch import Fetched, Validators, fetch_document
from tunerr.support.http import HttpClients, Reach

PAUSE_SECONDS = 1.0
"""Between two requests to a provider: many panels lock out addresses that ask several times in a second."""

# 200,000 entries are some 50 MB as M3U and 100 MB as JSON, and come unpacked from most providers.
_LARGEST_DOCUMENT = 1 << 30
_LARGEST_ACCOUNT = 1 << 18
_LARGEST_LINEUP = 1 << 22
_ACCOUNT_SECONDS = 30.0
_DIGEST = "blake2b:"

Known = Callable[[SecretUrl], Awaitable[Validators]]
"""The validators of the last good answer of a location."""


async def nothing_known(_location: SecretUrl) -> Validators:
    """As `Known`, where every answer counts as new."""
    return Validators()


@dataclass(frozen=True, slots=True)
class Offer:
    """What a source offers: fetched documents, or that nothing `changed`. `validators` belong to `location`."""

    form: Form
    documents: Mapping[str, Path]
    zone: Zone
    changed: bool
    location: SecretUrl
    validators: Validators
    login: PanelLogin | None = None


class Visit:
    """Asks a provider, `pause` seconds between two questions. As a context it removes what came: it holds credentials.

    `named_in`: the zone of who named the source; None: the operator did. Raises FetchError, and DataFolderError when
    the spool can't be written.
    """

    def __init__(
        self,
        source: Source,
        *,
        clients: HttpClients,
        spool: Path,
        clock: Clock,
        pause: float = PAUSE_SECONDS,
        named_in: Zone | None = None,
    ) -> None:
        self._source = source
        self._named_in = named_in
        self._clients = clients
        self._spool = spool
        self._clock = clock
        self._pause = pause
        self._name = f"{source.id}-{secrets.token_hex(4)}"  # two visits to one source may overlap
        self._came: list[Path] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for path in self._came:
            with suppress(OSError):
                path.unlink(missing_ok=True)

    async def account(self, panel: Panel) -> AccountStatus:
        """Ask the panel about its account. Raises AccountRefused and NotAPanel too."""
        body = await self._short(panel.api(), "account")
        return read_account(body, source=self._source.id, asked_at=self._clock.now())

    async def device(self) -> Device:
        """Ask the HDHomeRun device what it is. Raises NotADevice too."""
        return read_device(await self._short(self._of_device("discover.json"), "device"))

    async def lineup(self, known: Known) -> Offer:
        """Ask the HDHomeRun device for its channels."""
        location = self._of_device("lineup.json")
        path, fetched = await self._fetch(
            location, "lineup", await known(location), limit=_LARGEST_LINEUP, seconds=self._source.timeout
        )
        return Offer("hdhr", {"lineup": path}, fetched.zone, fetched.changed, location, fetched.validators)

    async def playlist(self, location: SecretUrl, known: Known) -> Offer:
        """Ask for an M3U."""
        path, fetched = await self.document(location, "playlist", await known(location))
        return Offer("m3u", {"playlist": path}, fetched.zone, fetched.changed, location, fetched.validators)

    async def live(self, panel: Panel, known: Known) -> Offer:
        """Ask the panel for its live channels; what equals the last good answer byte for byte did not change."""
        categories, _ = await self.document(panel.api("get_live_categories"), "categories")
        question = panel.api("get_live_streams")
        # Streams did not change as long as the names of their categories did not.
        location = SecretUrl(f"{question.reveal()}#{await asyncio.to_thread(_digest, categories)}")
        before = await known(location)
        conditions = Validators() if before.etag.startswith(_DIGEST) else before
        streams, fetched = await self.document(question, "streams", conditions)
        validators, changed = fetched.validators, fetched.changed
        if changed and validators == Validators():
            validators = Validators(etag=await asyncio.to_thread(_digest, streams))
            changed = validators != before
        # Streams are on all hosts: who happened to answer must not change their addresses.
        preferred = (self._source.panel or panel).hosts[0]
        login = PanelLogin(preferred.reveal(), panel.user, panel.password, panel.output)
        documents = {"categories": categories, "streams": streams}
        return Offer("xtream", documents, fetched.zone, changed, location, validators, login)

    async def document(
        self, location: SecretUrl, name: str, validators: Validators | None = None
    ) -> tuple[Path, Fetched]:
        """Ask for one document; it lies in the spool until the visit ends."""
        return await self._fetch(
            location, name, validators or Validators(), limit=_LARGEST_DOCUMENT, seconds=self._source.timeout
        )

    def _of_device(self, name: str) -> SecretUrl:
        return SecretUrl(f"{self._source.location.reveal()}/{name}")

    async def _short(self, location: SecretUrl, name: str) -> bytes:
        """A small answer that the server itself reads."""
        seconds = min(_ACCOUNT_SECONDS, self._source.timeout)
        path, _ = await self._fetch(location, name, Validators(), limit=_LARGEST_ACCOUNT, seconds=seconds)
        return await asyncio.to_thread(_whole, path)

    async def _fetch(
        self, location: SecretUrl, name: str, validators: Validators, *, limit: int, seconds: float
    ) -> tuple[Path, Fetched]:
        if self._came:
            await asyncio.sleep(self._pause)
        target = self._spool / f"{self._name}-{name}"
        self._came.append(target)
        fetched = await fetch_document(
            self._clients,
            location,
            target=target,
            reach=self._reach(location),
            validators=validators,
            access=self._source.access,
            limit_bytes=limit,
            timeout=seconds,
        )
        return target, fetched

    def _reach(self, location: SecretUrl) -> Reach:
        allow_lan = self._source.allow_lan
        if self._named_in is not None:
            return Reach(self._named_in, allow_lan=allow_lan)
        return Reach(Zone.LOOPBACK, typed_host=location.host, allow_lan=allow_lan)


def _whole(path: Path) -> bytes:
    return b"".join(read_document(path, limit=_LARGEST_ACCOUNT))


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as document:
            found = hashlib.file_digest(document, lambda: hashlib.blake2b(digest_size=16))
    except OSError as error:
        raise folder_error(error, path.parent) from error
    return _DIGEST + found.hexdigest()
