"""The settings of free sources: public playlists that fill what the paid ones lack.

What of them is offered are rules of the lineup: `config.lineup`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated

from pydantic import InstanceOf

from tunerr.config import parsers
from tunerr.config.declare import NumberedSection, Section, Setting, reads
from tunerr.model.url import SecretUrl

# The public lists of iptv-org: by country (ISO 3166, and `uk`), by category, and everything.
_IPTV_ORG = "https://iptv-org.github.io/iptv"
PRESETS = {
    "country": _IPTV_ORG + "/countries/{}.m3u",
    "category": _IPTV_ORG + "/categories/{}.m3u",
    "all": _IPTV_ORG + "/index.m3u",
}
"""Addresses of well-known lists, `{}` for the word that is chosen."""

_COUNTRY = re.compile(r"[a-z]{2}", re.ASCII)
_CATEGORY = re.compile(r"[a-z]{3,20}", re.ASCII)


def _listed(pattern: re.Pattern[str], what: str) -> Callable[[str], tuple[str, ...]]:
    """Parser of words parted by commas, each of which is `what`."""

    def parse(text: str) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(word.lower() for word in parsers.words(text)))
        if wrong := [word for word in found if pattern.fullmatch(word) is None]:
            raise ValueError(f"{wrong[0][:40]!r} is no {what}.")
        return found

    return parse


class FreeSource(NumberedSection):
    """One public playlist. Number 1 has the plain name, further ones end in _2, _3 …."""

    url: Annotated[
        InstanceOf[SecretUrl] | None,
        reads(parsers.location),
        Setting(
            "FREE_SOURCE",
            "A public playlist: URL or path. Its channels come after those of all paid sources.",
            "https://lists.example/free.m3u",
            secret=True,
            numbered=True,
        ),
    ] = None


class FreeSettings(Section):
    """Further public playlists. FREE_SOURCE_MODE and what follows it among the rules of the lineup choose of them."""

    urls: Annotated[
        tuple[InstanceOf[SecretUrl], ...],
        reads(parsers.locations),
        Setting(
            "FREE_SOURCES",
            "Public playlists: URLs or paths, parted by commas.",
            "https://lists.example/news.m3u,https://lists.example/music.m3u",
            secret=True,
        ),
    ] = ()
    countries: Annotated[
        tuple[str, ...],
        reads(_listed(_COUNTRY, "country of two letters, such as us")),
        Setting("FREE_SOURCE_IPTV_ORG_COUNTRIES", "The lists of iptv-org of these countries.", "us,ca"),
    ] = ()
    categories: Annotated[
        tuple[str, ...],
        reads(_listed(_CATEGORY, "category of iptv-org, such as news")),
        Setting("FREE_SOURCE_IPTV_ORG_CATEGORIES", "The lists of iptv-org of these categories.", "news,weather"),
    ] = ()
    everything: Annotated[
        bool,
        reads(parsers.boolean),
        Setting("FREE_SOURCE_IPTV_ORG_ALL", "The whole list of iptv-org: more than 10,000 channels.", "true"),
    ] = False
    # Those with a number; the loader fills them in.
    own: tuple[FreeSource, ...] = (FreeSource(),)
