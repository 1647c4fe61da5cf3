"""A guide's channels by the keys of their names, so that no name is compared with all others. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

from tunerr.guide.matching.call_signs import CallSign, call_signs
from tunerr.guide.matching.keys import Form, Reading, forms, id_country, id_key, id_names, read, squeezed
from tunerr.guide.matching.values import Listed


class Place(NamedTuple):
    """One name of a listed channel, as it was read; `form` where it was compared word by word."""

    listed: Listed
    reading: Reading
    form: Form | None = None

    @property
    def country(self) -> str:
        """ISO 3166 alpha-2 in lower case, may be empty."""
        return self.form.country if self.form else self.reading.country


Places = Mapping[str, list[Place]]


class Directory:
    """The channels that one guide lists. Of those whose ids are equal ignoring case, the first in order counts."""

    def __init__(self, listed: Iterable[Listed]) -> None:
        self.by_id: dict[str, Listed] = {}
        for one in sorted(listed):
            self.by_id.setdefault(one.id.casefold(), one)
        self.countries = {one.id: found for one in self.by_id.values() if (found := id_country(one.id))}
        """Those that ids say, by id."""

    @cached_property
    def readings(self) -> Mapping[str, list[Reading]]:
        """What names and ids by themselves say, by id."""
        return {
            one.id: [found for name in one.names if (found := read(name, self.countries.get(one.id, "")))]
            for one in self.by_id.values()
        }


class Guide:
    """A guide's channels by all that they are found by; `country`: of those where neither name nor id says one."""

    def __init__(self, directory: Directory, country: str = "") -> None:
        self._country = country
        self._directory = directory
        self.by_id = directory.by_id

    @cached_property
    def places(self) -> list[Place]:
        """All names of all channels."""
        return [Place(one, reading) for one in self.by_id.values() for reading in self.readings_of(one)]

    def country_of(self, one: Listed) -> str:
        """ISO 3166 alpha-2 in lower case, of what stands around the names of a listed channel; may be empty."""
        return self._directory.countries.get(one.id, self._country)

    def readings_of(self, one: Listed) -> list[Reading]:
        """Read all names of a listed channel."""
        found = self._directory.readings[one.id]
        if not self._country:
            return found
        return [reading if reading.country else reading._replace(country=self._country) for reading in found]

    @cached_property
    def exact(self) -> Places:
        """By `Reading.key`."""
        found = defaultdict(list)
        for place in self.places:
            found[place.reading.key].append(place)
        return found

    @cached_property
    def formed(self) -> list[Place]:
        """All names of all channels in their forms."""
        return [Place(one.listed, one.reading, form) for one in self.places for form in forms(one.reading)]

    @cached_property
    def joined(self) -> Places:
        """By `Form.key`."""
        return _by(self.formed, lambda form: form.key)

    @cached_property
    def loose(self) -> Places:
        """By `Form.loose_key`."""
        return _by(self.formed, lambda form: form.loose_key)

    @cached_property
    def bags(self) -> Places:
        """By `Form.bag_key`."""
        return _by((one for one in self.formed if one.form and one.form.telling), lambda form: form.bag_key)

    @cached_property
    def stems(self) -> Places:
        """The names that ids are and that aren't among the names beside them, by `Form.key`."""
        return _by(
            (
                Place(one, reading, form)
                for one in self.by_id.values()
                for name in _names_of_id(one)
                if (reading := read(name, self.country_of(one)))
                for form in forms(reading)
            ),
            lambda form: form.key,
        )

    @cached_property
    def id_versions(self) -> Mapping[str, list[Listed]]:
        """By `id_key`."""
        found = defaultdict(list)
        for one in self.by_id.values():
            if key := id_key(one.id):
                found[key].append(one)
        return found

    @cached_property
    def call_signs(self) -> Mapping[CallSign, list[tuple[Listed, bool]]]:
        """By call sign, each with whether it is certain that it is one."""
        found = defaultdict(list)
        for one in self.by_id.values():
            for sign, certain in call_signs((*one.names, one.id), self.country_of(one)).items():
                found[sign].append((one, certain))
        return found

    @cached_property
    def numbers(self) -> Mapping[str, list[Listed]]:
        """By number."""
        found = defaultdict(list)
        for one in self.by_id.values():
            for number in dict.fromkeys(one.numbers):
                found[number].append(one)
        return found


def _names_of_id(one: Listed) -> list[str]:
    known = {squeezed(name) for name in one.names}
    return [name for name in id_names(one.id) if squeezed(name) not in known]


def _by(places: Iterable[Place], key: Callable[[Form], str]) -> Places:
    found = defaultdict(list)
    for place in places:
        if place.form:
            found[key(place.form)].append(place)
    return found
