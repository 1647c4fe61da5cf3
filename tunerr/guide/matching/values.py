"""What matching compares, and what it finds."""

from __future__ import annotations

from typing import NamedTuple

from tunerr.model.guide import MatchMethod


class Wanted(NamedTuple):
    """A channel that looks for its guide.

    `names`: all that it is called, the shown one first. `number`: as its provider numbers it, may be empty. `country`:
    ISO 3166 alpha-2 in lower case where the source says it, else empty. `sources`: playlists that have it, the best
    first. `chosen` and `refused`: the operator's wish, see `model.guide.GuideWish`.
    """

    id: str
    names: tuple[str, ...]
    tvg_id: str = ""
    number: str = ""
    country: str = ""
    sources: tuple[str, ...] = ()
    chosen: str = ""
    refused: tuple[str, ...] = ()


class Listed(NamedTuple):
    """A channel as a guide lists it. `id` as written; `names`: its display-names, in order.

    `numbers`: `<lcn>` and display-names that are bare numbers. `programmes`: rows in the guide, `first` start and
    `last` stop of those in Unix seconds (0 without any).
    """

    id: str
    names: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    icon: str = ""
    programmes: int = 0
    first: int = 0
    last: int = 0


class Match(NamedTuple):
    """One channel found in one guide. `guide_id` as written; `shift`: seconds that the guide's times are moved by."""

    channel: str
    guide_id: str
    method: MatchMethod
    reason: str
    shift: int = 0
