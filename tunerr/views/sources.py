"""The sources page: each source with its account and its history, and what was done lately."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tunerr.catalog.history import PastGeneration
from tunerr.model.account import AccountStatus
from tunerr.model.channel import SourceId
from tunerr.model.source import Source
from tunerr.model.status import SourceStatus
from tunerr.storage.choices import Act
from tunerr.views.status import SourceRow, source_row

_SHORTLY = 7 * 86400


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What a panel says of an account, as the operator reads it. `worry`: it needs attention."""

    sentence: str
    worry: bool
    asked_at: datetime


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
class SourceCard:
    """One source. `mine`: the operator added it, so it can be changed here."""

    row: SourceRow
    mine: bool
    account: AccountRow | None
    generations: tuple[GenerationRow, ...]


@dataclass(frozen=True, slots=True)
class ActRow:
    """One act of the journal. `open`: it can be undone."""

    id: int
    at: datetime
    who: str
    text: str
    open: bool


@dataclass(frozen=True, slots=True)
class SourcesView:
    """Everything on the sources page."""

    sources: tuple[SourceCard, ...]
    acts: tuple[ActRow, ...]
    demo: bool


def sources_view(
    *,
    sources: Sequence[Source],
    statuses: Iterable[SourceStatus],
    accounts: Mapping[SourceId, AccountStatus],
    generations: Mapping[SourceId, tuple[PastGeneration, ...]],
    acts: Iterable[Act],
    now: datetime,
    demo: bool,
) -> SourcesView:
    """Put what is known into words; `generations` newest first."""
    known = {status.id: status for status in statuses}
    return SourcesView(
        sources=tuple(
            SourceCard(
                row=source_row(known[source.id]),
                mine=source.origin == "operator",
                account=_account(accounts[source.id], now) if source.id in accounts else None,
                generations=tuple(map(_generation, generations.get(source.id, ()))),
            )
            for source in sources
            if source.id in known
        ),
        acts=tuple(map(_act, acts)),
        demo=demo,
    )


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
    return AccountRow(account_sentence(status, now), ending or not good, status.asked_at)


def _generation(past: PastGeneration) -> GenerationRow:
    return GenerationRow(
        id=past.id,
        at=past.published_at,
        channels=past.channels,
        summary=past.summary,
        served=past.is_served,
        withdrawn=past.is_withdrawn,
        back=not past.is_served and not past.is_withdrawn,
    )


def _act(act: Act) -> ActRow:
    at = datetime.fromtimestamp(act.at, UTC)
    return ActRow(act.id, at, act.who, act.detail or f"{act.act}: {act.subject}", act.undone_by is None)
