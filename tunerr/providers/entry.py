"""What a playlist says, one value per thing said."""

from __future__ import annotations

import enum
from typing import NamedTuple


class Reason(enum.StrEnum):
    """Why a row of a playlist can't become a stream, in the words that the operator reads."""

    NO_ADDRESS = "no address after #EXTINF"
    NOT_AN_ADDRESS = "no address but other text"
    NO_EXTINF = "an address without #EXTINF"
    LOCAL_FILE = "a local file or a relative path"
    UNSUPPORTED = "unsupported scheme"
    TOO_LONG = "a line longer than 64 KiB"
    PROTECTED = "copy protected (DRM)"


# NamedTuples: a playlist has up to 200,000 of them, and a frozen dataclass costs three times as much to make.
class Entry(NamedTuple):
    """One usable row: text is free of control characters, `url` is absolute and has one of the supported schemes."""

    name: str
    tvg_id: str
    group: str
    logo: str
    chno: str  # canonical guide number or empty
    radio: bool
    url: str
    headers: tuple[tuple[str, str], ...]
    country: str = ""  # ISO 3166 alpha-2, lower case, as the row says it (`tvg-country`)
    archive_days: int = 0  # how far back the provider's catch-up goes; 0: none, or not said
    archive: str = ""  # `catchup` mode and source of a playlist, `xtream` of a panel; empty without catch-up


class Skipped(NamedTuple):
    """A row that can't be used. `name` is the channel's as far as it is known; the address itself is not carried."""

    reason: Reason
    name: str


class Header(NamedTuple):
    """The #EXTM3U line: addresses of guides that go with the list."""

    guide_urls: tuple[str, ...]
