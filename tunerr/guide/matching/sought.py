"""The lineup's channels as they are looked for: their names read once, and what other channels claim. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from functools import cached_property

from tunerr.catalog.keys import tvg_key
from tunerr.guide.matching.keys import Form, Reading, forms, id_country, read
from tunerr.guide.matching.markings import bare
from tunerr.guide.matching.values import Wanted

SHARE = 3
ENOUGH = 5
_NEARLY_ALL = 0.9


class Sought:
    """One channel that looks for its guide. `refused`: ids in lower case."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.refused = frozenset(one.casefold() for one in wanted.refused)

    @cached_property
    def tvg(self) -> str:
        """Its tvg-id, in lower case."""
        return tvg_key(self.wanted.tvg_id)

    @cached_property
    def country(self) -> str:
        """ISO 3166 alpha-2 in lower case, of what stands around its names; may be empty."""
        return id_country(self.wanted.tvg_id) or self.wanted.country

    @cached_property
    def readings(self) -> list[Reading]:
        """What its names say; those that are not as late as the shown one are left out."""
        names = dict.fromkeys(text for name in self.wanted.names for text in (name, bare(name)))
        found = [reading for name in names if (reading := read(name, self.country))]
        return [one for one in found if one.shift == found[0].shift]

    def at_home(self, country: str) -> Sought:
        """Return the same channel with a country for all that states none."""
        other = Sought(self.wanted._replace(country=country))
        other.readings = [one if one.country else one._replace(country=country) for one in self.readings]
        return other

    @cached_property
    def forms(self) -> list[Form]:
        """The forms of all its names."""
        return [form for one in self.readings for form in forms(one)]

    @property
    def shift(self) -> int:
        """Hours that it is later than the channel of its plain name."""
        return self.readings[0].shift if self.readings else 0

    def same_as(self, other: Sought) -> bool:
        """Whether another channel of the lineup is a version of this one."""
        return bool(self.tvg and self.tvg == other.tvg) or not {form.key for form in self.forms}.isdisjoint(
            form.key for form in other.forms
        )

    def owned_by(self, playlist: str) -> bool:
        """Whether its id and number are as `playlist` gives them."""
        return bool(playlist) and self.wanted.sources[:1] == (playlist,)


def sought_of(wanted: Iterable[Wanted]) -> list[Sought]:
    """Return the channels in the order of their ids.

    Of a playlist in which nearly all channels that say a country say the same, the others are of that country too.
    """
    found = [Sought(one) for _, one in sorted({one.id: one for one in sorted(wanted, reverse=True)}.items())]
    said: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for one in found:
        said[one.wanted.sources[:1]][one.readings[0].country if one.readings else one.country] += 1
    homes = {playlist: home for playlist, counts in said.items() if (home := nearly_all(counts))}
    return [
        one.at_home(homes[one.wanted.sources[:1]])
        if one.wanted.sources[:1] in homes and one.readings and not one.readings[0].country
        else one
        for one in found
    ]


def nearly_all(counts: Counter[str]) -> str:
    """Return the country that nearly all say of those that say one, if these are a third; "" counts those that don't.

    Fewer than five tell nothing.
    """
    said = Counter({country: count for country, count in counts.items() if country})
    [(country, count)] = said.most_common(1) or [("", 0)]
    enough = count >= ENOUGH and count * SHARE >= counts.total() and count >= _NEARLY_ALL * said.total()
    return country if enough else ""


class Countries:
    """In which countries the lineup has a name."""

    def __init__(self, channels: Collection[Sought]) -> None:
        self._known: dict[str, set[str]] = defaultdict(set)
        several = len({one.country for channel in channels for one in channel.readings} - {""}) > 1
        for channel in channels if several else ():
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
        self.key = key
        self._names: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for form in (form for channel in channels for form in channel.forms):
            self._names[key(form)][form.country].add(form.joined)

    def alone(self, channel: Sought, form: Form) -> bool:
        """Whether no other channel that may be of the same country has another name with this key."""
        by_country = self._names[self.key(form)]
        near = (form.country, "") if form.country else tuple(by_country)
        names = set().union(*(by_country.get(country, ()) for country in near))
        return names <= {own.joined for own in channel.forms}
