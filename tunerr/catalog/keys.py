"""The keys by which an entry is known: tvg id, normalised name, stream path, and the country in a name. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from tunerr.catalog import countries

# Words that tell versions of one channel apart, never channels. Regions, languages and `+1` are no such words.
_VERSION_WORDS = frozenset(
    {"4k", "8k", "uhd", "fhd", "qhd", "hd", "sd", "hq", "lq", "hdr", "hdr10", "hevc", "avc"}
    | {"h264", "h265", "x264", "x265", "25fps", "30fps", "50fps", "60fps"}
    | {"480p", "576p", "720p", "1080p", "1080i", "1440p", "2160p"}
    | {"raw", "backup", "bkup", "bkp", "alt", "alternate"}
)
_DOTTED_CODEC = re.compile(r"\bh (26[45])\b")  # punctuation is gone by then
_FRAME_RATE = re.compile(r"\b(25|30|50|60) fps\b")
_ASCII = bytes(ord(char.lower()) if (char := chr(code)).isalnum() or char == "+" else 32 for code in range(128)) * 2
# Circled and squared letters decorate (geo-blocked, subtitled …); regional indicators (flags) after them say a region.
_ENCLOSED = re.compile("[\u2460-\u24ff\U0001f100-\U0001f1e5]")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_FLAGS = range(0x1F1E6, 0x1F200)
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)

# `UK: Name`, `|UK| Name`, `[GB] Name`, `UK - Name`; and `Name (UK)`. With a dash only codes in capitals.
_BEFORE_NAME = re.compile(r"[^\w+]*(?:(\w[\w ]{0,28}?\w)\s*[:|\])\u2503]|([A-Z]{2,3})\s+[-\u2013]\s)")
_IN_BRACKETS = re.compile(r"[\[(|]\s*([A-Za-z]{2,3})\s*[\])|]")

# Account and password are path segments in Xtream addresses; only the stream number says which stream it is.
_XTREAM = re.compile(r"/(?:live/)?[^/]+/[^/]+/(\d+)(?:\.\w{1,5})?")
# The same of a whole address without account before its host: most addresses are this, and one match is enough.
_XTREAM_URL = re.compile(r"[a-zA-Z]+://[^/?#@]*/(?:live/)?[^/?#]+/[^/?#]+/(\d+)(?:\.\w{1,5})?(?:[?#]|\Z)")
# A path of nothing but such words is on every host: there the host belongs to the key.
_COMMON_PATH = re.compile(
    r"(?:/(?:hls|live|stream|tv|video|index|playlist|master|chunklist|chunks|mono|out|v1|abr|1|2)(?:\.\w{1,5})?)*/?",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[a-z]+://(?:[^/?#@]*@)?([^/?#]*)([^?#]*)", re.IGNORECASE)


def tvg_key(tvg_id: str) -> str:
    """Normalise a tvg id; empty when it says nothing."""
    return tvg_id.strip().casefold()


def words(name: str) -> list[str]:
    """Return the words of a name: compatibility forms folded, decoration and punctuation dropped, `h.264` one word."""
    folded = name.encode().translate(_ASCII).decode() if name.isascii() else _fold(name)
    found = (folded.replace("+", " + ") if "+" in folded else folded).split()
    if "h" in found or "fps" in found:
        found = _FRAME_RATE.sub(r"\1fps", _DOTTED_CODEC.sub(r"h\1", " ".join(found))).split()
    return found


def name_key(name: str) -> str:
    """Normalise a name: its words without those that tell versions apart.

    A name of nothing but version words keeps them. Empty when no letter or digit is left.
    """
    found = words(name)
    if found.count("+") == len(found):
        return ""
    return " ".join([word for word in found if word not in _VERSION_WORDS] or found)


def numbers_among(parts: Iterable[str]) -> list[str]:
    """Return the words that make another channel of a name: numbers and `+`."""
    return [word for word in parts if word == "+" or any(char.isdigit() for char in word)]


def path_key(url: str) -> str:
    """Return what of an address stays when host, account and query change; never empty for a usable URL."""
    if panel := _XTREAM_URL.match(url):
        return panel[1]
    match = _PARTS.match(url)
    if match is None:
        return url
    host, path = match[1], match[2]
    if xtream := _XTREAM.fullmatch(path):
        return xtream[1]
    return host.lower() + path if _COMMON_PATH.fullmatch(path) else path


def stream_key(source: str, url: str) -> str:
    """Name a stream for the operator's order: 12 hex digits that stay when host, account and query change."""
    text = f"{source}\0{path_key(url)}".encode("utf-8", "replace")
    return hashlib.blake2b(text, digest_size=6).hexdigest()


def without_country(key: str, name: str) -> tuple[str, str]:
    """Take a country's marker (`UK:`, `[GB]`, a flag) out of a name key; the key and the country, empty without one.

    `key` is the key of `name`. Nothing is left of a name that is only a marker.
    """
    if not name.isascii() and (flag := _FLAG.search(name)) and (country := countries.of_flag(flag[0])):
        return " ".join(key.replace(flag[0], " ").split()), country
    if ":" in name or "|" in name or "]" in name or ")" in name or " - " in name or not name.isascii():
        if before := _BEFORE_NAME.match(name):
            country, word = _marker(before[1] or before[2])
            if country and (key == word or key.startswith(word + " ")):
                return key[len(word) + 1 :], country
        for bracketed in _IN_BRACKETS.findall(name):
            country, word = _marker(bracketed)
            if country and key.endswith(" " + word):
                return key[: -len(word) - 1], country
    return key, ""


@lru_cache(maxsize=4096)
def _marker(text: str) -> tuple[str, str]:
    """Return the country of a marker and the marker as it is in a name key."""
    return countries.of_marker(text), name_key(text)


def _fold(name: str) -> str:
    return unicodedata.normalize("NFKC", _ENCLOSED.sub(" ", name)).casefold().translate(_LETTERS)


class _Letters(dict[int, str]):
    """What each code point of a folded name becomes; filled as they are met."""

    def __missing__(self, code: int) -> str:
        found = self[code] = _letter(chr(code))
        return found


_LETTERS = _Letters()


def _letter(char: str) -> str:
    # Marks are vowels in many scripts; a flag's letters are symbols but say a region.
    if char.isalnum() or char == "+" or ord(char) in _FLAGS:
        return char
    if unicodedata.category(char)[0] == "M" and ord(char) not in _VARIATION_SELECTORS:
        return char
    return " "
