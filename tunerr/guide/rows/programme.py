"""What a stored programme says, taken out of its body for JSON, search and calendars."""

from __future__ import annotations

import html
import re
from typing import NamedTuple

from tunerr.guide.rows.words import is_live

# Bodies are made by `body.body_of`: each element in one form, escaped, none inside another one of its own name. So a
# whole element is one match, and what is inside one (the icon of a rating) is passed over. Ten times as fast as a tree.
_ELEMENT = re.compile(rb'<([a-z-]+)((?: [a-z-]+="[^"]*")*)(?:/>|>(.*?)</\1>)', re.DOTALL)
_ATTRIBUTE = re.compile(rb' ([a-z-]+)="([^"]*)"')
_TITLES = re.compile(rb'<(title|sub-title)(?: [a-z-]+="[^"]*")*>(.*?)</\1>', re.DOTALL)
_VALUE = re.compile(rb"<value>(.*?)</value>", re.DOTALL)
_ONSCREEN = re.compile(r"\bS(\d{1,4})\s*[.:,-]?\s*E(?:P?)(\d{1,5})\b", re.IGNORECASE | re.ASCII)


class Details(NamedTuple):
    """One programme as people read it; texts are empty where nothing is known, the first of several languages counts.

    `episode`: `S01E05` (parts that are unknown are left out), or what the guide shows for it. `date`: as xmltv writes
    it, `2019` or `20190504`. `icon`: an http(s) URL. `rating`: `PG-13`, without its system. `new`, `live`, `premiere`
    and `repeat` are False where the guide doesn't say so.
    """

    title: str
    sub_title: str = ""
    description: str = ""
    categories: tuple[str, ...] = ()
    episode: str = ""
    date: str = ""
    icon: str = ""
    rating: str = ""
    new: bool = False
    live: bool = False
    premiere: bool = False
    repeat: bool = False


def details_of(body: bytes) -> Details:
    """Read a body that `body_of` made; whatever else comes gives empty fields, never an error."""
    first: dict[bytes, tuple[bytes, bytes]] = {}
    categories: list[str] = []
    numbers: dict[str, str] = {}
    for tag, attributes, inside in _ELEMENT.findall(body):
        if tag == b"category":
            categories.append(_text(inside))
        elif tag == b"episode-num":
            numbers.setdefault(_attribute(attributes, b"system"), _text(inside))
        else:
            first.setdefault(tag, (attributes, inside))

    def text(tag: bytes) -> str:
        return _text(first[tag][1]) if tag in first else ""

    value = _VALUE.search(first[b"rating"][1]) if b"rating" in first else None
    return Details(
        title=text(b"title"),
        sub_title=text(b"sub-title"),
        description=text(b"desc"),
        categories=tuple(categories),
        episode=_episode(numbers),
        date=text(b"date"),
        icon=_attribute(first[b"icon"][0], b"src") if b"icon" in first else "",
        rating=_text(value[1]) if value else "",
        new=b"new" in first,
        live=any(map(is_live, categories)),
        premiere=b"premiere" in first,
        repeat=b"previously-shown" in first,
    )


def titles_of(body: bytes) -> tuple[str, str]:
    """Return all titles and all sub-titles, in every language, as two texts to search in."""
    titles: list[str] = []
    subtitles: list[str] = []
    for tag, inside in _TITLES.findall(body):
        (titles if tag == b"title" else subtitles).append(_text(inside))
    return "\n".join(titles), "\n".join(subtitles)


def _text(written: bytes) -> str:
    text = written.decode(errors="replace")
    return html.unescape(text) if "&" in text else text


def _attribute(attributes: bytes, name: bytes) -> str:
    return next((_text(value) for found, value in _ATTRIBUTE.findall(attributes) if found == name), "")


def _episode(numbers: dict[str, str]) -> str:
    counted = _counted(numbers.get("xmltv_ns", ""))
    if counted:
        return counted
    for shown in (numbers.get("onscreen", ""), *numbers.values()):
        found = _ONSCREEN.search(shown)
        if found:
            return f"S{int(found[1]):02}E{int(found[2]):02}"
    return numbers.get("onscreen", "")


def _counted(written: str) -> str:
    """Return `S01E05` of `0.4.`, which counts from 0; a number of which the other is unknown stands alone."""
    parts = [part.partition("/")[0].strip() for part in written.split(".")]
    season, episode = [*parts, "", ""][:2]
    found = [(letter, part) for letter, part in (("S", season), ("E", episode)) if part.isascii() and part.isdigit()]
    return "".join(f"{letter}{int(part) + 1:02}" for letter, part in found)
