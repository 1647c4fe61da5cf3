"""The home view: is it fine, and if not, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tunerr.gateway.timeline import StreamAttempt
from tunerr.model.channel import LeftOut, Lineup
from tunerr.model.status import Client, GuideEdition, SourceState, SourceStatus, TunerStatus
from tunerr.views.streams import recent_events

_TROUBLES = {SourceState.FAILED, SourceState.REFUSED}
_HAPPENINGS = 12
_ASKED_AGAIN = "It is asked again by itself; “Refresh all” asks now."


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
class Happening:
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
class Verdict:
    """The answer in words. `state`: ready, troubled (serving, with a problem), starting or down.

    A problem always has a `next_step`, and names the `source` that has it.
    """

    state: str
    sentence: str
    next_step: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class HomeView:
    """Everything on the home page; the same data is `/deck/status.json`."""

    ready: bool
    verdict: Verdict
    channels: int
    left_out: tuple[str, ...]
    tuners: tuple[TunerRow, ...]
    sources: tuple[SourceRow, ...]
    happened: tuple[Happening, ...]
    guide: GuideRow | None
    version: str
    demo: bool

    @property
    def busy(self) -> tuple[TunerRow, ...]:
        """The tuners that carry a channel."""
        return tuple(row for row in self.tuners if row.number)

    @property
    def locked(self) -> tuple[TunerRow, ...]:
        """The tuners that carry none and are kept by a client for itself."""
        return tuple(row for row in self.tuners if row.locked_by and not row.number)


def home_view(
    *,
    lineup: Lineup | None,
    edition: GuideEdition | None,
    statuses: tuple[SourceStatus, ...],
    tuners: tuple[TunerStatus, ...],
    attempts: tuple[StreamAttempt, ...],
    version: str,
    demo: bool,
) -> HomeView:
    """Put the snapshots into words."""
    channels = len(lineup.channels) if lineup else 0
    return HomeView(
        ready=channels > 0,
        verdict=_verdict(channels, edition, statuses, demo=demo),
        channels=channels,
        left_out=tuple(_left_out(row) for row in lineup.left_out) if lineup else (),
        tuners=tuple(_tuner_row(tuner) for tuner in tuners),
        sources=tuple(source_row(status) for status in statuses),
        happened=tuple(
            Happening(event.at, f"{attempt.number} {attempt.name}", event.kind, event.text)
            for attempt, event in recent_events(attempts, _HAPPENINGS)
        ),
        guide=GuideRow(edition.channels, edition.linked, edition.programmes, edition.built_at) if edition else None,
        version=version,
        demo=demo,
    )


def _verdict(channels: int, edition: GuideEdition | None, statuses: tuple[SourceStatus, ...], *, demo: bool) -> Verdict:
    troubled = [status for status in statuses if status.state in _TROUBLES]
    if channels:
        return _problem(channels, troubled) if troubled else _all_well(channels, edition, statuses, demo=demo)
    playlists = [status for status in troubled if status.kind == "playlist"]
    if not playlists:
        step = "This page shows the channels as soon as they are here."
        return Verdict("starting", "The first refresh is running.", step)
    ill = playlists[0]
    return Verdict("down", f"There are no channels yet. {ill.id}: {ill.message}", ill.hint or _ASKED_AGAIN, ill.id)


def _problem(channels: int, troubled: Sequence[SourceStatus]) -> Verdict:
    """Serving goes on; say of what, and what is wrong with the first of the `troubled`."""
    ill = troubled[0]
    kept = f" with the last good {ill.kind}" if ill.succeeded_at else ""
    others = len(troubled) - 1
    more = f" {_count(others, 'other source')} {'has' if others == 1 else 'have'} a problem too." if others else ""
    sentence = f"{_count(channels, 'channel')} {'is' if channels == 1 else 'are'} served{kept}. {ill.id}: {ill.message}"
    return Verdict("troubled", sentence, (ill.hint or _ASKED_AGAIN) + more, ill.id)


def _all_well(channels: int, edition: GuideEdition | None, statuses: Sequence[SourceStatus], *, demo: bool) -> Verdict:
    if edition is None:
        guide = "the guide is being made"
    elif edition.linked == 0:
        guide = "none with a guide"
    else:
        guide = "all with a guide" if edition.linked == edition.channels else f"{edition.linked:,} with a guide"
    step = ""
    if demo:
        step = "This is the demo. Add your own provider on the page Sources."
    elif not any(status.kind == "guide" for status in statuses):
        step = "Add a guide on the page Sources."
    elif edition is not None and edition.linked < edition.channels:
        step = "The command iptv-tunerr epg-doctor says what the others lack, and how to mend it."
    return Verdict("ready", f"{_count(channels, 'channel')}, {guide}.", step)


def _left_out(row: LeftOut) -> str:
    examples = f" Among them: {', '.join(row.examples)}." if row.examples else ""
    return f"{_count(row.count, 'channel')} {'is' if row.count == 1 else 'are'} left out: {row.reason}.{examples}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


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
        hint=status.hint or (_ASKED_AGAIN if status.state in _TROUBLES else ""),
        skipped=status.skipped,
        acceptable=status.kind == "playlist" and status.state is SourceState.REFUSED,
    )
