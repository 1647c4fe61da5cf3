"""The timeline of what happened, newest first: its page, and the described system's list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tunerr.errors import QueryRefused
from tunerr.model.happening import HAPPENING_KINDS, Happening
from tunerr.views.paging import Pages

ROWS = 50
_CONTRACT_ROWS = 64


@dataclass(frozen=True, slots=True)
class ActivityView:
    """One page of the timeline. `kind`: the one that was asked for, empty for all; `counts` of each kind."""

    kind: str
    counts: tuple[tuple[str, int], ...]
    rows: tuple[Happening, ...]
    pages: Pages


def activity_view(happenings: Iterable[Happening], *, kind: str = "", page: str = "") -> ActivityView:
    """Show a page of 50; `kind` and `page` as they were asked for. Raises QueryRefused for an unknown kind."""
    if kind and kind not in HAPPENING_KINDS:
        raise QueryRefused("There is no such kind of happening.", hint=f"Give one of: {', '.join(HAPPENING_KINDS)}.")
    every = tuple(happenings)
    rows = tuple(one for one in every if not kind or one.kind == kind)
    pages = max(-(-len(rows) // ROWS), 1)
    number = min(max(int(page), 1), pages) if page.isascii() and page.isdigit() and len(page) <= len(str(pages)) else 1
    return ActivityView(
        kind=kind,
        counts=tuple((known, sum(one.kind == known for one in every)) for known in HAPPENING_KINDS),
        rows=rows[(number - 1) * ROWS : number * ROWS],
        pages=Pages(number, pages, len(rows), f"kind={kind}" if kind else ""),
    )


def newest_first(*lists: Iterable[Happening]) -> tuple[Happening, ...]:
    """Put several lists into one."""
    return tuple(sorted((one for some in lists for one in some), key=_when, reverse=True))


def entries(happenings: Iterable[Happening]) -> dict[str, Any]:
    """Return the newest 64 as the described system lists them; `happenings` newest first."""
    rows = list(happenings)[:_CONTRACT_ROWS]
    return {
        "entries": [
            {
                "at": one.at.isoformat(timespec="seconds"),
                "kind": one.kind,
                "actor": one.actor or "tunerr",
                "title": one.title,
                "message": one.message,
                "detail": one.detail,
            }
            for one in rows
        ]
    }


def _when(one: Happening) -> datetime:
    return one.at
