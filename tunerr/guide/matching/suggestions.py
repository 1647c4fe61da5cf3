"""Channels of a guide that a channel of the lineup may be: never linked silently, offered to the operator. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from rapidfuzz import fuzz, process

from tunerr.catalog.countries import NAMES
from tunerr.guide.matching.agreement import countries_fit, nearly, numbers_of
from tunerr.guide.matching.index import Directory, Guide, Place
from tunerr.guide.matching.keys import Form, forms, id_names, read
from tunerr.guide.matching.sought import Sought
from tunerr.guide.matching.values import Listed, Wanted

# A word that more names share than this tells little; without a limit each pair of a big guide would be compared.
_MOST_SHARING = 60
_PREFIX = 5
_ALIKE = 70
# The same name is that certain, as more than one channel has it or a country is missing.
_SAME_NAME = 95
# All words of one name are in the other: 5 less for each word that is not.
_WORDS_MISSING = 90
_EACH_WORD = 5
_OTHER_WORDS = 0.9


class GuideSuggestion(NamedTuple):
    """A channel of a guide that a channel of the lineup may be, with the reason in words and a score of at most 100."""

    channel: str
    guide_id: str
    guide_name: str
    score: int
    reason: str


def suggest(wanted: Iterable[Wanted], listed: Iterable[Listed], *, limit_each: int = 3) -> list[GuideSuggestion]:
    """Return what channels that were not found may be in one guide, channel by channel, the likeliest first.

    Names are compared when they share a word that few others have, or begin or end alike. Numbers, `+1` and countries
    that are known must be the same. What the operator refused is never among them. The order depends on the inputs
    only.
    """
    guide = Guide(Directory(listed))
    places = [
        Place(one, reading, form)
        for one in guide.by_id.values()
        for name in one.names or id_names(one.id)
        if (reading := read(name, guide.country_of(one)))
        for form in forms(reading)
    ]
    near = _Neighbors(places)
    found: list[GuideSuggestion] = []
    for one in {one.id: one for one in sorted(wanted, reverse=True)}.values():
        best = _of_channel(Sought(one), near)
        found.extend(sorted(best, key=lambda hit: (-hit.score, hit.guide_id))[:limit_each])
    return sorted(found, key=lambda hit: (hit.channel, -hit.score, hit.guide_id))


class _Neighbors:
    """Finds the names of a guide that are worth a comparison."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = places
        by_key: dict[str, list[int]] = defaultdict(list)
        for at, place in enumerate(places):
            if place.form:
                for key in _keys(place.form):
                    by_key[key].append(at)
        self._by_key: Mapping[str, list[int]] = by_key

    def of(self, form: Form) -> Iterator[Place]:
        """Names with a rare key in common; without one, those with the rarest."""
        groups = sorted((self._by_key[key] for key in _keys(form) if key in self._by_key), key=len)
        rare = [group for group in groups if len(group) <= _MOST_SHARING]
        if not rare and len(groups) > 1:
            both = set(groups[0]).intersection(groups[1])
            rare = [sorted(both)[:_MOST_SHARING]]
        yield from (self._places[at] for at in sorted({at for group in rare for at in group}))


def _keys(form: Form) -> set[str]:
    """The words of a name, its beginning and its end."""
    return {*form.core, f"{form.joined[:_PREFIX]}*", f"*{form.joined[-_PREFIX:]}", f"={form.joined}"}


def _of_channel(channel: Sought, near: _Neighbors) -> list[GuideSuggestion]:
    best: dict[str, GuideSuggestion] = {}
    for form in channel.forms:
        numbers = numbers_of(form)
        others = [
            at
            for at in near.of(form)
            if at.form
            and at.form.shift == form.shift
            and countries_fit(form.country, at.form.country)
            and at.listed.id.casefold() not in channel.refused
            and numbers_of(at.form) == numbers
        ]
        names = [at.form.joined for at in others if at.form]
        ratios = {at: score for _, score, at in process.extract(form.joined, names, scorer=fuzz.ratio, limit=None)}
        for at, place in enumerate(others):
            score, reason = _judged(form, place, ratios.get(at, 0))
            hit = GuideSuggestion(channel.wanted.id, place.listed.id, place.reading.text, score, reason)
            if score >= _ALIKE and (place.listed.id not in best or _better(hit, best[place.listed.id])):
                best[place.listed.id] = hit
    return list(best.values())


def _better(one: GuideSuggestion, other: GuideSuggestion) -> bool:
    return (-one.score, one.guide_name, one.reason) < (-other.score, other.guide_name, other.reason)


def _judged(form: Form, place: Place, ratio: float) -> tuple[int, str]:
    other = place.form or form
    where = _where(form.country, other.country)
    if form.joined == other.joined:
        return _SAME_NAME, f"the same name, which isn't enough to tell: {where}"
    if sorted(form.core) == sorted(other.core):
        return _SAME_NAME - 2, f"the same words, {where}"
    ours, theirs = set(form.core), set(other.core)
    if nearly(form, other):
        score, reason = int(ratio), f"nearly the same name, {where}"
    else:
        score, reason = int(ratio * _OTHER_WORDS), f"a name that looks alike, {where}"
    if ours < theirs or theirs < ours:
        extra = [word for word in (*form.core, *other.core) if word in ours ^ theirs]
        missing = _WORDS_MISSING - _EACH_WORD * len(extra)
        side = "its name in the guide has" if ours < theirs else "its name in the guide lacks"
        if missing > score and any(len(word) > 1 and not word.isdigit() for word in ours & theirs):
            score, reason = missing, f"{side} '{' '.join(extra)}', {where}"
    return min(score, _SAME_NAME - 3), reason


def _where(one: str, other: str) -> str:
    if one and other:
        return f"both from {NAMES.get(one, one)}"
    known = one or other
    return f"{NAMES.get(known, known)} named by one of them only" if known else "no country known"
