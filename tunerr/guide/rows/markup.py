"""XML text written by hand: faster than building trees, and nothing gets through that a guide must not hold."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

Attribute = tuple[str, str]

_QUOTE = '"'
_REPLACEMENT = "\ufffd"
# U+FFFD that was once more taken for Latin-1 on its way.
_MISREAD_REPLACEMENT = "\xef\xbf\xbd"


def _cleaner() -> dict[int, str | None]:
    table: dict[int, str | None] = dict.fromkeys([*range(0x20), 0x7F, ord(_REPLACEMENT), 0xFFFE, 0xFFFF])
    table.update(dict.fromkeys(b"\t\n\r", " "))
    for code in range(0x80, 0xA0):
        # C1 controls never are in a text: they are windows-1252 that somebody labeled as Latin-1.
        table[code] = bytes([code]).decode("cp1252", "ignore") or None
    return table


_CLEAN = _cleaner()
# Escaped more than once, so that after the parser's turn it still is there. Only with its semicolon: "R&B" is none.
_ENTITY = re.compile(r"&(?:amp;)*(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
# What web pages are made of that texts were taken from; other words in angle brackets are text.
_BREAK = re.compile(r"</?(?:br|p|div|li|ul|ol|tr|h[1-6])(?:\s[^<>]*)?/?>", re.IGNORECASE)
_STYLE = re.compile(r"</?(?:b|i|u|em|strong|small|span|font|a|sup|sub|img)(?:\s[^<>]*)?/?>", re.IGNORECASE)
# Each layer is one program that escaped what was escaped already.
_MOST_LAYERS = 10


def clean(text: str | None) -> str:
    """One line of text: white space collapsed, control and replacement characters removed; empty for None."""
    if not text:
        return ""
    # Nearly every text is clean already: two looks at it cost a tenth of making it anew.
    if not text.isprintable() or _REPLACEMENT in text or _MISREAD_REPLACEMENT in text:
        return " ".join(text.replace(_MISREAD_REPLACEMENT, "").translate(_CLEAN).split())
    return " ".join(text.split()) if "  " in text or text[0] == " " or text[-1] == " " else text


def plain(text: str | None) -> str:
    """One clean line of text without the entities and tags of HTML that were left in it."""
    text = clean(text)
    for _ in range(_MOST_LAYERS):
        bare = text
        if "&" in bare:
            bare = _ENTITY.sub(lambda entity: html.unescape(f"&{entity[1]};"), bare)
        if "<" in bare:
            bare = _STYLE.sub("", _BREAK.sub(" ", bare))
        if bare == text:
            break
        text = clean(bare)
    return text


def element(tag: str, text: str = "", attributes: Iterable[Attribute] = (), *, inside: str = "") -> str:
    """One element with `text` and `attributes` escaped (they must be clean) and `inside`, which already is XML."""
    head = tag
    for name, value in attributes:
        head += f' {name}="{escaped(value).replace(_QUOTE, "&quot;")}"'
    content = escaped(text) + inside
    return f"<{head}>{content}</{tag}>" if content else f"<{head}/>"


def escaped(text: str) -> str:
    """Return the text as it stands between tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def web_address(text: str | None) -> str:
    """Return the http(s) URL with its spaces encoded, empty for anything else."""
    url = clean(text).replace(" ", "%20")
    return url if url.lower().startswith(("http://", "https://")) else ""
