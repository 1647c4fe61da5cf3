"""What plays now: sessions, their sources and viewers, the tuners; and what is remembered of those that are over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tunerr.errors import NotFound
from tunerr.gateway.now import CandidateNow, Standing, StreamNow, ViewerNow
from tunerr.gateway.outcome import PlaybackOutcome
from tunerr.gateway.timeline import Event, StreamAttempt
from tunerr.model.status import TunerStatus
from tunerr.views.buffering import LARGE_BACKLOG, Buffering, Machine, why_it_buffers

_MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class StreamRow:
    """One channel that plays. Seconds: `lead` of the source ahead of real time, `cushion` of media servers behind it.

    `source` is its place among the sources, `why` why it is that one; both are empty while none plays.
    """

    request: str
    channel_id: str
    number: str
    name: str
    state: str
    viewers: int
    tuner: int | None
    source: str
    host: str
    why: str
    bits_per_second: int
    lead: float
    cushion: float
    continuity_errors: int
    started_at: datetime
    buffering: Buffering


@dataclass(frozen=True, slots=True)
class TunerRow:
    """One tuner; `request` and `channel` are empty while it is free, `locked_by` while nobody keeps it."""

    index: int
    request: str
    channel: str
    locked_by: str


@dataclass(frozen=True, slots=True)
class LiveView:
    """The page of all that plays, the longest first."""

    sentence: str
    streams: tuple[StreamRow, ...]
    tuners: tuple[TunerRow, ...]
    free: int


@dataclass(frozen=True, slots=True)
class ViewerRow:
    """One viewer. Seconds: `behind` the source, of these `cushion` on purpose. `state`: well, behind, dropped."""

    request: str
    address: str
    program: str
    user: str
    since: datetime
    behind: float
    cushion: float
    sent: int
    lapped: int
    state: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source of the channel as it stands now; `trouble` is what went wrong with it last, and `wait` the seconds."""

    place: int
    source: str
    host: str
    label: str
    why: str
    standing: str
    wait: int
    trouble: str
    troubled_at: datetime | None


@dataclass(frozen=True, slots=True)
class TriedRow:
    """One upstream that was opened, or was to be, and why it ended, as in `PlaybackOutcome`. Times in seconds."""

    label: str
    began_at: datetime
    reason: str
    status: int | None
    picture_after: float | None
    played: float
    bytes: int
    continuity_errors: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline."""

    at: datetime
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class StreamView:
    """One session. `now` is None when it is over; then `status` says how it ended and `duration` how long it was.

    `no_other`: why no other source can be tried now, empty when one can. `address`: of the channel, for any player.
    """

    request: str
    channel_id: str
    number: str
    name: str
    status: str
    started_at: datetime
    duration: float | None
    bytes: int
    switches: int
    now: StreamRow | None
    viewers: tuple[ViewerRow, ...]
    sources: tuple[SourceRow, ...]
    no_other: str
    address: str
    tried: tuple[TriedRow, ...]
    timeline: tuple[Line, ...]


def live_view(streams: Sequence[StreamNow], tuners: Sequence[TunerStatus], machine: Machine, now: datetime) -> LiveView:
    """Put all that plays into words."""
    rows = tuple(_stream_row(stream, machine, now) for stream in streams)
    on = {row.tuner: row.request for row in rows}
    held = tuple(_tuner_row(tuner, on.get(tuner.index, "")) for tuner in tuners)
    free = sum(not row.channel and not row.locked_by for row in held)
    viewers = sum(row.viewers for row in rows)
    tuned = f"{_count(free, 'tuner')} {'is' if free == 1 else 'are'} free"
    if not rows:
        return LiveView(f"Nobody is watching; {tuned}.", rows, held, free)
    plays = f"{_count(len(rows), 'channel')} {'plays' if len(rows) == 1 else 'play'} for {_count(viewers, 'viewer')}"
    return LiveView(f"{plays}; {tuned}.", rows, held, free)


def stream_view(
    request: str,
    streams: Sequence[StreamNow],
    attempts: Sequence[StreamAttempt],
    machine: Machine,
    now: datetime,
    *,
    tuner: str,
) -> StreamView:
    """One session by its own id or that of one of its viewers; `tuner` is the device's URL.

    Raises NotFound when it is not remembered.
    """
    stream = next((one for one in streams if one.attempt.id == request), None) or next(
        (one for one in streams if any(viewer.request == request for viewer in one.viewers)), None
    )
    attempt = stream.attempt if stream is not None else next((one for one in attempts if one.id == request), None)
    if attempt is None:
        raise NotFound("This stream has ended.", hint="The page Live shows those that play now.")
    sources = stream.supply.candidates if stream is not None else ()
    return StreamView(
        request=attempt.id,
        channel_id=attempt.channel,
        number=attempt.number,
        name=attempt.name,
        status=attempt.status,
        started_at=attempt.started_at,
        duration=attempt.duration if attempt.status else None,
        bytes=attempt.bytes,
        switches=attempt.switches,
        now=_stream_row(stream, machine, now) if stream is not None else None,
        viewers=tuple(_viewer_row(viewer) for viewer in stream.viewers[:_MOST_ROWS]) if stream is not None else (),
        sources=tuple(_source_row(place, one) for place, one in enumerate(sources[:_MOST_ROWS], 1)),
        no_other=stream.supply.no_other if stream is not None else "This stream has ended.",
        address=f"{tuner}/stream/{attempt.channel}.ts",
        tried=tuple(_tried_row(outcome) for outcome in reversed(attempt.outcomes[-_MOST_ROWS:])),
        timeline=tuple(_line(event) for event in reversed(attempt.events[-_MOST_ROWS:])),
    )


def _stream_row(stream: StreamNow, machine: Machine, now: datetime) -> StreamRow:
    attempt, supply = stream.attempt, stream.supply
    found = ((place, one) for place, one in enumerate(supply.candidates, 1) if one.standing is Standing.PLAYING)
    place, playing = next(found, (0, None))
    return StreamRow(
        request=attempt.id,
        channel_id=attempt.channel,
        number=attempt.number,
        name=attempt.name,
        state=attempt.state,
        viewers=len(stream.viewers),
        tuner=attempt.tuner,
        source=f"source {place} of {len(supply.candidates)}" if playing is not None else "",
        host=playing.host if playing is not None else "",
        why=", ".join(playing.reasons) if playing is not None else "",
        bits_per_second=stream.bits_per_second,
        lead=_tenths(supply.source.lead) if supply.source is not None else 0.0,
        cushion=_tenths(max((viewer.cushion for viewer in stream.viewers), default=0.0)),
        continuity_errors=supply.continuity_errors,
        started_at=attempt.started_at,
        buffering=why_it_buffers(stream, machine, now),
    )


def _tuner_row(tuner: TunerStatus, request: str) -> TunerRow:
    channel = f"{tuner.number} {tuner.name}" if tuner.number is not None else ""
    return TunerRow(tuner.index, request, channel, tuner.reserved_by)


def _viewer_row(viewer: ViewerNow) -> ViewerRow:
    return ViewerRow(
        request=viewer.request,
        address=viewer.client.address,
        program=viewer.client.program,
        user=viewer.user,
        since=viewer.since,
        behind=_tenths(viewer.cushion + viewer.backlog),
        cushion=_tenths(viewer.cushion),
        sent=viewer.sent,
        lapped=viewer.lapped,
        state="dropped" if viewer.dropped else "behind" if viewer.backlog >= LARGE_BACKLOG else "well",
    )


def _source_row(place: int, one: CandidateNow) -> SourceRow:
    return SourceRow(
        place=place,
        source=one.source,
        host=one.host,
        label=one.label,
        why=", ".join(one.reasons),
        standing=one.standing.value,
        wait=round(one.wait),
        trouble=one.trouble,
        troubled_at=one.troubled_at,
    )


def _tried_row(outcome: PlaybackOutcome) -> TriedRow:
    return TriedRow(
        label=str(outcome.stream.url),
        began_at=outcome.began_at,
        reason=outcome.reason,
        status=outcome.status,
        picture_after=_tenths(outcome.picture_after) if outcome.picture_after is not None else None,
        played=round(outcome.played),
        bytes=outcome.bytes,
        continuity_errors=outcome.continuity_errors,
    )


def _line(event: Event) -> Line:
    return Line(event.at, event.kind, f"{event.text[:1].upper()}{event.text[1:]}.")


def _tenths(seconds: float) -> float:
    return round(seconds, 1) + 0.0  # no minus before a zero


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
