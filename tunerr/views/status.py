"""The home view: is it fine, and if not, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tunerr.model.channel import Lineup
from tunerr.model.status import GuideEdition, SourceState, SourceStatus, TunerStatus


@dataclass(frozen=True, slots=True)
class TunerRow:
    """One tuner as the operator reads it."""

    index: int
    channel: str
    source: str
    clients: tuple[str, ...]
    state: str
    megabits_per_second: float
    since: datetime | None


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
class GuideRow:
    """The guide that is being served."""

    channels: int
    linked: int
    programmes: int
    built_at: datetime


@dataclass(frozen=True, slots=True)
class HomeView:
    """Everything on the home page; the same data is `/deck/status.json`."""

    ready: bool
    sentence: str
    next_step: str
    channels: int
    left_out: tuple[str, ...]
    tuners: tuple[TunerRow, ...]
    sources: tuple[SourceRow, ...]
    guide: GuideRow | None
    version: str
    demo: bool

    @property
    def tuners_in_use(self) -> int:
        """How many tuners carry a channel."""
        return sum(bool(row.channel) for row in self.tuners)


def home_view(
    *,
    lineup: Lineup | None,
    edition: GuideEdition | None,
    statuses: tuple[SourceStatus, ...],
    tuners: tuple[TunerStatus, ...],
    version: str,
    demo: bool,
) -> HomeView:
    """Put the snapshots into words."""
    channels = len(lineup.channels) if lineup else 0
    sentence, next_step = _verdict(channels, edition, statuses, demo=demo)
    return HomeView(
        ready=channels > 0,
        sentence=sentence,
        next_step=next_step,
        channels=channels,
        left_out=tuple(f"{row.count} channels are left out: {row.reason}" for row in lineup.left_out) if lineup else (),
        tuners=tuple(_tuner_row(tuner) for tuner in tuners),
        sources=tuple(_source_row(status) for status in statuses),
        guide=GuideRow(edition.channels, edition.linked, edition.programmes, edition.built_at) if edition else None,
        version=version,
        demo=demo,
    )


def _verdict(
    channels: int, edition: GuideEdition | None, statuses: tuple[SourceStatus, ...], *, demo: bool
) -> tuple[str, str]:
    ill = [status for status in statuses if status.state in {SourceState.FAILED, SourceState.REFUSED}]
    if not channels:
        if ill:
            return f"There are no channels yet: {ill[0].message}", ill[0].hint
        return "The first refresh is running.", "This page shows the channels as soon as they are here."
    guide = f"{edition.linked} of them have a guide" if edition else "the guide is being made"
    if ill:
        return f"{channels} channels are served from the last good refresh. {ill[0].id}: {ill[0].message}", ill[0].hint
    demo_step = "This is the demo. Set IPTV_TUNERR_M3U_URL in .env to serve your own provider."
    return f"{channels} channels, {guide}.", demo_step if demo else ""


def _tuner_row(tuner: TunerStatus) -> TunerRow:
    return TunerRow(
        index=tuner.index,
        channel=f"{tuner.number} {tuner.name}" if tuner.number else "",
        source=tuner.source,
        clients=tuner.clients,
        state=tuner.state,
        megabits_per_second=round(tuner.bits_per_second / 1_000_000, 1),
        since=tuner.started_at,
    )


def _source_row(status: SourceStatus) -> SourceRow:
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
        hint=status.hint,
        skipped=status.skipped,
        acceptable=status.state is SourceState.REFUSED,
    )
