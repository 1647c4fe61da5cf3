"""Refreshing a source of channels: fetch, let the worker ingest, remember how it went."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from tunerr.catalog.attempts import Failures, each_host
from tunerr.catalog.diff import in_words
from tunerr.catalog.reader import CatalogReader
from tunerr.catalog.visit import PAUSE_SECONDS, Known, Offer, Visit, nothing_known
from tunerr.errors import ContentError, FetchError, OwnDevice, TunerrError
from tunerr.model.account import AccountStatus
from tunerr.model.device_id import DeviceId
from tunerr.model.source import Panel, Source
from tunerr.model.status import SourceState, SourceStatus
from tunerr.model.url import SecretUrl
from tunerr.providers.xtream.account import refusal
from tunerr.storage.accounts import AccountStore
from tunerr.storage.folder import DataFolder
from tunerr.storage.sources import SourceStore
from tunerr.support.clock import Clock
from tunerr.support.fetch import Validators
from tunerr.support.http import HttpClients
from tunerr.support.worker_client import Worker

# 200,000 entries take some seconds on a desktop; a small ARM box with a busy disk gets this long.
_INGEST_SECONDS = 600.0

OnAccount = Callable[[AccountStatus], None]


@dataclass(frozen=True, slots=True)
class _Task:
    """One refresh on its way. `before`: the source's status until now; `known`: validators of a location."""

    source: Source
    visit: Visit
    before: SourceStatus
    known: Known
    accept_shrink: bool


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a refresh came to; `validators` belong to `location`."""

    status: SourceStatus
    location: SecretUrl
    validators: Validators


class CatalogRefresher:
    """Brings channels into the catalog. A provider's fault becomes the source's status, never an exception.

    Of a panel the account is asked first, then its live channels by player_api, at each host in turn; get.php is what
    is left when no host's player_api is well. An HDHomeRun device is asked how many tuners it has, then for its lineup.
    """

    def __init__(
        self,
        *,
        folder: DataFolder,
        sources: SourceStore,
        accounts: AccountStore,
        reader: CatalogReader,
        clients: HttpClients,
        worker: Worker,
        clock: Clock,
        on_account: OnAccount,
        own_devices: Collection[DeviceId] = (),
        pause: float = PAUSE_SECONDS,
    ) -> None:
        """`reader` knows all sources of channels; `on_account` hears what panels and devices say of their account.

        `own_devices`: what this program itself is as a device. `pause`: seconds between two requests of a refresh.
        """
        self._folder = folder
        self._sources = sources
        self._accounts = accounts
        self._reader = reader
        self._clients = clients
        self._worker = worker
        self._clock = clock
        self._on_account = on_account
        self._own_devices = frozenset(map(str, own_devices))
        self._pause = pause

    async def refresh(self, source: Source, *, accept_shrink: bool = False, whole: bool = False) -> SourceStatus:
        """Refresh one source; the status is saved and returned. Raises StorageError when it can't be saved.

        `whole`: its documents are asked for and read anew even when they did not change.

        On FAILED and REFUSED the last good catalog is served and its counts stay.
        """
        before = await self._sources.status(source.id) or SourceStatus(source.id, "playlist", "")
        before = replace(before, label=str(source.location), attempted_at=self._clock.now())
        spool = self._folder.spool_dir
        try:
            with Visit(source, clients=self._clients, spool=spool, clock=self._clock, pause=self._pause) as visit:
                known = await self._known(source, before, anew=accept_shrink or whole)
                task = _Task(source, visit, before, known, accept_shrink)
                outcome = await self._ask(task)
        except TunerrError as error:
            status = replace(before, state=SourceState.FAILED, message=error.message, hint=error.hint)
            known_still = await self._sources.validators(source.id, source.location)
            outcome = _Outcome(status, source.location, known_still)
        await self._sources.save(outcome.status, location=outcome.location, validators=outcome.validators)
        return outcome.status

    async def _known(self, source: Source, before: SourceStatus, *, anew: bool) -> Known:
        # A refused answer is asked for in full, or it could never prove itself; so is one whose catalog was lost.
        if anew or before.state is SourceState.REFUSED or source.id not in await self._reader.served():
            return nothing_known
        return partial(self._sources.validators, source.id)

    async def _ask(self, task: _Task) -> _Outcome:
        if task.source.panel is not None:
            return await self._panel(task, task.source.panel)
        return await (self._device(task) if task.source.device else self._playlist(task))

    async def _device(self, task: _Task) -> _Outcome:
        device = await task.visit.device()
        if device.device_id.upper() in self._own_devices:
            raise OwnDevice(
                f"This device is the program itself ({device.device_id}): its channels would be made of each other.",
                hint="Give the address of another device, or remove this source.",
            )
        await self._note(device.account(source=task.source.id, asked_at=self._clock.now()))
        return await self._take(task, await task.visit.lineup(task.known))

    async def _playlist(self, task: _Task) -> _Outcome:
        return await self._take(task, await task.visit.playlist(task.source.location, task.known))

    async def _panel(self, task: _Task, panel: Panel) -> _Outcome:
        failures = Failures(len(panel.hosts))
        left: list[Panel] = []
        for host in each_host(panel):
            first = True
            try:
                await self._account(task.visit, host)
                first = False
                return await self._take(task, await task.visit.live(host, task.known))
            except (FetchError, ContentError) as error:
                if failures.add(error, first=first):
                    left.append(host)
        for host in left:
            try:
                outcome = await self._take(task, await task.visit.playlist(host.playlist, nothing_known))
            except (FetchError, ContentError) as error:
                failures.add(error, first=False)
            else:
                return _fallen_back(outcome, failures.telling())
        raise failures.telling()

    async def _account(self, visit: Visit, panel: Panel) -> None:
        account = await visit.account(panel)
        await self._note(account)
        if (refused := refusal(account)) is not None:
            raise refused

    async def _note(self, account: AccountStatus) -> None:
        await self._accounts.save(account)
        self._on_account(account)

    async def _take(self, task: _Task, offer: Offer) -> _Outcome:
        before = task.before
        if not offer.changed:
            status = replace(
                before, state=SourceState.OK, succeeded_at=before.attempted_at, message="Nothing changed.", hint=""
            )
            return _Outcome(status, offer.location, offer.validators)
        report = await self._worker.run("ingest", self._request(task, offer), _INGEST_SECONDS)
        if report["outcome"] == "refused":
            status = replace(before, state=SourceState.REFUSED, message=report["message"], hint=report["hint"])
            return _Outcome(status, offer.location, Validators())
        return _Outcome(_succeeded(before, report), offer.location, offer.validators)

    def _request(self, task: _Task, offer: Offer) -> dict[str, object]:
        return {
            "form": offer.form,
            "documents": {name: str(path) for name, path in offer.documents.items()},
            "panel": offer.login and offer.login._asdict(),
            "country": task.source.country,
            "source": task.source.id,
            "provider": _provider(task.source),
            "sources": self._reader.sources,
            "zone": int(offer.zone),
            "catalog_db": str(self._folder.catalog_db),
            "state_db": str(self._folder.state_db),
            "now": self._clock.now().timestamp(),
            "accept_shrink": task.accept_shrink,
        }


def _provider(source: Source) -> str:
    """Say who is asked, in a way that tells nobody: an operator may give one name to several, one after the other."""
    location = urlsplit(source.location.reveal())
    asked = (location.hostname or "", location.path, source.panel.user if source.panel else "")
    return hashlib.blake2b("\0".join(asked).encode("utf-8", "replace"), digest_size=8).hexdigest()


def _succeeded(before: SourceStatus, report: Mapping[str, Any]) -> SourceStatus:
    counts = {kind: change["count"] for kind, change in report["changes"].items()}
    return replace(
        before,
        state=SourceState.OK,
        succeeded_at=before.attempted_at,
        message=in_words(report["channels"], counts),
        hint="",
        entries=report["entries"],
        channels=report["channels"],
        skipped=tuple(report["skipped"].items()),
    )


def _fallen_back(outcome: _Outcome, why: TunerrError) -> _Outcome:
    """Say that the playlist stands in; it is asked for in full next time, after player_api."""
    message = f"{outcome.status.message} From get.php, because player_api failed: {why.message}"
    return _Outcome(replace(outcome.status, message=message), outcome.location, Validators())
