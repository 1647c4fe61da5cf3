"""Episode numbers: `xmltv_ns` made valid, read from what people write, and made from the date where there is none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from tunerr.guide.rows.times import DAY

_PART = re.compile(r"(?:(\d{1,6})(?:/(\d{1,6}))?)?", re.ASCII)
_FEWEST_PARTS, _PARTS = 2, 3

# "S1/E8", "S01E08", "Season 1, Episode 8", "S1 Ep8", "Staffel 1 Folge 8", "T1:E8". Both numbers are asked for: "Episode
# 4" alone may be a film. What may stand around it: the brackets and quotes that such numbers are put in.
_SEASON = r"(?:s|t|se|ser|season|series|staffel|saison|temporada|stagione|seizoen|sezon|s[äæ]song?)"
_EPISODE = r"(?:e|ep|eps|episode|episodio|epis[óo]dio|[ée]pisode|folge|afl|aflevering|avsnitt|odc|odcinek)"
_BOTH = rf"{_SEASON}\.?\s?0*(\d{{1,4}})\s?[,;:/.|\-\u2013]?\s?{_EPISODE}\.?\s?0*(\d{{1,5}})(?![\w/])"
_WHOLE_OR_FRONT = re.compile(rf"[\s'\"\u2018\u201c(\[]*{_BOTH}", re.IGNORECASE)
_BACK = re.compile(rf"(?<!\w){_BOTH}[\s.'\"\u2019\u201d)\]]*\Z", re.IGNORECASE)
# The longest that _BACK matches: "(Temporada 1000, Episodio 10000)." with a few blanks and brackets.
_LONGEST_BACK = 48
_TRIMMED = " .'\"\u2019\u201d)]"

# Systems whose number says that a programme is an episode. The others (pluto, thetvdb.com, imdb.com) name a catalog's
# entry, which films have as well.
_COUNTING = frozenset(("", "xmltv_ns", "onscreen", "common", "sxxexx", "dd_progid", "original-air-date"))
_READABLE = frozenset(("", "onscreen", "common", "sxxexx"))
_EPOCH = date(1970, 1, 1).toordinal()
_FILM_PROGRAM = "MV"  # Gracenote: MV film, EP episode, SH show, SP sports event


@lru_cache(maxsize=8192)
def canonical(text: str) -> str:
    """Return a valid `xmltv_ns` number without spaces; empty when nothing of it is usable.

    A missing last dot is added. A part that is no number is left out: `-1`, for example, is what some make of "0".
    """
    parts = re.sub(r"\s", "", text).split(".")
    if not _FEWEST_PARTS <= len(parts) <= _PARTS:
        return ""
    parts += [""] * (_PARTS - len(parts))
    kept = [part if _PART.fullmatch(part) else "" for part in parts]
    return ".".join(kept) if any(kept) else ""


@lru_cache(maxsize=8192)
def from_counts(season: str, episode: str) -> str:
    """`xmltv_ns` from plain numbers that count from 1; empty when neither is one."""
    parts = [_index(season), _index(episode)]
    return f"{parts[0]}.{parts[1]}." if any(parts) else ""


def from_text(text: str) -> str:
    """`xmltv_ns` from season and episode as people write them at the start or end of `text`; empty when not there."""
    match = _WHOLE_OR_FRONT.match(text)
    # Looking for it at the end costs more, and hardly any text ends with a digit.
    if match is None and text.rstrip(_TRIMMED)[-1:].isdecimal():
        match = _BACK.search(text[-_LONGEST_BACK:])
    return from_counts(match[1], match[2]) if match else ""


def from_numbers(numbers: Iterable[tuple[str, str]]) -> str:
    """`xmltv_ns` from the first (system, text) that holds season and episode in a form for people."""
    for system, text in numbers:
        if system.lower() in _READABLE and (found := _of_number(text)):
            return found
    return ""


@lru_cache(maxsize=8192)
def _of_number(text: str) -> str:
    return from_text(text)


def counts(numbers: Iterable[tuple[str, str]]) -> bool:
    """Whether one of the (system, text) makes an episode of a programme, or rules that it is a film."""
    for system, _ in numbers:  # noqa: SIM110 - a third of the time that any() takes, for each programme of a guide
        if system in _COUNTING or system.lower() in _COUNTING:
            return True
    return False


def is_film_number(numbers: Iterable[tuple[str, str]]) -> bool:
    """Whether Gracenote's number says "film"."""
    return any(system.lower() == "dd_progid" and text.startswith(_FILM_PROGRAM) for system, text in numbers)


def from_date(start: int) -> str:
    """What stands in a number of the system `original-air-date`: day and time of `start`, in UTC."""
    day, second = divmod(start, DAY)
    return f"{iso_day(day)} {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


@lru_cache(maxsize=64)
def iso_day(day: int) -> str:
    """`YYYY-MM-DD` of a day counted from 1970-01-01."""
    return date.fromordinal(_EPOCH + day).isoformat()


def _index(count: str) -> str:
    match = re.fullmatch(r"0*([1-9]\d{0,5})", count.strip(), re.ASCII)
    return str(int(match[1]) - 1) if match else ""
