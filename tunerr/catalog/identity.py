"""Which channel an entry is, and whether it is one that we know. Pure.

Entries of one answer are one channel when their tvg id is the same, or, without one, their normalised name (their
stream path when the name has no letter). Channels of an answer are then recognised by what was learned before:

| what changed since the last answer            | recognised by | outcome                                              |
|-----------------------------------------------|---------------|------------------------------------------------------|
| nothing, or only the order                    | tvg / name    | same channel                                         |
| name (rename, `HD` added)                     | tvg / path    | same channel                                         |
| tvg id changed, added or removed              | name          | same channel                                         |
| tvg id and name                               | path          | same channel                                         |
| tvg id, path and how its country is written   | label         | same channel                                         |
| tvg id, name and path                         | -             | new channel                                          |
| two channels swap their tvg ids               | tvg           | each keeps the identity of its tvg id                |
| two tvg ids share a name                      | tvg           | two channels; the shared name recognises neither     |
| one with and one without tvg id share a name  | tvg, name     | two channels; the name belongs to the one without id |
| a tvg id comes back beside its successor      | tvg           | the one learned last keeps the channel, other is new |
| name without letters                          | path          | same channel while its stream path stays             |
| another source gets the same tvg id           | tvg           | one channel with the streams of both                 |
| another source has its name and country       | label         | one channel, when each side has only one such        |
| its tvg id is no longer that of the others,   | -             | a channel that another source holds is joined by tvg |
| and none of them calls it so                  |               | id or label alone, so this becomes a new channel     |
| the operator ruled on the entry               | ruling        | a channel of its own, which nothing else recognises  |

The result depends on the set of entries only, never on their order. Names and paths say something within their source
only; a label counts across sources, but remembers which one taught it: what a source says of itself joins it to no
other. Rulings colour nothing that is learned (`catalog.rulings`), so taking one back restores what was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import count
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tunerr.catalog import countries
from tunerr.catalog.keys import name_key, path_key, tvg_key, without_country
from tunerr.catalog.known import SHARED, Known, Mask, Numbers, Places, each_name, names
from tunerr.model.channel import ChannelId, SourceId

TVG, NAME, PATH, LABEL, RULING = KINDS = ("tvg", "name", "path", "label", "ruling")
_SHARED = -1


class Key(NamedTuple):
    """One way to recognise a channel. `scope` is empty for tvg ids and the source for the other kinds."""

    kind: str
    scope: str
    value: str


class EntryKeys(NamedTuple):
    """The keys of an entry, normalised; each may be empty except `path`. `label` is `name|country`."""

    tvg: str
    name: str
    path: str
    label: str = ""

    @classmethod
    def of(
        cls, *, tvg_id: str, name: str, url: str, group: str = "", country: str = "", default_country: str = ""
    ) -> EntryKeys:
        """Normalise what a playlist says. Countries are ISO 3166 alpha-2 in lower case.

        The entry's country is the first that is said by: itself (`country`), a marker at its name, the end of its tvg
        id, its group's title, its source (`default_country`).
        """
        tvg, key = tvg_key(tvg_id), name_key(name)
        plain, marked = without_country(key, name)
        where = country or marked or countries.of_tvg(tvg) or countries.of_group(group) or default_country
        return tuple.__new__(cls, (tvg, key, path_key(url), f"{plain}|{where}"))

    @property
    def country(self) -> str:
        """ISO 3166 alpha-2 in lower case, empty when nothing says it."""
        return self.label.rpartition("|")[2]

    def native(self, source: SourceId) -> Key:
        """Return the key that says which entries of one answer are the same channel."""
        if self.tvg:
            return Key(TVG, "", self.tvg)
        return Key(NAME, source, self.name) if self.name else Key(PATH, source, self.path)


class Said(NamedTuple):
    """What entries say in one kind of keys, as numbers, and the channels of those entries, by their places."""

    numbers: Numbers
    places: NDArray[np.uint32]


class Groups(NamedTuple):
    """The channels of one answer: kind (place in KINDS) and number of the native key, and the id made of it for each.

    `said` has the names, paths and labels of all of their entries but those that were ruled on.
    """

    kinds: NDArray[np.uint8]
    natives: Numbers
    minted: Numbers
    said: Mapping[str, Said]


class Memory(NamedTuple):
    """What is known when an answer is recognised.

    `known` returns what was learned under the keys of a kind and scope; `teachers` are the sources that ever taught
    labels, those that are gone too. `elsewhere` are the ids that other sources hold now, as they were recognised and
    not as rulings show them; `taken` tells which ids were ever given out. `natives` returns the native keys of places.
    """

    known: Callable[[str, str], Known]
    teachers: Collection[str]
    elsewhere: Numbers
    taken: Callable[[Numbers], Mask]
    natives: Callable[[Sequence[int]], Sequence[Key]]


class Recognition(NamedTuple):
    """Ids in the order of the groups; `new` holds the places of those that nothing was known of, ascending.

    `kinds`, `numbers` and `teachers` (of labels, places in `Memory.teachers` sorted, the own source last) say by which
    key each was recognised; of a new one it is the key that its id is made of. `explain` words such a key.
    """

    ids: Numbers
    new: Places
    kinds: NDArray[np.uint8]
    numbers: Numbers
    teachers: NDArray[np.int16]


class Lesson(NamedTuple):
    """The channel that each key of a kind and scope recognises from now on; SHARED recognises none."""

    kind: str
    scope: str
    keys: Numbers
    channels: Numbers


def recognise(groups: Groups, *, source: SourceId, memory: Memory) -> Recognition:
    """Give each group the id of the channel that it is, or a new one; no two groups get the same."""
    search = _Search(groups, source, memory)
    search.by_tvg()
    search.by_own(NAME)
    search.by_own(PATH)
    search.by_label()
    return Recognition(search.ids, search.mint(), search.kinds, search.numbers, search.teachers)


def learned(groups: Groups, ids: Numbers, source: SourceId) -> Iterator[Lesson]:
    """Yield what an answer teaches. Groups that the operator ruled on teach nothing."""
    tagged = groups.kinds == KINDS.index(TVG)
    yield Lesson(TVG, "", groups.natives[tagged], ids[tagged])
    for kind in (NAME, PATH, LABEL):
        said, owners = _owners(groups, kind)
        yield Lesson(kind, source, said, np.where(owners == _SHARED, SHARED, ids[owners]))


def ordered(teachers: Collection[str], source: str) -> list[str]:
    """Return the teachers of labels in the order in which they are asked."""
    return sorted(teachers, key=lambda teacher: (teacher == source, teacher))


def explain(key: Key, *, new: bool = False) -> str:
    """Word by which tier and key a channel was recognised; `new`: nothing was known, its id is made of `key`.

    Stream paths are not shown, they may hold tokens.
    """
    said = {
        TVG: f"tvg-id {key.value}",
        NAME: f"its name “{key.value}”",
        PATH: "its stream address",
        LABEL: _label_in_words(key),
        RULING: "your ruling that it is a channel of its own",
    }[key.kind]
    return f"new: nothing known of {said}" if new else f"by {said}"


def ruled_id(native: Key) -> ChannelId:
    """Return the id of the channel of its own that a ruling makes."""
    return names(mint(["\0".join(native)]))[0]


def fingerprint(ids: Numbers) -> str:
    """Hash a set of channel ids."""
    digest, separator = hashlib.blake2b(digest_size=16), ""
    for channel in each_name(np.sort(ids)):
        digest.update(f"{separator}{channel}".encode())
        separator = "\n"
    return digest.hexdigest()


def mint(natives: Sequence[str]) -> Numbers:
    """Return the ids that are made of native keys: the first 64 bits of a hash over kind, scope and value."""
    sha1 = hashlib.sha1
    hashed = [sha1(text.encode("utf-8", "replace"), usedforsecurity=False).digest()[:8] for text in natives]
    return np.frombuffer(b"".join(hashed), ">u8").astype(np.uint64)


class _Edges(NamedTuple):
    """Groups that may be known channels, by which keys, and when those were learned."""

    places: Places
    numbers: Numbers
    channels: Numbers
    times: NDArray[np.float64]
    teachers: NDArray[np.int16]

    def only(self, chosen: Mask | Places) -> _Edges:
        """Return some of them."""
        places, numbers, channels, times, teachers = self
        return _Edges(places[chosen], numbers[chosen], channels[chosen], times[chosen], teachers[chosen])


class _Search:
    """One answer being recognised, tier after tier; `ids` are 0 where no tier has found one yet."""

    def __init__(self, groups: Groups, source: SourceId, memory: Memory) -> None:
        self._groups = groups
        self._source = source
        self._memory = memory
        self.ids = np.zeros(len(groups.kinds), np.uint64)
        self.kinds = groups.kinds.copy()
        self.numbers = groups.natives.copy()
        self.teachers = np.zeros(len(groups.kinds), np.int16)

    def by_tvg(self) -> None:
        """Find channels by tvg id, after those that the operator ruled on."""
        ruled = self._groups.kinds == KINDS.index(RULING)
        self.ids[ruled] = self._groups.minted[ruled]
        tagged = np.flatnonzero(self._groups.kinds == KINDS.index(TVG))
        self._settle(TVG, _edges(self._memory.known(TVG, ""), tagged, self._groups.natives[tagged]))

    def by_own(self, kind: str) -> None:
        """Find channels by what their own source said of them before, unless another source holds them."""
        said, places = self._open(kind)
        edges = _edges(self._memory.known(kind, self._source), places, said)
        held = np.isin(edges.channels, self._memory.elsewhere)
        self._settle(kind, edges.only((edges.channels != SHARED) & ~held))

    def by_label(self) -> None:
        """Find channels by name and country, in the words of any source."""
        said, places = self._open(LABEL)
        size = len(said)
        found = _Edges(places, said, np.zeros(size, np.uint64), np.zeros(size), np.full(size, -1, np.int16))
        agreed = np.ones(size, np.bool_)
        for number, teacher in enumerate(ordered(self._memory.teachers, self._source)):
            edges = _edges(self._memory.known(LABEL, teacher), np.arange(size), said)
            first = found.teachers[edges.places] < 0
            agreed[edges.places[~first]] &= (found.channels[edges.places] == edges.channels)[~first]
            places_of_first = edges.places[first]
            found.channels[places_of_first] = edges.channels[first]
            found.times[places_of_first] = edges.times[first]
            found.teachers[places_of_first] = number
            if teacher == self._source:  # only this source taught it
                agreed[places_of_first] &= ~np.isin(edges.channels[first], self._memory.elsewhere)
        self._settle(LABEL, found.only(agreed & (found.teachers >= 0) & (found.channels != SHARED)))

    def mint(self) -> Places:
        """Give new ids to what no tier has found; the places of those."""
        new = np.flatnonzero(self.ids == 0)
        ids = self._groups.minted[new]
        # An id is made from its first key and keys are never forgotten: an unknown key's id was never given out.
        used = np.isin(ids, self.ids) | (self._are_known(new) & self._memory.taken(ids))
        self.ids[new[~used]] = ids[~used]
        again = new[used]
        natives = self._memory.natives(again.tolist())
        for place, native, known in zip(again.tolist(), natives, self._are_known(again).tolist(), strict=True):
            self.ids[place] = self._further(native, known=known)
        return new

    def _further(self, native: Key, *, known: bool) -> np.uint64:
        for attempt in count(1):
            channel = mint(["\0".join((*native, str(attempt)))])
            if channel[0] not in self.ids and not (known and self._memory.taken(channel)[0]):
                break
        return np.uint64(channel[0])

    def _are_known(self, places: Places) -> Mask:
        known = np.zeros(len(places), np.bool_)
        for kind, scope in ((TVG, ""), (NAME, self._source), (PATH, self._source)):
            of_kind = np.flatnonzero(self._groups.kinds[places] == KINDS.index(kind))
            found, _ = self._memory.known(kind, scope).find(self._groups.natives[places[of_kind]])
            known[of_kind[found]] = True
        return known

    def _open(self, kind: str) -> tuple[Numbers, Places]:
        """Return what stands for one group that has no id yet, and the place of that."""
        if self.ids.all():
            return np.empty(0, np.uint64), np.empty(0, np.int64)
        said, owners = _owners(self._groups, kind)
        wanted = owners != _SHARED
        wanted[wanted] = self.ids[owners[wanted]] == 0
        return said[wanted], owners[wanted]

    def _settle(self, kind: str, edges: _Edges) -> None:
        """Claim the channels of a tier; what several groups or channels contend for goes to what was learned last."""
        edges = edges.only(~np.isin(edges.channels, self.ids) & (self.ids[edges.places] == 0))
        contended = _repeated(edges.channels) | _repeated(edges.places)
        self._claim(kind, edges.only(~contended))
        if not contended.any():
            return
        edges = edges.only(contended)
        places, channels = edges.places.tolist(), edges.channels.tolist()
        natives = self._memory.natives(places)
        won, given, taken = [], set[int](), set[int]()
        times, said = edges.times.tolist(), edges.numbers.tolist()
        for at in sorted(range(len(places)), key=lambda at: (-times[at], natives[at], channels[at], said[at])):
            if places[at] not in given and channels[at] not in taken:
                won.append(at)
                given.add(places[at])
                taken.add(channels[at])
        self._claim(kind, edges.only(np.array(won, np.int64)))

    def _claim(self, kind: str, edges: _Edges) -> None:
        self.ids[edges.places] = edges.channels
        self.kinds[edges.places] = KINDS.index(kind)
        self.numbers[edges.places] = edges.numbers
        self.teachers[edges.places] = edges.teachers


def _edges(known: Known, places: Places, numbers: Numbers) -> _Edges:
    found, here = known.find(numbers)
    teachers = np.zeros(len(found), np.int16)
    return _Edges(places[found], numbers[found], known.channels[here], known.times[here], teachers)


def _repeated(values: NDArray[np.generic]) -> Mask:
    _, back, times = np.unique(values, return_inverse=True, return_counts=True)
    repeated: Mask = times > 1
    return repeated[back]


def _owners(groups: Groups, kind: str) -> tuple[Numbers, Places]:
    """Return values and the place of the one group that each stands for; one that has nothing better comes first."""
    said, places = groups.said[kind]
    if not len(said):
        return said, np.empty(0, np.int64)
    order = np.argsort(said)
    said, places = said[order], places[order].astype(np.int64)
    first = np.flatnonzero(np.append(True, said[1:] != said[:-1]))
    least, most = np.minimum.reduceat(places, first), np.maximum.reduceat(places, first)
    owners = np.where(least == most, least, _SHARED)
    natives = np.flatnonzero(groups.kinds == KINDS.index(kind))
    owners[np.searchsorted(said[first], groups.natives[natives])] = natives
    return said[first], owners


def _label_in_words(key: Key) -> str:
    name, _, country = key.value.rpartition("|")
    return f"label “{name}” ({country or 'country unknown'}) from source {key.scope}"
