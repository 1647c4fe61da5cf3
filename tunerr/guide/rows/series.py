"""Rows that a recorder would take for films although they are none, and what makes series of them.

Plex takes a programme without an episode number for a film, and a film is recorded once. The rule is cautious: a film
that becomes a series is as wrong as the other way round, so where nothing tells, nothing is added.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Literal, NamedTuple, Protocol

from tunerr.guide.rows.episodes import counts, from_counts, from_date, from_numbers, from_text, is_film_number, iso_day
from tunerr.guide.rows.markup import element
from tunerr.guide.rows.times import DAY
from tunerr.guide.rows.words import FILM_WORDS, SPORT_WORDS, SPORTS

Kind = Literal["film", "series", "radio", ""]

# Shorter ones are no feature films, longer ones no programmes but a loop or a radio's day.
_SHORTEST_FILM = 70 * 60
_LONGEST_PROGRAMME = 6 * 3600
_SPORTS = (
    *SPORTS,
    *("motorsports", "swimming", "volleyball", "handball", "snooker", "darts", "skiing", "biathlon"),
)
_WORDS: dict[str, Kind] = {
    **dict.fromkeys((*FILM_WORDS, "filmi", "tvfilm", "langfilm", "téléfilm", "cinefilm", "電影", "영화"), "film"),
    **dict.fromkeys(("radio", "hörfunk"), "radio"),
    **dict.fromkeys(
        (
            *("series", "serie", "serien", "serial", "série", "séries", "seriál", "seriale", "sitcom", "soap", "soaps"),
            *("telenovela", "telenovelas", "episode", "show", "shows", "gameshow", "talkshow", "quiz", "reality"),
            *("talk", "news", "nachrichten", "noticias", "notícias", "notizie", "nieuws", "nyheter", "weather"),
            *("magazine", "magazin", "сериал", "сериалы", "новости", "أخبار", "مسلسل"),
            *(*SPORT_WORDS, "sportive", *_SPORTS),
        ),
        "series",
    ),
}
_WORD = re.compile(r"[^\W\d_]+")
_SPORT = "|".join(sorted(_SPORTS, key=len, reverse=True))
_GENERIC = re.compile(
    rf"live\s?[:|\-\u2013]\s?.+|(?:live\s)?(?:(?-i:[A-Z]{{2,5}})\s)?(?:{_SPORT}|sports?)(?:\s(?:live|match|game|highlights))?",
    re.IGNORECASE,
)


class Sayings(Protocol):
    """What a programme says of itself. Texts as they stand between tags."""

    @property
    def titles(self) -> Sequence[str]:
        """One at least."""

    @property
    def subtitles(self) -> Sequence[str]:
        """In the order of the guide."""

    @property
    def descriptions(self) -> Sequence[str]:
        """In the order of the guide."""

    @property
    def categories(self) -> Sequence[str]:
        """In the order of the guide."""

    @property
    def numbers(self) -> Sequence[tuple[str, str]]:
        """(system, text) of each."""

    @property
    def counts(self) -> tuple[str, str]:
        """Season and episode as plain numbers that count from 1, empty where not given."""


class Said(NamedTuple):
    """Sayings that were gathered."""

    titles: Sequence[str]
    subtitles: Sequence[str] = ()
    descriptions: Sequence[str] = ()
    categories: Sequence[str] = ()
    numbers: Sequence[tuple[str, str]] = ()
    counts: tuple[str, str] = ("", "")


class Added(NamedTuple):
    """Elements that the programme lacks; each may be empty."""

    number: str = ""
    subtitle: str = ""


def added_to(said: Sayings, start: int, stop: int | None) -> Added:
    """Return the episode number that the texts hold, else one made of the date where that can't hurt.

    A title that names only a sport, or begins with "Live:", gets the day as its sub-title, so that one match can be
    told from the next. Times are Unix seconds.
    """
    numbers = said.numbers
    numbered = counts(numbers)
    systematic = numbered and "xmltv_ns" in [system for system, _ in numbers]
    found = "" if systematic else _numbered(said, numbers)
    number = _systematic(found) if found else ""
    subtitles = said.subtitles
    generic = not subtitles and _GENERIC.fullmatch(said.titles[0]) is not None
    if (numbered or found) and not generic:
        return Added(number)
    kinds = _kinds_of(*said.categories)
    if "film" in kinds or is_film_number(numbers):
        return Added(number)
    if not (numbered or found) and (generic or _is_series(said, kinds, (stop or start) - start)):
        number = element("episode-num", from_date(start), [("system", "original-air-date")])
    return Added(number, element("sub-title", iso_day(start // DAY)) if generic else "")


@lru_cache(maxsize=8192)
def _systematic(number: str) -> str:
    return element("episode-num", number, [("system", "xmltv_ns")])


@lru_cache(maxsize=4096)
def kind_of(category: str) -> Kind:
    """What a category says of the form of a programme; a film of a series is a film, a series on radio is radio."""
    kinds = {_WORDS.get(word, "") for word in _WORD.findall(category.lower())}
    return next((kind for kind in ("radio", "film", "series") if kind in kinds), "")


@lru_cache(maxsize=4096)
def _kinds_of(*categories: str) -> frozenset[Kind]:
    return frozenset(map(kind_of, categories))


def _numbered(said: Sayings, numbers: Sequence[tuple[str, str]]) -> str:
    if found := from_counts(*said.counts) or from_numbers(numbers):
        return found
    texts = chain(said.titles, said.subtitles, said.descriptions)
    return next(filter(None, map(from_text, texts)), "")


def _is_series(said: Sayings, kinds: frozenset[Kind], seconds: int) -> bool:
    """`seconds`: 0 when unknown. A row that is nothing but a title is left alone: it may be a radio's, or a filler."""
    if "radio" in kinds or seconds >= _LONGEST_PROGRAMME:
        return False
    if said.subtitles or "series" in kinds:
        return True
    return bool(said.descriptions or said.categories) and 0 < seconds < _SHORTEST_FILM
