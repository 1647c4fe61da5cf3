"""One channel's guide: where it is linked and why, what it shows today, one programme in full. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tunerr.guide.lookup.highlights import Showing
from tunerr.guide.lookup.reader import Shown
from tunerr.guide.making.airing import Airing
from tunerr.model.channel import LineupChannel
from tunerr.model.guide import GuideHealth
from tunerr.views.guide_examined import Examination, ExaminationState, Suggestion, state_of
from tunerr.views.guide_grid import Kind, facts_of, grid_path, tags_of
from tunerr.views.guide_match import Linked, Matched, matched
from tunerr.views.guide_repair import suggestions_for
from tunerr.views.guide_window import local_text

MOST_PROGRAMMES = 100
MOST_FOUND = 50


@dataclass(frozen=True, slots=True)
class Programme:
    """One row of a channel's day."""

    kind: Kind
    begin: int
    start: datetime
    stop: datetime
    title: str
    note: str
    tags: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class FoundId:
    """An XMLTV id that a guide lists. `names`: what the guide calls it."""

    source: str
    guide_id: str
    names: str
    programmes: int


@dataclass(frozen=True, slots=True)
class ChannelGuideView:
    """The page. `shift`: what the operator wants of its times; `found` is None when nothing was searched."""

    id: str
    number: str
    name: str
    has_logo: bool
    tvg_id: str
    match: Matched
    refused: tuple[str, ...]
    shift: str
    current: bool
    day: datetime
    programmes: tuple[Programme, ...]
    suggestions: tuple[Suggestion, ...]
    examination: ExaminationState
    text: str
    found: tuple[FoundId, ...] | None
    grid: str


@dataclass(frozen=True, slots=True)
class ProgrammeView:
    """One programme in full. `link`: by what the channel has this guide; None for what no guide says."""

    channel: str
    number: str
    name: str
    kind: Kind
    start: datetime
    stop: datetime
    title: str
    sub_title: str
    description: str
    categories: tuple[str, ...]
    episode: str
    year: str
    rating: str
    tags: tuple[str, ...]
    source: str
    link: Linked | None
    grid: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One programme that was found; `grid` leads to the grid at its time."""

    channel: str
    number: str
    name: str
    begin: int
    start: datetime
    stop: datetime
    title: str
    note: str
    tags: tuple[str, ...]
    upcoming: bool
    grid: str


@dataclass(frozen=True, slots=True)
class SearchView:
    """The page. `problem`: why nothing was searched."""

    text: str
    hits: tuple[Hit, ...]
    most: int
    problem: str
    hint: str


def channel_view(
    shown: Shown,
    *,
    day: datetime,
    health: GuideHealth | None,
    examination: Examination,
    current: bool,
    text: str,
    found: Sequence[Mapping[str, Any]] | None,
) -> ChannelGuideView:
    """Return the page of a channel; `shown` is its day, `found` are rows of the worker's job `search-listed`."""
    row, channel = shown.row, shown.row.channel
    match = matched(row, health)
    return ChannelGuideView(
        id=channel.id,
        number=str(row.number),
        name=channel.name,
        has_logo=bool(channel.logo),
        tvg_id=channel.tvg_id,
        match=match,
        refused=channel.guide.refused,
        shift=channel.guide.shift,
        current=current,
        day=day,
        programmes=_programmes(row, shown.airings[:MOST_PROGRAMMES]),
        suggestions=suggestions_for(row, match, examination.known),
        examination=state_of(examination),
        text=text,
        found=None if found is None else tuple(FoundId(**one) for one in found),
        grid=grid_path(**{"from": str(row.number)}),
    )


def programme_view(row: LineupChannel, airing: Airing, health: GuideHealth | None, zone: ZoneInfo) -> ProgrammeView:
    """Return one programme in full."""
    kind, details = facts_of(row, airing)
    start = datetime.fromtimestamp(airing.start, UTC)
    links = matched(row, health).links
    return ProgrammeView(
        channel=row.channel.id,
        number=str(row.number),
        name=row.channel.name,
        kind=kind,
        start=start,
        stop=datetime.fromtimestamp(airing.stop, UTC),
        title=details.title,
        sub_title=details.sub_title,
        description=details.description,
        categories=details.categories,
        episode=details.episode,
        year=details.date[:4],
        rating=details.rating,
        tags=tags_of(details),
        source=airing.source,
        link=next((link for link in links if link.source == airing.source), None),
        grid=_grid_at(row, start, zone),
    )


def search_view(
    text: str,
    showings: Sequence[Showing],
    now: datetime,
    zone: ZoneInfo,
    *,
    most: int,
    problem: str = "",
    hint: str = "",
) -> SearchView:
    """Return what was found."""
    return SearchView(text, tuple(_hit(one, now, zone) for one in showings), most, problem, hint)


def _programmes(row: LineupChannel, airings: Sequence[Airing]) -> tuple[Programme, ...]:
    """Return the rows of a day; gaps that follow one another are one."""
    found: list[Programme] = []
    for one in (_programme(row, airing) for airing in airings):
        if found and one.kind == found[-1].kind == "gap":
            found[-1] = replace(found[-1], stop=one.stop)
        else:
            found.append(one)
    return tuple(found)


def _programme(row: LineupChannel, airing: Airing) -> Programme:
    kind, details = facts_of(row, airing)
    return Programme(
        kind=kind,
        begin=airing.start,
        start=datetime.fromtimestamp(airing.start, UTC),
        stop=datetime.fromtimestamp(airing.stop, UTC),
        title=details.title,
        note=details.episode or details.sub_title,
        tags=tags_of(details),
        source=airing.source,
    )


def _hit(one: Showing, now: datetime, zone: ZoneInfo) -> Hit:
    start = datetime.fromtimestamp(one.airing.start, UTC)
    return Hit(
        channel=one.row.channel.id,
        number=str(one.row.number),
        name=one.row.channel.name,
        begin=one.airing.start,
        start=start,
        stop=datetime.fromtimestamp(one.airing.stop, UTC),
        title=one.details.title,
        note=one.details.episode or one.details.sub_title,
        tags=tags_of(one.details),
        upcoming=one.airing.stop > now.timestamp(),
        grid=_grid_at(one.row, start, zone),
    )


def _grid_at(row: LineupChannel, start: datetime, zone: ZoneInfo) -> str:
    return grid_path(local_text(start, zone), **{"from": str(row.number)})
