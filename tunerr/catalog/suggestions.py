"""Channels of different sources that may be one: never joined silently, offered to the operator. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from rapidfuzz import fuzz

from tunerr.catalog.keys import numbers_among

# A word that more channels share than this tells little; without a limit each pair of a big list would be compared.
_MOST_SHARING = 40
_ALIKE = 90


class Candidate(NamedTuple):
    """A channel of a source. `label` is one of those of its entries: `identity.EntryKeys.label`."""

    channel_id: str
    source: str
    label: str


class Suggestion(NamedTuple):
    """Two channels of different sources that may be one, with the reason in words and a score of at most 100."""

    one: Candidate
    other: Candidate
    score: int
    reason: str


def suggestions(candidates: Iterable[Candidate], *, limit: int = 500) -> list[Suggestion]:
    """Return the pairs that a merge ruling could join, the likeliest first, in an order that depends on them only.

    A pair has the same name while one country is unknown, or names that are nearly the same while no countries differ.
    Numbers and `+1` in names must be the same. Names are compared when they share a word that few others have.
    """
    unique = sorted({one for one in candidates if one.label[0] != "|"})
    found: dict[tuple[str, str], Suggestion] = {}
    for group in _sharing_a_word(unique):
        for one, other in combinations(group, 2):
            if one.source != other.source and one.channel_id != other.channel_id:
                pair = (one.channel_id, other.channel_id)
                suggestion = _compared(one, other)
                if suggestion and (pair not in found or suggestion.score > found[pair].score):
                    found[pair] = suggestion
    return sorted(found.values(), key=lambda one: (-one.score, one))[:limit]


def _sharing_a_word(candidates: Sequence[Candidate]) -> Iterator[Sequence[Candidate]]:
    by_name: dict[str, list[Candidate]] = defaultdict(list)
    by_word: dict[str, list[Candidate]] = defaultdict(list)
    for one in candidates:
        name = one.label.rpartition("|")[0]
        by_name[name].append(one)
        for word in set(name.split()):
            by_word[word].append(one)
    for groups in (by_name, by_word):
        yield from (group for group in groups.values() if 1 < len(group) <= _MOST_SHARING)


def _compared(one: Candidate, other: Candidate) -> Suggestion | None:
    (name, _, country), (other_name, _, other_country) = one.label.rpartition("|"), other.label.rpartition("|")
    if country and other_country and country != other_country:
        return None
    where = f"one is of {country or other_country}"
    if name == other_name and country == other_country:
        return Suggestion(one, other, 100, "the same name and country, more than once in a source")
    if name == other_name:
        return Suggestion(one, other, 95, f"the same name, {where}")
    if numbers_among(name.split()) != numbers_among(other_name.split()):
        return None
    score = int(fuzz.ratio(name, other_name, score_cutoff=_ALIKE))
    if not score:
        return None
    if country == other_country:
        where = "the same country" if country else "countries unknown"
    return Suggestion(one, other, score - 5, f"nearly the same name, {where}")
