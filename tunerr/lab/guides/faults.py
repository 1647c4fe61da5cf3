"""What can ail a guide at its provider, each with what is answered."""

from __future__ import annotations

import enum
from collections.abc import Mapping


class GuideFault(enum.StrEnum):
    """What a guide answers instead of itself."""

    SERVER_ERROR = enum.auto()
    NOT_FOUND = enum.auto()
    LOGIN_WANTED = enum.auto()
    LOGIN_PAGE = enum.auto()
    EMPTY_BODY = enum.auto()
    EMPTY_GUIDE = enum.auto()
    CUT = enum.auto()
    CUT_SHORT = enum.auto()
    RESET = enum.auto()
    SLOW = enum.auto()
    SILENT = enum.auto()
    REDIRECT_LOOP = enum.auto()
    REDIRECT_PRIVATE = enum.auto()
    BOMB_OF_SPACES = enum.auto()
    BOMB_OF_ROWS = enum.auto()
    HUGE_ELEMENT = enum.auto()
    ENTITY_BOMB = enum.auto()
    LATIN_1 = enum.auto()
    UTF_16_CLAIMED = enum.auto()
    ZONES = enum.auto()
    OVERLAPS = enum.auto()
    BACKWARDS = enum.auto()
    PAST = enum.auto()


GUIDE_FAULTS: Mapping[GuideFault, str] = {
    GuideFault.SERVER_ERROR: "500",
    GuideFault.NOT_FOUND: "404",
    GuideFault.LOGIN_WANTED: "401",
    GuideFault.LOGIN_PAGE: "200 with a web page that asks for a password",
    GuideFault.EMPTY_BODY: "200 with nothing",
    GuideFault.EMPTY_GUIDE: "a guide without channels and programmes",
    GuideFault.CUT: "the first half, as a whole answer",
    GuideFault.CUT_SHORT: "the first half, though Content-Length says more",
    GuideFault.RESET: "the first half, then the connection is reset",
    GuideFault.SLOW: "a hundred bytes each second",
    GuideFault.SILENT: "never anything",
    GuideFault.REDIRECT_LOOP: "it is always somewhere else (302)",
    GuideFault.REDIRECT_PRIVATE: "it is at 169.254.169.254 (302), where clouds keep secrets",
    GuideFault.BOMB_OF_SPACES: "gzip of 10 MB: 10 GB of spaces before the first channel",
    GuideFault.BOMB_OF_ROWS: "gzip of some 10 MB: 10 GB of rows of its first channel",
    GuideFault.HUGE_ELEMENT: "a description of 64 MB",
    GuideFault.ENTITY_BOMB: "ten entities, each ten times the one before",
    GuideFault.LATIN_1: "letters in Latin-1, while UTF-8 is declared",
    GuideFault.UTF_16_CLAIMED: "UTF-8, while UTF-16 is declared",
    GuideFault.ZONES: "every other row's times in another zone; the moments are the same",
    GuideFault.OVERLAPS: "every other row ends half an hour after the next one has begun",
    GuideFault.BACKWARDS: "each channel's rows from the last to the first",
    GuideFault.PAST: "the guide of a month ago",
}
"""What is answered."""
