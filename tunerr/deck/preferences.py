"""What a browser prefers: its time zone, and how much the deck shows. Cookies, because nothing depends on them."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo

from aiohttp import web

from tunerr.deck.page import Level

ZONE_COOKIE = "iptvtunerr_deck_zone"
"""Set by the deck's script."""
LEVEL_COOKIE = "iptvtunerr_deck_level"
_YEAR_S = 365 * 86400
_LONGEST_ZONE = 64
_UTC = ZoneInfo("UTC")


def zone_of(request: web.Request) -> ZoneInfo:
    """Where the browser is; UTC while it hasn't said."""
    return _zone(request.cookies.get(ZONE_COOKIE, "")[:_LONGEST_ZONE])


def level_of(request: web.Request) -> Level:
    """How much it wants to see; the simple level for whoever hasn't chosen."""
    return read_level(request.cookies.get(LEVEL_COOKIE, ""))


def read_level(name: str) -> Level:
    """The level of that name in small letters; the simple one for any other text."""
    return Level.__members__.get(name.upper(), Level.SIMPLE)


def keep_level(response: web.StreamResponse, level: Level, *, path: str) -> None:
    """Have the browser remember it below `path`."""
    response.set_cookie(LEVEL_COOKIE, level.name.lower(), max_age=_YEAR_S, httponly=True, samesite="Lax", path=path)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, no key at all, or the name of a folder
        return _UTC
