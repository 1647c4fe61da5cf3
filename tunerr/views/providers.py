"""Providers: each source with its account, its connections, its answers, and what a test said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tunerr.catalog.diff import Change
from tunerr.catalog.history import PastGeneration
from tunerr.model.account import AccountStatus
from tunerr.model.channel import SourceId
from tunerr.model.source import Source
from tunerr.model.status import SourceStatus
from tunerr.providers.probe_report import Probed, ProbeReport
from tunerr.views.status import SourceRow, source_row

_SHORTLY = 7 * 86400


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What a panel says of an account, as the operator reads it. `worry`: it needs attention."""

    sentence: str
    worry: bool
    asked_at: datetime
    expires: datetime | None


@dataclass(frozen=True, slots=True)
class Connections:
    """Streams at once of one account: ours that are open, what it bears (None: unknown), and who says so."""

    open: int
    limit: int | None
    why: str


@dataclass(frozen=True, slots=True)
class ProviderCard:
    """One source. `mine`: the operator added it, so it can be changed here; `enabled`: it is asked and served."""

    id: str
    type: str
    mine: bool
    enabled: bool
    row: SourceRow | None
    account: AccountRow | None
    connections: Connections | None
    setting: str


@dataclass(frozen=True, slots=True)
class ProbeRow:
    """What a test found of one address. `seconds` until it answered, None when it didn't."""

    name: str
    site: str
    rank: int | None
    state: str
    sentence: str
    advice: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Probe:
    """The last test of all providers; `at` None before the first. `running`: the next one is on its way."""

    at: datetime | None
    running: bool
    advice: str = ""
    rows: tuple[ProbeRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ProvidersView:
    """Everything on the page of all providers."""

    cards: tuple[ProviderCard, ...]
    probe: Probe
    demo: bool


@dataclass(frozen=True, slots=True)
class GenerationRow:
    """One answer of a source that is kept. `back`: it can be put back into service."""

    id: int
    at: datetime
    channels: int
    summary: str
    served: bool
    withdrawn: bool
    back: bool


@dataclass(frozen=True, slots=True)
class DiffRow:
    """Channels that changed in one way between two answers."""

    kind: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """What one answer has that another hasn't."""

    old: int
    new: int
    rows: tuple[DiffRow, ...]


@dataclass(frozen=True, slots=True)
class ProviderView:
    """Everything on the page of one provider. `fields`: as it was written, without secrets."""

    card: ProviderCard
    fields: tuple[tuple[str, str], ...]
    generations: tuple[GenerationRow, ...]
    diff: Diff | None
    probed: tuple[ProbeRow, ...]


def provider_cards(
    *,
    listed: Sequence[Mapping[str, Any]],
    sources: Sequence[Source],
    settings: Mapping[str, str],
    statuses: Iterable[SourceStatus],
    accounts: Mapping[SourceId, AccountStatus],
    connections: Mapping[SourceId, Connections],
    now: datetime,
) -> tuple[ProviderCard, ...]:
    """Put what is known into words, best source first.

    `listed`: rows of all that were configured, those switched off included; `sources`: those in force, guides that
    playlists and panels name included; `settings`: the setting that names each one of the environment.
    """
    known = {status.id: status for status in statuses}
    own = {row["id"]: row for row in listed}
    off = [row for row in listed if not row["enabled"]]

    def card(name: str, kind: str, *, enabled: bool) -> ProviderCard:
        source, status = SourceId(name), known.get(SourceId(name))
        account = accounts.get(source)
        return ProviderCard(
            id=name,
            type=kind,
            mine=own.get(name, {}).get("origin") == "operator",
            enabled=enabled,
            row=source_row(status) if status is not None else None,
            account=_account(account, now) if account is not None else None,
            connections=connections.get(source),
            setting=settings.get(name, ""),
        )

    running = (card(one.id, own.get(one.id, {}).get("type") or _type(one), enabled=True) for one in sources)
    return (*running, *(card(row["id"], row["type"], enabled=False) for row in off))


def probe_view(report: ProbeReport | None, *, at: datetime | None, running: bool) -> Probe:
    """The last test as the operator reads it."""
    if report is None:
        return Probe(None, running)
    return Probe(at, running, report.advice, tuple(map(_probed, report.targets)))


def generation_row(past: PastGeneration) -> GenerationRow:
    """One answer as a row."""
    return GenerationRow(
        id=past.id,
        at=past.published_at,
        channels=past.channels,
        summary=past.summary,
        served=past.is_served,
        withdrawn=past.is_withdrawn,
        back=not past.is_served and not past.is_withdrawn,
    )


def diff_view(old: int, new: int, changes: Mapping[str, Change]) -> Diff:
    """What differs, without the ways in which nothing does."""
    rows = (DiffRow(kind, change.count, tuple(change.examples)) for kind, change in changes.items() if change.count)
    return Diff(old, new, tuple(rows))


def account_sentence(status: AccountStatus, now: datetime) -> str:
    """Say what a panel says of an account: `active, until 2027-01-05, 1 of 2 streams in use`."""
    parts = [status.status or "status not said"]
    if status.trial:
        parts.append("a trial")
    if status.expires is not None:
        days = (status.expires - now).days
        left = f" ({days} days left)" if 0 <= days * 86400 <= _SHORTLY else ""
        parts.append(f"{'until' if status.expires > now else 'ended on'} {status.expires:%Y-%m-%d}{left}")
    if status.max_connections:
        parts.append(f"{status.active_connections or 0} of {status.max_connections} streams in use")
    return ", ".join(parts) + (f". It says: {status.message}" if status.message else "")


def _account(status: AccountStatus, now: datetime) -> AccountRow:
    ending = status.expires is not None and (status.expires - now).total_seconds() < _SHORTLY
    good = status.status in {"", "active", "trial"}
    return AccountRow(account_sentence(status, now), ending or not good, status.asked_at, status.expires)


def _probed(target: Probed) -> ProbeRow:
    verdict = target.verdict
    return ProbeRow(
        target.name, target.site, target.rank, verdict.status.value, verdict.sentence, verdict.advice, target.seconds
    )


def _type(source: Source) -> str:
    return "guide" if source.kind == "guide" else "playlist"
