"""How near a channel is to a household in North America, in points. Pure."""

from __future__ import annotations

from tunerr.lineup.rules.candidate import Candidate
from tunerr.lineup.rules.stage import Given
from tunerr.lineup.rules.words import Vocabulary

_ENDINGS = {"ca": 80, "us": 60, "mx": 20}
_OTHER_COUNTRY, _WITHOUT_AFFINITY = -80, -120
_CITY, _NETWORK, _JUNK, _NON_LATIN, _GUIDE = 55, 25, -80, -35, 8
# Number up to which it counts as low, and the points; beyond the last one it is far down the dial.
_NUMBERS = ((13, 20), (99, 12), (999, 6))
_HIGH_NUMBER = -6

_AFFINITY = Vocabulary.of(
    "ca, can, canada, canadian, us, usa, american, america, united states, north america, ctv, cbc, citytv, abc, cbs",
    "nbc, fox, pbs, cw, tsn, sportsnet, espn, hbo, global tv",
)
_NETWORKS = frozenset(
    {"abc", "cbs", "nbc", "fox", "pbs", "cw", "ctv", "cbc", "citytv", "global", "tva", "tvo", "noovo", "ion"}
    | {"univision", "telemundo", "omni", "chch"}
)
_JUNK_WORDS = Vocabulary.of(
    "test, ppv, 24 7, 24 hours, backup, placeholder, offline, xxx, adult, adults, vod, loop, event, events, no event"
)
_CITIES = {
    "off": Vocabulary.of(
        "toronto, montreal, vancouver, calgary, edmonton, ottawa, winnipeg, quebec, hamilton, halifax, victoria",
        "new york, los angeles, chicago, houston, phoenix, philadelphia, dallas, seattle, boston, miami, atlanta",
    ),
    "ca_west": Vocabulary.of("vancouver, victoria, kelowna, kamloops, calgary, edmonton, bc, alberta, seattle, chek"),
    "ca_prairies": Vocabulary.of(
        "winnipeg, regina, saskatoon, brandon, manitoba, saskatchewan, prince albert, moose jaw, lethbridge, fargo"
    ),
}
"""Cities by region profile; without one the large cities of both countries."""


def region_score(channel: Candidate, given: Given) -> tuple[int, str]:
    """Return the points of a channel and what they are made of."""
    parts = list(_parts(channel, given))
    return sum(points for _, points in parts), ", ".join(f"{name} {points:+d}" for name, points in parts)


def tvg_ending(tvg_id: str) -> str:
    """Return what comes after the last dot of a tvg-id and before a feed (`cnn.us@hd`); empty without a dot."""
    _, dot, ending = tvg_id.rpartition(".")
    return ending.partition("@")[0].lower() if dot else ""


def _parts(channel: Candidate, given: Given) -> list[tuple[str, int]]:
    text, row = channel.text, channel.row
    words = text.split()
    parts = _country(channel)
    if city := _CITIES[given.rules.region_profile].find(text, words):
        parts.append((f"city {city}", _CITY))
    if not _NETWORKS.isdisjoint(words):
        parts += [(f"network {word}", _NETWORK) for word in dict.fromkeys(words) if word in _NETWORKS]
    if junk := _JUNK_WORDS.find(text, words):
        parts.append((f"'{junk}'", _JUNK))
    if _non_latin(channel.name):
        parts.append(("script", _NON_LATIN))
    if row.chno:
        number = int(row.chno.partition(".")[0])
        parts.append(("number", next((points for most, points in _NUMBERS if number <= most), _HIGH_NUMBER)))
    if row.tvg_id if given.coverage is None else row.channel_id in given.coverage.linked:
        parts.append(("guide", _GUIDE))
    return parts


def _country(channel: Candidate) -> list[tuple[str, int]]:
    ending = tvg_ending(channel.row.tvg_id)
    if not ending:
        return []
    if ending in _ENDINGS:
        return [(f".{ending}", _ENDINGS[ending])]
    parts = [(f".{ending[:8]}", _OTHER_COUNTRY)]
    if not _AFFINITY.find(channel.text):
        parts.append(("elsewhere", _WITHOUT_AFFINITY))
    return parts


def _non_latin(name: str) -> bool:
    """Tell whether most letters are beyond the Latin blocks."""
    if name.isascii():
        return False
    letters = [char for char in name if char.isalpha()]
    return 2 * sum(char > "\u024f" for char in letters) > len(letters)
