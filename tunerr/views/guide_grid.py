"""The guide as on television: channels down, time across. Values in, plain data out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from tunerr.errors import QueryRefused
from tunerr.guide.lookup.reader import Shown
from tunerr.guide.making.airing import Airing
from tunerr.guide.rows.markup import clean
from tunerr.guide.rows.programme import Details, details_of
from tunerr.guide.rows.real import is_real
from tunerr.model.channel import Lineup, LineupChannel
from tunerr.model.guide import GuideHealth, GuideStatus
from tunerr.model.numbers import GuideNumber
from tunerr.views.guide_match import Matched, matched
from tunerr.views.guide_window import (
    COLUMNS,
    SPAN,
    STEP,
    Heading,
    asked_time,
    headings,
    local_text,
    same_time_on_days,
    tonight,
    window_at,
)

PAGE = 30
"""Channels of one page; `GuideReader.page` takes 50."""

Kind = Literal["programme", "event", "placeholder", "gap"]
"""What a guide tells; what the channel's name tells; a guide's row that tells the channel's name only; nothing."""

Phase = Literal["past", "now", "next"]
GridState = Literal["starting", "empty", "no_guide", "unmade", "ready"]
"""No channels yet; none offered; no guide source; the first guide is being made; all is there."""

_STEP_S = int(STEP.total_seconds())
_THIN: tuple[GuideStatus, ...] = ("sparse", "placeholder_only", "matched_no_programmes")
_SHOWS = ("all", "unlinked", "sparse")
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class GridQuery:
    """What is asked: a window of time, the number of the first channel, words, a group, a state of the guide."""

    start: datetime
    is_now: bool
    first: str
    text: str
    group: str
    show: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One programme in the window. `begin` in Unix seconds names it; `columns` of five minutes.

    `clock`: when it begins and ends on the visitor's clock, as `20:15`.
    `minutes`: those that are left of what is on now. `before`, `after`: it goes beyond the window. `hidden`: so many
    shorter ones follow that have no column of their own.
    """

    kind: Kind
    begin: int
    end: int
    clock: tuple[str, str]
    columns: int
    title: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    phase: Phase = "next"
    minutes: int = 0
    before: bool = False
    after: bool = False
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class GridRow:
    """One channel and what it shows, without a hole."""

    id: str
    number: str
    name: str
    group: str
    has_logo: bool
    match: Matched
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """A link to another time or other channels; `moment` is what it leads to."""

    path: str
    moment: datetime | None = None
    here: bool = False


@dataclass(frozen=True, slots=True)
class Ways:
    """Where one can go from here; channels are None at an end of the list."""

    earlier: Way
    now: Way
    later: Way
    tonight: Way
    days: tuple[Way, ...]
    channels_before: Way | None
    channels_after: Way | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rows of a page among `total` that fit the question; `first` counts from 0. `counts`: by value of `show`."""

    rows: tuple[LineupChannel, ...]
    first: int
    total: int
    before: str
    after: str
    counts: Mapping[str, int]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GridView:
    """The page. `now_column`: where the line of now stands, from 0; -1 outside the window. `now` to the minute."""

    state: GridState
    current: bool
    query: GridQuery
    at: str
    start: datetime
    stop: datetime
    now: datetime
    now_column: int
    headings: tuple[Heading, ...]
    rows: tuple[GridRow, ...]
    first: int
    total: int
    counts: Mapping[str, int]
    groups: tuple[str, ...]
    ways: Ways


def grid_query(query: Mapping[str, str], now: datetime, zone: ZoneInfo) -> GridQuery:
    """Read the URL's query. Raises QueryRefused."""
    at = query.get("at", "")
    show = query.get("show", "all")
    if show not in _SHOWS:
        raise QueryRefused(f"There is no list {show[:40]!r}.", hint=f"Choose one of {', '.join(_SHOWS)}.")
    text, group = (query.get(name, "").strip()[:_LONGEST] for name in ("q", "group"))
    start = window_at(asked_time(at, now, zone), zone)
    return GridQuery(start, at in {"", "now"}, query.get("from", "").strip()[:20], text, group, show)


def choose(lineup: Lineup | None, health: GuideHealth | None, query: GridQuery) -> Chosen:
    """Return the page's rows. Looks at every channel that is offered: not on the event loop."""
    offered = lineup.channels if lineup is not None else ()
    groups = tuple(sorted({row.channel.group for row in offered if row.channel.group}))
    text = query.text.casefold()
    found = [row for row in offered if _fits(row, text, query.group)]
    known = health.by_id if health is not None else {}
    statuses = [known[row.channel.id].status if row.channel.id in known else "" for row in found]
    listed = {show: [row for row, one in zip(found, statuses, strict=True) if _shows(show, one)] for show in _SHOWS}
    listed["all"] = found
    rows = sorted(listed[query.show], key=lambda row: row.number)
    first = _first(rows, query.first)
    before, after = rows[max(first - PAGE, 0) : first][:1], rows[first + PAGE :][:1]
    return Chosen(
        rows=tuple(rows[first : first + PAGE]),
        first=first,
        total=len(rows),
        before=str(before[0].number) if before else "",
        after=str(after[0].number) if after else "",
        counts={show: len(some) for show, some in listed.items()},
        groups=groups,
    )


def grid_view(
    query: GridQuery,
    chosen: Chosen,
    shown: Sequence[Shown],
    *,
    health: GuideHealth | None,
    state: GridState,
    current: bool,
    now: datetime,
    zone: ZoneInfo,
) -> GridView:
    """Return the page. `current`: the guide is that of the lineup in force."""
    minute = now.replace(second=0, microsecond=0)
    stop = query.start + SPAN
    return GridView(
        state=state,
        current=current,
        query=query,
        at="" if query.is_now else local_text(query.start, zone),
        start=query.start,
        stop=stop,
        now=minute,
        now_column=(minute - query.start) // STEP if query.start <= minute < stop else -1,
        headings=headings(query.start, zone),
        rows=tuple(_row(one, health, query.start, minute, zone) for one in shown),
        first=chosen.first,
        total=chosen.total,
        counts=chosen.counts,
        groups=chosen.groups,
        ways=_ways(query, chosen, now, zone),
    )


def grid_path(at: str = "", **more: str) -> str:
    """Return the address of the grid at a time as `local_text` writes it; what is empty is left out."""
    given = {name: value for name, value in {"at": at, **more}.items() if value}
    return f"/guide?{urlencode(given)}" if given else "/guide"


def cells_of(row: LineupChannel, airings: Sequence[Airing], start: int, now: float, zone: ZoneInfo) -> tuple[Cell, ...]:
    """Return a channel's cells from `start` (Unix seconds) on; together they have all columns of the window.

    What is known of is rounded to five minutes; what has none left of them is counted by the one before it.
    """
    cells: list[Cell] = []
    place = 0
    for begin, stop, airing in _without_holes(airings, start, start + COLUMNS * _STEP_S):
        end = min(round((stop - start) / _STEP_S), COLUMNS)
        if end <= place and cells:
            if airing is not None:
                cells[-1] = replace(cells[-1], hidden=cells[-1].hidden + 1)
            continue
        cell = _cell(row, airing, begin, stop, start=start, now=now, zone=zone, columns=max(end, place + 1) - place)
        place += cell.columns
        if cell.kind == "gap" and cells and cells[-1].kind == "gap":
            wider = _gap(cells[-1].begin, cell.end, cells[-1].columns + cell.columns, now, zone)
            cells[-1] = replace(wider, hidden=cells[-1].hidden)
        else:
            cells.append(cell)
    return tuple(cells)


def facts_of(row: LineupChannel, airing: Airing) -> tuple[Kind, Details]:
    """Tell what kind of row it is, and what it says."""
    details = details_of(airing.body)
    if not airing.source:
        return ("gap" if details.title == clean(row.channel.name) else "event"), details
    return ("programme" if is_real(airing.body, row.channel.name) else "placeholder"), details


def tags_of(details: Details) -> tuple[str, ...]:
    """Return what is special about a programme: `live`, `new`, `premiere`, `repeat`."""
    return tuple(name for name in ("live", "new", "premiere", "repeat") if getattr(details, name))


def _without_holes(airings: Sequence[Airing], start: int, stop: int) -> Iterator[tuple[int, int, Airing | None]]:
    """Yield begin, end and airing, those at the borders whole; None for the times of which nothing is known."""
    place = start
    for airing in airings:
        if airing.start - place >= _STEP_S:
            yield place, airing.start, None
        yield airing.start, airing.stop, airing
        place = max(place, airing.stop)
    if place < stop:
        yield place, stop, None


def _cell(
    row: LineupChannel,
    airing: Airing | None,
    begin: int,
    stop: int,
    *,
    start: int,
    now: float,
    zone: ZoneInfo,
    columns: int,
) -> Cell:
    kind, details = facts_of(row, airing) if airing is not None else ("gap", Details(""))
    if kind == "gap":
        return _gap(max(begin, start), min(stop, start + COLUMNS * _STEP_S), columns, now, zone)
    phase = _phase(begin, stop, now)
    return Cell(
        kind=kind,
        begin=begin,
        end=stop,
        clock=_clock(begin, stop, zone),
        columns=columns,
        title=details.title,
        note=details.episode or details.sub_title,
        tags=tags_of(details),
        phase=phase,
        minutes=max(round((stop - now) / 60), 1) if phase == "now" else 0,
        before=begin < start,
        after=stop > start + COLUMNS * _STEP_S,
    )


def _gap(begin: int, stop: int, columns: int, now: float, zone: ZoneInfo) -> Cell:
    return Cell("gap", begin, stop, _clock(begin, stop, zone), columns, phase=_phase(begin, stop, now))


def _clock(begin: int, stop: int, zone: ZoneInfo) -> tuple[str, str]:
    first, last = datetime.fromtimestamp(begin, zone), datetime.fromtimestamp(stop, zone)
    return f"{first.hour:02}:{first.minute:02}", f"{last.hour:02}:{last.minute:02}"


def _phase(begin: int, stop: int, now: float) -> Phase:
    return "past" if stop <= now else "now" if begin <= now else "next"


def _row(shown: Shown, health: GuideHealth | None, start: datetime, now: datetime, zone: ZoneInfo) -> GridRow:
    row, channel = shown.row, shown.row.channel
    return GridRow(
        id=channel.id,
        number=str(row.number),
        name=channel.name,
        group=channel.group,
        has_logo=bool(channel.logo),
        match=matched(row, health),
        cells=cells_of(row, shown.airings, int(start.timestamp()), now.timestamp(), zone),
    )


def _fits(row: LineupChannel, text: str, group: str) -> bool:
    if group and row.channel.group != group:
        return False
    return not text or text in row.channel.name.casefold() or str(row.number) == text


def _shows(show: str, status: str) -> bool:
    return status in (_THIN if show == "sparse" else ("unlinked",))


def _first(rows: Sequence[LineupChannel], number: str) -> int:
    """The place of the channel of that number, or of the next one; the beginning when it is no number."""
    try:
        wanted = GuideNumber.parse(number)
    except ValueError:
        return 0
    place = next((place for place, row in enumerate(rows) if row.number >= wanted), len(rows))
    return min(place, max(len(rows) - 1, 0))


def _ways(query: GridQuery, chosen: Chosen, now: datetime, zone: ZoneInfo) -> Ways:
    same = {"from": query.first, "q": query.text, "group": query.group, "show": query.show.replace("all", "")}

    def to(moment: datetime) -> Way:
        start = window_at(moment, zone)
        return Way(grid_path(local_text(start, zone), **same), start, here=start == query.start)

    def channels(number: str) -> Way | None:
        at = "" if query.is_now else local_text(query.start, zone)
        return Way(grid_path(at, **{**same, "from": number})) if number else None

    return Ways(
        earlier=to(query.start - SPAN),
        now=Way(grid_path(**same), now, here=query.start == window_at(now, zone)),
        later=to(query.start + SPAN),
        tonight=to(tonight(now, zone)),
        days=tuple(to(moment) for moment in same_time_on_days(query.start, now, zone)),
        channels_before=channels(chosen.before),
        channels_after=channels(chosen.after),
    )
