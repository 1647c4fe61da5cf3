"""The list of all channels: what is offered under which number, what is left out, and why. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import urlencode

from tunerr.errors import QueryRefused
from tunerr.lineup.listing import Counts, GuideState, ListedChannel, Narrowed, OfferedFact, Show, Sort, Streams
from tunerr.model.carried import Carried, CarriedBook
from tunerr.model.channel import ChannelId, Lineup, LineupChannel
from tunerr.model.guide import ChannelHealth, GuideHealth
from tunerr.storage.stream_tests import PassRate
from tunerr.views.paging import Pages

PAGE = 50

_LONGEST = 200
_NO_PLACE = "kept by the rules, but the lineup has no place left for it"
_GOOD = ("healthy", "good")
# As people write them; the others in capitals.
_CODECS = {"h264": "H.264", "ac3": "AC-3", "eac3": "E-AC-3", "mpeg2video": "MPEG-2", "hevc": "HEVC"}


@dataclass(frozen=True, slots=True)
class ChannelsQuery:
    """What the URL asks for."""

    narrowed: Narrowed
    sort: Sort
    page: int


@dataclass(frozen=True, slots=True)
class Suggested:
    """An id that the channel may be linked to; `score` from 0 to 100."""

    guide_id: str
    score: int


@dataclass(frozen=True, slots=True)
class Pending:
    """One field with a change that is not published; texts as a person reads them."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class GuideCell:
    """`state` as of `OfferedFact`; `method` and `programmes` of the best link; `suggested` where none is linked."""

    state: str
    method: str = ""
    programmes: int = 0
    suggested: Suggested | None = None


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One line. `number` is empty while it is not offered; `health` in percent of tested streams, None for unknown."""

    id: ChannelId
    number: str
    name: str
    group: str
    carried: str
    guide: GuideCell
    sources: tuple[str, ...]
    streams: int
    tested: int
    health: int | None
    why: str
    changed: bool
    pending: tuple[Pending, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter: the query of the URL that has it, how many channels it leaves, and whether it is on."""

    query: str
    count: int
    on: bool


@dataclass(frozen=True, slots=True)
class ChannelsView:
    """The page. `choices`: by filter and value, as `show-offered`; `query`: all filters in force; `known`: in all.

    `groups` are those with most channels; `most` is how many one act may change.
    """

    asked: ChannelsQuery
    offered: int
    known: int
    choices: Mapping[str, Choice]
    groups: tuple[str, ...]
    sources: tuple[str, ...]
    rows: tuple[ChannelRow, ...]
    pages: Pages
    query: str
    is_narrowed: bool
    most: int


@dataclass(frozen=True, slots=True)
class Known:
    """What pages look up by channel. `wishes`: the operator's in force, `draft`: staged; both as documents."""

    lineup: Lineup | None
    health: GuideHealth | None
    carried: CarriedBook
    tested: Mapping[ChannelId, PassRate]
    suggested: Mapping[str, Suggested]
    wishes: Collection[str]
    draft: Mapping[ChannelId, Mapping[str, Any]]


def channels_query(query: Mapping[str, str]) -> ChannelsQuery:
    """Read the URL's query. Raises QueryRefused."""
    page = query.get("page", "1")
    return ChannelsQuery(
        Narrowed(
            text=query.get("q", "").strip()[:_LONGEST],
            show=_one(query, "show", get_args(Show)) or "offered",
            group=query.get("group", "").strip()[:_LONGEST],
            source=query.get("source", "").strip()[:_LONGEST],
            guide=_one(query, "guide", get_args(GuideState)),
            streams=_one(query, "streams", get_args(Streams)),
            changed=query.get("changed") == "1",
        ),
        sort=_one(query, "sort", get_args(Sort)) or "number",
        page=max(int(page[:6]), 1) if page.isascii() and page.isdigit() else 1,
    )


def query_text(asked: ChannelsQuery, **other: str) -> str:
    """Return the URL's query of these filters without the page; `other` values in place of theirs."""
    narrowed = asked.narrowed
    given = {
        "q": narrowed.text,
        "show": "" if narrowed.show == "offered" else narrowed.show,
        "group": narrowed.group,
        "source": narrowed.source,
        "guide": narrowed.guide or "",
        "streams": narrowed.streams or "",
        "changed": "1" if narrowed.changed else "",
        "sort": "" if asked.sort == "number" else asked.sort,
        **other,
    }
    return urlencode({name: value for name, value in given.items() if value})


def offered_facts(
    lineup: Lineup | None,
    health: GuideHealth | None,
    tested: Mapping[ChannelId, PassRate],
    suggested: Mapping[str, Suggested],
) -> list[OfferedFact]:
    """Return what is known of each offered channel, by number. Looks at all of them: not on the event loop."""
    return [
        OfferedFact(
            row.channel.id,
            str(row.number),
            guide_state(row.channel.id, health, suggested),
            tested[row.channel.id].share if row.channel.id in tested else None,
        )
        for row in (lineup.channels if lineup is not None else ())
    ]


def guide_state(channel: ChannelId, health: GuideHealth | None, suggested: Collection[str]) -> Any:
    """Return the state of a channel's guide in one word; `unknown` before the guide of this lineup is made."""
    known = health.by_id.get(channel) if health is not None else None
    if known is None:
        return "unknown"
    if known.status in _GOOD:
        return "linked"
    if known.links:
        return "sparse"
    return "suggested" if channel in suggested else "none"


def channels_view(
    asked: ChannelsQuery,
    counts: Counts,
    listed: Sequence[ListedChannel],
    known: Known,
    *,
    groups: Sequence[str],
    sources: Sequence[str],
    most: int,
) -> ChannelsView:
    """Return the page of these channels."""
    total = counts.show[asked.narrowed.show]
    pages = pages_of(total)
    return ChannelsView(
        asked=asked,
        offered=len(known.lineup.channels) if known.lineup is not None else 0,
        known=counts.show["all"],
        choices=_choices(asked, counts),
        groups=tuple(groups),
        sources=tuple(sources),
        rows=tuple(_row(one, known) for one in listed),
        pages=Pages(min(asked.page, pages), pages, total, query_text(asked)),
        query=query_text(asked),
        is_narrowed=asked.narrowed != Narrowed(),
        most=most,
    )


def pages_of(total: int) -> int:
    """Return how many pages so many rows take; 1 at least."""
    return max(-(-total // PAGE), 1)


def pending_of(staged: Mapping[str, Any], before: Mapping[str, Any]) -> tuple[Pending, ...]:
    """Return what is staged of a channel beside what is in force, field by field; `before` is as the channel is now."""
    return tuple(Pending(field, words_of(before.get(field)), words_of(value)) for field, value in staged.items())


def words_of(value: Any) -> str:
    """Return a field's value as text; what the provider says is an empty one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "offered" if value else "left out"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def guide_cell(channel: ChannelId, health: GuideHealth | None, suggested: Mapping[str, Suggested]) -> GuideCell:
    """Return how a channel is linked to the guides."""
    known: ChannelHealth | None = health.by_id.get(channel) if health is not None else None
    best = known.links[0] if known is not None and known.links else None
    return GuideCell(
        state=guide_state(channel, health, suggested),
        method=best.method if best is not None else "",
        programmes=known.real if known is not None else 0,
        suggested=suggested.get(channel) if best is None else None,
    )


def carried_words(carried: Carried) -> str:
    """Return what a stream was seen to carry, as "1920x1080 H.264 · AAC"; empty when it never was seen."""
    size = f"{carried.width}x{carried.height}" if carried.width and carried.height else ""
    picture = " ".join(filter(None, (size, _CODECS.get(carried.video, carried.video.upper()))))
    return " · ".join(filter(None, (picture, _CODECS.get(carried.audio, carried.audio.upper()))))


def _choices(asked: ChannelsQuery, counts: Counts) -> dict[str, Choice]:
    narrowed = asked.narrowed
    kinds: tuple[tuple[str, str | None, Mapping[Any, int]], ...] = (
        ("show", narrowed.show, counts.show),
        ("guide", narrowed.guide, counts.guide),
        ("streams", narrowed.streams, counts.streams),
    )
    found = {
        f"{kind}-{value}": Choice(
            # A filter that is on is taken back by its own chip; one of the lists is always shown.
            query_text(asked, **{kind: "" if (value == chosen and kind != "show") or value == "offered" else value}),
            count,
            value == chosen,
        )
        for kind, chosen, of_kind in kinds
        for value, count in of_kind.items()
    }
    changed = query_text(asked, changed="" if narrowed.changed else "1")
    return found | {"changed": Choice(changed, counts.changed, narrowed.changed)}


def _row(one: ListedChannel, known: Known) -> ChannelRow:
    offered = known.lineup.by_id.get(one.id) if known.lineup is not None else None
    staged, tested = known.draft.get(one.id, {}), known.tested.get(one.id)
    return ChannelRow(
        id=one.id,
        number=str(offered.number) if offered is not None else "",
        name=one.name,
        group=one.group,
        carried=carried_words(known.carried[one.id]),
        guide=guide_cell(one.id, known.health, known.suggested),
        sources=_sources(one, offered),
        streams=len(offered.channel.streams) if offered is not None else one.streams,
        tested=tested.tested if tested is not None else 0,
        health=round(tested.share * 100) if tested is not None else None,
        why=why_words(one, is_offered=offered is not None),
        changed=one.id in known.wishes,
        pending=pending_of(staged, _now(one, offered)),
    )


def why_words(one: ListedChannel, *, is_offered: bool) -> str:
    """Return why a channel is here, or not."""
    if one.kept and not is_offered:
        return _NO_PLACE
    return one.reason.removeprefix("kept: ").removeprefix("left out: ")


def _now(one: ListedChannel, offered: LineupChannel | None) -> dict[str, Any]:
    now: dict[str, Any] = {"name": one.name, "group": one.group, "enabled": offered is not None}
    return now | ({"number": str(offered.number)} if offered is not None else {})


def _sources(one: ListedChannel, offered: LineupChannel | None) -> tuple[str, ...]:
    """Those that are tried, best first; of an offered channel with its backups."""
    if offered is None:
        return one.sources
    return tuple(dict.fromkeys(stream.source for stream in offered.channel.streams))


def _one(query: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> Any:
    value = query.get(name, "")
    if value and value not in allowed:
        raise QueryRefused(f"{name} can't be {value[:40]!r}.", hint=f"It is one of {', '.join(allowed)}.")
    return value or None
