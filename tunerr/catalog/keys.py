"""The three keys by which an entry is known: tvg id, normalised name, stream path. Pure."""

from __future__ import annotations

import re
import unicodedata

# Words that tell versions of one channel apart, never channels. Regions, languages and `+1` are no such words.
_VERSION_WORDS = frozenset(
    {"4k", "8k", "uhd", "fhd", "qhd", "hd", "sd", "hq", "lq", "hdr", "hdr10", "hevc", "avc"}
    | {"h264", "h265", "x264", "x265", "25fps", "30fps", "50fps", "60fps"}
    | {"480p", "576p", "720p", "1080p", "1080i", "1440p", "2160p"}
    | {"raw", "backup", "bkup", "bkp", "alt", "alternate"}
)
_DOTTED_CODEC = re.compile(r"\bh (26[45])\b")  # punctuation is gone by then
_FRAME_RATE = re.compile(r"\b(25|30|50|60) fps\b")
_ASCII = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)} | {ord("+"): " + "}
# Circled and squared letters decorate (geo-blocked, subtitled …); regional indicators (flags) after them say a region.
_ENCLOSED = (range(0x2460, 0x2500), range(0x1F100, 0x1F1E6))
_FLAGS = range(0x1F1E6, 0x1F200)
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)

# Account and password are path segments in Xtream addresses; only the stream number says which stream it is.
_XTREAM = re.compile(r"/(?:live/)?[^/]+/[^/]+/(\d+)(?:\.\w{1,5})?")
# A path of nothing but such words is on every host: there the host belongs to the key.
_COMMON_PATH = re.compile(
    r"(?:/(?:hls|live|stream|tv|video|index|playlist|master|chunklist|chunks|mono|out|v1|abr|1|2)(?:\.\w{1,5})?)*/?",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[a-z]+://(?:[^/?#@]*@)?([^/?#]*)([^?#]*)", re.IGNORECASE)


def tvg_key(tvg_id: str) -> str:
    """Normalise a tvg id; empty when it says nothing."""
    return tvg_id.strip().casefold()


def name_key(name: str) -> str:
    """Normalise a name: compatibility forms folded, decoration, punctuation and version words dropped.

    A name of nothing but version words keeps them. Empty when no letter or digit is left.
    """
    folded = name.translate(_ASCII) if name.isascii() else _fold(name)
    words = folded.split()
    if "h" in words or "fps" in words:
        words = _FRAME_RATE.sub(r"\1fps", _DOTTED_CODEC.sub(r"h\1", " ".join(words))).split()
    kept = [word for word in words if word not in _VERSION_WORDS]
    return " ".join(kept or words) if any(word != "+" for word in words) else ""


def path_key(url: str) -> str:
    """Return what of an address stays when host, account and query change; never empty for a usable URL."""
    match = _PARTS.match(url)
    if match is None:
        return url
    host, path = match[1], match[2]
    if xtream := _XTREAM.fullmatch(path):
        return xtream[1]
    return host.lower() + path if _COMMON_PATH.fullmatch(path) else path


def _fold(name: str) -> str:
    plain = "".join(" " if any(ord(char) in span for span in _ENCLOSED) else char for char in name)
    folded = unicodedata.normalize("NFKC", plain).casefold()
    return "".join(map(_letter, folded))


def _letter(char: str) -> str:
    if char == "+":
        return " + "
    # Marks are vowels in many scripts; a flag's letters are symbols but say a region.
    if char.isalnum() or ord(char) in _FLAGS:
        return char
    if unicodedata.category(char)[0] == "M" and ord(char) not in _VARIATION_SELECTORS:
        return char
    return " "
