"""Channels whose guide needs a person: what is wrong, and the ids that may be theirs. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from tunerr.errors import QueryRefused
from tunerr.guide.diagnosis.health import WORST_FIRST
from tunerr.model.channel import Lineup, LineupChannel
from tunerr.model.guide import GuideHealth
from tunerr.views.guide_examined import Examination, ExaminationState, Examined, Suggestion, state_of
from tunerr.views.guide_match import Matched, matched
from tunerr.views.paging import Pages

PAGE = 50
BEST = 3
"""Suggestions shown for one channel of the list."""

SHOWS = ("all", "suggested", "unlinked", "empty", "sparse", "doubtful", "shared_id", "ending")
"""All of them; those with a suggestion; in no guide; linked to nothing but the name; next to nothing; linked by words,
a call sign or a number only; sharing an id with others; ending within a day."""

LIST_OF_PROBLEM: Mapping[str, str] = {
    "unmatched": "suggested",
    "unknown_to_guides": "unlinked",
    "matched_no_programmes": "empty",
    "placeholder_only": "empty",
    "sparse": "sparse",
    "shared_id": "shared_id",
    "ending": "ending",
}
"""Which list holds the channels of a problem that the doctor names."""

SCORES = (95, 90, 85, 80)
_LEAST = 90
_EMPTY = ("matched_no_programmes", "placeholder_only")
_RANK: dict[str, int] = {status: place for place, status in enumerate(WORST_FIRST)}


@dataclass(frozen=True, slots=True)
class RepairQuery:
    """What is asked: a list, words of a name, a page, and the least score of what is accepted at once."""

    show: str
    text: str
    page: int
    least: int


@dataclass(frozen=True, slots=True)
class RepairRow:
    """One channel. `lists`: what is wrong, as values of `show`."""

    id: str
    number: str
    name: str
    has_logo: bool
    match: Matched
    lists: tuple[str, ...]
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class RepairView:
    """The page. `counts`: channels by value of `show`; `pairs`: channel and id of what can be accepted at once."""

    query: RepairQuery
    examination: ExaminationState
    current: bool
    ready: bool
    counts: Mapping[str, int]
    rows: tuple[RepairRow, ...]
    pages: Pages
    pairs: tuple[tuple[str, str], ...]
    scores: tuple[int, ...]


def repair_query(query: Mapping[str, str]) -> RepairQuery:
    """Read the URL's query. Raises QueryRefused."""
    show = query.get("show", "all")
    if show not in SHOWS:
        raise QueryRefused(f"There is no list {show[:40]!r}.", hint=f"Choose one of {', '.join(SHOWS)}.")
    page, least = query.get("page", "1"), query.get("least", str(_LEAST))
    return RepairQuery(
        show,
        query.get("q", "").strip()[:100],
        page=max(int(page[:6]), 1) if page.isascii() and page.isdigit() else 1,
        least=int(least) if least in {str(score) for score in SCORES} else _LEAST,
    )


def repair_rows(lineup: Lineup | None, health: GuideHealth | None, known: Examined | None) -> tuple[RepairRow, ...]:
    """Return all channels that need a look, worst first. Looks at every one: not on the event loop."""
    found = [one for row in _offered(lineup) if (one := _needy(row, health, known)) is not None]
    return tuple(sorted(found, key=lambda one: _RANK.get(one.match.status, len(_RANK))))


def repair_view(
    query: RepairQuery, found: Sequence[RepairRow], examination: Examination, *, ready: bool, current: bool
) -> RepairView:
    """Return the page. `ready`: there is a guide; `current`: it is that of the lineup in force."""
    text = query.text.casefold()
    found = [one for one in found if not text or text in one.name.casefold() or one.number == text]
    counts = {show: sum(_is_in(one, show) for one in found) for show in SHOWS}
    listed = [one for one in found if _is_in(one, query.show)]
    pages = max(-(-len(listed) // PAGE), 1)
    page = min(query.page, pages)
    rows = tuple(listed[(page - 1) * PAGE : page * PAGE])
    return RepairView(
        query=query,
        examination=state_of(examination),
        current=current,
        ready=ready,
        counts=counts,
        rows=rows,
        pages=Pages(page, pages, len(listed), _query_text(query)),
        pairs=tuple(
            (one.id, one.suggestions[0].guide_id)
            for one in rows
            if one.suggestions and one.suggestions[0].score >= query.least
        ),
        scores=SCORES,
    )


def suggestions_for(row: LineupChannel, match: Matched, known: Examined | None) -> tuple[Suggestion, ...]:
    """Return what may still be accepted: nothing once the operator chose, and nothing that was refused."""
    if known is None or match.chosen or any(one.method == "chosen" for one in match.links):
        return ()
    found = known.suggestions.get(row.channel.id, ())
    return tuple(one for one in found if one.guide_id.lower() not in row.channel.guide.refused)


def _offered(lineup: Lineup | None) -> Collection[LineupChannel]:
    return lineup.channels if lineup is not None else ()


def _needy(row: LineupChannel, health: GuideHealth | None, known: Examined | None) -> RepairRow | None:
    match, number = matched(row, health), str(row.number)
    numbers = known.numbers if known is not None else {}
    suggestions = suggestions_for(row, match, known)
    said = (
        ("suggested", bool(suggestions)),
        ("unlinked", match.status == "unlinked"),
        ("empty", match.status in _EMPTY),
        ("sparse", match.status == "sparse"),
        ("doubtful", match.is_doubtful),
        ("shared_id", number in numbers.get("shared_id", ())),
        ("ending", number in numbers.get("ending", ())),
    )
    lists = tuple(name for name, applies in said if applies)
    if not lists and not match.chosen:
        return None
    channel = row.channel
    return RepairRow(channel.id, number, channel.name, bool(channel.logo), match, lists, suggestions[:BEST])


def _is_in(one: RepairRow, show: str) -> bool:
    return show == "all" or show in one.lists


def _query_text(query: RepairQuery) -> str:
    given = {"show": query.show.replace("all", ""), "q": query.text, "least": str(query.least).replace(str(_LEAST), "")}
    return urlencode({name: value for name, value in given.items() if value})
