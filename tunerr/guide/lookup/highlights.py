"""What is worth a look: on now, about to begin, sports, films. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from tunerr.guide.making.airing import Airing
from tunerr.guide.rows.programme import Details, details_of
from tunerr.guide.rows.real import is_real
from tunerr.guide.rows.words import FILM_WORDS, SPORT_WORDS, SPORTS
from tunerr.model.channel import LineupChannel

# Whole words of categories.
_SPORTS = (
    *SPORT_WORDS, *SPORTS,
    "sporting", "sportiv[oi]", "deportivos?", "desportos?", "urheilu", "idrott", "idrett", "spor", "ספורט", "αθλητικά",
    "スポーツ", "体育", "スポーツ中継", "fussball", "fotboll", "boxe", "boxeo", "formula ?1", "mma", "leichtathletik",
    "wintersport", "ciclismo", "radsport",
)  # fmt: skip
_MOVIES = (
    *FILM_WORDS,
    r"spielfilm\w*", "filmes", "spelfilm", "סרטים", "long[ -]métrage", "lungometraggio",
)  # fmt: skip
# A magazine about films is none, and neither is news about sports.
_NOT = re.compile(r"\b(?:magazine?|news|nachrichten|noticias|documentary|dokumentation|documental)\b", re.IGNORECASE)


class Showing(NamedTuple):
    """One programme on one channel."""

    row: LineupChannel
    airing: Airing
    details: Details


@dataclass(slots=True)
class Highlights:
    """Programmes in groups, best first. `soon` begin within the time asked for, the others are on."""

    current: list[Showing] = field(default_factory=list)
    soon: list[Showing] = field(default_factory=list)
    sports: list[Showing] = field(default_factory=list)
    movies: list[Showing] = field(default_factory=list)


def _words(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)


_IS_SPORTS, _IS_MOVIE = _words(_SPORTS), _words(_MOVIES)


def is_sports(details: Details) -> bool:
    """Whether one of the categories says so, in whatever language."""
    return _says(_IS_SPORTS, details.categories)


def is_movie(details: Details) -> bool:
    """Whether one of the categories says so, and no number of an episode speaks against it."""
    return not details.episode and _says(_IS_MOVIE, details.categories)


def gather(row: LineupChannel, airings: Iterable[Airing], into: Highlights, *, now: float, soon: float) -> None:
    """Add what a channel shows between `now` and `soon` (Unix seconds); placeholders, of whoever, are left out."""
    for airing in airings:
        if not airing.source or not is_real(airing.body, row.channel.name):
            continue
        showing = Showing(row, airing, details_of(airing.body))
        if airing.start <= now < airing.stop:
            into.current.append(showing)
            if is_sports(showing.details):
                into.sports.append(showing)
            if is_movie(showing.details):
                into.movies.append(showing)
        elif now < airing.start <= soon:
            into.soon.append(showing)


def ordered(found: Highlights, limit: int) -> Highlights:
    """Return the first `limit` of each group.

    What began last and what begins first comes first; among equals live ones, then new ones, then by number.
    """
    return Highlights(
        current=sorted(found.current, key=_latest)[:limit],
        soon=sorted(found.soon, key=_earliest)[:limit],
        sports=sorted(found.sports, key=_latest)[:limit],
        movies=sorted(found.movies, key=_latest)[:limit],
    )


def _latest(showing: Showing) -> tuple[object, ...]:
    return (-showing.airing.start, *_merit(showing))


def _earliest(showing: Showing) -> tuple[object, ...]:
    return (showing.airing.start, *_merit(showing))


def _merit(showing: Showing) -> tuple[object, ...]:
    return (not showing.details.live, not showing.details.new, showing.row.number)


def _says(words: re.Pattern[str], categories: Iterable[str]) -> bool:
    return any(words.search(category) and not _NOT.search(category) for category in categories)
