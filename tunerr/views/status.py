"""What `/deck/status.json` says of the program, and sources as operators read them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from tunerr.model.channel import Lineup
from tunerr.model.happening import Happening
from tunerr.model.status import Client, GuideEdition, SourceState, SourceStatus, TunerStatus
from tunerr.views.home import HAPPENINGS, left_out
from tunerr.views.verdict import ASKED_AGAIN, TROUBLES, Verdict


@dataclass(frozen=True, slots=True)
class TunerRow:
    """One tuner as the operator reads it; one that plays nothing has an empty `number`."""

    index: int
    number: str
    name: str
    channel_id: str
    source: str
    clients: tuple[Client, ...]
    state: str
    megabits_per_second: float
    since: datetime | None
    locked_by: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source as the operator reads it."""

    id: str
    kind: str
    label: str
    state: str
    channels: int
    entries: int
    attempted_at: datetime | None
    succeeded_at: datetime | None
    message: str
    hint: str
    skipped: tuple[tuple[str, int], ...]
    acceptable: bool  # the operator may accept the refused answer


@dataclass(frozen=True, slots=True)
class StreamLine:
    """One line of what happened to the streams."""

    at: datetime
    channel: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class GuideRow:
    """The guide that is being served."""

    channels: int
    linked: int
    programmes: int
    built_at: datetime


@dataclass(frozen=True, slots=True)
class StatusView:
    """What `/deck/status.json` says."""

    ready: bool
    verdict: Verdict
    channels: int
    left_out: tuple[str, ...]
    tuners: tuple[TunerRow, ...]
    sources: tuple[SourceRow, ...]
    happened: tuple[StreamLine, ...]
    guide: GuideRow | None
    version: str
    demo: bool


def status_view(
    *,
    lineup: Lineup | None,
    edition: GuideEdition | None,
    statuses: tuple[SourceStatus, ...],
    tuners: tuple[TunerStatus, ...],
    happened: Iterable[Happening],
    verdict: Verdict,
    version: str,
    demo: bool,
) -> StatusView:
    """Put the snapshots into words; `happened` newest first, of which the first twelve of streams are told."""
    channels = len(lineup.channels) if lineup else 0
    lines = (StreamLine(one.at, one.title, one.outcome, one.message) for one in happened if one.kind == "stream")
    return StatusView(
        ready=channels > 0,
        verdict=verdict,
        channels=channels,
        left_out=left_out(lineup.left_out) if lineup else (),
        tuners=tuple(_tuner_row(tuner) for tuner in tuners),
        sources=tuple(source_row(status) for status in statuses),
        happened=tuple(islice(lines, HAPPENINGS)),
        guide=GuideRow(edition.channels, edition.linked, edition.programmes, edition.built_at) if edition else None,
        version=version,
        demo=demo,
    )


def _tuner_row(tuner: TunerStatus) -> TunerRow:
    return TunerRow(
        index=tuner.index,
        number=str(tuner.number) if tuner.number else "",
        name=tuner.name,
        channel_id=tuner.channel_id or "",
        source=tuner.source,
        clients=tuner.clients,
        state=tuner.state,
        megabits_per_second=round(tuner.bits_per_second / 1_000_000, 1),
        since=tuner.started_at,
        locked_by=tuner.reserved_by,
    )


def source_row(status: SourceStatus) -> SourceRow:
    """Put the status of a source into words."""
    return SourceRow(
        id=status.id,
        kind=status.kind,
        label=status.label,
        state=status.state.value,
        channels=status.channels,
        entries=status.entries,
        attempted_at=status.attempted_at,
        succeeded_at=status.succeeded_at,
        message=status.message,
        hint=status.hint or (ASKED_AGAIN if status.state in TROUBLES else ""),
        skipped=status.skipped,
        acceptable=status.kind == "playlist" and status.state is SourceState.REFUSED,
    )
