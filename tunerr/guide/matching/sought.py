"""The lineup's channels as they are looked for: their names read once, and what other channels claim. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property

from tunerr.guide.matching.keys import Form, Reading, forms, id_country, read
from tunerr.guide.matching.values import Wanted


class Sought:
    """One channel that looks for its guide. `refused`: ids in lower case."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.refused = frozenset(one.casefold() for one in wanted.refused)

    @cached_property
    def tvg(self) -> str:
        """Its tvg-id, in lower case."""
        return self.wanted.tvg_id.strip().casefold()

    @cached_property
    def country(self) -> str:
        """ISO 3166 alpha-2 in lower case, of what stands around its names; may be empty."""
        return id_country(self.wanted.tvg_id) or self.wanted.country

    @cached_property
    def readings(self) -> list[Reading]:
        """What its names say; those that are not as late as the shown one are left out."""
        found = [reading for name in self.wanted.names if (reading := read(name, self.country))]
        return [one for one in found if one.shift == found[0].shift]

    @cached_property
    def forms(self) -> list[Form]:
        """The forms of all its names."""
        return [form for one in self.readings for form in forms(one)]

    @property
    def shift(self) -> int:
        """Hours that it is later than the channel of its plain name."""
        return self.readings[0].shift if self.readings else 0

    def owned_by(self, playlist: str) -> bool:
        """Whether its id and number are as `playlist` gives them."""
        return bool(playlist) and self.wanted.sources[:1] == (playlist,)


class Countries:
    """In which countries the lineup has a name."""

    def __init__(self, channels: Iterable[Sought]) -> None:
        self._known: dict[str, set[str]] = defaultdict(set)
        for channel in channels:
            said = [(one.key, one.country) for one in channel.readings]
            for key, country in said + [(one.key, one.country) for one in channel.forms if not one.strict]:
                if country:
                    self._known[key].add(country)

    def several(self, key: str) -> bool:
        """Whether channels of several countries have the name with this key."""
        return len(self._known.get(key, ())) > 1


class Claims:
    """Which names share a loose key, so that two channels never share a guide because of words that were left out."""

    def __init__(self, channels: Iterable[Sought], key: Callable[[Form], str]) -> None:
        self._key = key
        self._names: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for form in (form for channel in channels for form in channel.forms):
            self._names[key(form)][form.country].add(form.joined)

    def alone(self, channel: Sought, form: Form) -> bool:
        """Whether no other channel that may be of the same country has another name with this key."""
        by_country = self._names[self._key(form)]
        near = (form.country, "") if form.country else tuple(by_country)
        names = set().union(*(by_country.get(country, ()) for country in near))
        return names <= {own.joined for own in channel.forms}
