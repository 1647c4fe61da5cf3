"""Where the channels of a guide are from that doesn't say it: by its ids, or by the lineup that it is like. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from tunerr.guide.matching.index import Directory
from tunerr.guide.matching.sought import ENOUGH, SHARE, Sought, nearly_all

ELSEWHERE = "-"
"""No country that a channel of the lineup is from."""


def home_of(directory: Directory, channels: Iterable[Sought], of: str) -> str:
    """Return the country of a guide's channels that state none; empty when nothing tells, may be `ELSEWHERE`.

    It is that of nearly all ids, where a third of them say one. Else that of the lineup's channels of the playlist
    `of`, if the guide belongs to it. Else that country of the lineup whose channels the guide knows: at least a third
    of theirs or of the guide's names and one more are the same. A guide that knows none like that is from elsewhere.
    """
    if said := nearly_all(Counter(directory.countries.get(one.id, "") for one in directory.by_id.values())):
        return said
    own = of and [channel for channel in channels if channel.owned_by(of)]
    names = _names_by_country(own or channels)
    if own:
        return min(names) if len(names) == 1 else ""
    theirs = {one.key for found in directory.readings.values() for one in found if not one.country}
    judged = {country: keys for country, keys in names.items() if len(keys) >= ENOUGH}
    known = [country for country, keys in judged.items() if _many(len(keys & theirs), len(keys), len(theirs))]
    if len(known) == 1:
        return known[0]
    return ELSEWHERE if judged and not known else ""


def _names_by_country(channels: Iterable[Sought]) -> dict[str, set[str]]:
    names: dict[str, set[str]] = defaultdict(set)
    for channel in channels:
        for one in channel.readings[:1]:
            if one.country:
                names[one.country].add(one.key)
    return names


def _many(same: int, *of: int) -> bool:
    # Of real line-ups in Europe and America those of two countries share up to a quarter of their names.
    return any(same * SHARE >= size + SHARE for size in of)
