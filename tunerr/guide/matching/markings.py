"""How playlists mark and decorate names, brought into the ways that `catalog.keys` reads. Pure."""

from __future__ import annotations

import re

from tunerr.catalog import countries

_PLAIN = r"\w\s+&'\u2019.,:!?#@()\[\]|\-\u2013"
# `UK ▎Name`, `★ UK ★ Name`, `UK/ Name`, `●UK●Name`.
_SYMBOL_BEHIND = re.compile(rf"[^\w+]*([A-Z]{{2,3}})\s*[^{_PLAIN}]+\s*(?=[\w+])")
_AT_END = re.compile(rf"\s(?:[|\-\u2013]|[^{_PLAIN}])\s*([A-Z]{{2,3}})[^\w+]*$")
# Raised and small letters that are stuck to a name: `ITV1ᴴᴰ`.
_RAISED = re.compile("(?<=[^\\sʰ-˿ᴬ-ᶿⁿ⁰-⁹²³¹ⱼⱽ])(?=[ʰ-˿ᴬ-ᶿⱼⱽ])")
_FULL = re.compile(r"\b(?:full|ultra)[ -]?(?=u?hd\b)|\b\d{4}p\b|[¹²³⁰-⁹]{4}ᴾ", re.IGNORECASE)
_GROUP = re.compile(
    r"[^\w+]*(?:sports?|kids|movies?|films?|cinema|news|ent|entertainment|docs?|documentar(?:y|ies)|music|vip)\s*"
    r"(?:[:|]|\s[-\u2013]\s)\s*(?=\w)",
    re.IGNORECASE,
)
_VIP = re.compile(r"[\[(|\s]\s*(?:VIP|ⱽᴵᴾ|vip(?=[\])|]))\s*[\])|]?(?=\s|$)")


def usual(name: str) -> str:
    """Return a name with its marker of a country as `UK: Name` or `Name (UK)` and its words of quality apart."""
    if not name.isascii():
        name = _RAISED.sub(" ", name)
    if "ull" in name or "ltra" in name or "ULL" in name or "ULTRA" in name or "0" in name or "⁰" in name:
        name = _FULL.sub(" ", name)
    found = _SYMBOL_BEHIND.match(name)
    if found and countries.of_marker(found[1]):
        name = f"{found[1]}: {name[found.end() :]}"
    found = _AT_END.search(name) if name[-3:].strip("|]) ").isupper() else None
    if found and countries.of_marker(found[1]):
        name = f"{name[: found.start()]} ({found[1]})"
    return name


def bare(name: str) -> str:
    """Return a name without what only playlists add: the word of a group in front (`SPORT - Name`), and `VIP`."""
    left = _GROUP.sub("", name)
    if "VIP" in left or "vip" in left or "ⱽ" in left:
        left = _VIP.sub(" ", left).strip()
    return left or name
