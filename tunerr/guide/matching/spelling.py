"""The one spelling in which names are compared: accents folded, abbreviations and numbers written out. Pure."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from tunerr.catalog import countries

NOISE = frozenset({"channel", "tv", "network", "the"})
"""Words that names have or lack without being other names."""

GENERIC = frozenset(
    {"sport", "sports", "movies", "movie", "film", "films", "cinema", "news", "kids", "music", "test", "info", "live"}
    | {
        "action",
        "comedy",
        "drama",
        "family",
        "horror",
        "classic",
        "classics",
        "documentary",
        "nature",
        "travel",
        "crime",
    }
    | {"fashion", "lifestyle", "shopping", "weather", "radio", "local", "general", "entertainment", "extra", "events"}
)
"""Names that say so little that anybody's channel may be called that."""

NATIONS = frozenset({"england", "scotland", "wales", "holland", "macedonia", "ireland"})
"""Countries to the catalog that are regions in names of channels: `BBC One Wales`, `RTV Noord-Holland`."""

ENDS_OF_COUNTRIES = frozenset({"zealand", "africa", "kingdom", "states", "arabia"})
STARTS_OF_COUNTRIES = frozenset({"new", "south", "united", "saudi"})
"""Words that end and begin the names of countries that have two."""

NUMBERS = {
    **{word: str(number) for number, word in enumerate(("one", "two", "three", "four", "five", "six", "seven"), 1)},
    **{word: str(number) for number, word in enumerate(("eight", "nine", "ten", "eleven", "twelve"), 8)},
    "ii": "2",
    "iii": "3",
}
"""Numbers that are written as words; of the Roman ones those that are no other words."""

_ABBREVIATIONS = {
    "ch": ("channel",),
    "cnni": ("cnn", "international"),
    "doc": ("documentary",),
    "docs": ("documentary",),
    "docu": ("documentary",),
    "documentaries": ("documentary",),
    "ent": ("entertainment",),
    "int": ("international",),
    "intl": ("international",),
    "jr": ("junior",),
    "natgeo": ("national", "geographic"),
    "nick": ("nickelodeon",),
    "plus": ("+",),
    "and": (),
}
_PHRASES = (("nat geo", "national geographic"), ("int l", "international"))
# NFKD takes no stroke from a letter.
_STROKES = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "\u0131": "i", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th"})
# Of the codes those that are no words of names.
_CODES = frozenset({"uk", "gb", "us", "usa", "de", "fr", "nl", "pl", "pt", "au", "nz", "za", "ie", "ca", "se", "dk"})
LONGEST_CODE = 3


def folded(plain: str) -> str:
    """Take the accents from a normalized name; phrases that are short for others are written out."""
    if not plain.isascii():
        decomposed = unicodedata.normalize("NFKD", plain.translate(_STROKES))
        plain = "".join([char for char in decomposed if not "\u0300" <= char <= "\u036f"])
    if "nat geo" in plain or "int l" in plain:
        padded = f" {plain} "
        for short, full in _PHRASES:
            padded = padded.replace(f" {short} ", f" {full} ")
        plain = padded.strip()
    return plain


def spelled_out(parts: list[str]) -> list[str]:
    """Write out abbreviations among the words of a name, and leave out `and`."""
    if _ABBREVIATIONS.keys().isdisjoint(parts):
        return parts
    return [word for part in parts for word in _ABBREVIATIONS.get(part, (part,))]


@lru_cache(maxsize=4096)
def country_of_word(word: str, known: str) -> str:
    """Return the country that a word among a name's words is; empty for all that may as well be something else.

    `known`: the channel's country, of which every code counts.
    """
    found = countries.of_marker(word)
    if word in NATIONS or (len(word) <= LONGEST_CODE and word not in _CODES and found != known):
        return ""
    return found
