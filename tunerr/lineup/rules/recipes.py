"""The named recipes: each keeps some channels and puts them in an order. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tunerr.lineup.rules.candidate import Candidate
from tunerr.lineup.rules.locals import region_score
from tunerr.lineup.rules.scores import Score, score
from tunerr.lineup.rules.sports_na import sports_na
from tunerr.lineup.rules.stage import Given, Outcome
from tunerr.lineup.rules.words import KIDS, NOT_FOR_KIDS, SPORTS

CONFIDENT = 40
"""The guide confidence that high_confidence asks for."""

Recipe = Callable[[Sequence[Candidate], Given], Outcome]


def recipe(channels: Sequence[Candidate], given: Given) -> Outcome | None:
    """Apply the recipe that is in force."""
    found = RECIPES.get(given.rules.recipe)
    return found(channels, given) if found else None


def exclude(channels: Sequence[Candidate], given: Given) -> Outcome | None:
    """Leave out what the exclude recipe would keep."""
    name = given.rules.exclude_recipe
    found = RECIPES.get(name)
    if found is None:
        return None
    others = found(channels, given).left_out
    reason = f"recipe {name} would keep it, and what it keeps is excluded"
    return Outcome(
        channels,
        {channel.id: reason for channel in channels if channel.id not in others},
        summary=f"excluded by recipe {name}",
    )


def _scored(
    name: str, least: Callable[[Score], str], rank: Callable[[Score], tuple[int, ...]], words: Callable[[Score], str]
) -> Recipe:
    """Make a recipe of scores: `least` says why a score is not enough, `rank` is what is sorted by, highest first."""

    def apply(channels: Sequence[Candidate], given: Given) -> Outcome:
        scores = {channel.id: score(channel.row, given.coverage) for channel in channels}
        ranks = {key: tuple(-part for part in rank(found)) for key, found in scores.items()}
        reasons = ((key, least(found)) for key, found in scores.items())
        return Outcome(
            sorted(channels, key=lambda channel: ranks[channel.id]),
            {key: f"recipe {name}: {reason}" for key, reason in reasons if reason},
            {key: f"by recipe {name}, {words(found)}" for key, found in scores.items()},
            summary=f"recipe {name}",
        )

    return apply


def _every(_: Score) -> str:
    return ""


def _total(found: Score) -> str:
    return f"score {found.total} (guide {found.guide}, streams {found.stream})"


def _confident(found: Score) -> str:
    return "" if found.guide >= CONFIDENT else f"guide confidence {found.guide}, {CONFIDENT} are asked for"


def _healthy(channels: Sequence[Candidate], given: Given) -> Outcome:
    left_out = {}
    for channel in channels:
        found = score(channel.row, given.coverage)
        if found.tier == "poor":
            left_out[channel.id] = f"recipe healthy: its tier is poor, {_total(found)}"
    return Outcome(channels, left_out, summary="recipe healthy")


def _sports_now(channels: Sequence[Candidate], _: Given) -> Outcome:
    terms = ((channel, SPORTS.find(channel.text)) for channel in channels)
    left_out = {
        channel.id: "recipe sports_now: no sports word in its name or group" for channel, term in terms if not term
    }
    return Outcome(channels, left_out, summary="recipe sports_now")


def _kids_safe(channels: Sequence[Candidate], _: Given) -> Outcome:
    left_out = {}
    for channel in channels:
        if blocked := NOT_FOR_KIDS.find(channel.text):
            left_out[channel.id] = f"recipe kids_safe: '{blocked}' is in its name or group"
        elif not KIDS.find(channel.text):
            left_out[channel.id] = "recipe kids_safe: no word for children in its name or group"
    return Outcome(channels, left_out, summary="recipe kids_safe")


def _sports_na(channels: Sequence[Candidate], given: Given) -> Outcome:
    judged = dict(zip((channel.id for channel in channels), sports_na(list(channels), given), strict=True))
    return Outcome(
        sorted(channels, key=lambda channel: -judged[channel.id].points),
        {key: f"recipe sports_na: {found.why}" for key, found in judged.items() if not found.points},
        {key: f"by recipe sports_na, score {found.points} ({found.why})" for key, found in judged.items()},
        summary="recipe sports_na",
    )


def _locals_first(channels: Sequence[Candidate], given: Given) -> Outcome:
    found = {channel.id: region_score(channel, given) for channel in channels}
    return Outcome(
        sorted(channels, key=lambda channel: -found[channel.id][0]),
        kept={key: f"by recipe locals_first, score {points} ({why})" for key, (points, why) in found.items()},
        summary="recipe locals_first",
    )


RECIPES: Mapping[str, Recipe] = {
    "high_confidence": _scored("high_confidence", _confident, lambda found: (found.total,), _total),
    "balanced": _scored("balanced", _every, lambda found: (found.total,), _total),
    "guide_first": _scored("guide_first", _every, lambda found: (found.guide, found.total), _total),
    "resilient": _scored("resilient", _every, lambda found: (found.stream, found.total), _total),
    "sports_now": _sports_now,
    "sports_na": _sports_na,
    "kids_safe": _kids_safe,
    "locals_first": _locals_first,
    "healthy": _healthy,
}
"""By the names of the setting; `off` is none of them."""
