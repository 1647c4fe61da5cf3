"""What a channel's name says, and the forms in which two ways to write one name are the same. Pure.

The base is `catalog.keys`: its words, its version words (HD, FHD …) and its markers of countries.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tunerr.catalog import countries
from tunerr.catalog.keys import name_key, tvg_key, without_country, words
from tunerr.guide.matching.markings import usual
from tunerr.guide.matching.spelling import (
    ENDS_OF_COUNTRIES,
    LONGEST_CODE,
    NATIONS,
    NOISE,
    NUMBERS,
    STARTS_OF_COUNTRIES,
    country_of_word,
    folded,
    spelled_out,
)

# `X +1`, `X+1`, `X + 1`, `X (+1h)`, `X Plus 1`. In `X+ 1` the sign belongs to the name.
_SHIFT = re.compile(
    r"(?:(?<=\s)\+\s?|(?<=[^\s+])\+|(?<=\s)plus\s?)(\d{1,2}|one)\s?(?:h|hr|hrs|hours?)?(?=$|[\s)\]|@_-])", re.IGNORECASE
)
# Their names end with a plus: `Canal+1` is the first of its channels, not an hour later.
_BRANDS_WITH_PLUS = frozenset({"canal", "movistar", "m", "c", "disney", "cine", "ciné", "sport", "rtl", "star"})
_HOURS = frozenset({*range(1, 13), 24})
# What lists add to a name about how to get the channel.
_REMARKS = re.compile(r"[\[(](?:not 24/7|geo-?blocked|offline|backup|multi-?audio|multi-?sub)[\])]", re.IGNORECASE)
_BARE = re.compile(r"[\W\d]*\d[\W\d]*")
_PARTS = re.compile(r"\d+|\+|[^\d\s+]+")
# Two numbers side by side stay two numbers.
_JOINTS = re.compile(r"(?<!\d) | (?!\d)")
# As a word that tells versions apart these are doubtful: `CBS Sports HQ`, `WWE Raw`.
_DOUBTFUL = re.compile(r"(?<![^\W_])(?:hq|raw|alt|alternate)(?![a-z0-9])", re.IGNORECASE)
_ENOUGH_WORDS = 2
_HOLLOW = NOISE | NUMBERS.keys()

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NO_NAME = re.compile(r"[0-9a-f-]{12,}|dna-.*|.*[/:].*", re.IGNORECASE)
_LOCALS = re.compile(r"\.([a-z]{2})_locals\d*\Z")
_NUMBER_AT_END = re.compile(r"(?<=[a-z]{2})(one|two|three|four|five)\b")
_NEITHER = re.compile(r"[^\w+]|_")
_LETTER = re.compile(r"[^\W\d_]")
_MOST_DIGITS = 0.5
_VERSION_OF_ID = re.compile(r"[.@_-](?:[fuq]?hd|sd|4k)\b")


class Reading(NamedTuple):
    """A name as written (`text`), and what it says.

    `plain`: its normalized name without version words, country and shift. `country`: ISO 3166 alpha-2 in lower case,
    empty when neither the name nor what stands around it says one. `shift`: hours that the channel is later than the
    one named `plain`.
    """

    text: str
    plain: str
    country: str
    shift: int

    @property
    def key(self) -> str:
        """Equal for names that say the same."""
        return keyed(self.plain, self.shift)


class Form(NamedTuple):
    """A name in the one spelling of `spelling`.

    `joined`: all its words as one. `core`: its words without those that say nothing, which are `noise`. `strict`: the
    country was taken from among the words, so it has to be the other's as well. `doubtful`: a dropped word, of versions
    or a country's name, may have been part of the name.
    """

    joined: str
    core: tuple[str, ...]
    noise: frozenset[str]
    country: str
    shift: int
    strict: bool
    doubtful: bool

    @property
    def key(self) -> str:
        """Equal for names that differ in spaces, accents, `&`, abbreviations and the way numbers are written."""
        return keyed(self.joined, self.shift)

    @property
    def loose_key(self) -> str:
        """Equal for names that differ in words that say nothing as well."""
        return keyed(" ".join(self.core), self.shift)

    @property
    def bag_key(self) -> str:
        """Equal for names that differ in the order of their words as well."""
        return keyed(" ".join(sorted(self.core)), self.shift)

    @property
    def telling(self) -> bool:
        """Whether the words left in `core` are enough to tell channels apart in whatever order."""
        return sum(len(word) > 1 and not word.isdigit() for word in self.core) >= _ENOUGH_WORDS


def keyed(text: str, shift: int) -> str:
    """Return the key of a name that is `shift` hours later than others."""
    return f"{text}\0{shift}" if shift else text


def read(name: str, country: str = "") -> Reading | None:
    """Read a name; `country` is that of the channel where the name has no marker. None when it is only a number."""
    text = usual(_REMARKS.sub(" ", name) if "[" in name or "(" in name else name)
    shift = 0
    if "+" in text or "lus" in text or "LUS" in text:
        text, shift = _without_shift(text)
    key = name_key(text)
    plain, marked = without_country(key, text)
    if marked and key.partition(" ")[0] in NATIONS:
        plain = key
    if not plain or (_BARE.fullmatch(plain) and ("+" not in plain or plain[0] == "+")):
        return None
    return tuple.__new__(Reading, (name, plain, marked or country, shift))


def forms(reading: Reading) -> list[Form]:
    """Return the forms of a name: with all its words, and without a country among them where there is one."""
    parts = spelled_out(_PARTS.findall(folded(reading.plain)))
    if not parts:
        return []
    doubtful = _DOUBTFUL.search(reading.text) is not None
    found = [_form(parts, reading.country, reading.shift, strict=False, doubtful=doubtful)]
    for left, country, code in _without_country_words(parts, reading.country):
        if not reading.country or reading.country == country:
            found.append(_form(left, country, reading.shift, strict=True, doubtful=doubtful or not code))
    return found


def versions(name: str) -> frozenset[str]:
    """Return the words of a name that tell versions of one channel apart: `hd`, `uhd`."""
    return frozenset(words(name)) - set(name_key(name).split())


def id_country(guide_id: str) -> str:
    """Return the country that an XMLTV id ends with, or nothing."""
    if "." not in guide_id:
        return ""
    key = tvg_key(guide_id)
    if found := countries.of_tvg(key):
        return found
    local = _LOCALS.search(key)
    return countries.of_code(local[1]) if local else ""


def id_key(guide_id: str) -> str:
    """Return what ids that end with the same country share whatever their spelling and version: `BBCOne.uk@HD`.

    Empty for an id without a country.
    """
    country = id_country(guide_id)
    if not country:
        return ""
    stem, _, feed = _VERSION_OF_ID.sub("", guide_id.strip().casefold()).partition("@")
    return f"{squeezed(stem.rpartition('.')[0])}{feed and '@' + feed}.{country}"


def squeezed(text: str) -> str:
    """Return letters and digits of a text, in lower case, and `+`."""
    return _NEITHER.sub("", text.casefold())


def id_names(guide_id: str) -> list[str]:
    """Return the name that an id such as `BBCOne.uk`, `BBC.One.uk@HD` or `skynews` is, in the ways it may be read."""
    stem, _, feed = guide_id.strip().partition("@")
    if id_country(guide_id):
        stem = stem.rpartition(".")[0].replace(".", " ")
    elif "." in stem:
        return []
    if len(_LETTER.findall(stem)) <= len(stem) * _MOST_DIGITS or _NO_NAME.fullmatch(stem) or len(stem) <= 1:
        return []
    name = _CAMEL.sub(" ", f"{stem} {feed}".strip())
    split = _NUMBER_AT_END.sub(r" \1", name) if stem.islower() else name
    return [name] if split == name else [name, split]


def _form(parts: list[str], country: str, shift: int, *, strict: bool, doubtful: bool) -> Form:
    if any(map(_solid, parts)):
        parts = [NUMBERS.get(part, part) for part in parts]
    core = tuple([part for part in parts if part not in NOISE])
    joined = "".join(parts)
    if not joined.isalpha():
        joined = _JOINTS.sub("", " ".join(parts))
    if len(core) == len(parts) or not any(map(_solid, core)):
        return tuple.__new__(Form, (joined, tuple(parts), frozenset(), country, shift, strict, doubtful))
    return tuple.__new__(Form, (joined, core, NOISE.intersection(parts), country, shift, strict, doubtful))


def _solid(part: str) -> bool:
    """Whether a word names something by itself: no number, no word that says nothing."""
    return part not in _HOLLOW and len(part) > 1 and not part.isdigit()


def _without_country_words(parts: list[str], known: str) -> list[tuple[list[str], str, bool]]:
    """What is left when the last or the first word, or two, which are a country's, are taken away.

    With each the country, and whether the word is its code: `Kino Polska` is a name, `Kino PL` is not.
    """
    found = []
    for at_end in (True, False):
        edge = parts[-1 if at_end else 0]
        size = 2 if edge in (ENDS_OF_COUNTRIES if at_end else STARTS_OF_COUNTRIES) else 1
        country = country_of_word(" ".join(parts[-size:] if at_end else parts[:size]) if size > 1 else edge, known)
        if country:
            left = parts[:-size] if at_end else parts[size:]
            if any(map(_solid, left)):
                found.append((left, country, len(edge) <= LONGEST_CODE))
    return found


def _without_shift(text: str) -> tuple[str, int]:
    said = _SHIFT.search(text)
    hours = 0 if said is None else int(said[1]) if said[1].isdigit() else 1
    if said is None or hours not in _HOURS:
        return text, 0
    before = text[: said.start()].rstrip(" ([")
    last = (words(before) or [""])[-1]
    if last in _BRANDS_WITH_PLUS or not any(char.isalpha() for char in before):
        return text, 0
    return f"{before} {text[said.end() :].lstrip(')] ')}", hours
