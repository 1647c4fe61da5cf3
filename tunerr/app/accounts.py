"""What is known of the accounts from elsewhere than their streams: the operator's word and the panels'."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from tunerr.catalog.attempts import each_host
from tunerr.catalog.visit import Visit
from tunerr.errors import TunerrError
from tunerr.gateway.accounts import source_account
from tunerr.model.account import AccountStatus
from tunerr.model.channel import SourceId
from tunerr.model.source import Source
from tunerr.support.clock import Clock
from tunerr.support.http import HttpClients
from tunerr.support.snapshot import Published

# The first start waits for it: what clients are told of the tuners then is what they keep.
_ASKING_SECONDS = 8.0


def streams_of(source: Source, status: AccountStatus | None) -> int | None:
    """Streams at once that the account of `source` bears; None when nobody says so. The operator's word wins."""
    if source.max_streams is not None:
        return source.max_streams
    # A panel that says 0 means that it does not count.
    return (status.max_connections or None) if status is not None else None


async def ask_account(source: Source, *, clients: HttpClients, spool: Path, clock: Clock) -> AccountStatus | None:
    """Ask each host of a panel in turn, within seconds; None when none tells."""
    assert source.panel is not None  # noqa: S101 - the caller chose panels; for mypy
    with suppress(TimeoutError), Visit(source, clients=clients, spool=spool, clock=clock) as visit:
        async with asyncio.timeout(_ASKING_SECONDS):
            for host in each_host(source.panel):
                with suppress(TunerrError):
                    return await visit.account(host)
    return None


class AccountBook:
    """The latest status of each account; answers the gateway's question for limits."""

    def __init__(self, *, sources: Published[tuple[Source, ...]], known: Iterable[AccountStatus]) -> None:
        self._sources = sources
        self.statuses: Published[Mapping[SourceId, AccountStatus]] = Published(
            {SourceId(status.source): status for status in known}
        )

    def note(self, status: AccountStatus) -> None:
        """Take what a panel said just now."""
        self.statuses.publish({**self.statuses.current, SourceId(status.source): status})

    def limit(self, account: str) -> int | None:
        """The limit of the account with that key, None when it is not known."""
        for source in self._sources.current:
            if source_account(source.id) == account:
                return streams_of(source, self.statuses.current.get(source.id))
        return None

    def streams_at_once(self) -> int | None:
        """The sum over all accounts; None while a panel's is not known, or when there is no account."""
        limits: list[int | None] = []
        for source in self._sources.current:
            limit = streams_of(source, self.statuses.current.get(source.id))
            if source.panel is not None or limit is not None:
                limits.append(limit)
        known = [limit for limit in limits if limit is not None]
        return sum(known) if known and len(known) == len(limits) else None
