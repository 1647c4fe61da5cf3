"""Finding a channel in a guide by its names, from the very name to the same words in another order. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from rapidfuzz import fuzz

from tunerr.catalog.countries import NAMES
from tunerr.guide.matching.agreement import countries_fit, fit, noise_fits
from tunerr.guide.matching.home import ELSEWHERE
from tunerr.guide.matching.index import Guide, Place, Places
from tunerr.guide.matching.keys import Form, Reading, forms, id_key, versions
from tunerr.guide.matching.sought import Claims, Countries, Sought
from tunerr.guide.matching.spelling import GENERIC
from tunerr.guide.matching.values import Match
from tunerr.model.guide import MatchMethod

_HOUR = 3600
_RELATED = 60
_SHORT = 4
# There `+4` is the edition of a zone to the east, which is earlier.
_ZONES_NOT_DELAYS = frozenset({"ru", "by", "kz", "kg", "uz"})


class _Name(NamedTuple):
    """A name of the channel that was looked for, and the places where it was found."""

    text: str
    key: str
    country: str
    places: Sequence[Place]


class Outcome(NamedTuple):
    """A match; or, without one, `between`: ids in lower case of the channels that the names don't tell apart."""

    match: Match | None = None
    between: frozenset[str] = frozenset()


class ByNames:
    """Looks for channels in a guide; `all_sought`: the whole lineup. `of`: the playlist that the guide belongs to."""

    def __init__(self, guide: Guide, all_sought: Iterable[Sought], of: str) -> None:
        self._guide = guide
        self._of = of
        self._channels = list(all_sought)
        self._countries = Countries(self._channels)

    @cached_property
    def _loose(self) -> Claims:
        return Claims(self._channels, lambda form: form.loose_key)

    @cached_property
    def _bags(self) -> Claims:
        return Claims(self._channels, lambda form: form.bag_key)

    def find(self, channel: Sought) -> Outcome:
        """Look for the channel's id in other versions, then for its names. The first step that finds anything decides.

        Where several versions of its id are listed, the names decide between those.
        """
        by_id = self._by_version_of_id(channel)
        if by_id.match:
            return by_id
        by_name = self._by_name(channel)
        if by_id.between and (by_name.match is None or by_name.match.guide_id.casefold() not in by_id.between):
            return by_id
        return by_name

    def _by_name(self, channel: Sought) -> Outcome:
        for method, found, remark in self._steps(channel):
            if not any(one.places for one in found):
                continue
            names = [self._of_its_country(one, channel) for one in found]
            place, between = _decided(names)
            if place:
                reason = _reason(place, names) + remark
                return Outcome(Match(channel.wanted.id, place.listed.id, method, reason))
            if between:
                return Outcome(between=between)
        return self._shifted(channel)

    def _steps(self, channel: Sought) -> Iterator[tuple[MatchMethod, list[_Name], str]]:
        yield "name", _exact(self._guide.exact, channel, channel.readings), ""
        yield "words", self._by_spelling(channel, channel.forms), ", in another spelling"
        yield "name", self._by_stem(channel), ", as its id says"
        sure = [form for form in channel.forms if not form.doubtful]
        loose = self._alone(channel, sure, self._guide.loose, self._loose)
        yield "words", loose, ", but for words such as 'channel' or 'tv'"
        mixed = self._alone(channel, [form for form in sure if form.telling], self._guide.bags, self._bags)
        yield "words", mixed, ", its words in another order"

    def _of_its_country(self, name: _Name, channel: Sought) -> _Name:
        """Leave out places without a country where the lineup has the name in several, or where it says little."""
        if name.key in GENERIC and not channel.owned_by(self._of):
            return name._replace(places=[at for at in name.places if name.country and at.country == name.country])
        if not self._countries.several(name.key):
            return name
        return name._replace(places=[at for at in name.places if at.country not in ("", ELSEWHERE)])

    def _by_version_of_id(self, channel: Sought) -> Outcome:
        """Find `BBCOne.uk@HD` where the guide lists `BBCOne.uk`."""
        key = id_key(channel.wanted.tvg_id)
        if not key:
            return Outcome()
        found = [
            one
            for one in self._guide.id_versions.get(key, ())
            if one.id.casefold() not in channel.refused and related(channel, self._guide.readings_of(one))
        ]
        if len(found) != 1:
            return Outcome(between=frozenset(one.id.casefold() for one in found))
        reason = f"its id '{channel.wanted.tvg_id}' is another version of '{found[0].id}'"
        return Outcome(Match(channel.wanted.id, found[0].id, "id", reason))

    def _by_spelling(self, channel: Sought, sought: Sequence[Form]) -> list[_Name]:
        found = _formed(self._guide.joined, channel, sought)
        return [
            name._replace(places=[at for at in name.places if at.form and _spelled_alike(form, at.form)])
            for form, name in zip(sought, found, strict=True)
        ]

    def _by_stem(self, channel: Sought) -> list[_Name]:
        found = []
        for name in _formed(self._guide.stems, channel, channel.forms):
            places = [at for at in name.places if related(channel, self._guide.readings_of(at.listed))]
            found.append(name._replace(places=places))
        return found

    def _alone(self, channel: Sought, sure: Iterable[Form], index: Places, claims: Claims) -> list[_Name]:
        """Look for names by the key of `claims`, those that no other channel has."""
        own = self._of in channel.wanted.sources
        found = []
        for form in sure:
            places = index.get(claims.key(form), ())
            if not places or not claims.alone(channel, form):
                continue
            if not form.telling and not own:
                places = [at for at in places if form.country and form.country == at.country]
            found.append(_places(channel, form, [at for at in places if at.form and noise_fits(form, at.form)]))
        return found

    def _shifted(self, channel: Sought) -> Outcome:
        """Find a `+1` channel of which the guide knows the unshifted one only."""
        shift = channel.shift
        if not shift or any(one.country in _ZONES_NOT_DELAYS or _cyrillic(one.plain) for one in channel.readings):
            return Outcome()
        names = _exact(self._guide.exact, channel, [one._replace(shift=0) for one in channel.readings])
        if not any(name.places for name in names):
            names = self._by_spelling(channel, [one._replace(shift=0) for one in channel.forms])
        place, between = _decided([self._of_its_country(name, channel) for name in names])
        if place is None:
            return Outcome(between=between)
        later = "an hour later" if shift == 1 else f"{shift} hours later"
        reason = f"this guide has '{place.reading.text}' but not its +{shift}, so {later}"
        return Outcome(Match(channel.wanted.id, place.listed.id, "timeshift", reason, shift * _HOUR))


def related(channel: Sought, names: Iterable[Reading]) -> bool:
    """Whether names have at least a word in common or look alike; always where the guide has none."""
    theirs = [form for reading in names for form in forms(reading)]
    return not theirs or any(_alike(one, other) for one in channel.forms for other in theirs)


def _spelled_alike(one: Form, other: Form) -> bool:
    """Whether the same letters are the same name: `n-tv` and `NTV` are not, unless the country is the same."""
    short = one.joined.isalpha() and len(one.joined) <= _SHORT and one.core != other.core
    return not short or bool(one.country and one.country == other.country)


def _alike(one: Form, other: Form) -> bool:
    if one.shift != other.shift:
        return False
    shared = any(len(word) > 1 and not word.isdigit() for word in set(one.core).intersection(other.core))
    return shared or fuzz.ratio(one.joined, other.joined) >= _RELATED


def _exact(index: Places, channel: Sought, readings: Iterable[Reading]) -> list[_Name]:
    found = []
    for one in readings:
        places = [at for at in index.get(one.key, ()) if countries_fit(one.country, at.country)]
        found.append(_Name(one.text, one.key, one.country, _allowed(channel, places)))
    return found


def _formed(index: Places, channel: Sought, sought: Iterable[Form]) -> list[_Name]:
    return [_places(channel, form, index.get(form.key, ())) for form in sought]


def _places(channel: Sought, form: Form, places: Iterable[Place]) -> _Name:
    fitting = [at for at in places if at.form and fit(form, at.form)]
    return _Name(channel.wanted.names[0], form.key, form.country, _allowed(channel, fitting))


def _allowed(channel: Sought, places: Iterable[Place]) -> list[Place]:
    return [at for at in places if at.listed.id.casefold() not in channel.refused]


def _decided(names: Iterable[_Name]) -> tuple[Place | None, frozenset[str]]:
    """Return the one place that all names lead to, or the ids between which they don't decide."""
    found = [(name, _best(name)) for name in names if name.places]
    everywhere = frozenset(at.listed.id.casefold() for name, _ in found for at in name.places)
    best = {place.listed.id: place for _, place in found if place}
    if len(best) != 1:
        return None, everywhere
    [(guide_id, place)] = best.items()
    if all(any(at.listed.id == guide_id for at in name.places) for name, _ in found):
        return place, frozenset()
    return None, everywhere


def _best(name: _Name) -> Place | None:
    """Return the only place; of versions of one channel (HD and SD) the same one, else the plain one."""
    pool = [at for at in name.places if name.country and at.country == name.country] or name.places
    if len({at.listed.id for at in pool}) == 1:
        return pool[0]
    if len({(at.reading.plain, at.country) for at in pool}) > 1:
        return None
    for said in (versions(name.text), frozenset()):
        same = [at for at in pool if versions(at.reading.text) == said]
        if len({at.listed.id for at in same}) == 1:
            return same[0]
    return None


def _reason(place: Place, names: Iterable[_Name]) -> str:
    places = [at for name in names for at in name.places]
    others = {at.listed.id for at in places} - {place.listed.id}
    if not others:
        return f"the only '{place.reading.text}' in this guide"
    if any(at.country != place.country for at in places):
        return f"the only '{place.reading.text}' of {NAMES.get(place.country, place.country)} in this guide"
    return f"'{place.reading.text}', the closest of its versions in this guide"


def _cyrillic(text: str) -> bool:
    return any("\u0400" <= char <= "\u04ff" for char in text)
