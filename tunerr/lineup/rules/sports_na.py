"""The scored list of sports for a household in North America. Pure."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from tunerr.lineup.rules.candidate import Candidate
from tunerr.lineup.rules.event_time import event_start
from tunerr.lineup.rules.locals import tvg_ending
from tunerr.lineup.rules.stage import Given
from tunerr.lineup.rules.words import Vocabulary

EVENT, BRAND, NETWORK = 105, 100, 95
"""What each kind of channel starts with."""

MOST_OF_A_NETWORK = 12
"""So many stations of one network carry the same game; more would fill the lineup with it."""

# Feeds have numbers: NBA 01, ESPN+ 33, Game 2.
_NUMBERED = frozenset(
    {"nfl", "nba", "nhl", "mlb", "mls", "wnba", "ncaaf", "ncaab", "ncaam", "ncaaw", "ufc", "epl", "milb", "ohl", "whl"}
    | {"cfl", "game", "event", "espn+", "peacock", "dazn"}
)
_SIGNS = frozenset({"vs", "v", "@", "ppv", "fight"}) | _NUMBERED
_EVENT = re.compile(
    rf"\w vs? \w| @ | ppv | fight night | (?:{'|'.join(map(re.escape, sorted(_NUMBERED)))}) (?:game )?\d{{1,3}} "
)
_BRANDS = Vocabulary.of(
    "tsn, tsn1, tsn2, tsn3, tsn4, tsn5, tsn+, sportsnet, rds, rds2, tva sports, espn, espn2, espnu, espnews, espn+",
    "fs1, fs2, fox sports, cbs sports, nbc sports, nfl network, nfl redzone, redzone, nba tv, nhl network, mlb network",
    "mlb strike zone, golf channel, tennis channel, sec network, acc network, big ten network, btn, pac 12, tudn",
    "bein sports, dazn, wnba, msg, yes network, bally sports, fanduel sports, root sports, nesn, masn, marquee sports",
    "spectrum sportsnet, peacock, league pass, nhl center ice, mls season pass, sunday ticket, fubo sports",
)
_NETWORKS = frozenset({"abc", "cbs", "nbc", "fox", "ctv", "cbc", "citytv", "tva", "telemundo", "univision"})
_BLOCKED = Vocabulary.of(
    "no event, no games, off air, offline, placeholder, xxx, adult, replay, replays, classic, classics, fantasy",
    "bet, betting, poker, esports, fishing, hunting, wrestling classics, news",
)
_REGIONS = {"ca": 140, "us": 120}
_BONUSES = {"wnba": 140, "pass": 35, "tsn+": 25, "peacock": 25, "vs": 20, "next": 10}


class Judged(NamedTuple):
    """One channel: its points (0 is left out) and why."""

    points: int
    why: str


def sports_na(channels: list[Candidate], given: Given) -> list[Judged]:
    """Judge all channels; networks' stations count in the order given, linked ones only, 12 of each."""
    now = datetime.fromtimestamp(given.now, UTC)
    window = (now - timedelta(seconds=given.rules.event_past), now + timedelta(seconds=given.rules.event_future))
    stations: Counter[str] = Counter()
    return [_judge(channel, given, now, window, stations) for channel in channels]


def _judge(
    channel: Candidate, given: Given, now: datetime, window: tuple[datetime, datetime], stations: Counter[str]
) -> Judged:
    if blocked := _BLOCKED.find(channel.text):
        return Judged(0, f"'{blocked}' is blocked")
    kind, base = _base(channel, given, stations)
    if not base:
        return Judged(0, kind)
    if base == EVENT:
        start = event_start(channel.name, now)
        if start is not None and not window[0] <= start <= window[1]:
            return Judged(0, f"its event starts at {start:%Y-%m-%d %H:%M %Z}, outside the window")
    words = channel.text.split()
    parts = [(kind, base), *((f"'{word}'", points) for word, points in _BONUSES.items() if word in words)]
    ending = tvg_ending(channel.row.tvg_id)
    if ending in _REGIONS:
        parts.append((f".{ending}", _REGIONS[ending]))
    return Judged(sum(points for _, points in parts), ", ".join(f"{name} {points:+d}" for name, points in parts))


def _base(channel: Candidate, given: Given, stations: Counter[str]) -> tuple[str, int]:
    """Return the kind with its points; without any, why there are none."""
    name = channel.text.partition("|")[0] + " "
    # Few names have a sign, and an expression costs more than all the rest.
    if not _SIGNS.isdisjoint(name.split()) and _EVENT.search(name):
        return "event", EVENT
    if brand := _BRANDS.find(name):
        return f"brand {brand}", BRAND
    network = next((word for word in name.split() if word in _NETWORKS), "")
    if not network:
        return "no event, sports brand or network", 0
    if given.coverage is None or channel.id not in given.coverage.linked:
        return f"network {network} without a linked guide", 0
    stations[network] += 1
    if stations[network] > MOST_OF_A_NETWORK:
        return f"{MOST_OF_A_NETWORK} stations of {network} are there already", 0
    return f"network {network}", NETWORK
