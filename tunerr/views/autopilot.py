"""Read models of how sources are chosen: hosts and how they did, accounts and what they bear, and why this order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from tunerr.catalog.ranking import Ranked
from tunerr.gateway.accounts import AccountFacts
from tunerr.gateway.outcome import PlaybackOutcome
from tunerr.model.channel import LineupChannel

_MOST_HOSTS = 100
_MOST_CANDIDATES = 100
# Reasons that say nothing against the source: the viewers left.
_NO_FAILURE = frozenset({"stopped", "better"})


@dataclass(frozen=True, slots=True)
class HostRow:
    """One host over the sessions that are remembered. Seconds; `failures` by kind, the most frequent first.

    `started`: how often it showed a picture; `picture_after`: the median time to one; `last_failure` is a kind.
    """

    host: str
    sources: tuple[str, ...]
    tried: int
    started: int
    playing_seconds: float
    picture_after: float | None
    continuity_errors: int
    failures: tuple[tuple[str, int], ...]
    last_failure: str
    last_status: int | None
    last_failed_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account. `name`: its source where that is one account, else the key; `limit` None is not known."""

    key: str
    name: str
    open: int
    limit: int | None
    why: str
    release_seconds: float
    learned: bool


@dataclass(frozen=True, slots=True)
class AutopilotView:
    """The page; `sessions` are how many it is made of."""

    sessions: int
    hosts: tuple[HostRow, ...]
    accounts: tuple[AccountRow, ...]
    channel: str
    order: OrderView | None


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """One stream of a channel at its place, with the reasons in words; `url` without secrets."""

    place: int
    source: str
    host: str
    url: str
    reasons: tuple[str, ...]
    tried: int
    started: int


@dataclass(frozen=True, slots=True)
class OrderView:
    """Why the streams of a channel are tried in this order."""

    id: str
    number: str
    name: str
    policy: str
    rows: tuple[CandidateRow, ...]


def host_rows(outcomes: Iterable[PlaybackOutcome]) -> tuple[HostRow, ...]:
    """One row for each host, those that failed most first, 100 at most."""
    by_host: dict[str, list[PlaybackOutcome]] = defaultdict(list)
    for one in outcomes:
        by_host[one.stream.url.host].append(one)
    rows = [_host(host, found) for host, found in by_host.items()]
    return tuple(sorted(rows, key=lambda row: (-sum(count for _, count in row.failures), row.host)))[:_MOST_HOSTS]


def account_rows(facts: Iterable[AccountFacts], names: Mapping[str, str]) -> tuple[AccountRow, ...]:
    """`names`: the sources that are accounts, by key."""
    return tuple(
        AccountRow(
            key=one.account,
            name=names.get(one.account, one.account),
            open=one.open,
            limit=one.limit,
            why="the provider or you say so" if one.why == "given" else one.why,
            release_seconds=one.release_seconds,
            learned=one.why not in ("", "given") or one.release_seconds > 0,
        )
        for one in facts
    )


def order_view(
    row: LineupChannel, ranked: Sequence[Ranked], *, policy: str, outcomes: Sequence[PlaybackOutcome]
) -> OrderView:
    """The candidates of a channel in their order, and how each one did lately on this channel."""
    own = [one for one in outcomes if one.channel == row.channel.id]
    tried = Counter(one.stream.url.reveal() for one in own)
    started = Counter(one.stream.url.reveal() for one in own if one.picture_after is not None)
    return OrderView(
        id=row.channel.id,
        number=str(row.number),
        name=row.channel.name,
        policy=policy,
        rows=tuple(
            CandidateRow(
                place=place,
                source=one.stream.source,
                host=one.stream.url.host,
                url=str(one.stream.url),
                reasons=one.reasons,
                tried=tried[one.stream.url.reveal()],
                started=started[one.stream.url.reveal()],
            )
            for place, one in enumerate(ranked[:_MOST_CANDIDATES], 1)
        ),
    )


def _host(host: str, outcomes: Sequence[PlaybackOutcome]) -> HostRow:
    failed = [one for one in outcomes if one.reason not in _NO_FAILURE]
    last = max(failed, key=lambda one: one.began_at, default=None)
    times = [one.picture_after for one in outcomes if one.picture_after is not None]
    return HostRow(
        host=host,
        sources=tuple(sorted({one.stream.source for one in outcomes})),
        tried=len(outcomes),
        started=len(times),
        playing_seconds=sum(one.played for one in outcomes),
        picture_after=median(times) if times else None,
        continuity_errors=sum(one.continuity_errors for one in outcomes),
        failures=tuple(Counter(one.reason for one in failed).most_common()),
        last_failure=last.reason if last else "",
        last_status=last.status if last else None,
        last_failed_at=last.began_at if last else None,
    )
