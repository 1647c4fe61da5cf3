"""The shape na_en: what an English household in North America looks for comes first. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tunerr.lineup.rules.candidate import Candidate
from tunerr.lineup.rules.language import language_of
from tunerr.lineup.rules.locals import region_score
from tunerr.lineup.rules.stage import Given, Outcome

_ENGLISH = 40
"""More than any city or network alone makes up for another language of the same country."""


def shape(channels: Sequence[Candidate], given: Given) -> Outcome | None:
    """Order by region and language; nothing is left out. The region profile says which cities count."""
    if given.rules.shape == "off":
        return None
    found = {}
    for channel in channels:
        points, why = region_score(channel, given)
        english = _ENGLISH * (language_of(channel)[0] == "en")
        found[channel.id] = (points + english, f"{why}, English {english:+d}".removeprefix(", ") if english else why)
    return Outcome(
        sorted(channels, key=lambda channel: -found[channel.id][0]),
        kept={key: f"by shape na_en, score {points} ({why})" for key, (points, why) in found.items()},
        summary="shape na_en",
    )
