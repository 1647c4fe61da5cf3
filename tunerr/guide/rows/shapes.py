"""Programmes of a guide have few shapes: what is made of a shape is learned once and then filled in.

A shape is all of a programme's markup without its texts. Learning gives the careful way a programme of that shape with
marks for texts and sees where they go. A text that the marks do not stand for (one to repair, an address of another
kind, two that are the same) sends the row the careful way, so both ways give the same bytes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from lxml import etree

from tunerr.guide.messages import Taste
from tunerr.guide.rows.children import NO_TASTE, Found, arrange, joined
from tunerr.guide.rows.elements import LONGEST_TEXT, Node, system_of
from tunerr.guide.rows.episodes import canonical
from tunerr.guide.rows.series import added_to
from tunerr.guide.rows.words import LIVE, is_live

# A guide has some dozens; one that has a new shape in every row must not fill the memory.
_MOST_SHAPES = 1024
_MOST_SEEN = 4096
_BLANKS = re.compile(r"[ \t\n]+")
# What is left of HTML, and anything else that the parser didn't resolve.
_ODD_ENTITY = re.compile(r"&(?!(?:amp;(?!#?\w{1,31};)|gt;|quot;))")
# Attributes that differ from row to row, so no part of a shape: the first of each is set aside, the mark in its place.
# XML holds no control characters, so the marks are in no row.
_ICON, _ICON_ASIDE = '<icon src="', '<icon \1"'
_SHOWN, _SHOWN_ASIDE = '<previously-shown start="', '<previously-shown \1"'
# What a "<" becomes: it tells a tag from a text.
_OPENED = ">\0"
# A row that is longer isn't worth a second look.
_LONGEST_REPAIRED = 1 << 14
_VARYING = (' src="', ' start="', ' role="')
# Marks of texts by their place: of a text, of an address, of a number in `xmltv_ns`.
_TEXT_MARK, _ADDRESS_MARK, _NUMBER_MARK = "tunerr{:04}mark", "http://tunerr{:04}mark", "77{:04}.7777.77"
_ADDRESS = re.compile(r"http://tunerr(\d{4})mark")
_MARK = re.compile(r"(?:(?:http://)?tunerr(\d{4})mark|77(\d{4})\.7777\.77)")
_NUMBER_SLOT, _SUBTITLE_SLOT = 9001, 9002
_ICON_PLACE, _SHOWN_PLACE = 9003, 9004
_FROM_END = {_ICON_PLACE: -4, _SHOWN_PLACE: -3, _SUBTITLE_SLOT: -2, _NUMBER_SLOT: -1}

_MEANT = ("title", "sub-title", "desc", "category", "episode-num")


class Shape(NamedTuple):
    """`pieces` of markup with a gap between for each text of `pick`; the others are places of texts that matter.

    `several`: there are titles, sub-titles or descriptions to choose from. `open`: number or sub-title may be lacking.
    `wary`: `_is_plain` has something to look at.
    """

    pieces: tuple[str, ...]
    pick: Callable[[Sequence[str]], tuple[str, ...]]
    titles: tuple[int, ...]
    subtitles: tuple[int, ...]
    descriptions: tuple[int, ...]
    categories: tuple[int, ...]
    numbers: tuple[tuple[str, int], ...]
    systematic: tuple[int, ...]
    addresses: tuple[int, ...]
    repeated: tuple[tuple[int, ...], ...]
    season: int | None
    episode: int | None
    live: bool
    several: bool
    open: bool
    wary: bool


class Split(NamedTuple):
    """A programme of a known shape, taken apart: its start tag without brackets, and its texts."""

    head: str
    shape: Shape
    texts: list[str]


class Shapes:
    """Shapes learned so far: a shortcut of `children.careful`."""

    def __init__(self) -> None:
        self._known: dict[str, Shape | None] = {}
        self._seen: set[str] = set()

    def split(self, raw: str) -> Split | None:
        """Take the XML of a programme apart, its end tag left out; None where its shape is not known.

        Of XML as its author wrote it this proves that it is well-formed, but for control characters and entities in
        texts. None then, too, where a ">" stands in a text.
        """
        raw, address = _aside(raw, _ICON, _ICON_ASIDE)
        raw, shown = _aside(raw, _SHOWN, _SHOWN_ASIDE)
        parts = raw.replace("<", _OPENED).split(">")
        key = "<".join(parts[3::2])
        try:
            shape = self._known[key]
        except KeyError:
            shape = self._learn(key, parts)
        # All heads of a known shape are opened; where nothing else is, each text stands behind a closed one.
        if shape is None or raw.count("<") != len(parts) // 2:
            return None
        if any(bracket in aside for aside in (address, shown) for bracket in "<>"):
            return None
        return Split(parts[1], shape, [*parts[::2], address, shown, "", ""])

    def written(self, split: Split, start: int, stop: int | None, taste: Taste) -> bytes | None:
        """The body of the programme; None when it must go the careful way."""
        _, shape, texts = split
        if taste is not NO_TASTE and not _suits(shape, taste):
            return None
        made = _filled(shape, texts, start, stop)
        if made is None and sum(map(len, texts)) <= _LONGEST_REPAIRED:
            # Wrapped lines and runs of blanks are the most common thing to be repaired.
            texts[:-2] = (_BLANKS.sub(" ", text).strip() for text in texts[:-2])
            made = _filled(shape, texts, start, stop)
        return made if made is not None and len(made) <= LONGEST_TEXT else None

    def _learn(self, key: str, parts: Sequence[str]) -> Shape | None:
        """Learn the shape when it comes for the second time: most of those that come once never come again."""
        if "&" in key or any(attribute in key for attribute in _VARYING):
            return None
        if key not in self._seen:
            if len(self._seen) >= _MOST_SEEN:
                self._seen.clear()
            self._seen.add(key)
            return None
        if len(self._known) >= _MOST_SHAPES:
            self._known.clear()
        learned: Shape | None = None
        marked = _marked(parts)
        if marked is not None:
            found, season, episode = arrange(marked)
            learned = _shape_of(found, season, episode, live=marked.find("live") is not None)
        self._known[key] = learned
        return learned


def _aside(raw: str, attribute: str, mark: str) -> tuple[str, str]:
    """`raw` with `mark` for the first such attribute and its value, and the value; as it was without one."""
    before, there, rest = raw.partition(attribute)
    if not there:
        return raw, ""
    value, _, rest = rest.partition('"')
    return f"{before}{mark}{rest}", value


def _marked(parts: Sequence[str]) -> Node | None:
    """A programme of this shape with marks for its texts; None for what has no marks to go by."""
    pieces: list[str] = []
    heads = parts[3::2]
    if any(head[:1] != _OPENED[1:] or head[1:2] in ("", "!", "?", " ") for head in heads):
        return None
    for place, head in enumerate((head[1:] for head in heads), 1):
        marked = f"<{head}".replace(_ICON_ASIDE, f'{_ICON}{_ADDRESS_MARK.format(_ICON_PLACE)}"')
        marked = marked.replace(_SHOWN_ASIDE, f'{_SHOWN}{_TEXT_MARK.format(_SHOWN_PLACE)}"')
        name = head.split(None, 1)[0]
        mark = _TEXT_MARK
        if name == "url":
            mark = _ADDRESS_MARK
        elif name == "episode-num" and "xmltv_ns" in head.lower():
            mark = _NUMBER_MARK
        # Two texts come before: what stands in front of the programme, and behind its start tag.
        pieces.append(f"{marked}>{mark.format(place + 1)}")
    try:
        return etree.fromstring(f"<programme>{''.join(pieces)}</programme>")
    except etree.XMLSyntaxError:
        return None


def _shape_of(found: Found, season: str, episode: str, *, live: bool) -> Shape | None:
    places = {tag: [_places(written) for written in found[tag]] for tag in _MEANT}
    if not places["title"] or any(len(one) != 1 for tag in _MEANT for one in places[tag] if tag != "category" or one):
        return None
    titles, subtitles, descriptions, categories, counted = (
        tuple(one[0] for one in places[tag] if one) for tag in _MEANT
    )
    cut = _MARK.split(joined(found, _TEXT_MARK.format(_NUMBER_SLOT), _TEXT_MARK.format(_SUBTITLE_SLOT)))
    literals = cut[::3]
    picked = [int(one or other) for one, other in zip(cut[1::3], cut[2::3], strict=True)]
    neighbors = zip(literals[1:-1], picked, picked[1:], strict=False)
    if any(not literal and max(pair) < _NUMBER_SLOT for literal, *pair in neighbors):
        return None  # parts of one text, between which blanks count
    numbers = tuple(zip(map(system_of, found["episode-num"]), counted, strict=True))
    systematic = tuple(place for system, place in numbers if system == "xmltv_ns")
    repeated = tuple(_alike(found))
    return Shape(
        pieces=tuple(chain.from_iterable((literal, "") for literal in literals))[:-1],
        pick=itemgetter(*map(_index, picked)),
        titles=titles,
        subtitles=subtitles,
        descriptions=descriptions,
        categories=categories,
        numbers=numbers,
        systematic=systematic,
        addresses=tuple(map(_index, map(int, _ADDRESS.findall("".join(map("".join, found.values())))))),
        repeated=repeated,
        season=_place(season),
        episode=_place(episode),
        live=live,
        several=max(map(len, (titles, subtitles, descriptions))) > 1,
        open=not (systematic and subtitles),
        wary=bool(repeated or season or episode or live),
    )


def _alike(found: Found) -> Iterator[tuple[int, ...]]:
    """Places of the first texts of elements that only their texts tell from one another."""
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for written in chain.from_iterable(found.values()):
        if places := _places(written):
            groups[_MARK.sub("", written)].append(_index(places[0]))
    return (tuple(group) for group in groups.values() if len(group) > 1)


def _places(written: str) -> tuple[int, ...]:
    return tuple(int(one or other) for one, other in _MARK.findall(written))


def _place(counted: str) -> int | None:
    return _places(counted)[0] if counted else None


def _index(place: int) -> int:
    return _FROM_END.get(place, place)


def _suits(shape: Shape, taste: Taste) -> bool:
    """Whether nothing is to be chosen: one text of a kind, and no name that may take the title's place."""
    return not (taste.channel_for_others or (shape.several and (taste.languages or taste.latin)))


def _filled(shape: Shape, texts: list[str], start: int, stop: int | None) -> bytes | None:
    """The pieces with the texts between them; None when one of them is not what the marks stand for."""
    for place in shape.addresses:
        address = texts[place]
        if not address.startswith(("http://", "https://")) or '"' in address:
            return None
        if " " in address:
            if "  " in address or address != address.strip():
                return None
            texts[place] = address.replace(" ", "%20")
    for place in shape.systematic:
        texts[place] = canonical(texts[place])
    if shape.wary and not _is_plain(shape, texts):
        return None
    if shape.open:
        texts[-1], texts[-2] = added_to(_Marked(shape, texts), start, stop)
    picked = shape.pick(texts)
    # Only the two slots at the end of `texts` may stay empty.
    if picked.count("") != (not texts[-1]) + (not texts[-2]) or texts[-3] != texts[-3].strip():
        return None
    pieces = [*shape.pieces]
    pieces[1::2] = picked
    return _checked("".join(pieces))


def _is_plain(shape: Shape, texts: Sequence[str]) -> bool:
    """Whether nothing is said twice, and what is counted is counted in digits."""
    for places in shape.repeated:
        if len({texts[place] for place in places}) < len(places):
            return False
    for place in (shape.season, shape.episode):
        if place is not None and not texts[place].isdecimal():
            return False
    return not (shape.live and any(is_live(texts[place]) for place in shape.categories))


def _checked(made: str) -> bytes | None:
    """The text, unless some of it is to be cleaned. Other control characters are written as `&#1;` in XML."""
    if "  " in made or "> " in made or " <" in made or "\n" in made or "\t" in made or "\r" in made:
        return None
    if "&" in made and _ODD_ENTITY.search(made):
        return None
    if made.isascii():
        return None if "\x7f" in made else made.encode()
    return made.encode() if made.isprintable() and "\ufffd" not in made and "\xef\xbf\xbd" not in made else None


class _Marked:
    """What a programme of a known shape says; most of it is never asked for."""

    __slots__ = ("_shape", "_texts")

    def __init__(self, shape: Shape, texts: Sequence[str]) -> None:
        self._shape = shape
        self._texts = texts

    @property
    def titles(self) -> Sequence[str]:
        return self._at(self._shape.titles)

    @property
    def subtitles(self) -> Sequence[str]:
        return self._at(self._shape.subtitles)

    @property
    def descriptions(self) -> Sequence[str]:
        return self._at(self._shape.descriptions)

    @property
    def categories(self) -> Sequence[str]:
        categories = self._at(self._shape.categories)
        return [*categories, LIVE] if self._shape.live else categories

    @property
    def numbers(self) -> Sequence[tuple[str, str]]:
        return [(system, self._texts[place]) for system, place in self._shape.numbers]

    @property
    def counts(self) -> tuple[str, str]:
        season, episode = self._shape.season, self._shape.episode
        return "" if season is None else self._texts[season], "" if episode is None else self._texts[episode]

    def _at(self, places: Sequence[int]) -> Sequence[str]:
        return [self._texts[place] for place in places] if places else ()


SHAPES = Shapes()
"""Those of all guides that this process reads."""
