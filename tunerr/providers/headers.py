"""HTTP headers that playlists attach to an address: #EXTVLCOPT, #KODIPROP and the `|Name=value` suffix."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

# What a list may send to an upstream in our name. Host, Content-Length, Connection and the like are never its business.
_ALLOWED = {
    name.lower(): name
    for name in ("User-Agent", "Referer", "Origin", "Cookie", "Authorization", "Accept", "Accept-Language")
} | {"referrer": "Referer"}
_EXTENSION = re.compile(r"x-[a-z0-9-]{1,60}", re.IGNORECASE)
_VALUE = re.compile(r"[\t\x20-\x7e\xa0-\uffff]{1,8192}")  # no CR, LF or NUL: one header stays one header

_VLC = {
    "http-user-agent": "User-Agent",
    "http-referrer": "Referer",
    "http-referer": "Referer",
    "http-origin": "Origin",
    "http-cookie": "Cookie",
}
_KODI = frozenset(f"inputstream.adaptive.{name}" for name in ("stream_headers", "manifest_headers", "common_headers"))

Pair = tuple[str, str]


def from_vlc(option: str) -> Iterator[Pair]:
    """Read the text after `#EXTVLCOPT:`."""
    name, _, value = option.partition("=")
    if known := _VLC.get(name.strip().lower()):
        yield known, value.strip().strip('"')


def from_kodi(prop: str) -> Iterator[Pair]:
    """Read the text after `#KODIPROP:`."""
    name, _, value = prop.partition("=")
    if name.strip().lower() in _KODI:
        yield from from_suffix(value.strip())


def from_suffix(text: str) -> Iterator[Pair]:
    """Read `Name=value&Name=value`, values URL-encoded, as after the `|` of an address."""
    for part in text.split("&"):
        name, _, value = part.partition("=")
        yield unquote(name).strip(), unquote(value).strip()


def clean(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    """Keep the headers that a list may set, canonically named, the last one of each name."""
    kept: dict[str, str] = {}
    for name, value in pairs:
        canonical = _ALLOWED.get(name.lower()) or (name.lower() if _EXTENSION.fullmatch(name) else None)
        if canonical and _VALUE.fullmatch(value):
            kept[canonical] = value
    return tuple(kept.items())
