"""Provider slots: how many streams may be open on which account."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import math
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from tunerr.errors import UpstreamError
from tunerr.gateway.account_limits import AccountLimit
from tunerr.model.channel import SourceId, Stream
from tunerr.support.clock import Clock

# Where panels of the Xtream kind have the credentials: /live/USER/PASS/1.ts and /USER/PASS/1
_IN_PATH = re.compile(
    r"(?:/(?:live|movie|series|timeshift|hls|streaming)/([^/]+)/([^/]+)/.+|/([^/]+)/([^/]+)/\d+(?:\.\w{1,5})?)"
)
_MOST_ACCOUNTS = 1000
_KEY_DIGITS = 16


def account_of(stream: Stream) -> str:
    """Key of the provider account that `stream` uses: 16 hex digits that tell nobody who or where.

    The same for all streams of one source on one host with the same credentials, wherever the URL has them; of a source
    that is one account it is `source_account`.
    """
    if stream.one_account:
        return source_account(stream.source)
    raw = stream.url.reveal()
    try:
        parts = urlsplit(raw)
        query = parse_qs(parts.query)
        user, password = parts.username or "", parts.password or ""
    except ValueError:
        return _hashed(stream.source, raw)
    if "username" in query:
        user, password = query["username"][0], query.get("password", [""])[0]
    elif (match := _IN_PATH.fullmatch(parts.path)) is not None:
        user, password = (unquote(group) for group in match.groups() if group is not None)
    return _hashed(stream.source, stream.url.host, user, password)


def source_account(source: SourceId) -> str:
    """Key of the account that a source is."""
    return _hashed(source)


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:_KEY_DIGITS]


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """One account: streams of ours that are open, its limit (None: unknown), and where that is known from."""

    account: str
    open: int
    limit: int | None
    why: str
    release_seconds: float


class Lease:
    """The right to one open upstream."""

    def __init__(self, on_opened: Callable[[], None], on_closing: Callable[[], None]) -> None:
        self.playing = False
        self.leaving = False
        self._on_opened = on_opened
        self._on_closing = on_closing
        self._give_way: Callable[[], None] | None = None

    def opened(self) -> None:
        """The provider answered with a stream."""
        if not self.playing:
            self.playing = True
            self._on_opened()

    def closing(self) -> None:
        """The upstream is about to be closed: others may wait for its slot."""
        self.leaving = True
        self._on_closing()

    def yields(self, give_way: Callable[[], None]) -> None:
        """Call `give_way` when another stream of the account is wanted: this one is no viewer's."""
        self._give_way = give_way

    def wanted(self) -> None:
        """Another stream of the account is wanted."""
        if self._give_way is not None:
            self._give_way()


class _Account:
    def __init__(self, *, clock: Clock) -> None:
        self.limit = AccountLimit(clock=clock)
        self.leases: set[Lease] = set()
        self.changed = asyncio.Event()

    @property
    def playing(self) -> int:
        return sum(lease.playing for lease in self.leases)

    def notify(self) -> None:
        waiting, self.changed = self.changed, asyncio.Event()
        waiting.set()


class Accounts:
    """Counts open upstreams by account and keeps them within what each account bears."""

    def __init__(
        self,
        *,
        clock: Clock,
        limits: Callable[[str], int | None] | None = None,
        patience: float = 3.0,
        hurry: float = 1.0,
    ) -> None:
        """`limits` tells what is known from elsewhere (settings, the provider) about the account of that key.

        A full account is waited for: `patience` seconds when a lease of it is closing, `hurry` when none is (a viewer
        who changes channels often asks for the next one before he has left the last).
        """
        self._clock = clock
        self._limits = limits or (lambda _: None)
        self._patience = patience
        self._hurry = hurry
        self._accounts: dict[str, _Account] = {}

    @asynccontextmanager
    async def lease(self, stream: Stream) -> AsyncIterator[Lease]:
        """Hold one slot; the upstream is opened and closed inside the block.

        Waits as long as the provider needs to free what was closed last. Raises UpstreamError with the reason
        "account_full" when the account bears no more.
        """
        key = account_of(stream)
        account = self._account(key)
        for other in account.leases:
            other.wanted()
        await self._slot(key, account)
        lease = Lease(lambda: account.limit.opened(stream.url, account.playing), account.notify)
        account.leases.add(lease)
        try:
            yield lease
        finally:
            account.leases.discard(lease)
            if lease.playing:
                account.limit.closed()
            account.notify()

    def refused(self, stream: Stream, error: UpstreamError) -> None:
        """Learn from how an upstream failed; to be told after its lease has ended."""
        account = self._accounts.get(account_of(stream))
        if account is not None:
            account.limit.refused(stream.url, error, account.playing)

    def confirm(self, account: str, *, active: int, maximum: int) -> None:
        """The provider says that `active` of `maximum` connections of the account are in use."""
        known = self._accounts.get(account)
        if known is not None:
            known.limit.confirm(active, maximum)

    def spare(self, stream: Stream) -> bool:
        """Whether one stream more is known to be within the limit; without one, what has played at once before is."""
        key = account_of(stream)
        account = self._accounts.get(key)
        if account is None:
            return True
        limit, _ = self._limit(key, account)
        most = limit if limit is not None else account.limit.proven
        return account.limit.lingers == 0 and len(account.leases) < most

    def full(self, key: str) -> bool:
        """Whether the account with that key is known to play all that it bears."""
        account = self._accounts.get(key)
        if account is None:
            return False
        limit, _ = self._limit(key, account)
        return limit is not None and len(account.leases) >= limit

    def forget(self, key: str) -> bool:
        """Forget what was learned of the account with that key: its limit and how slow it is; whether there was any.

        What is given counts on, and so do the streams that are open.
        """
        account = self._accounts.get(key)
        if account is None or account.limit.blank:
            return False
        account.limit.forget()
        account.notify()
        return True

    @property
    def facts(self) -> tuple[AccountFacts, ...]:
        """The accounts that are in use or of which something is known, by key."""
        rows = []
        for key, account in sorted(self._accounts.items()):
            if account.leases or not account.limit.blank:
                limit, why = self._limit(key, account)
                rows.append(AccountFacts(key, len(account.leases), limit, why, account.limit.release_seconds))
        return tuple(rows)

    def _account(self, key: str) -> _Account:
        account = self._accounts.pop(key, None) or _Account(clock=self._clock)
        if len(self._accounts) >= _MOST_ACCOUNTS:
            idle = [known for known, state in self._accounts.items() if not state.leases]
            blank = (known for known in idle if self._accounts[known].limit.blank)
            self._accounts.pop(next(blank, None) or next(iter(idle), ""), None)
        self._accounts[key] = account  # in the order of their last use
        return account

    def _limit(self, key: str, account: _Account) -> tuple[int | None, str]:
        """The lower of the given and the learned limit, and why."""
        given, learned = self._limits(key), account.limit.learned
        if given is not None and (learned is None or given <= learned):
            return given, "given"
        return learned, account.limit.why

    async def _slot(self, key: str, account: _Account) -> None:
        """Return when there is a free slot; nothing may be awaited before it is taken."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while (wait := self._wait(key, account)) > 0:
            if wait == math.inf:
                closing = any(lease.leaving for lease in account.leases)
                wait = began + (self._patience if closing else self._hurry) - loop.time()
            if wait <= 0:
                limit, _ = self._limit(key, account)
                raise UpstreamError(
                    f"The provider's account bears {limit} streams at once, which are all in use.",
                    reason="account_full",
                    hint="Stop a stream, or add another account.",
                )
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await account.changed.wait()

    def _wait(self, key: str, account: _Account) -> float:
        """Seconds until a slot is free; infinite when only a lease that ends can free one."""
        limit, _ = self._limit(key, account)
        used, lingers = len(account.leases), account.limit.lingers
        if limit is None:
            # One that was slow to free a slot may bear a single stream; while another plays it bears more.
            return 0.0 if used else lingers
        if used < limit:
            return 0.0 if used + 1 < limit else lingers
        given = self._limits(key)
        learned = used == account.limit.learned and (given is None or used < given)
        return 0.0 if learned and account.limit.may_try() else math.inf
