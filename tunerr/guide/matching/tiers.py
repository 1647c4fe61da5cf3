"""Finding the lineup's channels in one guide, tier by tier, the surest first. Pure.

What a tier finds is certain enough to be used without asking; what is only likely is in `suggestions`. The order, and
what is never done: docs/explanations/guide-matching.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from tunerr.catalog.keys import tvg_key
from tunerr.guide.matching.agreement import agree, contradict, countries_fit
from tunerr.guide.matching.aliases import alias_key
from tunerr.guide.matching.call_signs import call_signs
from tunerr.guide.matching.home import home_of
from tunerr.guide.matching.index import Directory, Guide
from tunerr.guide.matching.names import ByNames, Outcome, related
from tunerr.guide.matching.sought import Sought, sought_of
from tunerr.guide.matching.values import Listed, Match, Wanted
from tunerr.model.guide import MatchMethod

_SAYS_LITTLE = 3
# The operator's words are forgotten when they are taken back; a shift is found anew while there is no better match.
_REMEMBERED: Collection[MatchMethod] = ("id", "name", "words", "call_sign", "number")


def match(
    wanted: Iterable[Wanted],
    listed: Iterable[Listed],
    *,
    of: str = "",
    country: str = "",
    aliases: Mapping[str, str] = {},
    enabled: bool = True,
    remembered: Mapping[str, Match] = {},
) -> dict[str, Match]:
    """Return where channels were found in one guide, by channel id.

    `of`: the playlist whose provider made the guide. `country`: of the guide's channels where neither name nor id says
    one, ISO 3166 alpha-2 in lower case. `aliases`: XMLTV ids by `alias_key` of names. `enabled`: False leaves the
    operator's choice and equal ids. `remembered`: what was found before, by channel id; it holds while the guide lists
    the id and nothing that is known today finds another or contradicts it. A channel whose id the operator chose is
    found by that id only, in no other way where the guide doesn't list it. The result depends on the sets of both
    inputs only.
    """
    directory = Directory(listed)
    sought = sought_of(wanted)
    guide = Guide(directory, country or (home_of(directory, sought, of) if enabled else ""))
    by_said = _BySaid(guide, of, aliases if enabled else {})
    found = {one.wanted.id: hit for one in sought if (hit := by_said.find(one))}
    left = [one for one in sought if one.wanted.id not in found and not one.wanted.chosen]
    if enabled and left:
        names = ByNames(guide, sought, of)
        seen = _BySeen(guide, of, sought)
        before = _Before(guide, by_said, remembered)
        unsure = []
        for one in left:
            outcome = names.find(one)
            hit = outcome.match or seen.find(one, outcome.between)
            if hit:
                found[one.wanted.id] = hit
            if (hit is None or hit.method == "timeshift") and one.wanted.id in remembered:
                unsure.append((one, outcome.between))
        found |= before.held(unsure, [(one, found[one.wanted.id]) for one in sought if one.wanted.id in found])
    return {one.wanted.id: found[one.wanted.id] for one in sought if one.wanted.id in found}


class _BySaid:
    """The tiers of what somebody said: the operator, the provider, an alias file."""

    def __init__(self, guide: Guide, of: str, aliases: Mapping[str, str]) -> None:
        self._guide = guide
        self._of = of
        self._aliases = aliases

    def find(self, one: Sought) -> Match | None:
        chosen = one.wanted.chosen
        if chosen:
            return self._hit(one, chosen, "chosen", "you chose this id")
        return (
            self._hit(one, one.wanted.id, "own", "this guide was asked for this very channel")
            or self._by_id(one)
            or self._by_alias(one)
        )

    def _hit(self, one: Sought, guide_id: str, method: MatchMethod, reason: str) -> Match | None:
        listed = self.listed(one, guide_id)
        return Match(one.wanted.id, listed.id, method, reason) if listed else None

    def listed(self, one: Sought, guide_id: str) -> Listed | None:
        """Return the channel of the guide with an id, unless it was refused."""
        key = tvg_key(guide_id)
        return self._guide.by_id.get(key) if key and key not in one.refused else None

    def _by_id(self, one: Sought) -> Match | None:
        listed = self.listed(one, one.tvg)
        if listed is None or not self.means_it(one, listed):
            return None
        reason = "the same id" if listed.id == one.wanted.tvg_id else "the same id but for capitals"
        return Match(one.wanted.id, listed.id, "id", reason)

    def means_it(self, one: Sought, listed: Listed) -> bool:
        """Whether an equal id is no accident: names may show that one is an hour later or, for a bare number, luck."""
        if _may_be_later((*one.wanted.names, *listed.names)) and contradict(
            one.readings, self._guide.readings_of(listed)
        ):
            return False
        if not _says_little(listed.id) or one.owned_by(self._of):
            return True
        return agree(one.readings, self._guide.readings_of(listed))

    def _by_alias(self, one: Sought) -> Match | None:
        if not self._aliases:
            return None
        for name in one.wanted.names:
            guide_id = self._aliases.get(alias_key(name), "")
            hit = self._hit(one, guide_id, "alias", f"your alias file says so of '{name}'")
            if hit:
                return hit
        return None


class _Before:
    """What was found before, for channels that are found in no other way today."""

    def __init__(self, guide: Guide, by_said: _BySaid, remembered: Mapping[str, Match]) -> None:
        self._guide = guide
        self._by_said = by_said
        self._remembered = remembered

    def held(
        self, unsure: Iterable[tuple[Sought, frozenset[str]]], found: Iterable[tuple[Sought, Match]]
    ) -> dict[str, Match]:
        """Return the matches that still hold, by channel id; `unsure`: each with the ids that it may only be among."""
        owners: dict[str, list[Sought]] = {}
        for one, hit in found:
            owners.setdefault(hit.guide_id.casefold(), []).append(one)
        held = {}
        for one, between in unsure:
            before = self._remembered[one.wanted.id]
            listed = self._by_said.listed(one, before.guide_id) if before.method in _REMEMBERED else None
            key = before.guide_id.casefold()
            others = [other for other in owners.get(key, ()) if other is not one]
            if listed and key in (between or (key,)) and self._may_be(one, listed) and all(map(one.same_as, others)):
                held[one.wanted.id] = before._replace(channel=one.wanted.id, guide_id=listed.id)
        return held

    def _may_be(self, one: Sought, listed: Listed) -> bool:
        theirs = self._guide.readings_of(listed)
        ours = {reading.country for reading in one.readings} | {one.country}
        countries = {reading.country for reading in theirs} | {self._guide.country_of(listed)}
        apart = (ours - {""}).isdisjoint(countries - {""}) and any(ours) and any(countries)
        return not apart and self._by_said.means_it(one, listed)


class _BySeen:
    """The tiers of what stands beside names: call signs and numbers."""

    def __init__(self, guide: Guide, of: str, sought: Iterable[Sought]) -> None:
        self._guide = guide
        self._of = of
        self._plains: dict[str, set[str]] = {}
        for one in sought:
            self._plains.setdefault(one.wanted.number, set()).update(reading.plain for reading in one.readings[:1])

    def find(self, one: Sought, between: frozenset[str]) -> Match | None:
        """Look for the channel; only among `between` where there are any."""
        by_sign = self._by_call_sign(one, between)
        return by_sign.match or self._by_number(one, by_sign.between)

    def _by_call_sign(self, one: Sought, between: frozenset[str]) -> Outcome:
        country = one.country or next((reading.country for reading in one.readings if reading.country), "")
        signs = call_signs((*one.wanted.names, one.wanted.tvg_id), country)
        if len(signs) != 1:
            return Outcome(between=between)
        [(sign, certain)] = signs.items()
        theirs = [listed for listed, sure in self._guide.call_signs.get(sign, ()) if certain or sure]
        fitting = [
            listed for listed in _open(theirs, one, between) if countries_fit(country, self._guide.country_of(listed))
        ]
        if len(fitting) != 1:
            return Outcome(between=frozenset(listed.id.casefold() for listed in fitting) or between)
        reason = f"the only channel with the call sign {sign.letters} in this guide"
        return Outcome(Match(one.wanted.id, fitting[0].id, "call_sign", reason))

    def _by_number(self, one: Sought, between: frozenset[str]) -> Match | None:
        number = one.wanted.number
        found = _open(self._guide.numbers.get(number, ()), one, between) if number else []
        if len(found) != 1:
            return None
        listed = found[0]
        theirs = self._guide.readings_of(listed)
        if contradict(one.readings, theirs) or not countries_fit(one.country, self._guide.country_of(listed)):
            return None
        if one.owned_by(self._of) and len(self._plains[number]) <= 1 and related(one, theirs):
            reason = f"number {number} in its provider's own guide"
        elif agree(one.readings, theirs):
            reason = f"the only number {number} in this guide, and nearly the same name, '{listed.names[0]}'"
        else:
            return None
        return Match(one.wanted.id, listed.id, "number", reason)


def _open(found: Iterable[Listed], one: Sought, between: frozenset[str]) -> list[Listed]:
    """Return the channels that weren't refused and are among `between`, where that says anything."""
    keys = [(listed, listed.id.casefold()) for listed in found]
    return [listed for listed, key in keys if key not in one.refused and (not between or key in between)]


def _says_little(guide_id: str) -> bool:
    """Whether other guides are likely to have this id for other channels."""
    return guide_id.isdigit() or len(guide_id) <= _SAYS_LITTLE


def _may_be_later(names: Iterable[str]) -> bool:
    return any("+" in name or "plus" in name.lower() for name in names)
